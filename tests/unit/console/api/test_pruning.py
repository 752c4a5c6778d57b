from __future__ import annotations

import pytest

from tests.console_fakes import START, Api
from wardlaw.facts.person import Role

ASKED = {"before_ms": 1_700_000_000_000, "reason": "ten years are over"}


@pytest.fixture
def compliance(api: Api) -> int:
    return api.person("comp", Role.COMPLIANCE)


@pytest.fixture
def ciso(api: Api) -> int:
    return api.person("ciso", Role.CISO)


def test_pruning_takes_two_persons_with_both_roles(api: Api, compliance: int, ciso: int) -> None:
    asked = api.ok("POST", "/audit/prunings", ASKED, uid=compliance)
    assert (asked["pruning"]["before"], asked["waits_for"]) == (512, ["ciso"])
    path = f"/audit/prunings/{asked['pruning']['id']}/confirm"
    for one in (compliance, api.person("comp2", Role.COMPLIANCE), api.person("admin", Role.ADMIN)):
        assert api.error("POST", path, uid=one) == (403, "WL-RGT-010")
    assert api.made.log.pruned == []
    done = api.ok("POST", path, uid=ciso)["pruning"]
    assert (done["confirmed_by"], done["rows"], api.made.log.pruned) == ("person:ciso", 500, [512])
    assert api.error("POST", path, uid=ciso) == (409, "WL-STO-076")
    assert api.ok("GET", "/audit/prunings", uid=ciso) == [done]
    assert api.made.recorder.of("prunings.request")[-1]["before"] == 512
    assert api.made.recorder.of("prunings.confirm")[-1]["requested_by"] == "person:comp"


def test_who_may_not_change_retention_may_not_ask(api: Api) -> None:
    for role in (Role.ADMIN, Role.AUDITOR, Role.SECOPS, Role.DEVSECOPS):
        uid = api.person(role.value, role)
        assert api.error("POST", "/audit/prunings", ASKED, uid=uid) == (403, "WL-RGT-010")


def test_a_request_is_void_after_a_week(api: Api, compliance: int, ciso: int) -> None:
    asked = api.ok("POST", "/audit/prunings", ASKED, uid=compliance)
    api.made.clock.now = START + 7 * 86_400
    path = f"/audit/prunings/{asked['pruning']['id']}/confirm"
    assert api.error("POST", path, uid=ciso) == (409, "WL-STO-076")
    assert api.error("POST", "/audit/prunings/prn_none/confirm", uid=ciso) == (404, "WL-STO-075")
    assert api.made.log.pruned == []


def test_what_is_not_recorded_does_not_happen(api: Api, compliance: int, ciso: int) -> None:
    asked = api.ok("POST", "/audit/prunings", ASKED, uid=compliance)
    path = f"/audit/prunings/{asked['pruning']['id']}/confirm"
    api.made.recorder.broken = True
    assert api.error("POST", path, uid=ciso) == (503, "WL-SPL-001")
    assert api.error("POST", "/audit/prunings", ASKED, uid=compliance) == (503, "WL-SPL-001")
    api.made.recorder.broken = False
    assert len(api.ok("GET", "/audit/prunings", uid=ciso)) == 1
    api.made.log.broken = True
    assert api.error("POST", path, uid=ciso) == (400, "WL-AUD-042")
    assert "not_kept" in api.made.recorder.of("prunings.confirm")[-1]
    api.made.log.broken = False
    api.ok("POST", path, uid=ciso)


def test_where_nothing_would_go_nothing_is_asked(api: Api, compliance: int) -> None:
    assert api.error("POST", "/audit/prunings", ASKED | {"before_ms": 1}, uid=compliance) == (400, "WL-AUD-044")
    assert api.error("POST", "/audit/prunings", ASKED | {"before_ms": 0}, uid=compliance)[0] == 400
    assert api.ok("GET", "/audit/prunings", uid=compliance) == []


def test_the_classes_of_keeping_are_there_for_whoever_may_look_at_the_log(api: Api) -> None:
    found = api.ok("GET", "/audit/retention", uid=api.person("looks", Role.AUDITOR))
    assert [one["id"] for one in found] == ["doc-10y", "log-183d", "incident", "legal-hold"]
    assert [one["days"] for one in found] == [3_653, 183, 0, 0]
    assert api.error("GET", "/audit/retention", uid=api.person("own", Role.OWNER)) == (403, "WL-RGT-010")
