"""Texts of clauses through the API: read, tried, handed in by a person; nothing of anybody is overwritten unseen."""

from __future__ import annotations

import pytest

from tests.console_fakes import TWO_CLAUSES
from tests.unit.console.api.test_clauselife import NEW, TIGHTER, Company
from wardlaw.facts.errors import UnavailableError
from wardlaw.facts.person import Role

COVERS = ("drafts",)
ONE = TWO_CLAUSES["one.yaml"]


@pytest.fixture
def company(tmp_path):
    made = Company(tmp_path)
    yield made
    made.api.close()


def reading(company: Company, clause: str = "GOV-20", version: int = 0) -> dict:
    return company.api.ok("GET", f"/policy/clauses/{clause}/reading?version={version}", uid=company.author)


def check(company: Company, text: str) -> dict:
    return company.api.ok("POST", "/policy/check", {"text": text}, uid=company.author)


def hand_in(company: Company, text: str, based_on: str, clause: str = "GOV-20", uid: int = -1):
    body = {"text": text, "based_on": based_on, "reason": "tighter"}
    return company.api.call("POST", f"/policy/clauses/{clause}/hand-in", body, uid=uid if uid >= 0 else company.author)


def test_a_clause_is_read_in_words_and_as_it_is_compiled(company: Company) -> None:
    found = reading(company)
    assert (found["version"], found["newest"], found["is_enforced"]) == (1, 1, True)
    assert found["plain"].startswith("Nobody may ask")
    assert "forbid" in found["cedar"]
    assert found["file"].startswith("id: GOV-20")
    assert found["digest"] == found["on_disk"]
    assert company.api.error("GET", "/policy/clauses/GOV-77/reading", uid=company.author)[1] == "WL-LIF-004"
    assert company.api.error("GET", "/policy/clauses/GOV-20/reading?version=9", uid=company.author)[1] == "WL-LIF-004"


def test_without_versions_what_is_published_or_on_disk_is_read(company: Company) -> None:
    company.write("three.yaml", NEW)
    found = reading(company, "OPS-31")
    assert (found["version"], found["is_enforced"]) == (0, False)
    company.api.made.life.is_on = False
    assert reading(company)["is_enforced"]


def test_a_text_is_tried_while_it_is_written(company: Company) -> None:
    found = check(company, TIGHTER)
    assert not found["problems"]
    assert found["clause"] == "GOV-20"
    assert [one["passed"] for one in found["examples"]] == [True, True]
    assert [one["direction"] for one in found["changes"]] == ["tightened"]
    assert len(found["digest"]) == 64


def test_problems_name_lines_and_a_set_is_looked_at_too(company: Company) -> None:
    broken = check(company, ONE.replace("owner: legal", "ownr: legal"))
    assert [one["line"] for one in broken["problems"] if "ownr" in one["message"]] == [5]
    assert broken["digest"] == ""
    odd = check(company, ONE.replace("requestedRows: 250000", "requestedRows: 7"))
    assert [one["passed"] for one in odd["examples"]] == [False, True]
    twin = check(company, NEW.replace("under: 7", "under: 6"))
    assert any(one["code"] == "WL-POL-012" and one["line"] == 1 for one in twin["problems"])
    assert check(company, f"- {NEW.strip()}".replace("\n", "\n  ") + "\n- id: X")["clause"] == ""


def test_a_text_handed_in_is_its_authors_version_and_the_text_of_its_file(company: Company) -> None:
    before = reading(company)["on_disk"]
    status, moved = hand_in(company, TIGHTER, before)
    assert (status, moved["state"], moved["version"]) == (200, "in review", 2)
    assert "500" in company.api.made.policies.files["one.yaml"]
    assert company.api.made.recorder.of("policy.hand_in")[-1]["digest"] == moved["digest"]
    assert company.standing()["on_disk"] == "same"
    assert company.standing()["drifted"] == []
    assert reading(company, version=1)["digest"] == before
    # Whoever wrote it cannot approve it, whatever roles they have.
    assert company.refused("GOV-20", "approve", company.author, {"digest": moved["digest"]}) == "ROLE"
    both = company.api.person("both", Role.LEGAL)
    status, second = hand_in(company, ONE.replace("over: 1000", "over: 400"), moved["digest"], uid=both)
    assert (status, second["withdrawn"]) == (200, [2])
    assert company.refused("GOV-20", "approve", both, {"digest": second["digest"]}) == "SOD-1"


def test_the_second_of_two_authors_sees_a_conflict(company: Company) -> None:
    based_on = reading(company)["on_disk"]
    assert hand_in(company, TIGHTER, based_on)[0] == 200
    status, answer = hand_in(company, ONE.replace("over: 1000", "over: 900"), based_on)
    assert (status, answer["error"]["code"]) == (409, "WL-LIF-024")
    assert "500" in company.api.made.policies.files["one.yaml"]
    assert hand_in(company, NEW, "", "OPS-31")[0] == 200
    assert hand_in(company, NEW, "", "OPS-31")[1]["error"]["code"] == "WL-LIF-024"


def test_what_has_errors_or_is_another_clause_is_not_handed_in(company: Company) -> None:
    based_on = reading(company)["on_disk"]
    files = dict(company.api.made.policies.files)
    for text in (ONE.replace("owner: legal", "ownr: legal"), NEW, ONE.replace("GOV-20", "GOV-2x")):
        assert hand_in(company, text, based_on)[1]["error"]["code"] == "WL-LIF-023"
    assert hand_in(company, TIGHTER, based_on, uid=company.pipeline)[1]["error"]["code"] == "WL-RGT-010"
    company.api.made.life.is_on = False
    assert hand_in(company, TIGHTER, based_on)[1]["error"]["code"] == "WL-LIF-013"
    assert company.api.made.policies.files == files


def test_where_the_file_cannot_be_written_nothing_is_kept(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_name, _text):
        raise UnavailableError("WL-CTL-018", "The disk is full.", "Make room.")

    monkeypatch.setattr(company.api.made.policies, "write_source", full)
    assert hand_in(company, TIGHTER, reading(company)["on_disk"])[0] == 503
    assert company.standing()["version"] == 1
    assert company.api.made.recorder.of("policy.hand_in")[-1].keys() == {"not_kept"}


def test_a_form_makes_a_text(company: Company) -> None:
    listed = company.api.ok("GET", "/policy/templates", uid=company.author)
    assert "purpose" in {one["name"] for one in listed}
    answers = {"data": ["bank accounts"], "purpose": "paying invoices", "teams": ["finance"]}
    found = company.api.ok("POST", "/policy/templates/purpose", {"answers": answers}, uid=company.author)
    assert found["clause"].startswith("PUR-")
    assert check(company, found["text"])["problems"] == []
    assert (
        company.api.error("POST", "/policy/templates/purpose", {"answers": {}}, uid=company.author)[1] == "WL-TPL-003"
    )


def test_effect_of_a_clause_nobody_met(company: Company) -> None:
    found = company.api.ok("GET", "/policy/clauses/GOV-20/effect", uid=company.legal)
    assert (found["firings"], found["days"]) == ([], 30)
