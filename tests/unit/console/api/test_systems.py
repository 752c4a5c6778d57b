from __future__ import annotations

from tests.console_fakes import Api
from wardlaw.facts.person import Role

CRM = {"id": "crm-bot", "title": "CRM bot", "owner": "person:own", "purpose": "answers customers"}


def test_a_system_is_registered_changed_and_retired(api: Api) -> None:
    owner, auditor = api.person("own", Role.OWNER), api.person("aud", Role.AUDITOR)
    assert api.error("POST", "/systems", CRM, uid=auditor) == (403, "WL-RGT-010")
    added = api.ok("POST", "/systems", {**CRM, "principals": ["agent:crm-*"]}, uid=owner)
    assert (added["version"], added["changed_by"], added["system"]["tier"]) == (1, "person:own", "undetermined")
    changed = api.ok(
        "PATCH",
        "/systems/crm-bot",
        {"tier": "high", "annex_point": "annex-iii-4a", "placed_at": "2026-01-02"},
        uid=owner,
    )
    assert (changed["system"]["tier"], changed["system"]["placed_at"]) == ("high", "2026-01-02")
    assert changed["system"]["principals"] == ["agent:crm-*"]
    assert api.ok("PATCH", "/systems/crm-bot", {"placed_at": "none"}, uid=owner)["system"]["placed_at"] is None
    assert [one["system"]["id"] for one in api.ok("GET", "/systems", uid=auditor)] == ["crm-bot"]
    assert api.ok("DELETE", "/systems/crm-bot", uid=owner)["retired_at"] > 0
    assert api.ok("GET", "/systems", uid=auditor) == []
    assert len(api.ok("GET", "/systems?retired=true", uid=auditor)) == 1
    detail = api.ok("GET", "/systems/crm-bot", uid=auditor)
    assert [one["step"] for one in detail["history"]] == ["added", "changed", "changed", "retired"]
    told = [facts for _, _, name, facts in api.made.recorder.records if name.startswith("systems.")]
    assert [one.get("tier") for one in told] == [None, "undetermined", "high", "high", "high"]


def test_what_cannot_be(api: Api) -> None:
    owner = api.person("own", Role.OWNER)
    assert api.error("POST", "/systems", {**CRM, "owner": "person:nobody"}, uid=owner) == (404, "WL-STO-011")
    assert api.error("POST", "/systems", {**CRM, "id": "unregistered"}, uid=owner) == (400, "WL-API-003")
    api.ok("POST", "/systems", CRM, uid=owner)
    assert api.error("POST", "/systems", CRM, uid=owner) == (409, "WL-SYS-002")
    assert api.error("GET", "/systems/none", uid=owner) == (404, "WL-SYS-001")
    assert api.error("PATCH", "/systems/crm-bot", {"placed_at": "soon"}, uid=owner) == (400, "WL-SYS-004")
    api.ok("DELETE", "/systems/crm-bot", uid=owner)
    assert api.error("PATCH", "/systems/crm-bot", {"title": "x"}, uid=owner) == (409, "WL-SYS-003")


def test_what_it_is_in_law_is_said_by_itself_and_made_milder_by_legal_with_a_reason(api: Api) -> None:
    owner, legal, pipeline = (
        api.person(one.value, one) for one in (Role.OWNER, Role.LEGAL, Role.DEVSECOPS)
    )  # fmt: skip
    crm = {**CRM, "owner": "person:owner"}
    assert api.error("POST", "/systems", {**crm, "tier": "minimal"}, uid=pipeline) == (403, "WL-RGT-010")
    api.ok("POST", "/systems", {**crm, "tier": "high"}, uid=owner)
    path = "/systems/crm-bot"
    assert api.error("PATCH", path, {"tier": "limited", "title": "x"}, uid=owner) == (400, "WL-SYS-013")
    assert api.error("PATCH", path, {"tier": "limited", "reason": "x"}, uid=owner) == (403, "WL-RGT-010")
    assert api.error("PATCH", path, {"title": "x"}, uid=legal) == (403, "WL-RGT-010")
    assert api.error("PATCH", path, {"tier": "limited"}, uid=legal) == (400, "WL-SYS-014")
    assert api.ok("PATCH", path, {"title": "x"}, uid=pipeline)["system"]["title"] == "x"
    assert api.ok("PATCH", path, {"tier": "limited", "reason": "not Annex III"}, uid=legal)["version"] == 3
    assert api.ok("PATCH", path, {"tier": "high"}, uid=owner)["version"] == 4
    told = api.made.recorder.of("systems.change")
    assert told[-2]["milder"] == "tier"
    assert told[-2]["reason"] == "not Annex III"
    assert "milder" not in told[-1]


def test_the_second_of_two_who_change_one_system_is_told_and_nothing_is_lost(api: Api) -> None:
    owner = api.person("own", Role.OWNER)
    api.ok("POST", "/systems", CRM, uid=owner)
    model = "a" * 64
    first = api.ok("PATCH", "/systems/crm-bot", {"made_of": {"model": model}, "version": 1}, uid=owner)
    assert first["version"] == 2
    assert api.error("PATCH", "/systems/crm-bot", {"purpose": "sells", "version": 1}, uid=owner) == (409, "WL-SYS-005")
    second = api.ok("PATCH", "/systems/crm-bot", {"made_of": {"prompt": "b" * 64}, "version": 2}, uid=owner)
    assert second["system"]["made_of"] == {"model": model, "prompt": "b" * 64, "tools": "", "data": ""}
    assert second["system"]["purpose"] == "answers customers"
    history = api.ok("GET", "/systems/crm-bot", uid=owner)["history"]
    assert [one["system"]["made_of"]["model"] for one in history] == ["", model, model]


def test_nobody_approves_a_system_by_hand(api: Api) -> None:
    owner = api.person("own", Role.OWNER)
    assert api.error("POST", "/systems", {**CRM, "lifecycle": "live"}, uid=owner) == (409, "WL-SYS-006")
    api.ok("POST", "/systems", CRM, uid=owner)
    assert api.ok("PATCH", "/systems/crm-bot", {"lifecycle": "in-review"}, uid=owner)["system"]["gate_mode"] == "warn"
    for wrong in ("approved", "live", "retired"):
        assert api.error("PATCH", "/systems/crm-bot", {"lifecycle": wrong}, uid=owner) == (409, "WL-SYS-006")
