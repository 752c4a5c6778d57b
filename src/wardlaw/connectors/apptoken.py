"""Access to Entra and Okta as an app of its own: client credentials (RFC 6749, 4.4) with a secret or a signed word."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec

from wardlaw.connectors.feed import not_read
from wardlaw.connectors.signedword import LIFE_S, SigningKey
from wardlaw.connectors.vendorclient import VendorAnswer, VendorClient

_EARLY_S = 300.0
_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


class TokenPlace(msgspec.Struct, frozen=True):
    """Where a token is asked for, and for what.

    Attributes:
        of: The platform's name, for errors.
        url: The whole address, as a signed word names it.
        path: Its path.
        scope: What is asked for.
        wished: What is asked for beside it; without it where the platform refuses the whole.
    """

    of: str
    url: str
    path: str
    scope: str
    wished: str = ""


class AppToken:
    """The bearer token, renewed five minutes before it ends.

    Args:
        client_id: Of the app.
        secret: Its secret, or its private key in PEM.
        client: Of the place's address, without a credential of its own.
        lots: A new word that is never used twice.

    Raises:
        ConfigError: It is a key that cannot be used (WL-INV-044).
    """

    def __init__(
        self,
        client_id: str,
        secret: str,
        *,
        place: TokenPlace,
        client: VendorClient,
        clock: Callable[[], float],
        lots: Callable[[], str],
    ) -> None:
        self._client_id = client_id
        self._secret = secret
        self._key = SigningKey(secret, of=place.of) if "-----BEGIN" in secret else None
        self._place = place
        self._client = client
        self._clock = clock
        self._lots = lots
        self._token, self._ends_at = "", 0.0

    def headers(self) -> Mapping[str, str]:
        """The header that carries it.

        Raises:
            UnavailableError: The platform gives none (WL-INV-010).
        """
        if self._clock() >= self._ends_at - _EARLY_S:
            self._renew()
        return {"authorization": f"Bearer {self._token}"}

    def _renew(self) -> None:
        now = int(self._clock())
        answer = self._asked(f"{self._place.scope} {self._place.wished}".strip(), now)
        if answer.status in (400, 401, 403) and self._place.wished:
            answer = self._asked(self._place.scope, now)
        told = answer.body if isinstance(answer.body, dict) else {}
        token, life = told.get("access_token"), told.get("expires_in")
        if answer.status != 200 or not isinstance(token, str) or not isinstance(life, int) or isinstance(life, bool):
            raise not_read(self._place.of, f"it gives no token for the app (status {answer.status})")
        self._token, self._ends_at = token, now + float(life)

    def _asked(self, scope: str, now: int) -> VendorAnswer:
        form = {"grant_type": "client_credentials", "client_id": self._client_id, "scope": scope}
        if self._key is None:
            form["client_secret"] = self._secret
        else:
            form |= {"client_assertion_type": _ASSERTION, "client_assertion": self._word(self._key, now)}
        return self._client.post_form(self._place.path, form)

    def _word(self, key: SigningKey, now: int) -> str:
        claims = {
            "iss": self._client_id,
            "sub": self._client_id,
            "aud": self._place.url,
            "iat": now,
            "nbf": now,
            "exp": now + LIFE_S,
            "jti": self._lots(),
        }
        return key.signed(claims, **({"x5t#S256": key.thumbprint} if key.thumbprint else {}))
