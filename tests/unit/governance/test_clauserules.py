from __future__ import annotations

from typing import Any

import pytest

from tests.unit.governance.cases import BULK, TODAY, checked, codes, make
from wardlaw.facts.action import Action
from wardlaw.facts.clause import Clause, Condition, Example, Wing
from wardlaw.facts.clause import Test as Term
from wardlaw.facts.effect import Effect
from wardlaw.governance.clauserules import clause_problems, reference_problem
from wardlaw.governance.clauses import PlacedClause
from wardlaw.governance.problems import Problem, Severity
from wardlaw.governance.reader import Located
from wardlaw.governance.shipped import known

SIGNAL = Term("dataClasses", contains_any=("tripwire",))


def found(clause: Clause) -> tuple[Problem, ...]:
    return clause_problems(PlacedClause(clause, Located("x.yaml", {"": (1, 1)})), known=known(), today=TODAY)


def sound(*tests: Term, **fields: Any) -> Clause:
    """A clause whose examples agree with its effect and actions."""
    effect, actions = fields.get("effect", Effect.DENY), fields.get("actions", (Action.TOOL_CALL,))
    examples = (Example("stop", effect, actions[0]), Example("pass", Effect.ALLOW, actions[0]))
    return make(*tests, **({"examples": examples} | fields))


def test_a_sound_clause_has_no_problem() -> None:
    assert found(sound(Term("requestedRows", over=100), refs=("gdpr:32",), resources=("tool:*x",))) == ()


@pytest.mark.parametrize(
    ("clause", "code", "said"),
    [
        (sound(Term("requestedRow", over=1)), "WL-POL-008", 'Did you mean "requestedRows"?'),
        (sound(Term("hour", contains_any=("x",))), "WL-POL-009", "is a number"),
        (sound(Term("dataClasses", contains_any=("secrets",))), "WL-POL-010", 'Did you mean "secret"?'),
        (sound(Term("destinationTrust", one_of=("intern",))), "WL-POL-010", 'Did you mean "internal"?'),
        (sound(Term("toolEffect", equals="reads")), "WL-POL-010", 'Did you mean "read"?'),
        (sound(actions=(Action.GRANT, Action.TOOL_CALL)), "WL-POL-036", "not on both"),
        (sound(actions=(Action.GRANT,), effect=Effect.CUT), "WL-POL-036", "effect cut"),
        (sound(Term("probes", over=1), actions=(Action.GRANT,)), "WL-POL-036", "nothing of a grant"),
        (sound(Term("scopePrivilege", over=1)), "WL-POL-036", "nothing of a request"),
        (sound(Term("grantApproval", equals="aproved"), actions=(Action.GRANT,)), "WL-POL-010", "approved"),
        (sound(Term("hour", over=23)), "WL-POL-014", "No request"),
        (sound(unless=Condition()), "WL-POL-014", "No request"),
        (sound(owner="dop"), "WL-POL-017", 'Did you mean "dpo"?'),
        (sound(refs=("gdpr:99",)), "WL-POL-018", "is not in gdpr"),
        (sound(refs=("gdrp:32",)), "WL-POL-018", 'Did you mean "gdpr"?'),
        (sound(refs=("32",)), "WL-POL-018", "<framework>:<id>"),
        (sound(valid_to="someday"), "WL-POL-021", "not a date"),
        (sound(valid_from="2026-02-30"), "WL-POL-021", "not a date"),
        (sound(valid_to="9999-12-31"), "WL-POL-021", "too far"),
        (sound(valid_from="2027-02-01", valid_to="2027-01-01"), "WL-POL-021", "ends before"),
        (sound(resources=("model:gpt",)), "WL-POL-022", "tool:"),
        (sound(resources=("delete",)), "WL-POL-022", "tool:"),
        (sound(effect=Effect.TRANSFORM), "WL-POL-020", "redact is missing"),
        (sound(redact=("pii",)), "WL-POL-020", "no meaning"),
        (sound(effect=Effect.TRANSFORM, redact=("pi",)), "WL-POL-020", 'Did you mean "pii"?'),
        (sound(effect=Effect.TRANSFORM, redact=("pii:a,b",)), "WL-POL-020", "not a class"),
        (
            sound(effect=Effect.TRANSFORM, redact=("pii",), actions=(Action.MODEL_ANSWER,)),
            "WL-POL-020",
            "Answers cannot be masked",
        ),
    ],
)
def test_each_rule_finds_its_problem(clause: Clause, code: str, said: str) -> None:
    (problem,) = found(clause)
    assert problem.code == code
    assert problem.severity is Severity.ERROR
    assert said in f"{problem.message} {problem.hint}"


def test_an_expired_clause_is_a_warning() -> None:
    (problem,) = found(sound(valid_to="2026-11-21"))
    assert (problem.code, problem.severity) == ("WL-POL-021", Severity.WARNING)
    assert found(sound(valid_to="2026-11-22")) == ()


@pytest.mark.parametrize(
    "tests",
    [
        (SIGNAL,),
        (Term("dataClasses", contains_any=("registered-secret", "tripwire:x")),),
        (Term("probes", at_least=5),),
        (Term("probes", over=1),),
        (Term("taint", contains_any=("x",)),),
        (Term("findings", contains_any=("injection:block",)), SIGNAL),
    ],
)
def test_quarantine_may_rest_on_deterministic_signals(tests: tuple[Term, ...]) -> None:
    assert found(sound(*tests, wing=Wing.SECURITY, effect=Effect.CUT, quarantine=True)) == ()


