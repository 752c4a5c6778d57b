from __future__ import annotations

from typing import Any

import msgspec

from tests.console_fakes import Api
from tests.unit.console.api.test_tail import add
from wardlaw.console.api.deps import ReplayAsked, ReplayPart
from wardlaw.console.api.replay import MAX_SOURCES_BYTES
from wardlaw.decision.replay import ReplayReport
from wardlaw.facts.person import Role


def asked(api: Api) -> list[tuple[ReplayAsked, bool]]:
    return api.made.replays.asked


def test_a_draft_is_tried_by_those_who_read_the_log(api: Api) -> None:
    auditor, admin = api.person("aud", Role.AUDITOR), api.person("adm", Role.ADMIN)
    body: dict[str, Any] = {"sources": {"a.yaml": "x"}, "since_ms": 5, "begin": 1, "end": 9}
    assert api.ok("POST", "/decisions/replay", body, uid=auditor)["next"] == 7
    assert asked(api) == [(ReplayAsked({"a.yaml": "x"}, since_ms=5, begin=1, end=9), False)]
    assert api.error("POST", "/decisions/replay", body, uid=admin) == (403, "WL-RGT-010")


def test_persons_are_named_to_those_who_answer_for_incidents(api: Api) -> None:
    for name, role, names in (("sec", Role.SECOPS, True), ("risk", Role.RISK, False)):
        api.ok("POST", "/decisions/replay", {"sources": {"a.yaml": "x"}}, uid=api.person(name, role))
        assert asked(api)[-1][1] is names


def test_large_drafts_and_wrong_ones(api: Api) -> None:
    legal = api.person("legal", Role.LEGAL)
    api.ok("POST", "/decisions/replay", {"sources": {"a.yaml": "x" * 1_000_000}}, uid=legal)
    status, _ = api.call("POST", "/decisions/replay", {"sources": {"a.yaml": "x" * MAX_SOURCES_BYTES}}, uid=legal)
    assert status == 413
    for wrong in ({}, {"sources": {}, "examples": 101}, {"sources": {}, "begin": -1}, {"sources": {}, "more": 1}):
        assert api.error("POST", "/decisions/replay", wrong, uid=legal) == (400, "WL-API-003")


def test_parts_go_over_the_wire_as_they_are() -> None:
    part = ReplayPart(0, 9, 7, ReplayReport(judged=3))
    assert msgspec.json.decode(msgspec.json.encode(part), type=ReplayPart) == part


def test_one_decision_is_judged_by_the_clauses_in_force(api: Api) -> None:
    add(api, 0)
    told = api.ok("GET", "/decisions/rec_0/again", uid=api.person("aud", Role.AUDITOR))
    assert (told["before"], told["after"], told["difference"]) == ("cut", "allow", "allowed")
    assert told["policies"] == api.made.grants.policies().digest
    assert api.error("GET", "/decisions/rec_0/again", uid=api.person("adm", Role.ADMIN)) == (403, "WL-RGT-010")
    assert api.error("GET", "/decisions/rec_9/again", uid=api.person("aud2", Role.AUDITOR))[1] == "WL-STO-060"
