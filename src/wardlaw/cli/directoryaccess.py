"""A connected organisation with one of its two credentials read, and the clients of Google and GitHub that use it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

import msgspec

from wardlaw.config.connected import Directory
from wardlaw.config.notify import is_safe_webhook
from wardlaw.connectors.githubtoken import GithubAppToken
from wardlaw.connectors.googletoken import GoogleToken, read_service_account
from wardlaw.connectors.vendorclient import VendorClient
from wardlaw.facts.errors import ConfigError

_GITHUB = "https://api.github.com"


def in_header(secret: str, *, what: str) -> str:
    """The secret, when it can stand in a header. The error of what sends it would quote it.

    Raises:
        ConfigError: It cannot (WL-INV-053).
    """
    if not secret.isascii() or not secret.isprintable() or " " in secret:
        hint = "Put the token alone into the file or variable, without quotes or a second line."
        raise ConfigError("WL-INV-053", f"{what[:1].upper()}{what[1:]} is not one word of plain letters.", hint)
    return secret


class DirectoryAccess(msgspec.Struct, frozen=True):
    """A directory, the text of one of its credentials, and time.

    Attributes:
        what: What the credential is, for messages.
    """

    directory: Directory
    secret: str
    what: str
    clock: Callable[[], float]
    sleep: Callable[[float], None]

    def client(self, url: str, authorise: Callable[[], Mapping[str, str]]) -> VendorClient:
        """A client at an address, with headers that may change."""
        return VendorClient(url, authorise=authorise, clock=self.clock, sleep=self.sleep, authority=self.directory.ca)

    def github(self) -> VendorClient:
        """GitHub, by a token or as an installed app."""

        def connect(authorise: Callable[[], Mapping[str, str]]) -> VendorClient:
            version = {"x-github-api-version": "2022-11-28"}
            return self.client(self.directory.url or _GITHUB, lambda: {**authorise(), **version})

        if self.secret.lstrip().startswith("{"):  # no token of GitHub's looks like it
            return connect(GithubAppToken(self.secret, connect=connect, clock=self.clock).headers)
        token = in_header(self.secret, what=self.what)
        return connect(lambda: {"authorization": f"Bearer {token}"})

    def google(self, url: str, scopes: tuple[str, ...]) -> VendorClient:
        """Google, as the administrator the service account stands for.

        Raises:
            ConfigError: The key file names a token address that is not https (WL-INV-011).
        """
        address = read_service_account(self.secret).token_uri
        if not is_safe_webhook(address):
            raise ConfigError(
                "WL-INV-011", "The token address in the key file is not https.", "Take the file as Google made it."
            )
        parts = urlsplit(address)
        asking = self.client(f"{parts.scheme}://{parts.netloc}", dict)
        token = GoogleToken(
            self.secret, self.directory.subject, client=asking, path=parts.path, clock=self.clock, scopes=scopes
        )
        return self.client(self.directory.url or url, token.headers)
