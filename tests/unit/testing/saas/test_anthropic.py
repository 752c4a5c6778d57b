from __future__ import annotations

from tests.unit.connectors.aiworlds import anthropic_world
from wardlaw.testing.saas.anthropic import AnthropicPlatform
from wardlaw.testing.saas.message import SaasRequest

HEADERS = {"x-api-key": "sk-ant-admin-1", "anthropic-version": "2023-06-01"}


def ask(platform: AnthropicPlatform, path: str, method: str = "GET", body: bytes = b"", **query: str):
    return platform.answer(SaasRequest(method, f"/v1/organizations/{path}", query, HEADERS, body))


def test_keys_are_changed_and_never_deleted() -> None:
    platform = AnthropicPlatform(anthropic_world())
    assert [one["id"] for one in ask(platform, "api_keys", status="inactive").body["data"]] == ["apikey_9"]
    assert ask(platform, "api_keys/apikey_1", "POST", b'{"status": "inactive"}').body["status"] == "inactive"
    assert ask(platform, "api_keys/none").status == 404
    assert ask(platform, "nothing").status == 404
    assert (
        platform.answer(SaasRequest("GET", "/v1/organizations/users", headers={"x-api-key": "sk-ant-admin-1"})).status
        == 401
    )
    assert platform.empty(SaasRequest("GET", "/")).body["has_more"] is False
