from __future__ import annotations

import msgspec

from tests.unit.register.gates.test_door import CV
from wardlaw.facts.action import Action
from wardlaw.facts.effect import RouteMode
from wardlaw.facts.exchange import Measures
from wardlaw.facts.gate import GateMode
from wardlaw.facts.principal import Principal, PrincipalKind
from wardlaw.facts.request import RequestFacts
from wardlaw.facts.resource import Resource, ResourceKind
from wardlaw.gateway.gating import MAX_AGE_S, GateKeeper
from wardlaw.register.gates.door import DoorRow, GateDoor

AGENT = Principal("agent:cv-1", PrincipalKind.AGENT, credential="key:cv")


def request(principal: Principal = AGENT) -> RequestFacts:
    resource = Resource(ResourceKind.MODEL, "model:gpt", registered=True)
    return RequestFacts(
        "dec_1", "exc_1", 50.0, 3, 4, principal, Action.MODEL_CALL, resource, "chat.completions", RouteMode.ENFORCE,
        "s", Measures(),
    )  # fmt: skip


def keeper(closed: str, age_s: float = 0.1) -> GateKeeper:
    made = GateKeeper(lambda: age_s)
    made.door = GateDoor([DoorRow(CV, closed, until=100.0)], frozenset())
    return made


def test_a_closed_system_is_named_and_an_open_one_is_not() -> None:
    assert keeper("").closed(request()) == ()
    assert [(one.system, one.mode, one.why) for one in keeper("shut").closed(request())] == [
        ("cv", GateMode.ENFORCE, "shut")
    ]
    assert GateKeeper(lambda: 9.0).closed(request()) == ()


def test_a_worker_that_cannot_know_closes() -> None:
    assert keeper("", MAX_AGE_S).closed(request()) == ()
    assert len(keeper("", MAX_AGE_S + 0.1).closed(request())) == 1


def test_canaries_are_let_to_their_clauses() -> None:
    canary = msgspec.structs.replace(AGENT, credential="key:wardlaw-canary-agent")
    assert keeper("shut").closed(request(canary)) == ()


def test_systems_are_told_of_every_request() -> None:
    assert keeper("").systems(request()) == ("cv",)
    assert keeper("", MAX_AGE_S + 9).systems(request()) == ("cv",)
    assert keeper("").systems(request(Principal("agent:other", PrincipalKind.AGENT))) == ()
    assert GateKeeper(lambda: 0.0).systems(request()) == ()


def test_a_canary_is_of_the_system_its_caller_is_made_for_where_that_system_has_traffic() -> None:
    canary = Principal("user:wardlaw-canary-1@cv", PrincipalKind.USER, credential="key:wardlaw-canary-1")
    assert keeper("shut").systems(request(canary)) == ("cv",)
    assert keeper("").systems(request(msgspec.structs.replace(canary, id="user:wardlaw-canary-1@other"))) == ()
    assert keeper("").systems(request(msgspec.structs.replace(canary, credential="key:mine"))) == ()
    elsewhere = keeper("")
    elsewhere.door = GateDoor([DoorRow(msgspec.structs.replace(CV, routes=("messages",)), "")], frozenset())
    assert elsewhere.systems(request(canary)) == ()
