"""Access to OAuth servers, Slack, Salesforce and AI vendors: clients with one of a directory's two credentials."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from wardlaw.cli.directoryaccess import in_header
from wardlaw.config.connected import Directory
from wardlaw.config.load import read_reference
from wardlaw.connectors.anthropicadmin import AnthropicConnector
from wardlaw.connectors.keyrevoking import AnthropicRevoker, OpenaiRevoker
from wardlaw.connectors.namedtokens import NamedTokens, read_references
from wardlaw.connectors.oauth import OauthConnector
from wardlaw.connectors.oauthrevoking import OauthRevoker
from wardlaw.connectors.oauthserver import OauthLogin, OauthServer, read_logins
from wardlaw.connectors.openaiadmin import OpenaiConnector
from wardlaw.connectors.salesforce import SalesforceConnector
from wardlaw.connectors.salesforcequery import SalesforceQuery, SalesforceToken
from wardlaw.connectors.salesforcerevoking import SalesforceRevoker
from wardlaw.connectors.scim import ScimConnector
from wardlaw.connectors.slack import SlackConnector
from wardlaw.connectors.slackrevoking import SlackRevoker
from wardlaw.connectors.vendorclient import VendorClient

_SLACK, _SLACK_AUDIT = "https://slack.com", "https://api.slack.com"
_OPENAI, _ANTHROPIC = "https://api.openai.com", "https://api.anthropic.com"


class VendorAccess:
    """A directory with the text of one credential: what reads there, or with the other one what revokes.

    Raises:
        ConfigError: Any of its methods: the credential, or the file of tokens, cannot be used.
    """

    def __init__(
        self,
        directory: Directory,
        secret: str,
        *,
        env: Mapping[str, str],
        clock: Callable[[], float],
        sleep: Callable[[float], None],
    ) -> None:
        self._directory, self._secret = directory, secret
        self._what = f"The credential of {directory.name}"
        self._env, self._clock, self._sleep = env, clock, sleep

    def oauth(self) -> OauthConnector:
        """Reads an OAuth server."""
        return OauthConnector(self._oauth_server(self._logins()[0]), self._named_tokens())

    def oauth_revoker(self) -> OauthRevoker:
        """Takes tokens of an OAuth server away."""
        servers = {one.client_id: self._oauth_server(one) for one in self._logins()}
        return OauthRevoker(servers, self._named_tokens(), clock=self._clock)

    def slack(self) -> SlackConnector:
        """Reads Slack."""
        return SlackConnector(self._bearer(_SLACK), self._bearer(_SLACK_AUDIT), self._directory.organisation)

    def slack_revoker(self) -> SlackRevoker:
        """Takes apps of Slack away."""
        return SlackRevoker(self._bearer(_SLACK), self._directory.organisation, clock=self._clock)

    def salesforce(self) -> SalesforceConnector:
        """Reads Salesforce."""
        return SalesforceConnector(self._soql())

    def salesforce_revoker(self) -> SalesforceRevoker:
        """Takes tokens of Salesforce away."""
        return SalesforceRevoker(self._soql(), self._with_headers(self._directory.url, {}), clock=self._clock)

    def openai(self) -> OpenaiConnector:
        """Reads OpenAI."""
        return OpenaiConnector(self._bearer(_OPENAI), clock=self._clock)

    def openai_revoker(self) -> OpenaiRevoker:
        """Takes keys of OpenAI away."""
        return OpenaiRevoker(self._bearer(_OPENAI), clock=self._clock)

    def anthropic(self) -> AnthropicConnector:
        """Reads Anthropic."""
        return AnthropicConnector(self._anthropic_client(), clock=self._clock)

    def anthropic_revoker(self) -> AnthropicRevoker:
        """Takes keys of Anthropic away."""
        return AnthropicRevoker(self._anthropic_client(), clock=self._clock)

    def scim(self) -> ScimConnector:
        """Reads a SCIM server."""
        return ScimConnector(self._bearer(self._directory.url))

    def _client(self, url: str, authorise: Callable[[], Mapping[str, str]]) -> VendorClient:
        return VendorClient(
            url, authorise=authorise, clock=self._clock, sleep=self._sleep, authority=self._directory.ca
        )

    def _with_headers(self, url: str, headers: Mapping[str, str]) -> VendorClient:
        return self._client(url, lambda: headers)

    def _bearer(self, url: str) -> VendorClient:
        """At the platform's own address, unless the directory names another."""
        return self._with_headers(self._directory.url or url, {"authorization": f"Bearer {self._in_header()}"})

    def _anthropic_client(self) -> VendorClient:
        headers = {"x-api-key": self._in_header(), "anthropic-version": "2023-06-01"}
        return self._with_headers(self._directory.url or _ANTHROPIC, headers)

    def _soql(self) -> SalesforceQuery:
        asking = self._with_headers(self._directory.url, {})
        token = SalesforceToken(self._logins()[0], asking, clock=self._clock)
        return SalesforceQuery(self._client(self._directory.url, token.headers))

    def _oauth_server(self, login: OauthLogin) -> OauthServer:
        return OauthServer(self._directory.url, login, open_client=self._with_headers)

    def _logins(self) -> tuple[OauthLogin, ...]:
        return read_logins(self._secret, what=self._what)

    def _named_tokens(self) -> NamedTokens:
        def read(reference: str) -> str:
            return read_reference(reference, env=self._env, what=f"a token of {self._directory.name}")

        return NamedTokens(read_references(self._directory.tokens), salt=self._directory.url, read=read)

    def _in_header(self) -> str:
        return in_header(self._secret, what=self._what)