@pytest.mark.parametrize(
    "when",
    [
        Condition(all=(Term("findings", contains_any=("injection:block",)),)),
        Condition(all=(Term("dataClasses", contains_any=("secret",)),)),
        Condition(all=(Term("dataClasses", contains_any=("tripwire", "secret:aws")),)),
        Condition(all=(Term("dataClasses", contains_any=("*",)),)),
        Condition(any=(SIGNAL, Term("injectionScore", over=900))),
        Condition(all=(Term("probes", under=5),)),
        Condition(all=(Term("probes", at_least=1),)),
        Condition(all=(Term("probes", over=0),)),
        Condition(),
    ],
)
def test_quarantine_never_rests_on_a_guess(when: Condition) -> None:
    clause = sound(when=when, wing=Wing.SECURITY, effect=Effect.CUT, quarantine=True)
    assert [problem.code for problem in found(clause)] == ["WL-POL-019"]


def test_quarantine_is_for_security_and_cuts() -> None:
    for fields in ({"effect": Effect.CUT}, {"wing": Wing.SECURITY, "effect": Effect.DENY}):
        assert [problem.code for problem in found(sound(SIGNAL, quarantine=True, **fields))] == ["WL-POL-019"]


@pytest.mark.parametrize(
    ("examples", "expected"),
    [
        ((), ["WL-POL-015", "WL-POL-015"]),
        ((Example("a", Effect.DENY, Action.TOOL_CALL),), ["WL-POL-015"]),
        ((Example("a", Effect.ALLOW, Action.TOOL_CALL),), ["WL-POL-015"]),
        (
            (Example("a", Effect.CUT, Action.TOOL_CALL), Example("b", Effect.ALLOW, Action.TOOL_CALL)),
            ["WL-POL-016", "WL-POL-015"],
        ),
        (
            (
                Example("a", Effect.DENY, Action.TOOL_CALL, context={"rows": 1}),
                Example("b", Effect.ALLOW, Action.TOOL_CALL),
            ),
            ["WL-POL-016"],
        ),
    ],
)
def test_a_clause_needs_examples_of_both_kinds(examples: tuple[Example, ...], expected: list[str]) -> None:
    assert [problem.code for problem in found(sound(examples=examples))] == expected


def test_problems_stand_where_the_word_stands() -> None:
    result = checked(BULK.replace("requestedRows, over", "requestedRow, over"))
    assert codes(result) == ["WL-POL-008"]
    assert (result.problems[0].line, result.problems[0].column) == (12, 19)


def test_references_with_colons_and_brackets_are_known() -> None:
    for ref in ("owasp-llm-2025:LLM01:2025", "gdpr:5(1)(f)", "nist-ai-rmf:MANAGE 2.4", "mitre-atlas:AML.T0051.001"):
        assert reference_problem(ref, known()) is None


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        (Condition(all=(Term("anomalyScore", over=616),)), ["WL-POL-034"]),
        (Condition(all=(Term("anomalyScore", over=616), Term("hour", under=6))), ["WL-POL-034"]),
        (Condition(any=(Term("anomalyScore", over=616), Term("probes", at_least=5))), ["WL-POL-034"]),
        (Condition(all=(Term("anomalyScore", over=616), Term("subjectsPerDay", over=500))), []),
        (Condition(all=(Term("anomalyScore", over=616),), any=(SIGNAL, Term("probes", at_least=5))), []),
    ],
)
def test_statistics_alone_never_cut(when: Condition, expected: list[str]) -> None:
    clause = sound(when=when, wing=Wing.SECURITY, effect=Effect.CUT)
    assert [problem.code for problem in found(clause)] == expected
    assert found(sound(when=when, wing=Wing.SECURITY)) == ()


def test_minutes_belong_to_a_quarantine() -> None:
    cut = {"wing": Wing.SECURITY, "effect": Effect.CUT}
    assert found(sound(SIGNAL, quarantine=True, quarantine_minutes=60, **cut)) == ()
    assert [one.code for one in found(sound(SIGNAL, quarantine_minutes=60, **cut))] == ["WL-POL-019"]
    assert [one.code for one in found(sound(SIGNAL, quarantine=True, quarantine_minutes=-1, **cut))] == ["WL-POL-019"]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"approvers": 2, "expires_minutes": 15, "effect": Effect.HOLD}, []),
        ({"effect": Effect.HOLD}, []),
        ({"approvers": 1}, ["WL-POL-035"]),
        ({"approvers": 2, "expires_minutes": 15}, ["WL-POL-035", "WL-POL-035"]),
        ({"approvers": 3, "effect": Effect.HOLD}, ["WL-POL-035"]),
        ({"approvers": -1, "effect": Effect.HOLD}, ["WL-POL-035"]),
        ({"expires_minutes": 1_441, "effect": Effect.HOLD}, ["WL-POL-035"]),
    ],
)
def test_only_a_clause_that_holds_speaks_of_approvals(said: dict[str, Any], expected: list[str]) -> None:
    assert [one.code for one in found(sound(Term("requestedRows", over=100), **said))] == expected
