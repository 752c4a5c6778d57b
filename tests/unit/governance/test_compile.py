from __future__ import annotations

import json
from typing import Any

import cedarpy
import msgspec
import pytest

from tests.unit.governance.cases import make
from wardlaw.facts.action import Action
from wardlaw.facts.attributes import BY_NAME
from wardlaw.facts.clause import Condition
from wardlaw.facts.clause import Test as Term
from wardlaw.facts.effect import Effect, Mode
from wardlaw.facts.errors import ConfigError
from wardlaw.facts.principal import PrincipalKind
from wardlaw.governance.compile import ANNOTATIONS, base_permits, compile_clause, misfit, validity_bounds
from wardlaw.governance.schema import cedar_schema


def policies(text: str) -> list[dict[str, Any]]:
    result = cedarpy.validate_policies(text, cedarpy.Schema.from_str(cedar_schema()))
    assert result.validation_passed, result.errors
    return list(json.loads(cedarpy.policies_to_json_str(text))["staticPolicies"].values())


def condition(test: Term) -> str:
    text = compile_clause(make(test))
    policies(text)
    return text.partition("when { ")[2].removesuffix(" };\n")


@pytest.mark.parametrize(
    ("test", "cedar"),
    [
        (Term("hour", over=3), "context.hour > 3"),
        (Term("hour", at_least=0), "context.hour >= 0"),
        (Term("hour", under=6), "context.hour < 6"),
        (Term("hour", equals=4), "context.hour == 4"),
        (Term("team", equals="legal"), 'context.team == "legal"'),
        (Term("team", one_of=("b", "a")), '["a", "b"].contains(context.team)'),
        (Term("resultUnparsed", equals=True), "context.resultUnparsed"),
        (Term("resultUnparsed", equals=False), "!context.resultUnparsed"),
        (Term("groups", contains_any=("x",)), 'context.groups.containsAny(["x"])'),
        (Term("groups", contains_any=("x", "*")), "!context.groups.isEmpty()"),
        (Term("hour", over=-(2**63)), "context.hour > -9223372036854775808"),
    ],
)
def test_each_comparison_has_its_cedar(test: Term, cedar: str) -> None:
    assert condition(test) == cedar


def test_annotations_carry_the_clause() -> None:
    clause = make(
        Term("hour", over=3),
        refs=("gdpr:32", "gdpr:28"),
        mode=Mode.SHADOW,
        effect=Effect.TRANSFORM,
        redact=("pii", "pii:iban"),
        advice="Ask.",
        quarantine=True,
    )
    (policy,) = policies(compile_clause(clause))
    assert set(policy["annotations"]) == {*ANNOTATIONS} - {
        "quarantine_minutes",
        "approvers",
        "expires_minutes",
        "duties",
        "notice",
    }
    assert policy["annotations"] == {
        "id": "GOV-20",
        "clause": "GOV-20",
        "title": "No bulk",
        "refs": "gdpr:32, gdpr:28",
        "owner": "legal",
        "wing": "governance",
        "risk": "high",
        "mode": "shadow",
        "effect": "transform",
        "advice": "Ask.",
        "redact": "pii,pii:iban",
        "quarantine": "true",
    }
    assert policy["effect"] == "forbid"


def test_some_kinds_of_principal_give_a_policy_each_with_its_own_id() -> None:
    text = compile_clause(make(principals=(PrincipalKind.NHI, PrincipalKind.USER)))
    found = [
        (p["annotations"]["id"], p["annotations"]["clause"], p["principal"]["entity_type"]) for p in policies(text)
    ]
    assert found == [("GOV-20", "GOV-20", "Wardlaw::User"), ("GOV-20.2", "GOV-20", "Wardlaw::ServiceAccount")]


@pytest.mark.parametrize("principals", [(), tuple(PrincipalKind)])
def test_all_kinds_give_one_policy(principals: tuple[PrincipalKind, ...]) -> None:
    (policy,) = policies(compile_clause(make(principals=principals)))
    assert policy["principal"] == {"op": "All"}


