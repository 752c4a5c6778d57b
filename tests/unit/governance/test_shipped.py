"""The starter pack is held to everything a clause of a customer is held to."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.governance.cases import TODAY
from wardlaw.decision.context import PATHS
from wardlaw.decision.decide import decide
from wardlaw.decision.policyset import PolicySet
from wardlaw.facts.action import Action
from wardlaw.facts.clause import Example
from wardlaw.facts.effect import Effect, Mode, RouteMode
from wardlaw.facts.exchange import Measures
from wardlaw.facts.person import Role
from wardlaw.facts.principal import Principal, PrincipalKind
from wardlaw.facts.request import RequestFacts, Snapshot
from wardlaw.facts.resource import Resource, ResourceKind, ToolEffect, Trust
from wardlaw.governance.check import Checked, check
from wardlaw.governance.examples import request_context, run_examples
from wardlaw.governance.fmt import format_source
from wardlaw.governance.schema import resource_kind
from wardlaw.governance.shipped import known, starter_sources

AT_THE_DOOR = [action for action in Action if action is not Action.GRANT]


@pytest.fixture(scope="module")
def pack() -> Checked:
    return check(starter_sources(), today=TODAY)


@pytest.fixture(scope="module")
def in_force(pack: Checked) -> PolicySet:
    return PolicySet.build(pack.text)


def test_the_pack_has_no_problem_not_even_a_warning(pack: Checked) -> None:
    assert pack.problems == ()
    assert len(pack.clauses) >= 14
    assert {clause.mode for clause in pack.clauses} == set(Mode)
    assert {clause.effect for clause in pack.clauses} == set(Effect) - {Effect.ALLOW, Effect.OBLIGE}


def test_every_clause_says_who_why_and_what_instead(pack: Checked) -> None:
    for clause in pack.clauses:
        assert clause.advice, clause.id
        assert clause.refs, clause.id


def test_every_example_comes_out_as_it_says(pack: Checked) -> None:
    results = run_examples(pack.compiled)
    assert len(results) >= 2 * len(pack.clauses)
    assert [result for result in results if not result.passed] == []


def test_the_files_are_in_canonical_form() -> None:
    for name, text in starter_sources().items():
        assert format_source(text, source=name) == (text, ())


def ask(policies: PolicySet, example: Example, *, without: str = "") -> Any:
    context = request_context(example)
    slice_ = policies.slice(example.action, example.principal)
    return slice_.ask(
        {name: context[name] for name in slice_.attributes if name != without},
        principal="user:x",
        resource_type=resource_kind(example.action).value,
        resource=str(context["resourceId"]),
    )


@pytest.mark.parametrize("kind", list(PrincipalKind))
@pytest.mark.parametrize(
    ("action", "context"),
    [
        (Action.MODEL_CALL, {"callsPerMinute": 3, "tokensPerDay": 5_000, "dataClasses": ["pii", "pii:email"]}),
        (Action.MODEL_CALL, {"attachments": 1, "uninspected": ["image"]}),
        (Action.MODEL_CALL, {"dataSubjects": 3, "sessionSubjects": 9, "subjectsPerDay": 40, "resultBytes": 20_000}),
        (Action.MODEL_ANSWER, {"resultBytes": 9_000, "dataSubjects": 1}),
        (Action.TOOL_CALL, {"requestedRows": 20}),
        (Action.TOOL_CALL, {"toolEffect": "write"}),
    ],
)
def test_ordinary_work_passes_unremarked(
    in_force: PolicySet, kind: PrincipalKind, action: Action, context: dict[str, Any]
) -> None:
    answer = ask(in_force, Example("x", Effect.ALLOW, action, principal=kind, context=context))
    assert answer.permitted
    assert answer.forbids == answer.observed == answer.errors == ()


def test_what_must_stop_is_never_allowed_because_a_key_is_missing(pack: Checked, in_force: PolicySet) -> None:
    asked = 0
    for clause in pack.compiled:
        if clause.mode is not Mode.ENFORCE:
            continue
        for example in clause.examples:
            if example.effect is Effect.ALLOW:
                continue
            for name in in_force.slice(example.action, example.principal).attributes:
                answer = ask(in_force, example, without=name)
                assert answer.errors or answer.forbids or not answer.permitted, (clause.id, example.name, name)
                asked += 1
    assert asked > 500


@pytest.mark.parametrize("name", sorted(PATHS))
def test_an_attribute_nobody_produces_denies_even_an_ordinary_request(
    in_force: PolicySet, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(PATHS, name)
    in_force = PolicySet.build(in_force.text)
    model = Resource(ResourceKind.MODEL, "model:gpt", True, "primary", True, "eu", Trust.PARTNER)
    tool = Resource(ResourceKind.TOOL, "tool:read", True, effect=ToolEffect.READ)
    for action, resource in ((Action.MODEL_CALL, model), (Action.MODEL_ANSWER, model), (Action.TOOL_CALL, tool)):
        request = RequestFacts(
            id="dec_x",
            exchange="exc_x",
            at=1_790_000_000.0,
            hour=10,
            weekday=3,
            principal=Principal("user:x", PrincipalKind.USER),
            action=action,
            resource=resource,
            route="chat.completions",
            route_mode=RouteMode.ENFORCE,
            session="s",
            measures=Measures(),
        )
        read = name in in_force.slice(action, PrincipalKind.USER).attributes
        assert decide(request, (), in_force, Snapshot()).effect is (Effect.DENY if read else Effect.ALLOW)


@pytest.mark.parametrize("claim", ["principalRegistered", "resourceRegistered"])
@pytest.mark.parametrize("action", AT_THE_DOOR)
def test_what_nobody_registered_is_refused_by_a_clause_that_says_so(
    in_force: PolicySet, action: Action, claim: str
) -> None:
    answer = ask(in_force, Example("x", Effect.DENY, action, context={claim: False}))
    assert not answer.permitted
    assert any(name.startswith("ACC-0") for name in answer.forbids)


def test_the_same_bulk_is_stopped_for_every_kind_of_principal(in_force: PolicySet) -> None:
    for kind in PrincipalKind:
        example = Example("x", Effect.DENY, Action.MODEL_CALL, principal=kind, context={"sessionSubjects": 501})
        assert ask(in_force, example).forbids == ("GOV-07",)


def test_a_registered_secret_is_cut_everywhere_even_in_the_house(in_force: PolicySet) -> None:
    context: dict[str, Any] = {"dataClasses": ["registered-secret", "secret"], "destinationTrust": "internal"}
    for action in AT_THE_DOOR:
        assert "SEC-05" in ask(in_force, Example("x", Effect.CUT, action, context=context)).forbids


def test_references_name_their_source_and_licence() -> None:
    data = known()
    assert len(data.frameworks) == 10  # nine of others, and our own controls
    for framework in data.frameworks.values():
        assert framework.source
        assert framework.licence
        assert framework.ids
    assert all(data.is_owner(role.value) for role in Role)
    assert data.is_owner("dpo")
    assert not data.is_owner("nobody")
