"""Clauses that go with a granted request."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from wardlaw.facts.gate import GateMode
from wardlaw.facts.person import Role
from wardlaw.governance.forms import clause_from_form
from wardlaw.governance.shipped import templates
from wardlaw.register.intake import IntakeAnswer, IntakeForm, IntakeKind, IntakeRequest, system_of
from wardlaw.register.proposal import Proposal, is_about, proposal_of

FORM = IntakeForm(
    "notes", IntakeKind.TOOL, "Notes", "writes down what was agreed", "person:own", ("meetings",), ("sales", "all of hr"),
    regions=("EU", "Mars"), principals=("agent:notes",), days=30,
)  # fmt: skip


def proposal(**more: Any) -> Proposal:
    form = msgspec.structs.replace(FORM, **more)
    yes = (
        IntakeAnswer("person:ris", Role.RISK, True, "ok", 10.0),
        IntakeAnswer("person:lex", Role.LEGAL, True, "ok", 20.0),
    )
    request = IntakeRequest("itk_1", form, "person:any", 1.0, (Role.RISK, Role.LEGAL), yes)
    return proposal_of(request, system_of(request, ""))


def test_what_was_asked_for_becomes_clauses_of_its_system_and_the_rest_is_told() -> None:
    found = proposal()
    assert [(one.template, one.fields) for one in found.clauses] == [
        ("system-users", {"system": ["notes"], "purpose": "writes down what was agreed", "teams": ["sales"]}),
        ("system-region", {"system": ["notes"], "regions": ["the European Union"]}),
        ("system-data", {"system": ["notes"], "data": ["payment cards", "bank accounts", "secrets"]}),
    ]
    assert found.open == (
        "these users are no team by name: all of hr", "no clause can tell these regions: Mars",
        "that data of persons may go to it follows from its data classes",
    )  # fmt: skip
    assert (found.principals, found.gate_mode, found.until) == (("agent:notes",), GateMode.WARN, 20.0 + 30 * 86_400)


def test_every_proposed_form_makes_a_clause_that_watches_first() -> None:
    for one in proposal().clauses:
        clause = clause_from_form(templates()[one.template], one.fields, identity="ABC-01")
        assert (clause.mode.value, is_about(clause, "notes"), is_about(clause, "other")) == ("shadow", True, False)
        assert not is_about(msgspec.structs.replace(clause, form=None), "notes")


@pytest.mark.parametrize(
    ("classes", "kept_out"),
    [
        ((), ["personal data", "payment cards", "bank accounts", "secrets"]),
        (("customer payments",), ["bank accounts", "secrets"]),
        (("payroll", "card numbers", "passwords"), None),
    ],
)
def test_data_nobody_asked_for_is_kept_out(classes: tuple[str, ...], kept_out: list[str] | None) -> None:
    found = [one.fields["data"] for one in proposal(data_classes=classes).clauses if one.template == "system-data"]
    assert found == ([] if kept_out is None else [kept_out])


def test_nothing_is_proposed_of_what_nobody_said() -> None:
    found = proposal(users=(), regions=())
    assert [one.template for one in found.clauses] == ["system-data"]
    assert found.open[:2] == ("nobody said who may use it", "nobody said where it may be processed")
