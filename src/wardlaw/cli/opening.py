"""The connector of a directory, with its credential read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import assert_never
from urllib.parse import urlsplit

from wardlaw.config.connected import Directory, Platform
from wardlaw.config.load import read_secret
from wardlaw.config.notify import is_safe_webhook
from wardlaw.connectors.feed import Connector
from wardlaw.connectors.github import GithubConnector
from wardlaw.connectors.google import GoogleConnector
from wardlaw.connectors.googletoken import GoogleToken, read_service_account
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
        case never:
            assert_never(never)
