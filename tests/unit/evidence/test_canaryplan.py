from __future__ import annotations

import json
from datetime import date

import msgspec
import pytest

from wardlaw.evidence.canary import Canary, ModelPlace, Surroundings, ToolPlace
from wardlaw.evidence.canaryplan import plan_canaries
from wardlaw.evidence.canarytexts import Planted
from wardlaw.facts.effect import Mode
from wardlaw.facts.resource import ToolEffect, Trust
from wardlaw.facts.routes import WireForm
from wardlaw.governance.check import check
from wardlaw.governance.compiled import CompiledClause
from wardlaw.governance.shipped import starter_sources

AT = 1_790_000_000.0
PLANTED = Planted("planted-secret", "planted-tripwire")
CHAT = ModelPlace("demo", "chat.completions", "near", "eu", Trust.INTERNAL, WireForm.OPENAI)
AROUND = Surroundings(
    models=(CHAT, msgspec.structs.replace(CHAT, name="abroad", region="us", trust=Trust.PUBLIC)),
    tools=(
        ToolPlace("query", ToolEffect.READ),
        ToolPlace("pay", ToolEffect.PAYMENT),
        ToolPlace("db__sql", ToolEffect.READ, "db"),
    ),
    has_servers=True,
)


@pytest.fixture(scope="module")
def starter() -> tuple[CompiledClause, ...]:
    return check(starter_sources(), today=date(2026, 11, 22)).compiled


def of(starter: tuple[CompiledClause, ...], clause: str, around: Surroundings = AROUND) -> dict[str, Canary]:
    found = plan_canaries((one for one in starter if one.id == clause), around, PLANTED, at=AT)
    return {one.route: one for one in found}


def body(canary: Canary) -> dict:
    assert canary.request is not None, canary.why
    return json.loads(canary.request.body)


def test_every_clause_that_stops_something_is_named_and_no_other(starter: tuple[CompiledClause, ...]) -> None:
    found = {one.clause for one in plan_canaries(starter, AROUND, PLANTED, at=AT)}
    assert found == {one.id for one in starter if one.mode is Mode.ENFORCE}
    for one in plan_canaries(starter, AROUND, PLANTED, at=AT):
        assert (one.request is None) == bool(one.why)


def test_a_plan_is_the_same_each_time(starter: tuple[CompiledClause, ...]) -> None:
    first, second = (plan_canaries(starter, AROUND, PLANTED, at=AT) for _ in range(2))
    assert first == second


def test_a_clause_on_what_goes_to_a_model_is_met_on_every_route_that_is_served(starter) -> None:
    found = of(starter, "SEC-01")
    assert set(found) == {"chat.completions", "scan", "moderations", "decide", "mcp"} - {"mcp"}
    assert "Ignore all previous" in body(found["chat.completions"])["messages"][0]["content"]
    assert found["decide"].request.path == "/v1/decide/result"


def test_a_clause_on_answers_is_met_by_an_answer_that_is_played(starter) -> None:
    canary = of(starter, "GOV-08")["chat.completions"]
    assert "glossary" in body(canary)["messages"][0]["content"]
    answer = json.loads(canary.request.answer)
    assert answer["choices"][0]["message"]["content"].count("@example.com") == 40


def test_a_clause_on_tool_calls_is_met_with_a_tool_that_does_what_it_says(starter) -> None:
    found = of(starter, "ACC-06")
    assert body(found["decide"])["tool"] == "pay"
    call = json.loads(found["chat.completions"].request.answer)["choices"][0]["message"]["tool_calls"][0]
    assert call["function"]["name"] == "pay"
    assert found["mcp"].why == "no tool behind /mcp with the effect payment is registered"


def test_the_place_of_the_model_is_that_of_the_example(starter) -> None:
    assert body(of(starter, "PRV-02")["chat.completions"])["model"] == "abroad"
    alone = msgspec.structs.replace(AROUND, models=(CHAT,))
    assert of(starter, "PRV-02", alone)["chat.completions"].why == "no model on this route stands in region us"


@pytest.mark.parametrize("clause", ["SEC-06", "GOV-11", "OPS-01", "GRT-03"])
def test_what_rests_on_a_past_or_a_grant_is_not_expressible(starter, clause: str) -> None:
    found = of(starter, clause)
    assert found
    assert all(one.request is None and one.why for one in found.values())


def test_a_route_that_observes_proves_nothing(starter) -> None:
    around = msgspec.structs.replace(AROUND, observing=frozenset(("chat.completions",)))
    assert "observes" in of(starter, "SEC-01", around)["chat.completions"].why


def test_a_body_that_is_not_taken_is_not_sent(starter) -> None:
    assert of(starter, "GOV-09")["chat.completions"].why.endswith("and 8388608 are taken")


def test_a_clause_out_of_its_time_is_asked_nothing(starter) -> None:
    clause = next(one for one in starter if one.id == "SEC-01")
    later = msgspec.structs.replace(clause, clause=msgspec.structs.replace(clause.clause, valid_from="2030-01-01"))
    assert plan_canaries((later,), AROUND, PLANTED, at=AT) == ()
