from __future__ import annotations

import pytest

from tests.unit.governance.cases import make
from wardlaw.facts.action import Action
from wardlaw.facts.attributes import BY_NAME
from wardlaw.facts.clause import Clause, Example
from wardlaw.facts.clause import Test as Term
from wardlaw.facts.effect import Effect, Mode
from wardlaw.facts.errors import ConfigError
from wardlaw.facts.principal import PrincipalKind
from wardlaw.governance.compile import compile_clause
from wardlaw.governance.compiled import CompiledClause
from wardlaw.governance.examples import example_faults, matches, request_context, run_examples

CALL = Example("x", Effect.DENY, Action.TOOL_CALL, context={"requestedRows": 101})


def compiled(clause: Clause) -> CompiledClause:
    return CompiledClause(
        id=clause.id,
        title=clause.title,
        owner=clause.owner,
        wing=clause.wing,
        effect=clause.effect,
        mode=clause.mode,
        quarantine=clause.quarantine,
        text=compile_clause(clause),
        examples=clause.examples,
        source="x.yaml",
        line=1,
        clause=clause,
    )


def test_the_context_is_always_whole() -> None:
    for action in Action:
        context = request_context(Example("x", Effect.ALLOW, action, context={"hour": 3}))
        assert set(context) == set(BY_NAME)
        assert context["hour"] == 3


def test_the_resource_sets_its_id_and_tools_look_like_tools() -> None:
    assert request_context(Example("x", Effect.ALLOW, Action.TOOL_CALL, resource="tool:y"))["resourceId"] == "tool:y"
    tool = request_context(Example("x", Effect.ALLOW, Action.TOOL_CALL))
    assert (tool["upstream"], tool["destinationTrust"], tool["toolEffect"]) == ("", "unknown", "read")
    assert request_context(Example("x", Effect.ALLOW, Action.MODEL_CALL))["toolEffect"] == "unknown"


def test_ordinary_values_cannot_be_changed_through_a_context() -> None:
    context = request_context(Example("x", Effect.ALLOW, Action.MODEL_CALL))
    groups = context["groups"]
    assert isinstance(groups, list)
    groups.append("changed")
    assert request_context(Example("x", Effect.ALLOW, Action.MODEL_CALL))["groups"] == []


def test_a_clause_is_asked_alone() -> None:
    text = compile_clause(make(Term("requestedRows", over=100), principals=(PrincipalKind.USER, PrincipalKind.AGENT)))
    assert matches(text, CALL)
    assert not matches(text, Example("x", Effect.ALLOW, Action.TOOL_CALL, context={"requestedRows": 100}))
    assert not matches(text, Example("x", Effect.ALLOW, Action.MODEL_CALL, context={"requestedRows": 101}))
    nhi = Example("x", Effect.ALLOW, Action.TOOL_CALL, principal=PrincipalKind.NHI, context={"requestedRows": 101})
    assert not matches(text, nhi)


def test_resources_match_by_pattern_and_literally_otherwise() -> None:
    def hit(pattern: str, name: str) -> bool:
        return matches(
            compile_clause(make(resources=(pattern,))), Example("x", Effect.DENY, Action.TOOL_CALL, resource=name)
        )

    assert hit("tool:*delete*", "tool:crm.delete_all")
    assert not hit("tool:*delete*", "tool:list")
    assert hit('tool:*\\"*', 'tool:a\\"b')
    assert not hit('tool:*\\"*', "tool:ab")
    assert not hit("tool:a?c", "tool:abc")


def test_a_policy_that_fails_is_told_and_not_skipped() -> None:
    text = '@id("X") forbid(principal, action, resource) when { context.hour + 9223372036854775807 > 1 };'
    with pytest.raises(ConfigError) as raised:
        matches(text, CALL)
    assert raised.value.code == "WL-POL-032"


def test_results_say_what_came_out() -> None:
    examples = (
        CALL,
        Example("pass", Effect.ALLOW, Action.TOOL_CALL),
        Example("wrong stop", Effect.DENY, Action.TOOL_CALL),
        Example("wrong pass", Effect.ALLOW, Action.TOOL_CALL, context={"requestedRows": 500}),
    )
    clause = make(Term("requestedRows", over=100), examples=examples, mode=Mode.SHADOW)
    results = run_examples([compiled(clause)])
    assert [(result.matched, result.passed) for result in results] == [
        (True, True),
        (False, True),
        (False, False),
        (True, False),
    ]
    assert results[2].message == "GOV-20 lets it pass, but must stop it (deny)."
    assert results[3].message == "GOV-20 stops it (deny), but must let it pass."


@pytest.mark.parametrize(
    ("valid_from", "valid_to"), [("2030-01-01", ""), ("", "2020-01-01"), ("2030-01-01", "2030-01-01")]
)
def test_examples_are_put_into_the_time_of_the_clause(valid_from: str, valid_to: str) -> None:
    clause = make(Term("requestedRows", over=100), examples=(CALL,), valid_from=valid_from, valid_to=valid_to)
    assert run_examples([compiled(clause)])[0].passed


def test_an_example_that_names_its_time_keeps_it() -> None:
    outside = Example("early", Effect.ALLOW, Action.TOOL_CALL, context={"requestedRows": 500, "epoch": 1})
    clause = make(Term("requestedRows", over=100), examples=(outside,), valid_from="2020-01-01")
    assert run_examples([compiled(clause)])[0].passed


def test_another_evaluation_can_be_used() -> None:
    results = run_examples([compiled(make(examples=(CALL,)))], lambda _text, example: example.name != "x")
    assert [result.passed for result in results] == [False]


@pytest.mark.parametrize(
    "example",
    [
        Example("x", Effect.DENY, Action.TOOL_CALL, context={"requestedRow": 1}),
        Example("x", Effect.DENY, Action.TOOL_CALL, context={"requestedRows": "1"}),
        Example("x", Effect.DENY, Action.TOOL_CALL, context={"requestedRows": True}),
        Example("x", Effect.DENY, Action.TOOL_CALL, context={"groups": "a"}),
        Example("x", Effect.DENY, Action.TOOL_CALL, context={"resultUnparsed": 1}),
        Example("x", Effect.DENY, Action.TOOL_CALL, resource="model:gpt"),
        Example("x", Effect.DENY, Action.MODEL_CALL, resource="gpt"),
    ],
)
def test_examples_no_request_can_be_are_told(example: Example) -> None:
    assert len(example_faults(example)) == 1
