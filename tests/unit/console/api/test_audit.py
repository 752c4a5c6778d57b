from __future__ import annotations

import pytest

from tests.console_fakes import START, Api
from wardlaw.facts.person import Role

SUBJECT = {"subject": "aabbccdd", "reason": "asked to be forgotten"}


@pytest.fixture
def compliance(api: Api) -> int:
    return api.person("comp", Role.COMPLIANCE)


@pytest.fixture
def ciso(api: Api) -> int:
    return api.person("ciso", Role.CISO)


def test_reading_the_log(api: Api) -> None:
    auditor = api.person("auditor", Role.AUDITOR)
    assert api.ok("GET", "/audit", uid=auditor)["size"] == 3
    assert api.ok("GET", "/audit/proofs/dec_1", uid=auditor) == {"id": "dec_1", "proof": "proof of dec_1"}
    exported = api.ok("POST", "/audit/exports", {"since_ms": 1}, uid=auditor)
    assert (exported["file"], exported["records"]) == ("exports/1.jsonl", 3)
    assert api.made.recorder.of("audit.export") == [{"since_ms": 1, "until_ms": 0}]


def test_erasing_takes_two_persons(api: Api, compliance: int, ciso: int) -> None:
    asked = api.ok("POST", "/audit/erasures", SUBJECT, uid=compliance)
    path = f"/audit/erasures/{asked['erasure']['id']}/confirm"
    assert asked["waits_for"] == ["ciso"]
    assert api.made.log.erased == []
    assert api.error("POST", path, uid=compliance) == (403, "WL-RGT-010")
    other = api.person("comp2", Role.COMPLIANCE)
    assert api.error("POST", path, uid=other) == (403, "WL-RGT-010")
    assert api.made.log.erased == []
    done = api.ok("POST", path, uid=ciso)["erasure"]
    assert (done["state"], done["confirmed_by"], done["parts"]) == ("done", "person:ciso", 2)
    assert api.made.log.erased == ["aabbccdd"]
    assert api.error("POST", path, uid=ciso) == (409, "WL-STO-071")
    assert api.ok("GET", "/audit/erasures", uid=ciso) == [done]


def test_a_request_is_void_after_a_week_or_when_its_author_left(api: Api, compliance: int, ciso: int) -> None:
    admin = api.person("admin", Role.ADMIN)
    asked = api.ok("POST", "/audit/erasures", SUBJECT, uid=compliance)
    path = f"/audit/erasures/{asked['erasure']['id']}/confirm"
    api.ok("PATCH", "/persons/person:comp", {"roles": []}, uid=admin)
    assert api.error("POST", path, uid=ciso) == (403, "WL-RGT-010")
    api.ok("PATCH", "/persons/person:comp", {"roles": ["compliance"]}, uid=admin)
    api.made.clock.now = START + 7 * 86_400
    assert api.error("POST", path, uid=ciso) == (409, "WL-STO-071")
    assert api.error("POST", "/audit/erasures/era_none/confirm", uid=ciso) == (404, "WL-STO-070")


def test_nothing_is_erased_that_is_not_recorded(api: Api, compliance: int, ciso: int) -> None:
    asked = api.ok("POST", "/audit/erasures", SUBJECT, uid=compliance)
    path = f"/audit/erasures/{asked['erasure']['id']}/confirm"
    api.made.recorder.broken = True
    assert api.error("POST", path, uid=ciso) == (503, "WL-SPL-001")
    assert api.made.log.erased == []
    api.made.recorder.broken = False
    api.made.log.broken = True
    assert api.error("POST", path, uid=ciso) == (503, "WL-KEY-001")
    # The record was written, the erasure did not happen: a second record says so, and it can be done again.
    assert "not_kept" in api.made.recorder.of("erasures.confirm")[-1]
    api.made.log.broken = False
    assert api.ok("POST", path, uid=ciso)["erasure"]["state"] == "done"


