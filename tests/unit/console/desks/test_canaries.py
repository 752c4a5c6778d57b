from __future__ import annotations

import msgspec
import pytest
from tests.unit.console.desks.conftest import NOW, House
from tests.unit.evidence.test_hearing import signed
from tests.unit.governance.lives import OPS

from wardlaw.config.model import ClauseLife, Model, ModelUpstream, Surface, Upstream
from wardlaw.config.tools import RegisteredTool
from wardlaw.console.desks import canaries as module
from wardlaw.console.desks.canaries import CanaryDesk, approved_texts, planted_texts, registered_systems, surroundings
from wardlaw.facts.clauselife import LifeEvent, LifeState, LifeStep
from wardlaw.facts.effect import RouteMode
from wardlaw.facts.resource import ToolEffect, Trust
from wardlaw.facts.routes import UpstreamKind
from wardlaw.governance.check import check
from wardlaw.register.system import System
from wardlaw.security.fingerprint import make_fingerprint
from wardlaw.store.database import writing
from wardlaw.store.life import LifeStore
from wardlaw.store.systems import add_system

KEY = b"k" * 32


def planned(house: House) -> set[str]:
    return {one.clause for one in CanaryDesk(house.places, KEY, clock=lambda: NOW).plan()}


def test_a_clause_that_is_written_or_published_has_its_canary(house: House) -> None:
    folder = house.places.data_dir.parent / "policies"
    assert {"OPS-02", "SEC-01"} <= planned(house)
    (folder / "operations.yaml").unlink()  # published all the same
    assert "OPS-02" in planned(house)
    (folder / "own.yaml").write_text(
        "id: OWN-01\ntitle: Nothing for tests\ntext: Tests ask nothing.\nowner: risk\nwing: governance\nrisk: low\n"
        "effect: deny\nactions: [ModelCall]\nwhen: {all: [{attribute: maxTokens, over: 7}]}\nexamples:\n"
        "  - {name: Many, effect: deny, action: ModelCall, context: {maxTokens: 8}}\n"
        "  - {name: Few, effect: allow, action: ModelCall, context: {maxTokens: 7}}\n"
    )
    assert "OWN-01" in planned(house)  # written, and left out of what is published
    (folder / "own.yaml").write_text("id: [")
    assert "SEC-01" in planned(house)


def test_a_text_is_checked_once_a_day_and_again_when_it_changes(house: House, monkeypatch) -> None:
    folder = house.places.data_dir.parent / "policies"
    checked = []
    monkeypatch.setattr(module, "check", lambda *given, **named: checked.append(1) or check(*given, **named))
    at = [NOW]
    desk = CanaryDesk(house.places, KEY, clock=lambda: at[0])
    first = desk.plan()
    assert desk.plan() == first
    assert len(checked) == 1
    (folder / "own.yaml").write_text(OPS)
    assert "OPS-30" in {one.clause for one in desk.plan()}
    assert len(checked) == 2
    at[0] += 86_400  # what has a last day may be over
    desk.plan()
    assert len(checked) == 3


def test_where_clauses_have_a_life_the_approved_text_is_tried_and_nothing_else(house: House) -> None:
    config = msgspec.structs.replace(
        house.config, policies=msgspec.structs.replace(house.config.policies, life=ClauseLife.ON)
    )
    assert approved_texts(house.config, house.engine, KEY) is None
    approved = approved_texts(config, house.engine, KEY)
    assert approved is not None
    assert approved() == {}
    whole = signed()
    gone = msgspec.structs.replace(whole.content, clause="GOV-21")  # its row says something else than its mark
    with writing(house.engine) as connection:
        LifeStore(KEY).add_version(connection, whole)
        LifeStore(b"o" * 32).add_version(connection, msgspec.structs.replace(whole, content=gone))
        for name, key in (("GOV-20", KEY), ("GOV-21", b"o" * 32)):
            event = LifeEvent(name, 1, 1, LifeStep.ENFORCE, LifeState.ENFORCE, "person:ci", NOW, "", "ctl_1", 0.0)
            LifeStore(key).add_event(connection, event)
    assert set(approved()) == {"GOV-20"}
    folder = house.places.data_dir.parent / "policies"
    (folder / "own.yaml").write_text(OPS)  # written, and in nobody's set
    desk = CanaryDesk(house.places, KEY, clock=lambda: NOW, approved=approved)
    found = {one.clause: one for one in desk.plan()}
    assert "OPS-30" not in found
    assert "1000" in found["GOV-20"].policies  # although nothing that is published has it
    assert "SEC-01" in found  # published, with no history that says otherwise


def test_models_stand_at_the_upstream_that_is_asked_first_on_each_route(house: House) -> None:
    change = msgspec.structs.replace
    near = Upstream("near", "https://near.invalid/v1", region="eu", trust=Trust.PARTNER)
    claude = Upstream("claude", "https://claude.invalid", kind=UpstreamKind.ANTHROPIC, region="us", trust=Trust.PUBLIC)
    models = (
        Model("demo", (ModelUpstream("near", region="local"), ModelUpstream("claude"))),
        Model("both", (ModelUpstream("claude"),), routes=("chat.completions",), translate=True),
        Model("lost", (ModelUpstream("nowhere"),)),
    )
    tools = (
        RegisteredTool("db__sql", ToolEffect.READ),
        RegisteredTool("pay", effects=(ToolEffect.READ, ToolEffect.PAYMENT)),
    )
    gateway = change(house.config.gateway, routes={"scan": Surface(RouteMode.OBSERVE)})
    found = surroundings(change(house.config, upstreams=(near, claude), models=models, tools=tools, gateway=gateway))
    told = {(one.name, one.route): (one.upstream, one.region, one.trust) for one in found.models}
    assert told["demo", "chat.completions"] == ("near", "local", Trust.PARTNER)
    assert told["demo", "messages"] == ("claude", "us", Trust.PUBLIC)
    assert [route for name, route in told if name == "both"] == ["chat.completions"]
    assert not any(name == "lost" for name, _ in told)
    assert [(one.name, one.effect, one.server) for one in found.tools] == [
        ("db__sql", ToolEffect.READ, "db"), ("pay", ToolEffect.PAYMENT, ""),
    ]  # fmt: skip
    assert found.observing == {"scan"}


def test_an_installation_that_observes_observes_on_every_route(house: House) -> None:
    observing = msgspec.structs.replace(house.config.installation, mode=RouteMode.OBSERVE)
    found = surroundings(msgspec.structs.replace(house.config, installation=observing))
    assert {"chat.completions", "scan", "mcp"} <= found.observing


@pytest.mark.parametrize("kind", ["secret", "tripwire"])
def test_what_is_planted_is_long_enough_to_be_registered_and_differs_by_installation(kind: str) -> None:
    mine, other = (getattr(planted_texts(key), kind) for key in (KEY, b"j" * 32))
    assert mine != other
    assert make_fingerprint(mine, id=f"{kind}:x", key=KEY, base=12_345_677).length == 40


def test_systems_of_the_register_are_read_anew_for_each_plan(house: House) -> None:
    read = registered_systems(house.engine)
    assert read() == ()
    system = System("cv", "CV", "person:ci", "ranks")
    with writing(house.engine) as connection:
        add_system(connection, system, by="person:ci", now=NOW)
    assert read() == (system,)
    desk = CanaryDesk(house.places, KEY, clock=lambda: NOW, systems=read)
    assert desk.plan() == CanaryDesk(house.places, KEY, clock=lambda: NOW).plan()  # no clause here asks about one
