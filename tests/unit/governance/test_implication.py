from __future__ import annotations

from typing import Any

import pytest

from tests.unit.governance.cases import make
from wardlaw.facts.action import Action
from wardlaw.facts.clause import Clause, Condition
from wardlaw.facts.clause import Test as Term
from wardlaw.facts.effect import Effect, Mode
from wardlaw.facts.principal import PrincipalKind
from wardlaw.governance.implication import (
    attributes_of,
    covers,
    implies,
    never_true,
    resource_matches,
    same_condition,
)

BOTH = (Action.MODEL_CALL, Action.TOOL_CALL)
ROWS = Term("requestedRows", over=100)


@pytest.mark.parametrize(
    ("special", "general"),
    [
        (Term("hour", over=5), Term("hour", over=4)),
        (Term("hour", over=5), Term("hour", at_least=6)),
        (Term("hour", at_least=6), Term("hour", over=5)),
        (Term("hour", equals=5), Term("hour", under=6)),
        (Term("hour", over=5), Term("hour", under=24)),  # the domain ends at 23
        (Term("team", equals="a"), Term("team", one_of=("a", "b"))),
        (Term("toolEffect", one_of=("read",)), Term("toolEffect", equals="read")),
        (Term("groups", contains_any=("a",)), Term("groups", contains_any=("b", "a"))),
        (Term("groups", contains_any=("a",)), Term("groups", contains_any=("*",))),
        (Term("resultUnparsed", equals=True), Term("resultUnparsed", equals=True)),
    ],
)
def test_stronger_tests_imply_weaker_ones_and_not_the_reverse(special: Term, general: Term) -> None:
    assert implies(Condition(all=(special,)), Condition(all=(general,)))
    reverse = implies(Condition(all=(general,)), Condition(all=(special,)))
    assert (
        not reverse
        or {special, general} == {Term("hour", over=5), Term("hour", at_least=6)}
        or special == general
        or (special.one_of == ("read",))
    )


@pytest.mark.parametrize(
    ("special", "general"),
    [
        (Term("hour", over=4), Term("hour", over=5)),
        (Term("team", one_of=("a", "b")), Term("team", equals="a")),
        (Term("groups", contains_any=("*",)), Term("groups", contains_any=("a",))),
        (Term("groups", contains_any=("a", "b")), Term("groups", contains_any=("a",))),
        (Term("hour", over=4), Term("weekday", over=4)),
        (Term("resultUnparsed", equals=True), Term("resultUnparsed", equals=False)),
    ],
)
def test_what_does_not_follow_is_not_said(special: Term, general: Term) -> None:
    assert not implies(Condition(all=(special,)), Condition(all=(general,)))


def test_alternatives_must_all_follow() -> None:
    general = Condition(any=(Term("hour", over=20), Term("hour", under=6)))
    assert implies(Condition(any=(Term("hour", over=21), Term("hour", under=5))), general)
    assert not implies(Condition(any=(Term("hour", over=21), Term("hour", under=7))), general)
    assert implies(Condition(all=(Term("hour", over=21),)), general)
    assert implies(
        Condition(all=(Term("hour", over=3), Term("hour", under=5))), Condition(all=(Term("hour", equals=4),))
    )


@pytest.mark.parametrize(
    "fields",
    [
        {"when": Condition(all=(Term("hour", over=5), Term("hour", under=6)))},
        {"when": Condition(all=(Term("hour", over=23),))},
        {"when": Condition(all=(Term("weekday", equals=8),))},
        {"when": Condition(all=(Term("team", equals="a"), Term("team", equals="b")))},
        {"when": Condition(all=(Term("resultUnparsed", equals=True), Term("resultUnparsed", equals=False)))},
        {"when": Condition(any=(Term("hour", over=23), Term("requestedRows", under=0)))},
        {"when": Condition(all=(ROWS,)), "unless": Condition(all=(Term("requestedRows", over=50),))},
        {"unless": Condition()},
        {"valid_from": "2026-02-01", "valid_to": "2026-01-01"},
        {"resources": ("model:gpt",)},
    ],
)
def test_clauses_that_can_never_match_are_found(fields: dict[str, Any]) -> None:
    assert never_true(make(**fields))


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"when": Condition(any=(Term("hour", over=23), Term("hour", over=3)))},
        {"when": Condition(all=(ROWS,)), "unless": Condition(all=(Term("requestedRows", over=150),))},
        {"valid_from": "2026-01-01", "valid_to": "2026-01-01"},
        {"resources": ("model:gpt", "tool:x")},
        {"when": Condition(all=(Term("groups", contains_any=("a",)), Term("groups", contains_any=("b",))))},
    ],
)
def test_clauses_that_can_match_are_left_alone(fields: dict[str, Any]) -> None:
    assert not never_true(make(**fields))


