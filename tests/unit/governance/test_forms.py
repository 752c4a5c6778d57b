"""Clauses made from forms."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from tests.unit.governance.cases import TODAY
from wardlaw.facts.effect import Effect, Mode
from wardlaw.facts.errors import InputError
from wardlaw.governance.check import check
from wardlaw.governance.examples import run_examples
from wardlaw.governance.fmt import format_clauses, write_clause
from wardlaw.governance.forms import clause_from_form, departs_from_form, form_of, next_id
from wardlaw.governance.problems import Severity
from wardlaw.governance.shipped import templates

FORMS: dict[str, dict[str, Any]] = {
    "bulk-data": {"rows": 10},
    "purpose": {"data": "personal data", "purpose": "paying salaries", "teams": "hr, payroll"},
    "region": {"data": "bank accounts", "regions": "eu"},
    "tool-class": {"doing": "pay", "except": "pay_invoice"},
    "human-oversight": {"doing": "destroy", "persons": 2},
    "disclosure": {"notice": "You are talking to a machine."},
    "retention": {"kept": "conversations", "teams": "research"},
    "approved-tools": {"tools": "search, tool:mail"},
    "system-users": {"system": "notes", "purpose": "minutes of meetings", "teams": "sales, support"},
    "system-region": {"system": "notes", "regions": "eu"},
    "system-data": {"system": "notes, cv-ranker", "data": "personal data, secrets"},
}


@pytest.mark.parametrize("name", list(templates()))
def test_each_template_makes_a_sound_clause_that_keeps_its_form(name: str) -> None:
    clause = clause_from_form(templates()[name], FORMS[name], identity="ABC-01")
    text = write_clause(clause)
    checked = check({"clause.yaml": text}, today=TODAY)
    assert checked.problems == ()
    assert checked.clauses == (clause,)
    assert format_clauses(text, source="clause.yaml") == (text, ())
    results = run_examples(checked.compiled)
    assert all(result.passed for result in results)
    assert {result.matched for result in results} == {True, False}
    again = clause_from_form(templates()[name], form_of(clause), identity="ABC-01")
    assert again == clause
    assert departs_from_form(clause, templates()) == ()


def test_examples_stand_on_both_sides_of_a_limit() -> None:
    clause = clause_from_form(templates()["bulk-data"], {"people": 7, "who": "agents"}, identity="BLK-01")
    stops = [one.context.get("dataSubjects") for one in clause.examples if one.effect is Effect.DENY]
    assert stops[0] == 8
    assert [one.context["dataSubjects"] for one in clause.examples if one.effect is Effect.ALLOW] == [7]
    assert {one.principal.value for one in clause.examples} == {"Agent"}
    assert "rows" not in write_clause(clause).lower()  # nobody answered that question


def test_a_clause_edited_by_hand_departs_from_its_form_and_check_says_so() -> None:
    clause = clause_from_form(templates()["approved-tools"], FORMS["approved-tools"], identity="APT-01")
    assert departs_from_form(msgspec.structs.replace(clause, mode=Mode.ENFORCE), templates()) == ()
    edited = write_clause(clause).replace("one_of: [", "one_of: [pay, ")
    problems = check({"a.yaml": edited}, today=TODAY).problems
    assert [(one.code, one.severity) for one in problems] == [("WL-TPL-006", Severity.WARNING)]
    assert "unless" in problems[0].message


def test_a_form_nobody_knows_is_an_error_of_the_clause() -> None:
    clause = clause_from_form(templates()["approved-tools"], FORMS["approved-tools"], identity="APT-01")
    lost = write_clause(clause).replace("template: approved-tools", "template: approved-toys")
    assert [one.code for one in check({"a.yaml": lost}, today=TODAY).problems] == ["WL-TPL-001"]
    torn = write_clause(clause).replace("    tools: [", "    toils: [")
    assert [one.code for one in check({"a.yaml": torn}, today=TODAY).problems] == ["WL-TPL-002"]


def test_answers_are_text_wherever_they_stand() -> None:
    form = {**FORMS["purpose"], "purpose": '{teams} "); permit(principal, action, resource); //'}
    clause = clause_from_form(templates()["purpose"], form, identity="PUR-01")
    assert "{teams}" in clause.title
    assert check({"a.yaml": write_clause(clause)}, today=TODAY).problems == ()


def test_ids_go_on_from_those_that_are_taken() -> None:
    template = templates()["region"]
    assert next_id(template, ()) == "REG-01"
    assert next_id(template, ("REG-01", "REG-03")) == "REG-02"
    assert clause_from_form(template, {**FORMS["region"], "id": "LEX-07"}, identity="REG-01").id == "LEX-07"


def test_what_no_form_leaves_out() -> None:
    with pytest.raises(InputError):
        clause_from_form(templates()["purpose"], {}, identity="PUR-01")
