from __future__ import annotations

from tests.unit.connectors.slackworld import slack_world
from wardlaw.testing.saas.message import SaasRequest
from wardlaw.testing.saas.slack import SlackPlatform


def call(platform: SlackPlatform, method: str, body: str = "", token: str = "xoxp-1"):
    headers = {"authorization": f"Bearer {token}"} if token else {}
    return platform.answer(SaasRequest("POST", f"/api/{method}", headers=headers, body=body.encode())).body


def test_errors_come_with_a_good_status() -> None:
    platform = SlackPlatform(slack_world(), is_enterprise=False)
    assert call(platform, "users.list", token="") == {"ok": False, "error": "not_authed"}
    assert call(platform, "no.such") == {"ok": False, "error": "unknown_method"}
    assert call(platform, "admin.apps.approved.list")["error"] == "feature_not_enabled"
    platform.world.extras["token xoxp-2"] = {}
    assert call(platform, "users.list")["error"] == "invalid_auth"
    assert call(platform, "auth.revoke", token="xoxp-2")["revoked"] is True


def test_an_app_is_uninstalled_for_everybody_and_a_page_has_a_cursor() -> None:
    platform = SlackPlatform(slack_world())
    page = call(platform, "users.list", "limit=2")
    assert (len(page["members"]), page["response_metadata"]) == (2, {"next_cursor": "2"})
    assert call(platform, "apps.uninstall", "client_id=A1&client_secret=x")["ok"] is True
    assert call(platform, "admin.apps.uninstall", "app_id=A1")["error"] == "app_not_installed"
    assert [one["change_type"] for one in call(platform, "team.integrationLogs")["logs"][:2]] == ["removed", "removed"]
    assert call(platform, "admin.apps.restrict", "app_id=A0")["error"] == "app_not_found"
    for method in ("users.list", "team.integrationLogs"):
        assert platform.empty(SaasRequest("POST", f"/api/{method}")).body["ok"] is True
