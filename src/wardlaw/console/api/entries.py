"""Models, datasets and vendors: what systems are built of and bought from."""

from __future__ import annotations

from typing import Annotated

import msgspec
from litestar import delete, get, put
from litestar.params import FromPath, JSONBody, QueryParameter

from wardlaw.console.api.desk import Done, Given, Turn
from wardlaw.facts.errors import InputError, RefusedError
from wardlaw.register.entry import Entry, EntryKind, RegisteredModel, kind_of
from wardlaw.store.entries import KeptEntry, entry_history, find_entry, get_entry, list_entries, put_entry, retire_entry
from wardlaw.store.people import get_person

_Kind = Annotated[EntryKind | None, QueryParameter(name="kind")]


class EntryBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An entry as it shall be, and the version it follows: 0 for a new one."""

    entry: Entry
    version: Annotated[int, msgspec.Meta(ge=0)] = 0


class EntryDetail(msgspec.Struct, frozen=True):
    """An entry and every state it was in."""

    kept: KeptEntry
    history: tuple[KeptEntry, ...]


@get("/register", operation_id="register.list", summary="Models, datasets and vendors")
async def list_register(call: Given, *, kind: _Kind = None) -> tuple[KeptEntry, ...]:
    """Entries in use, by kind and id."""
    return await call.read(lambda turn: list_entries(turn.connection, kind=kind))


@get("/register/{kind:str}/{entry_id:str}", operation_id="register.get", summary="One of them")
async def show_entry(call: Given, kind: FromPath[str], entry_id: FromPath[str]) -> EntryDetail:
    """One entry and every state it was in."""

    def work(turn: Turn) -> EntryDetail:
        which = _kind(kind)
        kept = get_entry(turn.connection, which, entry_id)
        return EntryDetail(kept, entry_history(turn.connection, which, entry_id))

    return await call.read(work)


@put("/register", operation_id="register.put", summary="Register or change one")
async def keep_entry(call: Given, data: JSONBody[EntryBody]) -> KeptEntry:
    """Keep it as it shall be; whoever changes what another changed meanwhile is told."""

    def work(turn: Turn) -> Done[KeptEntry]:
        get_person(turn.connection, data.entry.owner)
        _refuse_own_author(turn, data.entry)
        return _done(put_entry(turn.connection, data.entry, by=turn.person.id, now=turn.now, version=data.version))

    return await call.change(work)


@delete(
    "/register/{kind:str}/{entry_id:str}",
    operation_id="register.retire",
    summary="Take one out of use",
    status_code=200,
)
async def end_entry(call: Given, kind: FromPath[str], entry_id: FromPath[str]) -> KeptEntry:
    """Take it out of use; it stays in the history."""
    return await call.change(
        lambda turn: _done(retire_entry(turn.connection, _kind(kind), entry_id, by=turn.person.id, now=turn.now))
    )


def _refuse_own_author(turn: Turn, entry: Entry) -> None:
    """Whoever made a model signs no gate of it (SOD-3), and so does not take themselves out as the one who made it."""
    kept = find_entry(turn.connection, kind_of(entry), entry.id)
    if kept is None or not isinstance(kept.entry, RegisteredModel) or not isinstance(entry, RegisteredModel):
        return
    author = kept.entry.author
    if author in turn.selves and entry.author != author:
        raise RefusedError(
            "WL-SYS-016",
            f"You made the model {entry.id}; who made it is not changed by that person.",
            "Ask somebody else who registers models.",
        )


def _kind(text: str) -> EntryKind:
    try:
        return EntryKind(text)
    except ValueError as error:
        raise InputError(
            "WL-SYS-010", f"Nothing of the kind {text} is registered here.", f"It is one of {', '.join(EntryKind)}."
        ) from error


def _done(kept: KeptEntry) -> Done[KeptEntry]:
    facts: dict[str, str | int] = {
        "kind": kind_of(kept.entry).value,
        "entry": kept.entry.id,
        "version": kept.version,
        "owner": kept.entry.owner,
        "retired": int(bool(kept.retired_at)),
    }
    return Done(kept, facts)
