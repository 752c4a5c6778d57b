"""The connector of a directory, and what takes things away there, with their credentials read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import assert_never
from urllib.parse import urlsplit

from wardlaw.config.connected import Directory, Platform
from wardlaw.config.load import read_reference, read_secret
from wardlaw.config.notify import is_safe_webhook
from wardlaw.connectors.anthropicadmin import AnthropicConnector
from wardlaw.connectors.feed import Connector
from wardlaw.connectors.github import GithubConnector
from wardlaw.connectors.google import GoogleConnector
from wardlaw.connectors.googletoken import GoogleToken, read_service_account
from wardlaw.connectors.keyrevoking import AnthropicRevoker, OpenaiRevoker
from wardlaw.connectors.namedtokens import NamedTokens, read_references
from wardlaw.connectors.oauth import OauthConnector
from wardlaw.connectors.oauthrevoking import OauthRevoker
from wardlaw.connectors.oauthserver import OauthLogin, OauthServer, read_logins
from wardlaw.connectors.openaiadmin import OpenaiConnector
from wardlaw.connectors.revoking import Revoker, no_call
from wardlaw.connectors.salesforce import SalesforceConnector
from wardlaw.connectors.salesforcequery import SalesforceQuery, SalesforceToken
from wardlaw.connectors.salesforcerevoking import SalesforceRevoker
from wardlaw.connectors.slack import SlackConnector
from wardlaw.connectors.slackrevoking import SlackRevoker
from wardlaw.connectors.vendorclient import VendorClient
from wardlaw.facts.errors import ConfigError

_GOOGLE, _GITHUB = "https://admin.googleapis.com", "https://api.github.com"
_OPENAI, _ANTHROPIC = "https://api.openai.com", "https://api.anthropic.com"
_SLACK, _SLACK_AUDIT = "https://slack.com", "https://api.slack.com"


class _Access:
    """A directory with the text of one credential, and clients that use it."""

    def __init__(
        self,
        directory: Directory,
        secret: str,
        *,
        env: Mapping[str, str],
        clock: Callable[[], float],
        sleep: Callable[[float], None],
    ) -> None:
        self.directory, self.secret = directory, secret
        self.what = f"The credential of {directory.name}"
        self.env, self.clock, self.sleep = env, clock, sleep

    def client(self, url: str, authorise: Callable[[], Mapping[str, str]]) -> VendorClient:
        return VendorClient(url, authorise=authorise, clock=self.clock, sleep=self.sleep, authority=self.directory.ca)

    def with_headers(self, url: str, headers: Mapping[str, str]) -> VendorClient:
        return self.client(url, lambda: headers)

    def bearer(self, url: str) -> VendorClient:
        """At the platform's own address, unless the directory names another."""
        return self.with_headers(self.directory.url or url, {"authorization": f"Bearer {self.in_header()}"})

    def in_header(self) -> str:
        """The secret, when it can stand in a header. The error of what sends it would quote it."""
        if not self.secret.isascii() or not self.secret.isprintable() or " " in self.secret:
            hint = "Put the token alone into the file or variable, without quotes or a second line."
            raise ConfigError("WL-INV-053", f"{self.what} is not one word of plain letters.", hint)
        return self.secret


