from __future__ import annotations

import pytest

from tests.unit.connectors.oauthworld import oauth_world, server_at
from tests.unit.connectors.scripted import Answer, Platform
from wardlaw.connectors.oauthserver import OauthLogin, read_logins
from wardlaw.facts.errors import ConfigError, UnavailableError
from wardlaw.testing.saas.oauth import OauthPlatform
from wardlaw.testing.saas.server import serve


def test_id_and_secret_are_encoded_and_the_metadata_asked_once() -> None:
    with serve(OauthPlatform(oauth_world(), is_oidc_only=True)) as served:
        server = server_at(served.url)
        assert server.introspect("tok-crm").body["active"] is True
        assert server.introspect("nobody's").body == {"active": False}
        assert [one.method for one in served.asked] == ["GET", "GET", "POST", "POST"]
        assert "authorization" not in served.asked[0].headers
        with pytest.raises(UnavailableError):
            server_at(served.url, OauthLogin("reader:1", "wrong")).introspect("tok-crm")


def test_a_server_without_the_endpoints(platform: Platform) -> None:
    platform.on("/.well-known/oauth-authorization-server", Answer({"issuer": platform.url}))
    with pytest.raises(UnavailableError, match="name none"):
        server_at(platform.url).introspect("t")
    with pytest.raises(UnavailableError, match="name none"):
        server_at(platform.url).revoke("t")


def test_an_endpoint_may_have_a_query(platform: Platform) -> None:
    metadata = {"issuer": platform.url, "revocation_endpoint": f"{platform.url}/r?tenant=1"}
    platform.on("/.well-known/oauth-authorization-server", Answer(metadata))
    platform.on("/r", Answer(b""))
    assert server_at(platform.url).revoke("t").status == 200
    assert platform.asked[-1] == ("POST", "/r", {"tenant": "1"})
    assert platform.forms == [{"token": "t"}]


def test_one_client_or_several() -> None:
    one = '{"client_id": "a", "client_secret": "b"}'
    assert read_logins(one, what="x") == (OauthLogin("a", "b"),)
    assert len(read_logins(f"[{one}, {one}]", what="x")) == 2


@pytest.mark.parametrize(
    "text", ["", "sk-1", "[]", '{"client_id": "a"}', '{"client_id": "", "client_secret": "hidden"}']
)
def test_what_is_no_client(text: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read_logins(text, what="The credential of a")
    assert caught.value.code == "WL-INV-050"
    assert "hidden" not in str(caught.value)
