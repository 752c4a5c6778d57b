"""AI systems: what there is, who answers for it, and which traffic is its own."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from litestar import delete, get, patch, post
from litestar.params import FromPath, JSONBody, QueryParameter

from wardlaw.console.api.classifications import refuse_tier_by_hand
from wardlaw.console.api.desk import Call, Done, Given, Turn
from wardlaw.console.api.shapes import MaybeLine
from wardlaw.facts.errors import InputError, RefusedError
from wardlaw.facts.gate import GateMode
from wardlaw.facts.person import Permission
from wardlaw.facts.tier import SystemRole, Tier
from wardlaw.governance.rights import Circumstances, holds_any
from wardlaw.register.lifecycle import Lifecycle, may_step
from wardlaw.register.milder import CLASSIFYING, differing, milder
from wardlaw.register.system import System
from wardlaw.store.people import get_person
from wardlaw.store.systems import (
    KeptSystem,
    SystemVersion,
    add_system,
    change_system,
    get_system,
    list_systems,
    living_system,
    retire_system,
    system_history,
)

_All = Annotated[bool, QueryParameter(name="retired")]
_NOT_SAID = "none"
_OTHERS = tuple(name for name in System.__struct_fields__ if name not in CLASSIFYING)


class SystemChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is to be another; None leaves it. ``placed_at`` may be ``none``.

    ``made_of`` changes the digests it names. ``version`` is the one it was seen in: another one by now refuses the
    change; 0 does not ask. ``reason`` says why.
    """

    title: str | None = None
    owner: str | None = None
    purpose: str | None = None
    roles: tuple[SystemRole, ...] | None = None
    tier: Tier | None = None
    annex_point: str | None = None
    placed_at: str | None = None
    principals: tuple[str, ...] | None = None
    routes: tuple[str, ...] | None = None
    models: tuple[str, ...] | None = None
    environment: str | None = None
    users: tuple[str, ...] | None = None
    data_classes: tuple[str, ...] | None = None
    built_on: tuple[str, ...] | None = None
    datasets: tuple[str, ...] | None = None
    vendors: tuple[str, ...] | None = None
    tools: tuple[str, ...] | None = None
    regions: tuple[str, ...] | None = None
    made_of: dict[str, str] | None = None
    lifecycle: Lifecycle | None = None
    gate_mode: GateMode | None = None
    version: Annotated[int, msgspec.Meta(ge=0)] = 0
    reason: MaybeLine = ""


class SystemDetail(msgspec.Struct, frozen=True):
    """A system and every state it was in."""

    kept: KeptSystem
    history: tuple[SystemVersion, ...]


@get("/systems", operation_id="systems.list", summary="AI systems")
async def list_of_systems(call: Given, *, retired: _All = False) -> tuple[KeptSystem, ...]:
    """Systems by id; ``retired`` adds those taken out of use."""
    return await call.read(lambda turn: list_systems(turn.connection, retired=retired))


@get("/systems/{system_id:str}", operation_id="systems.get", summary="One system with its history")
async def show_system(call: Given, system_id: FromPath[str]) -> SystemDetail:
    """One system and every state it was in."""

    def work(turn: Turn) -> SystemDetail:
        return SystemDetail(get_system(turn.connection, system_id), system_history(turn.connection, system_id))

    return await call.read(work)


@post("/systems", operation_id="systems.add", summary="Register a system")
async def register_system(call: Given, data: JSONBody[System]) -> KeptSystem:
    """Register a system; its owner must be a person Wardlaw knows. What it is in law is for whoever may classify."""

    def work(turn: Turn) -> Done[KeptSystem]:
        get_person(turn.connection, data.owner)
        if data.lifecycle is not Lifecycle.PROPOSED:
            _check_step(Lifecycle.PROPOSED, data.lifecycle)
        return _done(add_system(turn.connection, data, by=turn.person.id, now=turn.now))

    def circumstances(turn: Turn) -> Circumstances:
        unsaid = System(data.id, data.title, data.owner, data.purpose)
        may = holds_any(turn.person, (Permission.CLASSIFY_SYSTEM,), book=call.deps.roles)
        return Circumstances(classifies=bool(differing(unsaid, data, fields=CLASSIFYING)) and not may)

    return await call.change(work, circumstances=circumstances)


