"""What reads a directory, and what revokes there, each with its own credential read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import assert_never
from urllib.parse import urlsplit

import msgspec

from wardlaw.config.connected import Directory, Platform
from wardlaw.config.load import read_secret
from wardlaw.config.notify import is_safe_webhook
from wardlaw.connectors.feed import Connector
from wardlaw.connectors.github import GithubConnector
from wardlaw.connectors.githubrevoking import GithubRevoker
from wardlaw.connectors.githubtoken import GithubAppToken
from wardlaw.connectors.google import GoogleConnector
from wardlaw.connectors.googlechannel import GoogleChannels
from wardlaw.connectors.googlerevoking import GoogleRevoker
from wardlaw.connectors.googletoken import POLICY_SCOPES, SCOPES, WRITE_SCOPES, GoogleToken, read_service_account
from wardlaw.connectors.revoking import Revoker
from wardlaw.connectors.vendorclient import VendorClient
from wardlaw.facts.errors import ConfigError, InputError

_GOOGLE, _GITHUB, _POLICIES = (
    "https://admin.googleapis.com",
    "https://api.github.com",
    "https://cloudidentity.googleapis.com",
)


def open_connector(
    directory: Directory, *, env: Mapping[str, str], clock: Callable[[], float], sleep: Callable[[float], None]
) -> Connector:
    """The connector of a directory, with its credential read.

    Raises:
        ConfigError: The credential cannot be read or used.
    """
    secret = read_secret(directory.credential, env=env, what=f"the credential of {directory.name}")
    opening = _Opening(directory, secret, clock, sleep)
    match directory.platform:
        case Platform.GITHUB:
            return GithubConnector(opening.github(), directory.organisation)
        case Platform.GOOGLE:
            return GoogleConnector(opening.google(_GOOGLE, SCOPES), opening.google(_POLICIES, POLICY_SCOPES))
        case never:
            assert_never(never)


def open_revoker(
    directory: Directory, *, env: Mapping[str, str], clock: Callable[[], float], sleep: Callable[[float], None]
) -> Revoker:
    """What revokes in a directory, with its write credential read; the credential that reads is never used for it.

    Raises:
        ConfigError: There is no write credential (WL-INV-021), or it cannot be read or used.
    """
    if not directory.write_credential:
        raise ConfigError(
            "WL-INV-021",
            f"Nothing can be revoked in {directory.name}: it has no write credential.",
            f"Set write_credential of {directory.name} under inventory.directories; docs/connectors says what it needs.",
        )
    secret = read_secret(directory.write_credential, env=env, what=f"the write credential of {directory.name}")
    opening = _Opening(directory, secret, clock, sleep)
    match directory.platform:
        case Platform.GITHUB:
            return GithubRevoker(opening.github(), directory.organisation, clock=clock)
        case Platform.GOOGLE:
            return GoogleRevoker(opening.google(_GOOGLE, WRITE_SCOPES), clock=clock)
        case never:
            assert_never(never)


def open_channels(
    directory: Directory, *, env: Mapping[str, str], clock: Callable[[], float], sleep: Callable[[float], None]
) -> GoogleChannels:
    """What opens notification channels of a directory, with the credential that reads.

    Raises:
        InputError: Its platform has none (WL-INV-012).
        ConfigError: The credential cannot be read or used.
    """
    if directory.platform is not Platform.GOOGLE:
        raise InputError(
            "WL-INV-012",
            f"{directory.name} has no notification channels; only Google has.",
            "Set up a webhook there; docs/connectors says how.",
        )
    secret = read_secret(directory.credential, env=env, what=f"the credential of {directory.name}")
    return GoogleChannels(_Opening(directory, secret, clock, sleep).google(_GOOGLE, SCOPES))


class _Opening(msgspec.Struct, frozen=True):
    """A directory, one of its two credentials, and time."""

    directory: Directory
    secret: str
    clock: Callable[[], float]
    sleep: Callable[[float], None]

    def client(self, url: str, authorise: Callable[[], Mapping[str, str]]) -> VendorClient:
        return VendorClient(url, authorise=authorise, clock=self.clock, sleep=self.sleep, authority=self.directory.ca)

    def github(self) -> VendorClient:
        def connect(authorise: Callable[[], Mapping[str, str]]) -> VendorClient:
            version = {"x-github-api-version": "2022-11-28"}
            return self.client(self.directory.url or _GITHUB, lambda: {**authorise(), **version})

        if self.secret.lstrip().startswith("{"):  # no token of GitHub's looks like it
            return connect(GithubAppToken(self.secret, connect=connect, clock=self.clock).headers)
        return connect(lambda: {"authorization": f"Bearer {self.secret}"})

    def google(self, url: str, scopes: tuple[str, ...]) -> VendorClient:
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
