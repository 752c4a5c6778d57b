from __future__ import annotations

import pytest

from tests.console_fakes import Api
from tests.unit.console.waiting.house import Inboxes
from wardlaw.facts.person import Role

READS_LOG = {Role.LEGAL, Role.RISK, Role.COMPLIANCE, Role.CISO, Role.SECOPS, Role.AUDITOR}


@pytest.fixture
def house(api: Api) -> Inboxes:
    return Inboxes(api)


def check(house: Inboxes, kind: str, *, asked: Role, second: Role) -> None:
    assert house.due(kind) == {second}
    assert house.known(kind) == READS_LOG - {second}
    assert house.one(asked, kind, others=True)["asked_by_me"]
    assert house.one(second, kind)["roles"] == [second.value]


def test_an_erasure_waits_for_the_other_of_two_roles(house: Inboxes) -> None:
    body = {"subject": "aa" * 32, "reason": "asked for by the person"}
    made = house.ok(Role.COMPLIANCE, "POST", "/audit/erasures", body)["erasure"]["id"]
    check(house, "erasure", asked=Role.COMPLIANCE, second=Role.CISO)
    house.ok(Role.CISO, "POST", f"/audit/erasures/{made}/confirm")
    assert house.due("erasure") == house.known("erasure") == frozenset()
    assert house.answered(Role.COMPLIANCE, "erasure") == [(made, True, "asked for by the person", False)]


def test_a_pruning_waits_for_the_other_of_two_roles_and_runs_out(house: Inboxes) -> None:
    body = {"before_ms": 1_000_000, "reason": "past its time"}
    made = house.ok(Role.CISO, "POST", "/audit/prunings", body)["pruning"]
    check(house, "pruning", asked=Role.CISO, second=Role.COMPLIANCE)
    house.ok(Role.COMPLIANCE, "POST", f"/audit/prunings/{made['id']}/confirm")
    assert house.due("pruning") == frozenset()
    assert house.answered(Role.CISO, "pruning") == [(made["id"], True, "past its time", False)]
    again = house.ok(Role.CISO, "POST", "/audit/prunings", body)["pruning"]
    house.api.made.clock.now = again["expires_at"]
    assert house.due("pruning") == house.known("pruning") == frozenset()


def test_a_hold_somebody_wants_lifted_waits_for_the_other(house: Inboxes) -> None:
    hold = house.ok(Role.COMPLIANCE, "POST", "/audit/holds", {"subject": "aa" * 32, "reason": "a claim"})["id"]
    assert house.due("hold") == frozenset()
    house.ok(Role.COMPLIANCE, "POST", f"/audit/holds/{hold}/lift")
    check(house, "hold", asked=Role.COMPLIANCE, second=Role.CISO)
    house.ok(Role.CISO, "POST", f"/audit/holds/{hold}/lift")
    assert house.due("hold") == house.known("hold") == frozenset()
    assert house.answered(Role.CISO, "hold") == [(hold, True, "a claim", True)]
