from __future__ import annotations

import pytest

from tests.console_fakes import START
from tests.unit.console.api.test_clauselife import TIGHTER, Company
from wardlaw.facts.approval import CallApproval
from wardlaw.facts.person import Role
from wardlaw.store.approvals import park_call
from wardlaw.store.database import writing


@pytest.fixture
def company(tmp_path):
    made = Company(tmp_path)
    yield made
    made.api.close()


def inbox(company: Company, uid: int) -> list[tuple[str, str]]:
    return [(one["kind"], one["id"]) for one in company.api.ok("GET", "/inbox", uid=uid)]


def test_each_sees_what_waits_for_them_and_nobody_their_own(company: Company) -> None:
    api = company.api
    risk, other = api.person("risk", Role.RISK), api.person("other", Role.LEGAL)
    company.write("one.yaml", TIGHTER)
    digest = company.review()["digest"]
    api.made.grants.sources = api.made.policies.files
    asked_waiver = {"clause": "OPS-30", "reason": "a test", "minutes": 60, "principals": ["user:ana"]}
    waiver = api.ok("POST", "/waivers", asked_waiver, uid=company.author)["waiver"]["id"]
    form = {
        "system": "notes", "kind": "tool", "title": "Notes", "purpose": "writes notes", "owner": "person:legal",
        "routes": ["x"], "vendor": "ACME",
    }  # fmt: skip
    asked = api.ok("POST", "/intake", form, uid=company.pipeline)["request"]["id"]
    mine = inbox(company, company.legal)
    assert ("clause", "GOV-20") in mine
    assert ("intake", asked) in mine
    assert ("waiver", waiver) in mine
    assert ("waiver", waiver) not in inbox(company, company.author)
    assert inbox(company, company.author) == []
    assert inbox(company, company.pipeline) == []
    assert ("intake", asked) in inbox(company, risk)
    company.post("GOV-20", "approve", company.legal, {"digest": digest})
    assert ("clause", "GOV-20") not in inbox(company, company.legal)
    assert ("clause", "GOV-20") not in inbox(company, other)  # what is left is the ciso's
    assert ("clause", "GOV-20") in inbox(company, company.ciso)
    api.ok("POST", f"/intake/{asked}/answer", {"approves": True, "reason": "fine"}, uid=company.legal)
    assert ("intake", asked) not in inbox(company, company.legal)


def test_held_calls_come_first_when_they_run_out_first(company: Company) -> None:
    approver = company.api.person("boss", Role.OWNER)
    held = CallApproval(
        id="apr_1", digest="d", principal="agent:x", acting_for="user:ana", action="ToolCall", resource="tool:pay",
        clauses=("GOV-20",), why="It pays.", approvers=1, exchange="exc_1", decision="dec_1", asked_at=START,
        expires_at=START + 600,
    )  # fmt: skip
    with writing(company.api.made.engine) as connection:
        park_call(connection, held)
    found = company.api.ok("GET", "/inbox", uid=approver)
    assert [(one["kind"], one["what"], one["where"], one["until"]) for one in found] == [
        ("call", "tool:pay", "user:ana", START + 600)
    ]
    company.api.made.clock.now = START + 601
    assert company.api.ok("GET", "/inbox", uid=approver) == []
