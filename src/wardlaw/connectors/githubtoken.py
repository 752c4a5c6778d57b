"""Access to GitHub as an app that is installed on the organisation: a token of an hour, made anew before it ends."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from urllib.parse import quote

import msgspec
from cryptography.hazmat.primitives.asymmetric import rsa

from wardlaw.connectors.feed import not_read
from wardlaw.connectors.signedjwt import read_rsa_key, signed_jwt
from wardlaw.connectors.vendorclient import VendorClient
from wardlaw.facts.errors import ConfigError
from wardlaw.inventory.importing.badrow import UnreadableError, time_of

_WORD_LIFE_S = 540  # GitHub takes at most ten minutes
_SKEW_S = 60  # GitHub's advice: its clock may be behind ours
_EARLY_S = 300.0


class AppKeyFile(msgspec.Struct, frozen=True):
    """The credential of a directory that is read as an app: a file of ours, with what GitHub gives."""

    app_id: int
    installation_id: int
    private_key: str


class GithubAppToken:
    """The token of an installation, renewed five minutes before it ends.

    Args:
        key_file: JSON of an ``AppKeyFile``.
        connect: Makes a client of GitHub's address with these headers.

    Raises:
        ConfigError: It is no such file (WL-INV-011).
    """

    def __init__(
        self,
        key_file: str,
        *,
        connect: Callable[[Callable[[], Mapping[str, str]]], VendorClient],
        clock: Callable[[], float],
    ) -> None:
        self._file, self._key = _read(key_file)
        self._client = connect(self._word)
        self._clock = clock
        self._token, self._ends_at = "", 0.0

    def headers(self) -> Mapping[str, str]:
        """The header that carries it.

        Raises:
            UnavailableError: GitHub gives none (WL-INV-010).
        """
        if self._clock() >= self._ends_at - _EARLY_S:
            self._renew()
        return {"authorization": f"Bearer {self._token}"}

    def _renew(self) -> None:
        path = f"/app/installations/{quote(str(self._file.installation_id))}/access_tokens"
        answer = self._client.post_json(path, {})
        told = answer.body if isinstance(answer.body, dict) else {}
        token = told.get("token")
        try:
            ends_at = time_of(told.get("expires_at"), "expires_at")
        except UnreadableError:
            ends_at = 0.0
        if answer.status != 201 or not isinstance(token, str) or not ends_at:
            raise not_read("GitHub", f"it gives no token for the installed app (status {answer.status})")
        self._token, self._ends_at = token, ends_at

    def _word(self) -> Mapping[str, str]:
        now = int(self._clock())
        claims = {"iat": now - _SKEW_S, "exp": now + _WORD_LIFE_S, "iss": str(self._file.app_id)}
        return {"authorization": f"Bearer {signed_jwt(claims, self._key)}"}


def _read(key_file: str) -> tuple[AppKeyFile, rsa.RSAPrivateKey]:
    try:
        found = msgspec.json.decode(key_file, type=AppKeyFile)
    except (msgspec.MsgspecError, UnicodeError) as error:
        raise _no_key_file() from error
    key = read_rsa_key(found.private_key)
    if key is None:
        raise _no_key_file()
    return found, key


def _no_key_file() -> ConfigError:
    return ConfigError(
        "WL-INV-011",
        "The credential of a GitHub directory is JSON, but not with app_id, installation_id and an RSA private_key.",
        "Write the three as docs/connectors/github.md says, or name a token.",
    )
