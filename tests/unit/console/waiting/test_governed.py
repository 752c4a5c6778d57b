from __future__ import annotations

import pytest

from tests.console_fakes import START, Api
from tests.unit.console.api.test_clauselife import TIGHTER, Company
from tests.unit.console.api.test_gates import SCANNED
from tests.unit.console.api.test_gates import House as GateHouse
from tests.unit.console.waiting.house import Inboxes
from wardlaw.facts.appeal import Appeal
from wardlaw.facts.person import Role
from wardlaw.store.database import writing
from wardlaw.store.duties import keep_appeal

DASHBOARDS = frozenset(Role)
YES = {"approves": True, "reason": "fine"}


@pytest.fixture
def house(api: Api) -> Inboxes:
    api.made.grants.sources = api.made.policies.files
    return Inboxes(api)


@pytest.fixture
def company(tmp_path):
    made = Company(tmp_path)
    yield made
    made.api.close()


def boxes(company: Company, uid: int) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    return tuple(
        [(one["kind"], one["id"]) for one in company.api.ok("GET", path, uid=uid)]
        for path in ("/inbox", "/inbox/others")
    )  # type: ignore[return-value]


def test_a_clause_waits_for_approvals_then_for_publishing_then_for_force(company: Company) -> None:
    clause, publish = ("clause", "GOV-20"), ("publish", "GOV-20")
    company.write("one.yaml", TIGHTER)
    digest = company.review()["digest"]
    assert clause in boxes(company, company.legal)[0]
    assert clause in boxes(company, company.author)[1]
    assert clause in boxes(company, company.pipeline)[1]
    (asked,) = company.api.ok("GET", "/inbox/others", uid=company.author)
    assert (asked["roles"], asked["asked_by_me"], asked["unanswered"]) == (["legal", "risk", "ciso"], True, "shut")
    company.post("GOV-20", "approve", company.legal, {"digest": digest, "reason": "as agreed"})
    assert clause in boxes(company, company.legal)[1]
    assert publish not in boxes(company, company.pipeline)[0]
    company.post("GOV-20", "approve", company.ciso, {"digest": digest})
    mine, others = boxes(company, company.ciso)
    assert clause not in (*mine, *others)
    assert publish in boxes(company, company.pipeline)[0]
    assert publish in boxes(company, company.author)[1]
    company.publish()
    assert publish in boxes(company, company.pipeline)[0]  # in shadow, to be put in force
    company.backtest()
    company.post("GOV-20", "enforce", company.pipeline)
    assert boxes(company, company.pipeline) == ([], [])
    (said,) = company.api.ok("GET", "/inbox/answered", uid=company.legal)
    assert (said["id"], said["approves"], said["reason"], said["by_me"]) == ("GOV-20", True, "as agreed", True)
    told = company.api.ok("GET", "/inbox/answered", uid=company.author)
    assert {(one["by"], one["by_me"]) for one in told} == {("person:legal", False), ("person:ciso", False)}


def test_a_waiver_waits_for_two_roles_and_its_asker_sees_it(house: Inboxes) -> None:
    asked = {"clause": "OPS-30", "reason": "a test", "minutes": 60, "principals": ["user:ana"]}
    waiver = house.ok(Role.COMPLIANCE, "POST", "/waivers", asked)["waiver"]["id"]
    assert house.due("waiver") == {Role.LEGAL, Role.RISK, Role.CISO}
    assert house.known("waiver") == {Role.COMPLIANCE, Role.SECOPS, Role.DEVSECOPS, Role.OWNER, Role.AUDITOR}
    assert house.one(Role.COMPLIANCE, "waiver", others=True)["asked_by_me"]
    house.ok(Role.LEGAL, "POST", f"/waivers/{waiver}/answer", YES)
    assert house.one(Role.LEGAL, "waiver", others=True)["roles"] == ["risk", "ciso"]
    house.ok(Role.RISK, "POST", f"/waivers/{waiver}/answer", YES)
    assert house.due("waiver") == house.known("waiver") == frozenset()
    assert house.answered(Role.COMPLIANCE, "waiver") == [(waiver, True, "fine", False)] * 2


def test_a_waiver_nobody_granted_in_time_waits_no_more(house: Inboxes) -> None:
    asked = {"clause": "OPS-30", "reason": "a test", "minutes": 60, "principals": ["user:ana"]}
    house.ok(Role.COMPLIANCE, "POST", "/waivers", asked)
    house.api.made.clock.now += 15 * 86_400
    assert house.due("waiver") == house.known("waiver") == frozenset()


