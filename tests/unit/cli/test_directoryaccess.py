from __future__ import annotations

import pytest

from wardlaw.cli.directoryaccess import DirectoryAccess
from wardlaw.config.connected import Directory, Platform
from wardlaw.config.secretref import SecretRef
from wardlaw.facts.errors import ConfigError
from wardlaw.testing.saas.message import SaasRequest, SaasResponse
from wardlaw.testing.saas.server import serve


class Echo:
    def answer(self, request: SaasRequest) -> SaasResponse:
        return SaasResponse(200, dict(request.headers))

    def empty(self, request: SaasRequest) -> SaasResponse:
        return SaasResponse(204)


def access(platform: Platform, secret: str, url: str) -> DirectoryAccess:
    directory = Directory("acme", platform, SecretRef("env", "T"), url=url)
    return DirectoryAccess(directory, secret, "the credential of acme", {}, lambda: 0.0, lambda _s: None)


@pytest.mark.parametrize(
    ("platform", "header", "value"),
    [(Platform.OPENAI, "authorization", "Bearer s3"), (Platform.ANTHROPIC, "x-api-key", "s3")],
)
def test_a_credential_goes_to_the_address_of_the_directory(platform: Platform, header: str, value: str) -> None:
    with serve(Echo()) as served:
        one = access(platform, "s3", served.url)
        client = one.anthropic() if platform is Platform.ANTHROPIC else one.bearer("https://elsewhere.example")
        assert client.get("/x").body[header] == value


def test_each_client_of_an_oauth_server_is_known_by_its_id() -> None:
    secret = '[{"client_id": "a", "client_secret": "x"}, {"client_id": "b", "client_secret": "y"}]'
    assert list(access(Platform.OAUTH, secret, "https://sso.example").oauth_servers()) == ["a", "b"]
    with pytest.raises(ConfigError, match="WL-INV-050"):
        access(Platform.OAUTH, "nonsense", "https://sso.example").oauth_servers()
