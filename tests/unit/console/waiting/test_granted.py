from __future__ import annotations

import pytest

from tests.console_fakes import Api
from tests.unit.console.api.test_grants import APPROVAL, grant, taken
from tests.unit.console.api.test_revocations import plan, step
from tests.unit.console.waiting.house import Inboxes
from wardlaw.facts.effect import Effect
from wardlaw.facts.person import Role
from wardlaw.inventory.ruling import Fate, GrantRuling
from wardlaw.store.database import writing
from wardlaw.store.grantdecisions import keep_rulings

DAY = 86_400.0
SEES = {Role.LEGAL, Role.RISK, Role.COMPLIANCE, Role.CISO, Role.SECOPS, Role.DEVSECOPS, Role.OWNER, Role.AUDITOR}
APPROVES = {Role.LEGAL, Role.RISK, Role.CISO}


@pytest.fixture
def house(api: Api) -> Inboxes:
    made = Inboxes(api)
    app = {"kind": "app", "id": "app-1", "name": "Notes"}
    taken(api, made.uids[Role.CISO], grant("g1"), grant("g2", account="bob"), grant("g3", "app-2"), app)
    return made


def hold(house: Inboxes, *grants: str) -> None:
    rulings = [
        GrantRuling("acme", one, "app-1", f"gdc_{one}", "d", Effect.HOLD, Fate.ASKED, "p", house.api.made.clock.now, message="It reads mail.")
        for one in grants
    ]  # fmt: skip
    with writing(house.api.made.engine) as connection:
        keep_rulings(connection, rulings, known=())


def test_grants_that_a_clause_holds_wait_once_for_each_app_until_one_agrees(house: Inboxes) -> None:
    assert house.due("grant") == frozenset()
    hold(house, "g1", "g2", "gone")
    assert house.due("grant") == APPROVES
    assert house.known("grant") == SEES - APPROVES
    one = house.one(Role.LEGAL, "grant")
    assert (one["what"], one["why"], one["where"], one["id"]) == ("Notes", "It reads mail. (2 grants)", "acme", "g1")
    made = house.ok(Role.LEGAL, "POST", "/grants/approvals", APPROVAL | {"owner": "person:owner"})
    assert house.due("grant") == house.known("grant") == frozenset()
    assert house.answered(Role.LEGAL, "grant") == [(made["id"], True, "pilot", True)]
    assert house.answered(Role.OWNER, "grant") == [(made["id"], True, "pilot", False)]


def test_an_approval_that_ends_soon_waits_to_be_decided_anew(house: Inboxes) -> None:
    made = house.ok(Role.CISO, "POST", "/grants/approvals", APPROVAL | {"owner": "person:owner", "days": 40})
    assert house.due("renewal") == frozenset()
    house.api.made.clock.now += 11 * DAY
    assert house.due("renewal") == APPROVES
    assert house.known("renewal") == SEES - APPROVES
    assert house.one(Role.OWNER, "renewal", others=True)["asked_by_me"]
    house.ok(Role.LEGAL, "POST", f"/grants/approvals/{made['id']}", {"days": 0, "reason": "over"})
    assert house.due("renewal") == house.known("renewal") == frozenset()


def test_a_plan_waits_to_be_confirmed_and_lapses_after_a_day(house: Inboxes) -> None:
    made = house.ok(Role.SECOPS, "POST", "/revocations", plan(step("1")))["revocation"]["id"]
    assert house.due("revocation") == {Role.CISO, Role.SECOPS}
    assert house.known("revocation") == {Role.LEGAL, Role.RISK, Role.COMPLIANCE, Role.AUDITOR}
    house.ok(Role.CISO, "POST", f"/revocations/{made}/confirm")
    assert house.due("revocation") == house.known("revocation") == frozenset()
    assert house.answered(Role.SECOPS, "revocation") == [(made, True, "not needed", False)]
    house.ok(Role.SECOPS, "POST", "/revocations", plan(step("1", "g3", app="app-2")))
    house.api.made.clock.now += DAY
    assert house.due("revocation") == frozenset()


def test_where_four_eyes_are_needed_whoever_planned_is_not_the_second(house: Inboxes) -> None:
    house.api.made.grants.confirm_above = 0
    made = house.ok(Role.SECOPS, "POST", "/revocations", plan(step("1")))["revocation"]
    assert made["persons"] == 2
    assert house.due("revocation") == {Role.CISO}
    assert Role.SECOPS in house.known("revocation")