def test_a_hold_stops_erasure_until_two_persons_lift_it(api: Api, compliance: int, ciso: int) -> None:
    asked = api.ok("POST", "/audit/erasures", SUBJECT, uid=compliance)
    hold = api.ok("POST", "/audit/holds", SUBJECT | {"reason": "lawsuit"}, uid=ciso)
    confirm = f"/audit/erasures/{asked['erasure']['id']}/confirm"
    assert api.error("POST", confirm, uid=ciso) == (409, "WL-STO-074")
    assert api.error("POST", "/audit/erasures", SUBJECT, uid=compliance) == (409, "WL-STO-074")
    assert api.made.log.erased == []
    lift = f"/audit/holds/{hold['id']}/lift"
    assert api.ok("POST", lift, uid=ciso)["lifted"] is False
    assert api.ok("POST", lift, uid=ciso)["lifted"] is False
    other = api.person("ciso2", Role.CISO)
    assert api.error("POST", lift, uid=other) == (403, "WL-RGT-010")
    lifted = api.ok("POST", lift, uid=compliance)
    assert (lifted["lifted"], lifted["hold"]["lifted_by"]) == (True, "person:comp")
    assert api.ok("GET", "/audit/holds", uid=ciso) == [lifted["hold"]]
    assert api.error("POST", lift, uid=compliance) == (409, "WL-STO-073")
    api.ok("POST", confirm, uid=ciso)


def test_a_hold_on_one_months_name_holds_all_of_them(api: Api, compliance: int, ciso: int) -> None:
    api.made.log.also = {"aabbccdd": {"11223344"}, "11223344": {"aabbccdd"}}
    api.ok("POST", "/audit/holds", {"subject": "11223344", "reason": "lawsuit"}, uid=ciso)
    assert api.error("POST", "/audit/erasures", SUBJECT, uid=compliance) == (409, "WL-STO-074")


def test_who_left_does_not_keep_a_hold_up_for_ever(api: Api, compliance: int, ciso: int) -> None:
    admin = api.person("admin", Role.ADMIN)
    hold = api.ok("POST", "/audit/holds", SUBJECT, uid=ciso)
    lift = f"/audit/holds/{hold['id']}/lift"
    api.ok("POST", lift, uid=ciso)
    api.ok("DELETE", "/persons/person:ciso", uid=admin)
    assert api.ok("POST", lift, uid=compliance)["lifted"] is False
    successor = api.person("successor", Role.CISO)
    assert api.ok("POST", lift, uid=successor)["lifted"] is True


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.COMPLIANCE, Role.CISO}))
def test_nobody_else_even_asks(api: Api, role: Role) -> None:
    uid = api.person("x", role)
    assert api.error("POST", "/audit/erasures", SUBJECT, uid=uid) == (403, "WL-RGT-010")
    assert api.error("POST", "/audit/holds", SUBJECT, uid=uid) == (403, "WL-RGT-010")


def test_sod_7_two_accounts_of_one_human_do_not_suffice(api: Api, compliance: int, ciso: int) -> None:
    admin = api.person("admin", Role.ADMIN)
    for name in ("comp", "ciso"):
        api.ok("PATCH", f"/persons/person:{name}", {"identity": "one@corp.example"}, uid=admin)
    asked = api.ok("POST", "/audit/erasures", SUBJECT, uid=compliance)["erasure"]["id"]
    assert api.error("POST", f"/audit/erasures/{asked}/confirm", uid=ciso) == (403, "WL-RGT-010")
    pruning = api.ok("POST", "/audit/prunings", {"before_ms": 5_000, "reason": "old"}, uid=compliance)["pruning"]["id"]
    assert api.error("POST", f"/audit/prunings/{pruning}/confirm", uid=ciso) == (403, "WL-RGT-010")
    hold = api.ok("POST", "/audit/holds", SUBJECT, uid=compliance)["id"]
    assert not api.ok("POST", f"/audit/holds/{hold}/lift", uid=compliance)["lifted"]
    assert not api.ok("POST", f"/audit/holds/{hold}/lift", uid=ciso)["lifted"]
    assert api.ok("POST", f"/audit/holds/{hold}/lift", uid=api.person("comp2", Role.COMPLIANCE))["lifted"]
    other = api.person("ciso2", Role.CISO)
    assert api.ok("POST", f"/audit/erasures/{asked}/confirm", uid=other)["erasure"]["state"] == "done"