def test_a_request_waits_for_the_roles_that_are_due_and_others_than_its_asker_and_deciders_see_nothing(
    house: Inboxes,
) -> None:
    form = {
        "system": "notes", "kind": "tool", "title": "Notes", "purpose": "writes notes", "owner": "person:legal",
        "routes": ["x"], "vendor": "ACME",
    }  # fmt: skip
    asked = house.ok(Role.ADMIN, "POST", "/intake", form)["request"]["id"]
    assert house.due("intake") == {Role.LEGAL, Role.RISK}
    decides = {Role.COMPLIANCE, Role.CISO, Role.SECOPS, Role.DEVSECOPS, Role.OWNER, Role.AUDITOR}
    assert house.known("intake") == decides | {Role.ADMIN}
    house.ok(Role.LEGAL, "POST", f"/intake/{asked}/answer", YES)
    assert house.due("intake") == {Role.RISK}
    assert house.one(Role.ADMIN, "intake", others=True)["roles"] == ["risk"]
    house.ok(Role.RISK, "POST", f"/intake/{asked}/answer", {"approves": False, "reason": "too dear"})
    assert house.due("intake") == house.known("intake") == frozenset()
    assert house.answered(Role.ADMIN, "intake") == [(asked, True, "fine", False), (asked, False, "too dear", False)]


def test_a_gate_waits_for_a_signature_and_a_run_for_sign_offs(api: Api) -> None:
    gates = GateHouse(api)
    auditor = api.person("aud", Role.AUDITOR)
    text = "gate: other\ntitle: Another\nchecks:\n  - {id: classified, kind: classification}\n"
    digest = gates.ok(Role.OWNER, "POST", "/gates", {"text": text})["digest"]

    def seen(uid: int, path: str) -> list[tuple[str, str]]:
        kinds = ("gate", "thresholds")
        return [(one["kind"], one["id"]) for one in api.ok("GET", path, uid=uid) if one["kind"] in kinds]

    assert seen(gates.people[Role.LEGAL], "/inbox") == [("thresholds", "other")]
    assert seen(gates.people[Role.OWNER], "/inbox/others") == [("thresholds", "other")]
    gates.ok(Role.LEGAL, "POST", "/gates/other/sign", {"digest": digest})
    assert seen(gates.people[Role.RISK], "/inbox") == []
    run = gates.run(SCANNED)["run"]["id"]
    assert seen(gates.people[Role.CISO], "/inbox") == seen(gates.people[Role.LEGAL], "/inbox") == [("gate", run)]
    assert seen(gates.people[Role.RISK], "/inbox") == []
    assert seen(gates.people[Role.RISK], "/inbox/others") == seen(auditor, "/inbox/others") == [("gate", run)]
    for role in (Role.CISO, Role.LEGAL):
        gates.ok(role, "POST", f"/gate-runs/{run}/answer", {"approves": True, "reason": "looked"})
    assert seen(gates.people[Role.LEGAL], "/inbox") == seen(auditor, "/inbox/others") == []
    told = [(one["kind"], one["reason"]) for one in api.ok("GET", "/inbox/answered", uid=gates.people[Role.OWNER])]
    assert sorted(told) == [("gate", "looked"), ("gate", "looked"), ("thresholds", ""), ("thresholds", "")]


def test_an_appeal_waits_for_somebody_who_had_no_part_in_it(house: Inboxes) -> None:
    appeal = Appeal("app_1", "dec_1", ("GOV-20",), "deny", "person:compliance", START, "it was a test")
    with writing(house.api.made.engine) as connection:
        keep_appeal(connection, appeal)
    assert house.due("appeal") == {Role.LEGAL, Role.RISK, Role.CISO}
    assert house.known("appeal") == {Role.COMPLIANCE, Role.SECOPS, Role.AUDITOR}
    house.ok(Role.RISK, "POST", "/appeals/app_1/answer", {"overturns": True, "answer": "it was wrong"})
    assert house.due("appeal") == house.known("appeal") == frozenset()
    assert house.answered(Role.COMPLIANCE, "appeal") == [("app_1", True, "it was wrong", False)]


def test_what_is_older_than_a_month_is_told_by_the_log_alone(house: Inboxes) -> None:
    appeal = Appeal("app_1", "dec_1", (), "deny", "person:compliance", START, "it was a test")
    with writing(house.api.made.engine) as connection:
        keep_appeal(connection, appeal)
    house.ok(Role.RISK, "POST", "/appeals/app_1/answer", {"overturns": False, "answer": "it was right"})
    house.api.made.clock.now += 30 * 86_400
    assert house.answered(Role.RISK, "appeal") == [("app_1", False, "it was right", True)]
    house.api.made.clock.now += 1
    assert house.answered(Role.RISK, "appeal") == []
