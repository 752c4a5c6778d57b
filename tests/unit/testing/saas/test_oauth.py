from __future__ import annotations

from tests.unit.connectors.oauthworld import oauth_world
from wardlaw.testing.saas.message import SaasRequest, SaasResponse
from wardlaw.testing.saas.oauth import OauthPlatform

READER, CRM = "Basic cmVhZGVyJTNBMTpzK2UlMkZj", "Basic Y3JtOng="


def post(platform: OauthPlatform, path: str, body: bytes, login: str) -> SaasResponse:
    return platform.answer(SaasRequest("POST", path, headers={"authorization": login, "host": "h"}, body=body))


def test_a_client_may_revoke_only_its_own_tokens() -> None:
    platform = OauthPlatform(oauth_world())
    assert post(platform, "/introspect", b"token=tok-ada", READER).body["username"] == "Ada\u202e <b>"
    assert post(platform, "/revoke", b"token=tok-ada", CRM).status == 400
    assert post(platform, "/revoke", b"token=tok-crm", CRM).status == 200
    assert post(platform, "/introspect", b"token=tok-crm", READER).body == {"active": False}
    assert platform.world.activities[-1].credential == "env:CRM"


def test_who_may_not_ask_and_what_is_not_there() -> None:
    platform = OauthPlatform(oauth_world())
    assert [post(platform, "/revoke", b"token=x", login).status for login in ("", "Basic Y3JtOnk=")] == [401, 401]
    assert post(platform, "/revoke", b"", CRM).status == 400
    assert post(platform, "/else", b"", CRM).status == 404
    platform.world.extras["client crm"]["introspects"] = False
    assert post(platform, "/introspect", b"token=tok-crm", CRM).body == {"active": False}
    metadata = platform.answer(SaasRequest("GET", "/.well-known/openid-configuration", headers={"host": "h"}))
    assert metadata.body["issuer"] == "http://h"
    assert platform.empty(SaasRequest("GET", "/")).body == {}
