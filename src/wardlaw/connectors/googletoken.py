"""Access to Google as a service account that stands for an administrator (RFC 7523, domain-wide delegation)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec
from cryptography.hazmat.primitives.asymmetric import rsa

from wardlaw.connectors.feed import not_read
from wardlaw.connectors.signedjwt import read_rsa_key, signed_jwt
from wardlaw.connectors.vendorclient import VendorClient
from wardlaw.facts.errors import ConfigError, UnavailableError

SCOPES = (
    "https://www.googleapis.com/auth/admin.directory.user.readonly",
    "https://www.googleapis.com/auth/admin.directory.user.security",
    "https://www.googleapis.com/auth/admin.reports.audit.readonly",
)
POLICY_SCOPES = ("https://www.googleapis.com/auth/cloud-identity.policies.readonly",)
"""Asked for apart: Google gives no token at all where one of the scopes asked for is not delegated."""

GROUP_SCOPES = ("https://www.googleapis.com/auth/admin.directory.group.readonly",)
"""Asked for apart as well, and only where groups are to be read."""

WRITE_SCOPES = ("https://www.googleapis.com/auth/admin.directory.user.security",)
"""What takes tokens, app passwords and sessions away."""

_LIFE_S = 3_600
_EARLY_S = 300.0
_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"


class ServiceAccount(msgspec.Struct, frozen=True):
    """The key file of a service account; only what is needed of it."""

    client_email: str
    private_key: str
    token_uri: str = "https://oauth2.googleapis.com/token"  # an address, not a secret


class TokenRefusedError(UnavailableError):
    """Google gives no token for these scopes (WL-INV-010)."""


class GoogleToken:
    """The bearer token, renewed five minutes before it ends.

    Args:
        key_file: Text of the service account's JSON key file.
        subject: Mail address of the administrator it stands for.
        client: Of the token's address, without a credential of its own.
        path: Of the token's address.
        scopes: All of them must be delegated to the service account.

    Raises:
        ConfigError: It is no such file (WL-INV-011).
    """

    def __init__(
        self,
        key_file: str,
        subject: str,
        *,
        client: VendorClient,
        path: str,
        clock: Callable[[], float],
        scopes: tuple[str, ...] = SCOPES,
    ) -> None:
        self._account = read_service_account(key_file)
        self._key = _private_key(self._account)
        self._subject = subject
        self._client = client
        self._path = path
        self._clock = clock
        self._scopes = scopes
        self._token, self._ends_at = "", 0.0

    def headers(self) -> Mapping[str, str]:
        """The header that carries it.

        Raises:
            UnavailableError: Google gives none (WL-INV-010).
        """
        if self._clock() >= self._ends_at - _EARLY_S:
            self._renew()
        return {"authorization": f"Bearer {self._token}"}

    def _renew(self) -> None:
        now = int(self._clock())
        answer = self._client.post_form(self._path, {"grant_type": _GRANT, "assertion": self._assertion(now)})
        told = answer.body if isinstance(answer.body, dict) else {}
        token, life = told.get("access_token"), told.get("expires_in")
        if answer.status != 200 or not isinstance(token, str) or not isinstance(life, int):
            error = not_read("Google", f"it gives no token for the service account (status {answer.status})")
            raise TokenRefusedError(error.code, error.message, error.hint)
        self._token, self._ends_at = token, now + float(life)

    def _assertion(self, now: int) -> str:
        claims = {
            "iss": self._account.client_email,
            "sub": self._subject,
            "scope": " ".join(self._scopes),
            "aud": self._account.token_uri,
            "iat": now,
            "exp": now + _LIFE_S,
        }
        return signed_jwt(claims, self._key)


def read_service_account(key_file: str) -> ServiceAccount:
    """What a key file says.

    Raises:
        ConfigError: It is none (WL-INV-011).
    """
    try:
        return msgspec.json.decode(key_file, type=ServiceAccount)
    except msgspec.MsgspecError as error:
        raise _no_key_file() from error


def _private_key(account: ServiceAccount) -> rsa.RSAPrivateKey:
    key = read_rsa_key(account.private_key)
    if key is None:
        raise _no_key_file()
    return key


def _no_key_file() -> ConfigError:
    return ConfigError(
        "WL-INV-011",
        "The credential of a Google directory is no key file of a service account.",
        "Make a JSON key for it in the Google Cloud console, and name that file.",
    )
