from __future__ import annotations

from tests.console_fakes import Api
from wardlaw.facts.person import Role


def test_an_admin_makes_one_time_tokens_for_others_never_api_tokens(api: Api) -> None:
    admin = api.person("admin", Role.ADMIN)
    api.person("ann", Role.CISO)
    made = api.ok("POST", "/tokens", {"person": "person:ann", "label": "first day", "hours": 1}, uid=admin)
    assert made["token"]["kind"] == "one-time"
    assert made["text"].startswith("wlo_")
    assert made["text"] not in str(api.ok("GET", "/tokens", uid=admin))
    assert made["text"] not in str(api.made.recorder.records)
    assert api.error("POST", "/tokens", {"person": "person:nobody"}, uid=admin) == (404, "WL-STO-011")
    assert api.error("POST", "/tokens", {"person": "person:ann", "kind": "api"}, uid=admin) == (400, "WL-API-003")


def test_everybody_looks_after_their_own(api: Api) -> None:
    ann, bob = api.person("ann"), api.person("bob")
    made = api.ok("POST", "/session/tokens", {"label": "laptop", "days": 2}, uid=ann)
    token_id = made["token"]["id"]
    assert [token["id"] for token in api.ok("GET", "/session/tokens", uid=ann)] == [token_id]
    assert api.ok("GET", "/session/tokens", uid=bob) == []
    assert api.error("DELETE", f"/session/tokens/{token_id}", uid=bob) == (404, "WL-STO-013")
    assert api.error("GET", "/tokens", uid=ann) == (403, "WL-RGT-010")
    assert api.ok("DELETE", f"/session/tokens/{token_id}", uid=ann)["revoked_at"] > 0


def test_an_admin_ends_anybodys_token(api: Api) -> None:
    admin, ann = api.person("admin", Role.ADMIN), api.person("ann")
    made = api.ok("POST", "/session/tokens", {}, uid=ann)
    api.ok("DELETE", f"/tokens/{made['token']['id']}", uid=admin)
    assert api.error("GET", "/session", token=made["text"]) == (401, "WL-API-002")
    assert api.error("DELETE", "/tokens/tok_none", uid=admin) == (404, "WL-STO-013")
