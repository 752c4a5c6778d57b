from __future__ import annotations

from tests.unit.connectors.aiworlds import openai_world
from wardlaw.testing.saas.message import SaasRequest
from wardlaw.testing.saas.openai import OpenaiPlatform


def ask(platform: OpenaiPlatform, path: str, method: str = "GET", token: str = "sk-admin-1", **query: str):
    return platform.answer(SaasRequest(method, f"/v1/organization/{path}", query, {"authorization": f"Bearer {token}"}))


def test_lists_one_thing_and_deletion() -> None:
    platform = OpenaiPlatform(openai_world())
    assert [one["id"] for one in ask(platform, "projects", after="proj_a").body["data"]] == ["proj_b", "proj_c"]
    assert ask(platform, "projects/proj_a/api_keys/key_1").body["name"] == "laptop"
    assert ask(platform, "projects/proj_b/api_keys/key_3", "DELETE").status == 400
    assert ask(platform, "projects/proj_a/api_keys/key_1", "DELETE").body["deleted"] is True
    assert [
        ask(platform, path).status for path in ("projects/proj_a/api_keys/key_1", "projects/no/api_keys", "nothing")
    ] == [404] * 3
    assert ask(platform, "users", token="other").status == 401
    assert platform.empty(SaasRequest("GET", "/")).body["data"] == []
