"""Erasing a person: the texts in the log become unreadable, and names in the inventory give way to a pseudonym."""

from __future__ import annotations

import asyncio

import msgspec
from litestar import get, post
from litestar.params import FromPath, JSONBody

from wardlaw.console.api.audit import ERASURE_REQUEST_S, waits_for
from wardlaw.console.api.desk import Call, Done, Given, Turn
from wardlaw.console.api.shapes import ErasureAnswer, ErasurePreview, ErasureRequest, InventoryReach
from wardlaw.facts.errors import InputError
from wardlaw.facts.habit import HabitOrder, HabitOrderKind
from wardlaw.governance.rights import Circumstances
from wardlaw.inventory.veiling import Alias, pseudonym_from
from wardlaw.store import erasures, holds, people
from wardlaw.store.database import clear_traces
from wardlaw.store.dutyveiling import Remaking, count_duties, duty_aliases, veil_duties
from wardlaw.store.erasures import Erasure, ErasureReach
from wardlaw.store.habitorders import place_order
from wardlaw.store.registerveiling import count_register, register_names, veil_register
from wardlaw.store.suppressed import suppress
from wardlaw.store.veiling import (
    Place,
    accounts_meant,
    count_named,
    door_names,
    is_known,
    names_of_accounts,
    veil_inventory,
)

_KEPT_OUT = (
    "A platform that still has the account tells it again; the pseudonym then stands for it, and nothing of it can be "
    "revoked from here."
)
_TOLD_AGAIN = (
    "A platform that still has the account tells it again, in the clear, when it is next read. Remove the account there "
    "first, or ask for the names to be kept out (suppress)."
)


@get("/audit/erasures", operation_id="erasures.list", summary="Requests for erasure")
async def list_erasures(call: Given) -> tuple[Erasure, ...]:
    """All requests, newest first."""
    return await call.read(lambda turn: erasures.list_erasures(turn.connection))


@post("/audit/erasures/preview", operation_id="erasures.preview", summary="What would be reached", status_code=200)
async def preview_erasure(call: Given, data: JSONBody[ErasureRequest]) -> ErasurePreview:
    """A dry run: the accounts that are meant, and how many rows hold their names. Nothing is changed or asked for."""

    def work(turn: Turn) -> ErasurePreview:
        subject = _subject_of(turn, call, data)
        return ErasurePreview(subject, _reached(turn, call, subject, _named(turn, data)))

    return await call.read(work, circumstances=lambda _turn: Circumstances(asks=True))


@post("/audit/erasures", operation_id="erasures.request", summary="Ask for a person to be erased")
async def request_erasure(call: Given, data: JSONBody[ErasureRequest]) -> ErasureAnswer:
    """First of two persons (SOD-7): nothing is erased yet."""

    def work(turn: Turn) -> Done[ErasureAnswer]:
        subject = _subject_of(turn, call, data)
        reach = _named(turn, data)
        reached = _reached(turn, call, subject, reach)
        erasure = Erasure(
            id=turn.new_id("era_"),
            subject=subject,
            reason=data.reason,
            requested_by=turn.person.id,
            requested_at=turn.now,
            expires_at=turn.now + ERASURE_REQUEST_S,
        )
        erasures.request_erasure(turn.connection, erasure)
        erasures.keep_reach(turn.connection, erasure, reach)
        facts: dict[str, str | int] = {"erasure": erasure.id, "subject": subject, "reason": data.reason}
        facts |= {"accounts": len(reached.accounts), "suppress": int(reach.suppress)}
        return Done(ErasureAnswer(erasure, waits_for(turn.person), reached), facts)

    return await call.change(work, circumstances=lambda _turn: Circumstances(asks=True))


