from __future__ import annotations

import json
from datetime import date

import msgspec
import pytest

from tests.unit.governance.test_forms import FORMS
from wardlaw.evidence.canary import Canary, ModelPlace, Surroundings, ToolPlace
from wardlaw.evidence.canaryplan import plan_canaries
from wardlaw.evidence.canarytexts import Planted
from wardlaw.facts import clause as clauses
from wardlaw.facts.action import Action
from wardlaw.facts.clause import Clause, Condition, Example, Risk, Wing
from wardlaw.facts.effect import Effect, Mode
from wardlaw.facts.resource import ToolEffect, Trust
from wardlaw.facts.routes import WireForm
from wardlaw.governance.check import check
from wardlaw.governance.compile import compile_clause
from wardlaw.governance.compiled import CompiledClause
from wardlaw.governance.forms import clause_from_form
from wardlaw.governance.shipped import starter_sources, templates
from wardlaw.register.system import System

COVERS = ("canarysteps", "canarytalk", "canaryplaces", "canarymaking", "canaryfiles")
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
    return json.loads(canary.request.sent)


def test_every_clause_that_stops_something_is_named_and_no_other(starter: tuple[CompiledClause, ...]) -> None:
    found = {one.clause for one in plan_canaries(starter, AROUND, PLANTED, at=AT)}
    assert found == {one.id for one in starter if one.mode is Mode.ENFORCE}


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


EVERYTHING = msgspec.structs.replace(
    AROUND,
    tools=(
        *(ToolPlace(f"does_{effect.value}", effect) for effect in ToolEffect),
        *(ToolPlace(f"db__{effect.value}", effect, "db") for effect in ToolEffect),
        ToolPlace("delete_customer", ToolEffect.WRITE),
    ),
    keeper=ModelPlace("", "files", "near", "eu", Trust.INTERNAL, WireForm.OPENAI),
    batched=(CHAT,),
)
"""An installation that serves all there is."""

UNPROVEN = {
    "ACC-04": "every upstream of a registered model is named in the configuration",
    "SEC-04": "no text can be made up in which detectors find injection, injection:review",
    "SEC-12": "no answer can be made up in which detectors find unsafe, unsafe:block",
}
"""Clauses of the starter pack that no canary can be made for, and why."""


def test_every_clause_of_the_packs_that_ship_has_a_canary_or_a_reason(starter: tuple[CompiledClause, ...]) -> None:
    enforced = [msgspec.structs.replace(one, mode=Mode.ENFORCE) for one in starter]
    told: dict[str, list[Canary]] = {}
    for one in plan_canaries(enforced, EVERYTHING, PLANTED, at=AT):
        told.setdefault(one.clause, []).append(one)
        assert one.is_expressible != bool(one.why), one.clause
        assert one.is_expressible == bool(one.how)
    assert set(told) == {one.id for one in starter}
    without = {name: {one.why for one in found} for name, found in told.items() if not any(x.how for x in found)}
    waiting = {name for name, found in told.items() if any(one.waits for one in found)}
    weeks = {name for name, whys in without.items() if any("weeks of a caller's past" in why for why in whys)}
    assert set(without) - waiting - weeks == set(UNPROVEN)
    assert {name: whys for name, whys in UNPROVEN.items() if whys not in without[name]} == {}
    assert (waiting, weeks) == ({"OPS-03"}, {"SEC-07", "SEC-08"})


@pytest.mark.parametrize("name", sorted(templates()))
def test_the_forms_that_ship_make_clauses_that_have_a_canary_or_a_reason(name: str) -> None:
    clause = clause_from_form(templates()[name], FORMS[name], identity="ABC-01")
    made = CompiledClause(
        clause.id, clause.title, clause.owner, clause.wing, clause.effect, Mode.ENFORCE, clause.quarantine,
        compile_clause(clause), clause.examples, "", 0, clause,
    )  # fmt: skip
    found = plan_canaries([made], AROUND, PLANTED, at=AT)
    assert found
    assert all(one.is_expressible != bool(one.why) for one in found)


