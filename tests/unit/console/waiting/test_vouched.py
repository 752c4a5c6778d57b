from __future__ import annotations

import pytest

from tests.console_fakes import START, Api
from tests.unit.console.api.test_answerdrafts import CV, DRAFT, PATH, said
from tests.unit.console.api.test_clauselife import TIGHTER, Company
from tests.unit.console.waiting.house import Inboxes
from tests.unit.register.answered import answered
from wardlaw.console.waiting.vouched import QUIET_S
from wardlaw.facts.person import Role

DAY = 86_400.0
CLASSIFY = {Role.LEGAL, Role.RISK, Role.OWNER}


@pytest.fixture
def house(api: Api) -> Inboxes:
    made = Inboxes(api)
    made.ok(Role.OWNER, "POST", "/systems", CV | {"owner": "person:owner"})
    return made


def test_a_system_nobody_has_classified_waits_and_one_that_changed_waits_again(house: Inboxes) -> None:
    assert house.due("classification") == CLASSIFY
    assert house.known("classification") == frozenset(Role) - CLASSIFY
    assert house.one(Role.LEGAL, "classification")["why"].startswith("never")
    full = answered(annex_iii=["annex-iii-4a"], profiling="yes")
    house.ok(Role.OWNER, "POST", PATH, said(**full) | {"version": 0})
    assert house.due("classification") == house.known("classification") == frozenset()
    house.ok(Role.OWNER, "PATCH", "/systems/cv", {"purpose": "ranks applications and people", "reason": "more"})
    assert house.due("classification") == CLASSIFY
    assert "purpose" in house.one(Role.RISK, "classification")["why"]


def test_an_attestation_that_ends_soon_waits_until_somebody_vouches_for_longer(house: Inboxes) -> None:
    given = {"clause": "eu-ai-act:art-4", "system": "cv", "text": "everybody was trained"}
    house.ok(Role.LEGAL, "POST", "/attestations", given | {"until": START + 60 * DAY})
    assert house.due("attestation") == frozenset()
    house.api.made.clock.now = START + 31 * DAY
    attests = {Role.LEGAL, Role.RISK, Role.COMPLIANCE, Role.OWNER}
    assert house.due("attestation") == attests
    assert house.known("attestation") == frozenset(Role) - attests
    one = house.one(Role.RISK, "attestation")
    assert (one["until"], one["unanswered"], one["where"]) == (START + 60 * DAY, "lapses", "cv")
    house.ok(Role.RISK, "POST", "/attestations", given | {"until": START + 200 * DAY})
    assert house.due("attestation") == house.known("attestation") == frozenset()


def test_a_draft_nobody_continued_waits_for_its_author_alone(house: Inboxes) -> None:
    house.ok(Role.OWNER, "POST", DRAFT, said(is_ai="yes"))
    assert house.due("draft") == frozenset()  # somebody is at work on it
    house.api.made.clock.now += QUIET_S + 1
    assert house.due("draft") == {Role.OWNER}
    assert house.known("draft") == frozenset()
    house.ok(Role.OWNER, "POST", DRAFT, said(is_ai="no"))
    assert house.due("draft") == frozenset()


def test_a_clause_that_was_sent_back_waits_for_whoever_wrote_it(tmp_path) -> None:
    company = Company(tmp_path)
    company.write("one.yaml", TIGHTER)
    body = company.review()
    company.post("GOV-20", "reject", company.legal, body | {"reason": "name the teams"})

    def drafts(uid: int) -> list[tuple[str, str]]:
        found = company.api.ok("GET", "/inbox", uid=uid)
        return [(one["id"], one["why"]) for one in found if one["kind"] == "draft"]

    assert drafts(company.author) == [("GOV-20", "name the teams")]
    assert drafts(company.legal) == []
    company.api.close()
