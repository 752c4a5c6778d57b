"""What reads a directory, and what revokes there, each with its own credential read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import assert_never
from urllib.parse import urlsplit

from wardlaw.cli.vendoraccess import VendorAccess
from wardlaw.config.connected import Directory, Platform
from wardlaw.config.load import read_secret
from wardlaw.config.notify import is_safe_webhook
from wardlaw.connectors.feed import Connector
from wardlaw.connectors.github import GithubConnector
from wardlaw.connectors.google import GoogleConnector
from wardlaw.connectors.googletoken import GoogleToken, read_service_account
from wardlaw.connectors.revoking import Revoker, no_call
from wardlaw.connectors.vendorclient import VendorClient
from wardlaw.facts.errors import ConfigError

_GOOGLE, _GITHUB = "https://admin.googleapis.com", "https://api.github.com"


def open_connector(
    directory: Directory, *, env: Mapping[str, str], clock: Callable[[], float], sleep: Callable[[float], None]
) -> Connector:
    """The connector of a directory, with its credential read.

    Raises:
        ConfigError: The credential cannot be read or used.
    """
    what = f"the credential of {directory.name}"
    secret = read_secret(directory.credential, env=env, what=what)

    def client(url: str, authorise: Callable[[], Mapping[str, str]]) -> VendorClient:
        return VendorClient(url, authorise=authorise, clock=clock, sleep=sleep, authority=directory.ca)

    access = VendorAccess(directory, secret, env=env, clock=clock, sleep=sleep)
    match directory.platform:
        case Platform.GITHUB:
            headers = {"authorization": f"Bearer {secret}", "x-github-api-version": "2022-11-28"}
            return GithubConnector(client(directory.url or _GITHUB, lambda: headers), directory.organisation)
        case Platform.GOOGLE:
            address = read_service_account(secret).token_uri
            if not is_safe_webhook(address):
                raise ConfigError(
                    "WL-INV-011", "The token address in the key file is not https.", "Take the file as Google made it."
                )
            parts = urlsplit(address)
            asking = client(f"{parts.scheme}://{parts.netloc}", dict)
            token = GoogleToken(secret, directory.subject, client=asking, path=parts.path, clock=clock)
            return GoogleConnector(client(directory.url or _GOOGLE, token.headers))
        case Platform.OAUTH:
            return access.oauth()
        case Platform.SLACK:
            return access.slack()
        case Platform.SALESFORCE:
            return access.salesforce()
        case Platform.OPENAI:
            return access.openai()
        case Platform.ANTHROPIC:
            return access.anthropic()
        case never:
            assert_never(never)


def open_revoker(
    directory: Directory, *, env: Mapping[str, str], clock: Callable[[], float], sleep: Callable[[float], None]
) -> Revoker:
    """What revokes in a directory, with its write credential read; the credential that reads is never used for it.

    Raises:
        ConfigError: There is no write credential (WL-INV-021), or it cannot be read or used.
        InputError: Nothing can be revoked on this platform (WL-INV-020).
    """
    if not directory.write_credential:
        raise ConfigError(
            "WL-INV-021",
            f"Nothing can be revoked in {directory.name}: it has no write credential.",
            f"Set write_credential of {directory.name} under inventory.directories; docs/connectors says what it needs.",
        )
    secret = read_secret(directory.write_credential, env=env, what=f"the write credential of {directory.name}")
    access = VendorAccess(directory, secret, env=env, clock=clock, sleep=sleep)
    match directory.platform:
        case Platform.OAUTH:
            return access.oauth_revoker()
        case Platform.SLACK:
            return access.slack_revoker()
        case Platform.SALESFORCE:
            return access.salesforce_revoker()
        case Platform.OPENAI:
            return access.openai_revoker()
        case Platform.ANTHROPIC:
            return access.anthropic_revoker()
        case Platform.GOOGLE | Platform.GITHUB:
            raise no_call(f"What {directory.name} has granted", "A person does it in the platform's admin console.")
        case never:
            assert_never(never)