def test_actions_and_resources_make_the_scope() -> None:
    (policy,) = policies(compile_clause(make(actions=(Action.TOOL_CALL,))))
    assert policy["resource"] == {"op": "is", "entity_type": "Wardlaw::Tool"}
    (policy,) = policies(compile_clause(make(actions=(Action.TOOL_CALL, Action.MODEL_CALL))))
    assert policy["resource"] == {"op": "All"}
    assert [entity["id"] for entity in policy["action"]["entities"]] == ["ModelCall", "ToolCall"]


def test_resources_are_taken_by_id_and_by_pattern() -> None:
    text = compile_clause(make(resources=("tool:b", "tool:*x", "tool:a")))
    assert '(["tool:a", "tool:b"].contains(context.resourceId) || context.resourceId like "tool:*x")' in text
    policies(text)


def test_days_become_seconds_with_the_last_day_whole() -> None:
    clause = make(valid_from="2026-01-01", valid_to="2026-01-31")
    assert validity_bounds(clause) == (1_767_225_600, 1_769_904_000)
    assert "context.epoch >= 1767225600 && context.epoch < 1769904000" in compile_clause(clause)
    assert validity_bounds(make()) == (None, None)


def test_all_any_and_unless_are_joined() -> None:
    clause = make(
        when=Condition(all=(Term("hour", over=3),), any=(Term("team", equals="a"), Term("team", equals="b"))),
        unless=Condition(all=(Term("resultUnparsed", equals=False),)),
    )
    assert compile_clause(clause).endswith(
        'when { context.hour > 3 && (context.team == "a" || context.team == "b") }\nunless { !context.resultUnparsed };\n'
    )


def test_a_condition_that_asks_nothing_always_holds_and_an_empty_exception_excepts_all() -> None:
    assert "when" not in compile_clause(make())
    assert "unless { true }" in compile_clause(make(unless=Condition()))


def test_the_text_does_not_depend_on_the_order_of_sets() -> None:
    one = make(Term("team", one_of=("a", "b")), actions=(Action.MODEL_CALL, Action.TOOL_CALL), redact=("b", "a"))
    other = msgspec.structs.replace(
        one,
        actions=(Action.TOOL_CALL, Action.MODEL_CALL),
        when=Condition(all=(Term("team", one_of=("b", "a")),)),
        redact=("a", "b"),
    )
    assert compile_clause(one) == compile_clause(other)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"when": Condition(all=(Term("nothing", over=1),))}, "WL-POL-008"),
        ({"when": Condition(all=(Term("hour", equals="x"),))}, "WL-POL-009"),
        ({"when": Condition(all=(Term("hour"),))}, "WL-POL-009"),
        ({"valid_from": "soon"}, "WL-POL-021"),
        ({"valid_to": "9999-12-31"}, "WL-POL-021"),
        ({"title": "\ud800"}, "WL-POL-029"),
    ],
)
def test_what_cannot_be_compiled_says_why(fields: dict[str, Any], code: str) -> None:
    with pytest.raises(ConfigError) as raised:
        compile_clause(make(**fields))
    assert raised.value.code == code


@pytest.mark.parametrize(
    "test",
    [
        Term("hour", contains_any=("x",)),
        Term("hour", one_of=("x",)),
        Term("hour", equals=True),
        Term("team", over=3),
        Term("team", equals=3),
        Term("team", one_of=()),
        Term("groups", equals="x"),
        Term("groups", contains_any=()),
        Term("resultUnparsed", equals="true"),
        Term("resultUnparsed", equals=1),
        Term("hour", over=1, under=2),
    ],
)
def test_comparisons_that_do_not_fit_are_told(test: Term) -> None:
    assert misfit(test, BY_NAME[test.attribute])


def test_base_permits_fit_the_schema_and_ask_for_registration() -> None:
    found = policies(base_permits())
    assert [policy["annotations"]["id"] for policy in found] == ["base-model", "base-tool", "base-grant"]
    assert all(policy["effect"] == "permit" and policy["annotations"]["base"] == "true" for policy in found)


def test_what_a_clause_says_of_approvals_stands_in_its_policy() -> None:
    clause = make(Term("hour", over=3), effect=Effect.HOLD, approvers=2, expires_minutes=15)
    (policy,) = policies(compile_clause(clause))
    assert policy["annotations"]["approvers"] == "2"
    assert policy["annotations"]["expires_minutes"] == "15"
