from __future__ import annotations

from tests.unit.connectors.test_scim import scim_world
from wardlaw.testing.saas.message import SaasRequest
from wardlaw.testing.saas.scim import ScimPlatform


def ask(platform: ScimPlatform, path: str, token: str = "scim-1", **query: str):
    return platform.answer(SaasRequest("GET", path, query, {"authorization": f"Bearer {token}"}, b""))


def test_pages_begin_at_one_and_say_how_many_there_are() -> None:
    platform = ScimPlatform(scim_world())
    body = ask(platform, "/scim/v2/Agents", startIndex="2", count="1").body
    assert (body["totalResults"], body["startIndex"], body["itemsPerPage"]) == (3, 2, 1)
    assert [one["id"] for one in body["Resources"]] == ["a-2"]
    assert ask(platform, "/scim/v2/Agents", startIndex="9").body["Resources"] == []


def test_it_refuses_strangers_and_what_it_does_not_know() -> None:
    assert ask(ScimPlatform(scim_world()), "/scim/v2/Users", token="x").status == 401
    assert ask(ScimPlatform(scim_world(), has_agents=False), "/scim/v2/Agents").status == 404
    assert ScimPlatform(scim_world()).empty(SaasRequest("GET", "/", {}, {}, b"")).body["totalResults"] == 0