def test_a_clause_on_hours_is_tried_when_its_time_comes(starter: tuple[CompiledClause, ...]) -> None:
    late = next(msgspec.structs.replace(one, mode=Mode.ENFORCE) for one in starter if one.id == "OPS-03")

    def tried(hour: int) -> Canary:
        at = AT - AT % 86_400 + hour * 3_600
        return next(one for one in plan_canaries((late,), AROUND, PLANTED, at=at) if one.route == "chat.completions")

    by_hour = {hour: tried(hour) for hour in range(24)}
    assert any(one.request is not None for one in by_hour.values())
    for one in by_hour.values():
        assert one.waits == (one.request is None)
        assert not one.waits or "its time comes" in one.why


def test_what_rests_on_a_past_is_led_up_to_by_a_caller_made_for_it(starter) -> None:
    assert len(of(starter, "OPS-01")["chat.completions"].before) == 120
    probing = of(starter, "SEC-06")["scan"]
    assert (len(probing.before), probing.is_probing) == (5, True)
    assert [one.path for one in of(starter, "GOV-13", EVERYTHING)["decide"].before] == ["/v1/decide"]
    assert of(starter, "SEC-01")["scan"].before == ()


def test_a_clause_on_where_values_come_from_is_met_by_a_text_that_was_read_and_a_call(starter) -> None:
    found = of(starter, "AGT-01")
    assert [one.path for one in found["decide"].before] == ["/v1/decide", "/v1/decide/result"]
    assert body(found["decide"])["arguments"]["to"] == "canary.desk@example.net"
    (first,) = found["chat.completions"].before
    read = json.loads(first.answer)["choices"][0]["message"]["tool_calls"][0]
    messages = body(found["chat.completions"])["messages"]
    assert messages[1]["tool_calls"][0] == read
    assert messages[2]["tool_call_id"] == read["id"]
    assert found["mcp"].why == "no tool behind /mcp with the effect payment is registered"


def test_a_clause_on_grants_is_met_by_a_grant_that_nobody_gave(starter) -> None:
    canary = of(starter, "GRT-03")["grants"]
    assert canary.grant is not None
    assert canary.grant.app.domain
    assert canary.how == "a grant that nobody gave"


def test_files_and_batches_are_tried_where_they_are_served(starter) -> None:
    assert not {"files", "batches"} & set(of(starter, "SEC-01"))
    assert of(starter, "PRV-04")["files"].why == "files are not served here"
    keeper = ModelPlace("", "files", "near", "eu", Trust.INTERNAL, WireForm.OPENAI)
    around = msgspec.structs.replace(AROUND, keeper=keeper, batched=(CHAT,))
    found = of(starter, "SEC-01", around)
    assert b"Ignore all previous" in found["files"].request.body
    assert b'"url":"/v1/chat/completions"' in found["batches"].request.body
    assert b"image/png" in of(starter, "PRV-04", around)["files"].request.body


def test_a_route_that_observes_proves_nothing(starter) -> None:
    around = msgspec.structs.replace(AROUND, observing=frozenset(("chat.completions",)))
    assert "observes" in of(starter, "SEC-01", around)["chat.completions"].why


def test_a_body_that_is_not_taken_is_not_sent(starter) -> None:
    small = msgspec.structs.replace(AROUND, body_bytes=100_000)
    assert of(starter, "GOV-09", small)["chat.completions"].why.endswith("and 100000 are taken")


def test_a_clause_out_of_its_time_is_asked_nothing(starter) -> None:
    clause = next(one for one in starter if one.id == "SEC-01")
    later = msgspec.structs.replace(clause, clause=msgspec.structs.replace(clause.clause, valid_from="2030-01-01"))
    assert plan_canaries((later,), AROUND, PLANTED, at=AT) == ()