def open_connector(
    directory: Directory, *, env: Mapping[str, str], clock: Callable[[], float], sleep: Callable[[float], None]
) -> Connector:
    """The connector of a directory, with its credential read.

    Raises:
        ConfigError: The credential cannot be read or used.
    """
    secret = read_secret(directory.credential, env=env, what=f"the credential of {directory.name}")
    access = _Access(directory, secret, env=env, clock=clock, sleep=sleep)
    match directory.platform:
        case Platform.GITHUB:
            headers = {"authorization": f"Bearer {access.in_header()}", "x-github-api-version": "2022-11-28"}
            return GithubConnector(access.with_headers(directory.url or _GITHUB, headers), directory.organisation)
        case Platform.GOOGLE:
            return _google(access)
        case Platform.OAUTH:
            server = _oauth_server(access, read_logins(secret, what=access.what)[0])
            return OauthConnector(server, _named_tokens(access))
        case Platform.SLACK:
            web, audit = access.bearer(_SLACK), access.bearer(_SLACK_AUDIT)
            return SlackConnector(web, audit, directory.organisation)
        case Platform.SALESFORCE:
            return SalesforceConnector(_salesforce(access))
        case Platform.OPENAI:
            return OpenaiConnector(access.bearer(_OPENAI), clock=clock)
        case Platform.ANTHROPIC:
            return AnthropicConnector(_anthropic(access), clock=clock)
        case never:
            assert_never(never)


def open_revoker(
    directory: Directory, *, env: Mapping[str, str], clock: Callable[[], float], sleep: Callable[[float], None]
) -> Revoker:
    """What takes things away in a directory, with its other credential read.

    Raises:
        ConfigError: The directory has no such credential (WL-INV-021), or it cannot be read or used.
    """
    if not directory.write_credential:
        raise ConfigError(
            "WL-INV-021",
            f"Nothing is revoked in {directory.name}: it has no write_credential.",
            "Set inventory.directories[].write_credential; the platform's page in docs/connectors says what it needs.",
        )
    secret = read_secret(directory.write_credential, env=env, what=f"the write_credential of {directory.name}")
    access = _Access(directory, secret, env=env, clock=clock, sleep=sleep)
    match directory.platform:
        case Platform.OAUTH:
            logins = read_logins(secret, what=access.what)
            servers = {one.client_id: _oauth_server(access, one) for one in logins}
            return OauthRevoker(servers, _named_tokens(access), clock=clock)
        case Platform.SLACK:
            return SlackRevoker(access.bearer(_SLACK), directory.organisation, clock=clock)
        case Platform.SALESFORCE:
            return SalesforceRevoker(_salesforce(access), access.with_headers(directory.url, {}), clock=clock)
        case Platform.OPENAI:
            return OpenaiRevoker(access.bearer(_OPENAI), clock=clock)
        case Platform.ANTHROPIC:
            return AnthropicRevoker(_anthropic(access), clock=clock)
        case Platform.GITHUB | Platform.GOOGLE:
            raise no_call(f"What {directory.name} holds", "A person does it in the platform's own administration.")
        case never:
            assert_never(never)


def _google(access: _Access) -> Connector:
    directory = access.directory
    address = read_service_account(access.secret).token_uri
    if not is_safe_webhook(address):
        raise ConfigError(
            "WL-INV-011", "The token address in the key file is not https.", "Take the file as Google made it."
        )
    parts = urlsplit(address)
    asking = access.client(f"{parts.scheme}://{parts.netloc}", dict)
    token = GoogleToken(access.secret, directory.subject, client=asking, path=parts.path, clock=access.clock)
    return GoogleConnector(access.client(directory.url or _GOOGLE, token.headers))


def _anthropic(access: _Access) -> VendorClient:
    headers = {"x-api-key": access.in_header(), "anthropic-version": "2023-06-01"}
    return access.with_headers(access.directory.url or _ANTHROPIC, headers)


def _salesforce(access: _Access) -> SalesforceQuery:
    login = read_logins(access.secret, what=access.what)[0]
    token = SalesforceToken(login, access.with_headers(access.directory.url, {}), clock=access.clock)
    return SalesforceQuery(access.client(access.directory.url, token.headers))


def _oauth_server(access: _Access, login: OauthLogin) -> OauthServer:
    return OauthServer(access.directory.url, login, open_client=access.with_headers)


def _named_tokens(access: _Access) -> NamedTokens:
    def read(reference: str) -> str:
        return read_reference(reference, env=access.env, what=f"a token of {access.directory.name}")

    return NamedTokens(read_references(access.directory.tokens), salt=access.directory.url, read=read)
