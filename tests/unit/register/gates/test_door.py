from __future__ import annotations

import msgspec
import pytest

from wardlaw.facts.gate import GateMode
from wardlaw.register.gates import door as door_module
from wardlaw.register.gates.door import APPROVAL_ENDED, DoorRow, GateDoor
from wardlaw.register.system import System, Traffic

CV = System("cv", "CV ranker", "person:ann", "ranks", principals=("agent:cv-*",), gate_mode=GateMode.ENFORCE)
CALL = Traffic("agent:cv-1", "", "Agent", "ModelCall", "chat.completions", "model:gpt")
OPEN = DoorRow(CV, "", until=100.0, clauses=("GOV-07",))


def why(row: DoorRow, bypassed: frozenset[str] = frozenset(), *, at: float = 50.0, is_known: bool = True) -> list[str]:
    return [one.why for one in GateDoor([row], bypassed).closed(CALL, at=at, is_known=is_known)]


def test_only_a_live_verdict_opens() -> None:
    assert why(OPEN) == []
    assert why(DoorRow(CV, "no gate has given it a verdict")) == ["no gate has given it a verdict"]
    assert why(OPEN, at=100.0) == ["the verdict has expired"]
    assert why(OPEN, frozenset({"GOV-07"})) == ["a canary got through the clause GOV-07"]
    assert why(OPEN, frozenset({"GOV-08"})) == []
    assert why(OPEN, is_known=False) == ["what was revoked since cannot be known"]


def test_what_is_not_its_traffic_is_not_its_concern() -> None:
    closed = GateDoor([DoorRow(CV, "shut")], frozenset())
    other = msgspec.structs.replace(CALL, principal="agent:other")
    assert closed.closed(other, at=1.0, is_known=False) == ()
    off = msgspec.structs.replace(CV, gate_mode=GateMode.OFF)
    assert GateDoor([DoorRow(off, "shut")], frozenset()).is_empty


def test_the_mode_of_each_system_is_told() -> None:
    warned = msgspec.structs.replace(CV, id="all", principals=(), routes=("chat.*",), gate_mode=GateMode.WARN)
    found = GateDoor([OPEN, DoorRow(CV, "shut"), DoorRow(warned, "shut")], frozenset()).closed(
        CALL, at=1.0, is_known=True
    )
    assert [(one.system, one.mode) for one in found] == [("all", GateMode.WARN), ("cv", GateMode.ENFORCE)] or [
        (one.system, one.mode) for one in found
    ] == [("cv", GateMode.ENFORCE), ("all", GateMode.WARN)]


def test_what_is_remembered_stays_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door_module, "MOST_KNOWN", 3)
    gate = GateDoor([DoorRow(CV, "shut")], frozenset())
    for number in range(10):
        assert gate.closed(msgspec.structs.replace(CALL, resource=f"model:{number}"), at=1.0, is_known=True)


def test_an_approval_that_ended_closes_whatever_the_mode() -> None:
    for mode in GateMode:
        system = msgspec.structs.replace(CV, gate_mode=mode)
        door = GateDoor([DoorRow(system, "", until=200.0, approved_until=100.0)], frozenset())
        assert not door.is_empty
        assert door.closed(CALL, at=99.0, is_known=True) == ()
        assert [(one.mode, one.why) for one in door.closed(CALL, at=100.0, is_known=True)] == [
            (GateMode.ENFORCE, APPROVAL_ENDED)
        ]


def test_every_system_of_traffic_is_told_whatever_its_mode() -> None:
    off = msgspec.structs.replace(CV, id="all", principals=(), routes=("chat.*",), gate_mode=GateMode.OFF)
    door = GateDoor([OPEN, DoorRow(off, "")], frozenset())
    assert (door.knows_any, door.systems(CALL)) == (True, ("all", "cv"))
    assert door.systems(msgspec.structs.replace(CALL, principal="agent:other", route="messages")) == ()
    assert GateDoor((), frozenset()).knows_any is False