@post("/audit/erasures/{erasure_id:str}/confirm", operation_id="erasures.confirm", summary="Confirm", status_code=200)
async def confirm_erasure(call: Given, erasure_id: FromPath[str]) -> ErasureAnswer:
    """Second of two persons: the texts become unreadable and names give way; every proof stays valid."""

    def work(turn: Turn) -> Done[ErasureAnswer]:
        erasure = erasures.pending_erasure(turn.connection, erasure_id, now=turn.now)
        reach = erasures.reach_of(turn.connection, erasure_id)
        places = _meant(turn, call, erasure.subject, reach)
        # Before the keys go: afterwards nobody could tell whose behaviour and whose accounts are meant.
        for key in call.deps.habits.keys_of(erasure.subject):
            place_order(turn.connection, HabitOrder(0, key, HabitOrderKind.FORGET, erasure_id, "", turn.now))
        call.deps.held.forget(turn.connection, erasure.subject)
        call.deps.coverage.forget()
        aliases = _aliases(turn, places)
        rows = veil_inventory(turn.connection, aliases)
        remaking = Remaking(turn.person.id, erasure_id, turn.now, call.deps.sign, call.deps.life.veil)
        known = _in_duties(turn, call, erasure.subject, aliases)
        rows |= veil_duties(turn.connection, known, remaking)
        rows |= veil_register(turn.connection, known, erasure=erasure_id)
        if reach.suppress:
            suppress(turn.connection, aliases, call.deps.log.name_tag, erasure=erasure_id, now=turn.now)
        erasures.forget_reach(turn.connection, erasure_id)
        stand_ins = tuple(sorted({one.pseudonym for one in aliases}))
        reached = InventoryReach(stand_ins, rows, reach.suppress, _next_reading(places, reach))

        def destroy() -> ErasureAnswer:
            # Keys cannot be brought back: should the commit fail after this, the request is still
            # pending, and confirming it again does no harm.
            parts = call.deps.log.erase(turn.connection, erasure.subject)
            erasures.finish_erasure(turn.connection, erasure_id, by=turn.person.id, now=turn.now, parts=parts)
            return ErasureAnswer(erasures.get_erasure(turn.connection, erasure_id), (), reached)

        facts: dict[str, str | int] = {"erasure": erasure_id, "subject": erasure.subject}
        facts |= {"requested_by": erasure.requested_by, "accounts": len(places), "rows": sum(rows.values())}
        return Done(ErasureAnswer(erasure, (), reached), facts | {"suppress": int(reach.suppress)}, then=destroy)

    def circumstances(turn: Turn) -> Circumstances:
        erasure = erasures.pending_erasure(turn.connection, erasure_id, now=turn.now)
        return Circumstances(first=people.get_person(turn.connection, erasure.requested_by))

    done = await call.change(work, circumstances=circumstances)
    call.watch.forget()
    # Only now is it kept. What is left in the free space of a file cannot undo it, and is told.
    traces = await asyncio.to_thread(clear_traces, call.deps.engine) if done.inventory.rows else ""
    return msgspec.structs.replace(done, inventory=msgspec.structs.replace(done.inventory, traces=traces))


def _subject_of(turn: Turn, call: Call, data: ErasureRequest) -> str:
    """The subject that is named, or that an account is at the gateway; a fresh one where the log knows none.

    Raises:
        InputError: Nobody is named (WL-AUD-045).
    """
    if data.subject:
        return data.subject
    if not data.accounts:
        raise InputError(
            "WL-AUD-045",
            "Nobody is named who is to be erased.",
            "Name the subject as the log has it, or an account of the inventory as directory:id.",
        )
    for place in _named(turn, data).accounts:
        for name in door_names(place[1]):
            if known := sorted(call.deps.log.names(name) - {name}):
                return known[0]
    return turn.entropy(32).hex()


def _named(turn: Turn, data: ErasureRequest) -> ErasureReach:
    """The accounts that are named.

    Raises:
        InputError: The inventory does not know one of them (WL-INV-115).
    """
    places = []
    for name in dict.fromkeys(data.accounts):
        directory, _, account = name.partition(":")
        if not is_known(turn.connection, Place(directory, account)):
            raise InputError(
                "WL-INV-115",
                "The inventory knows no such account.",
                "Name it as directory:id; `wardlaw inventory list account --find NAME` shows both.",
            )
        places.append((directory, account))
    return ErasureReach(tuple(places), data.suppress)


def _meant(turn: Turn, call: Call, subject: str, reach: ErasureReach) -> tuple[Place, ...]:
    """The person's accounts in the inventory, unless a hold stands on the person under any name.

    Raises:
        InputError: A hold stands (WL-STO-074).
    """
    log = call.deps.log
    holds.refuse_held(turn.connection, log.names(subject))
    places = accounts_meant(turn.connection, (Place(*one) for one in reach.accounts), log.same_subject(subject))
    for place in places:
        for name in door_names(place.account):
            holds.refuse_held(turn.connection, log.names(name))
    return places


def _reached(turn: Turn, call: Call, subject: str, reach: ErasureReach) -> InventoryReach:
    places = _meant(turn, call, subject, reach)
    aliases = _aliases(turn, places)
    rows = count_named(turn.connection, aliases)
    known = _in_duties(turn, call, subject, aliases)
    rows |= count_duties(turn.connection, known) | count_register(turn.connection, known)
    names = tuple(f"{place.directory}:{place.account}" for place in places)
    return InventoryReach(names, rows, reach.suppress, _next_reading(places, reach))


def _aliases(turn: Turn, places: tuple[Place, ...]) -> tuple[Alias, ...]:
    return names_of_accounts(turn.connection, places, lambda: pseudonym_from(turn.entropy(13)))


def _in_duties(turn: Turn, call: Call, subject: str, aliases: tuple[Alias, ...]) -> tuple[Alias, ...]:
    """What the person is called in waivers, appeals, the life of clauses and the register."""
    same, also = call.deps.log.same_subject(subject), register_names(turn.connection)
    return duty_aliases(turn.connection, aliases, same, lambda: pseudonym_from(turn.entropy(13)), also=also)


def _next_reading(places: tuple[Place, ...], reach: ErasureReach) -> str:
    if not places:
        return ""
    return _KEPT_OUT if reach.suppress else _TOLD_AGAIN
