"""A connected organisation with one of its two credentials read, and the clients that use it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

import msgspec

from wardlaw.config.connected import Directory
from wardlaw.config.load import read_reference
from wardlaw.config.notify import is_safe_webhook
from wardlaw.connectors.githubtoken import GithubAppToken
from wardlaw.connectors.googletoken import GoogleToken, read_service_account
from wardlaw.connectors.namedtokens import NamedTokens, read_references
from wardlaw.connectors.oauthserver import OauthLogin, OauthServer, read_logins
from wardlaw.connectors.salesforcequery import SalesforceQuery, SalesforceToken
from wardlaw.connectors.vendorclient import VendorClient
from wardlaw.facts.errors import ConfigError

_GITHUB, _ANTHROPIC = "https://api.github.com", "https://api.anthropic.com"


class DirectoryAccess(msgspec.Struct, frozen=True):
    """A directory, the text of one of its credentials, and time.

    Attributes:
        what: What the credential is, for messages.
        env: Environment, for the references that a file of tokens names.
    """

    directory: Directory
    secret: str
    what: str
    env: Mapping[str, str]
    clock: Callable[[], float]
    sleep: Callable[[float], None]

    def client(self, url: str, authorise: Callable[[], Mapping[str, str]]) -> VendorClient:
        """A client at an address, with headers that may change."""
        return VendorClient(url, authorise=authorise, clock=self.clock, sleep=self.sleep, authority=self.directory.ca)

    def with_headers(self, url: str, headers: Mapping[str, str]) -> VendorClient:
        """A client at an address, with headers that stay."""
        return self.client(url, lambda: headers)

    def bearer(self, url: str) -> VendorClient:
        """With the credential as it stands, at the platform's own address unless the directory names another."""
        return self.with_headers(self.directory.url or url, {"authorization": f"Bearer {self.secret}"})

    def github(self) -> VendorClient:
        """GitHub, by a token or as an installed app."""

        def connect(authorise: Callable[[], Mapping[str, str]]) -> VendorClient:
            version = {"x-github-api-version": "2022-11-28"}
            return self.client(self.directory.url or _GITHUB, lambda: {**authorise(), **version})

        if self.secret.lstrip().startswith("{"):  # no token of GitHub's looks like it
            return connect(GithubAppToken(self.secret, connect=connect, clock=self.clock).headers)
        return connect(lambda: {"authorization": f"Bearer {self.secret}"})

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

    def anthropic(self) -> VendorClient:
        """Anthropic's administration."""
        headers = {"x-api-key": self.secret, "anthropic-version": "2023-06-01"}
        return self.with_headers(self.directory.url or _ANTHROPIC, headers)

    def salesforce(self) -> SalesforceQuery:
        """Salesforce, by the client credentials of a connected app."""
        login = read_logins(self.secret, what=self.what)[0]
        token = SalesforceToken(login, self.with_headers(self.directory.url, {}), clock=self.clock)
        return SalesforceQuery(self.client(self.directory.url, token.headers))

    def oauth_servers(self) -> dict[str, OauthServer]:
        """The OAuth server as each client of the credential sees it, by client id."""
        logins = read_logins(self.secret, what=self.what)
        return {login.client_id: self._oauth_server(login) for login in logins}

    def named_tokens(self) -> NamedTokens:
        """The tokens that the operator's file names."""

        def read(reference: str) -> str:
            return read_reference(reference, env=self.env, what=f"a token of {self.directory.name}")

        return NamedTokens(read_references(self.directory.tokens), salt=self.directory.url, read=read)

    def _oauth_server(self, login: OauthLogin) -> OauthServer:
        return OauthServer(self.directory.url, login, open_client=self.with_headers)