def test_where_nothing_of_the_kind_goes_there_is_nothing_to_prove(starter: tuple[CompiledClause, ...]) -> None:
    completions = msgspec.structs.replace(CHAT, route="completions")
    around = msgspec.structs.replace(AROUND, models=(*AROUND.models, completions))
    found = of(starter, "GOV-07", around)
    assert {route for route, one in found.items() if one.is_absent} == {"completions", "scan", "moderations"}
    assert all(one.why and not one.how for one in found.values() if one.is_absent)
    # What a route does carry, and no text of ours can be, is not proved there: that keeps the clause from being proven.
    assert not any(one.is_absent for one in of(starter, "SEC-09", around).values())
    nowhere = msgspec.structs.replace(around, models=(completions,))
    clause = next(one for one in starter if one.id == "ACC-05")
    assert not any(one.is_absent for one in plan_canaries((clause,), nowhere, PLANTED, at=AT))


def of_systems(*tests: clauses.Test, has: list[str], systems: tuple[System, ...]) -> dict[str, Canary]:
    made = Clause(
        "T-01", "t", "t", "risk", Wing.GOVERNANCE, Risk.LOW, Effect.DENY, (Action.MODEL_CALL,),
        Condition((clauses.Test("maxTokens", over=7), *tests)),
        examples=(Example("x", Effect.DENY, Action.MODEL_CALL, context={"maxTokens": 8, "systems": has}),),
    )  # fmt: skip
    compiled = CompiledClause(
        made.id,
        "t",
        "risk",
        made.wing,
        made.effect,
        Mode.ENFORCE,
        False,
        compile_clause(made),
        made.examples,
        "",
        0,
        made,
    )
    around = msgspec.structs.replace(AROUND, systems=systems)
    return {one.route: one for one in plan_canaries((compiled,), around, PLANTED, at=AT)}


CV = System("cv", "CV", "person:a", "ranks", principals=("agent:cv",))
CRM = System("crm", "CRM", "person:a", "mails", routes=("scan",), models=("abroad",))


def test_a_clause_on_systems_is_met_as_one_of_them() -> None:
    test = clauses.Test("systems", contains_any=("gone", "cv"))
    canary = of_systems(test, has=["gone", "cv"], systems=(CRM, CV))["chat.completions"]
    assert canary.request is not None
    assert canary.request.caller.system == "cv"
    plain = of_systems(has=["cv"], systems=(CV,))["chat.completions"]
    assert plain.request is not None
    assert plain.request.caller.system == ""  # the clause does not ask
    assert plain.request.caller.said != canary.request.caller.said
    assert b"system" not in plain.request.caller.said  # its key is the one of before there were systems
    anyone = of_systems(clauses.Test("systems", contains_any=("*",)), has=["whoever"], systems=(CV,))
    assert anyone["chat.completions"].request is not None


def test_systems_that_are_not_there_or_not_met_are_told() -> None:
    test = clauses.Test("systems", contains_any=("cv", "crm"))
    assert "no system cv" in of_systems(test, has=["cv"], systems=())["chat.completions"].why
    found = of_systems(test, has=["crm"], systems=(CV, CRM))
    assert "no traffic on chat.completions" in found["chat.completions"].why
    both = of_systems(
        clauses.Test("systems", contains_any=("cv",)), clauses.Test("systems", contains_any=("crm",)),
        has=["cv", "crm"], systems=(CV, CRM),
    )  # fmt: skip
    assert "can be what it asks for" in both["chat.completions"].why


def test_a_canary_of_a_system_asks_for_a_model_of_it() -> None:
    test = clauses.Test("systems", contains_any=("crm",))
    everywhere = msgspec.structs.replace(CRM, routes=())
    assert body(of_systems(test, has=["crm"], systems=(everywhere,))["chat.completions"])["model"] == "abroad"
    nowhere = msgspec.structs.replace(everywhere, models=("other",))
    assert "no model of the system crm" in of_systems(test, has=["crm"], systems=(nowhere,))["chat.completions"].why