@patch("/systems/{system_id:str}", operation_id="systems.change", summary="Change a system")
async def alter_system(call: Given, system_id: FromPath[str], data: JSONBody[SystemChange]) -> KeptSystem:
    """Change a system; what it was stays in its history. A milder classification needs legal and a reason (SOD-8)."""

    def work(turn: Turn) -> Done[KeptSystem]:
        old = living_system(turn.connection, system_id).system
        new = _changed(old, data)
        _check_step(old.lifecycle, new.lifecycle)
        refuse_tier_by_hand(turn, system_id, old.tier, new.tier)
        _refuse_loosening(call, turn, old, new)
        get_person(turn.connection, new.owner)
        lowered = milder((one.system for one in system_history(turn.connection, system_id)), new)
        if lowered and not data.reason:
            raise InputError(
                "WL-SYS-014", "A milder classification needs its reason.", "Say with --reason what it rests on."
            )
        kept = change_system(
            turn.connection, new, by=turn.person.id, now=turn.now, version=data.version, reason=data.reason
        )
        done = _done(kept)
        told: dict[str, str | int] = {"milder": ", ".join(lowered)} if lowered else {}
        return Done(kept, {**done.facts, **told, "reason": data.reason})

    def circumstances(turn: Turn) -> Circumstances:
        old = living_system(turn.connection, system_id).system
        new = _changed(old, data)
        classifies, registers = differing(old, new, fields=CLASSIFYING), differing(old, new, fields=_OTHERS)
        if classifies and registers:
            raise InputError(
                "WL-SYS-013",
                f"{', '.join(classifies)} cannot be changed together with {', '.join(registers)}.",
                "Say by itself what the system is in the eyes of the law.",
            )
        lowered = milder((one.system for one in system_history(turn.connection, system_id)), new)
        return Circumstances(
            classifies=bool(classifies), registers=not classifies, lowers=bool(classifies) and bool(lowered)
        )

    return await call.change(work, circumstances=circumstances)


@delete("/systems/{system_id:str}", operation_id="systems.retire", summary="Retire a system", status_code=200)
async def end_system(call: Given, system_id: FromPath[str]) -> KeptSystem:
    """Take a system out of use. Its traffic, if there still is some, is unregistered from then on."""

    def work(turn: Turn) -> Done[KeptSystem]:
        _refuse_loosening(call, turn, living_system(turn.connection, system_id).system, None)
        return _done(retire_system(turn.connection, system_id, by=turn.person.id, now=turn.now))

    return await call.change(work)


def _done(kept: KeptSystem) -> Done[KeptSystem]:
    one = kept.system
    facts: dict[str, str | int] = {
        "system": one.id,
        "version": kept.version,
        "tier": one.tier.value,
        "owner": one.owner,
        "retired": int(bool(kept.retired_at)),
    }
    return Done(kept, facts)


def _changed(old: System, change: SystemChange) -> System:
    """The system with what was given in place of what it was, held against the same rules as a new one."""
    given: dict[str, Any] = {name: value for name, value in msgspec.structs.asdict(change).items() if value is not None}
    del given["version"], given["reason"]
    if change.made_of is not None:
        given["made_of"] = {**msgspec.to_builtins(old.made_of), **change.made_of}
    if given.get("placed_at") == _NOT_SAID:
        given["placed_at"] = None
    return read_system({**msgspec.to_builtins(old), **given})


def _refuse_loosening(call: Call, turn: Turn, old: System, new: System | None) -> None:
    """What a gate enforces is taken out of it by those who sign gates off, not by whoever builds the system."""
    if old.gate_mode is not GateMode.ENFORCE:
        return
    gated = ("gate_mode", "principals", "routes", "models")
    if new is not None and all(getattr(old, name) == getattr(new, name) for name in gated):
        return
    if not holds_any(turn.person, (Permission.APPROVE_GATE,), book=call.deps.roles):
        raise RefusedError(
            "WL-SYS-012",
            f"The gate of {old.id} is enforced; its mode and its traffic are not changed by whoever builds it.",
            "Ask somebody who registers systems and signs gates off: the role risk.",
        )


def _check_step(old: Lifecycle, new: Lifecycle) -> None:
    if not may_step(old, new):
        raise InputError(
            "WL-SYS-006",
            f"Nobody takes a system from {old.value} to {new.value} by hand.",
            "A gate's verdict or an intake approves it; `wardlaw system retire` ends it.",
        )


def read_system(fields: dict[str, Any]) -> System:
    """A system from its fields.

    Raises:
        InputError: One of them is not valid (WL-SYS-004).
    """
    try:
        return msgspec.convert(fields, System)
    except msgspec.ValidationError as error:
        raise InputError(
            "WL-SYS-004", f"The system is not valid: {error}.", "`wardlaw system change --help` says what may stand."
        ) from error