GENERAL = make(ROWS, actions=BOTH)


@pytest.mark.parametrize(
    "special",
    [
        make(Term("requestedRows", over=200)),
        make(ROWS, Term("hour", under=6)),
        make(ROWS, principals=(PrincipalKind.USER,)),
        make(ROWS, resources=("tool:x",)),
        make(ROWS, valid_to="2027-01-01"),
        make(ROWS, effect=Effect.HOLD),
        make(ROWS, mode=Mode.SHADOW),
        make(ROWS, unless=Condition(all=(Term("team", equals="x"),))),
    ],
)
def test_narrower_or_weaker_clauses_are_covered(special: Clause) -> None:
    assert covers(GENERAL, special)
    assert not covers(special, GENERAL)


@pytest.mark.parametrize(
    ("general", "special"),
    [
        (GENERAL, make(Term("requestedRows", over=99))),
        (GENERAL, make(ROWS, effect=Effect.CUT)),
        (GENERAL, make(ROWS, quarantine=True)),
        (make(ROWS, mode=Mode.SHADOW), make(ROWS)),
        (make(ROWS, mode=Mode.SHADOW), make(ROWS, mode=Mode.WARN)),
        (make(ROWS, unless=Condition(all=(Term("team", equals="x"),))), make(ROWS)),
        (make(ROWS, valid_from="2026-01-01"), make(ROWS)),
        (make(ROWS, valid_to="2026-01-01"), make(ROWS, valid_to="2026-01-02")),
        (make(ROWS, resources=("tool:x",)), make(ROWS, resources=("tool:x", "tool:y"))),
        (make(ROWS, principals=(PrincipalKind.USER,)), make(ROWS)),
        (
            make(ROWS, effect=Effect.TRANSFORM, redact=("pii",)),
            make(ROWS, effect=Effect.TRANSFORM, redact=("pii", "secret")),
        ),
    ],
)
def test_clauses_that_add_something_are_not_covered(general: Clause, special: Clause) -> None:
    assert not covers(general, special)


def test_an_exception_out_of_reach_does_not_matter() -> None:
    general = make(ROWS, unless=Condition(all=(Term("team", equals="x"),)))
    assert covers(general, make(ROWS, Term("team", equals="y")))
    assert covers(general, make(ROWS, unless=Condition(all=(Term("team", one_of=("x", "y")),))))
    assert not covers(general, make(ROWS, unless=Condition(all=(Term("team", equals="y"),))))


def test_the_same_condition_in_other_words_is_the_same() -> None:
    assert same_condition(make(ROWS, effect=Effect.CUT), make(Term("requestedRows", at_least=101)))
    assert not same_condition(make(ROWS), make(Term("requestedRows", at_least=102)))


@pytest.mark.parametrize(
    ("pattern", "name", "matches"),
    [
        ("tool:a", "tool:a", True),
        ("tool:*", "tool:a", True),
        ("tool:*x*", "tool:axb", True),
        ("tool:*x*", "tool:ab", False),
        ("tool:*x*", "tool:*xy*", True),
        ("tool:*xy*", "tool:*x*", False),
        ("tool:a.b", "tool:axb", False),
    ],
)
def test_patterns_take_in_names(pattern: str, name: str, matches: bool) -> None:
    assert resource_matches(pattern, name) is matches


def test_attributes_come_from_both_conditions() -> None:
    clause = make(ROWS, unless=Condition(any=(Term("team", equals="x"), Term("nothing", equals="x"))))
    assert attributes_of(clause) == {"requestedRows", "team"}
