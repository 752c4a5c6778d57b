"""Erasure in the inventory: a person's names give way to a pseudonym in every table, so that counts and grants stand.

Everything is done in the caller's transaction: either all of it is kept or nothing is. Doing it again finds nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Column, Table, and_, delete, func, insert, or_, select, update
from sqlalchemy.engine import Connection

from wardlaw.inventory.activity import Activity
from wardlaw.inventory.bundle import face_of
from wardlaw.inventory.findings import TrackedFinding, renamed_id
from wardlaw.inventory.granting import GrantApproval
from wardlaw.inventory.model import Account
from wardlaw.inventory.ruling import GrantRuling
from wardlaw.inventory.veiling import MOST_ID, Alias, Veil, aliases_of
from wardlaw.inventory.watching.memory import AppMemory, DirectoryMemory
from wardlaw.inventory.withdrawal import Revocation
from wardlaw.store.inventorytables import (
    GRANT_APPROVAL,
    GRANT_DECISION,
    GRANT_QUESTION,
    INVENTORY_ACTIVITY,
    INVENTORY_DELIVERY,
    INVENTORY_EXERCISE,
    INVENTORY_FINDING,
    INVENTORY_ITEM,
    INVENTORY_MEMORY,
    INVENTORY_ROLLUP,
    INVENTORY_RUN,
    INVENTORY_THING,
    PRINCIPAL_LINK,
    REVOCATION,
    SIGNAL_OUT,
)
from wardlaw.store.syncruns import FeedsOf
from wardlaw.store.textsearch import mentions
from wardlaw.store.thingquery import read_faces
from wardlaw.store.veileditems import named_rows, veil_rows

_THING = INVENTORY_THING.c
_AT_ONCE = 500


class Place(NamedTuple):
    """An account of a directory."""

    directory: str
    account: str


class _Shelf(NamedTuple):
    """A table whose rows may hold names.

    Attributes:
        keys: Columns of text that are looked through.
        payload: Column with the whole of it, empty where there is none.
        type: What the payload holds.
    """

    table: Table
    keys: tuple[str, ...]
    payload: str = ""
    type: Any = None


_SHELVES = (
    _Shelf(INVENTORY_RUN, ("place",), "gaps", tuple[str, ...]),
    _Shelf(INVENTORY_ACTIVITY, ("id",), "activity", Activity),
    _Shelf(INVENTORY_ROLLUP, ("app",)),
    _Shelf(INVENTORY_FINDING, ("event",), "finding", TrackedFinding),
    _Shelf(GRANT_APPROVAL, (), "approval", GrantApproval),
    _Shelf(GRANT_DECISION, ("grant_id",), "ruling", GrantRuling),
    _Shelf(REVOCATION, ("app",), "revocation", Revocation),
    _Shelf(PRINCIPAL_LINK, ("app", "principal")),
    _Shelf(GRANT_QUESTION, ("grant_id", "account", "reason")),
    _Shelf(INVENTORY_EXERCISE, ("app", "account")),
    _Shelf(INVENTORY_DELIVERY, ("id",)),
    _Shelf(SIGNAL_OUT, ("error",), "claims", dict[str, Any]),
)


def accounts_meant(
    connection: Connection, named: Iterable[Place], is_subject: Callable[[str], bool]
) -> tuple[Place, ...]:
    """Accounts of a person: those that are named, those whose id is the subject's, and those of the same mail address.

    Args:
        is_subject: Whether an id is the subject's of the log.
    """
    found = dict.fromkeys(named)
    query = select(_THING.directory, _THING.id).where(_THING.kind == "account").execution_options(yield_per=10_000)
    every = [Place(*row) for row in connection.execute(query)]
    found |= {place: None for place in every if any(is_subject(name) for name in door_names(place.account))}
    mails = {place.account.casefold() for place in found if "@" in place.account}
    found |= {place: None for place in every if place.account.casefold() in mails}
    return tuple(sorted(found))


def door_names(account: str) -> tuple[str, ...]:
    """How an account may be called at the gateway."""
    return account, f"user:{account}"


def is_known(connection: Connection, place: Place) -> bool:
    """Whether the inventory tells of an account, or of something that is its own."""
    told = or_(and_(_THING.kind == "account", _THING.id == place.account), _THING.account == place.account)
    return connection.execute(select(_THING.face).where(_THING.directory == place.directory, told)).first() is not None


def names_of_accounts(
    connection: Connection, places: Sequence[Place], pseudonym: Callable[[], str]
) -> tuple[Alias, ...]:
    """What these accounts are called, one pseudonym an account; accounts of one mail address share it."""
    shared: dict[str, str] = {}
    found: list[Alias] = []
    for place in places:
        own = shared.setdefault(place.account.casefold() if "@" in place.account else "\n".join(place), pseudonym())
        found += aliases_of(place.directory, Account(place.account), own)
        feeds = FeedsOf(connection, place.directory)
        for item in read_faces(connection, [face_of(Account(place.account))], feeds).values():
            if isinstance(item.thing, Account):
                found += aliases_of(place.directory, item.thing, own)
        for row in connection.execute(
            select(INVENTORY_ITEM.c.item).where(
                INVENTORY_ITEM.c.directory == place.directory,
                INVENTORY_ITEM.c.kind == "account",
                INVENTORY_ITEM.c.id == place.account,
            )
        ).scalars():  # each feed may call it otherwise
            found += aliases_of(place.directory, msgspec.json.decode(row, type=_Told).thing, own)
    return tuple({(one.text.casefold(), one.directory): one for one in reversed(found)}.values())


class _Told(msgspec.Struct, frozen=True):
    thing: Account


def count_named(connection: Connection, aliases: Sequence[Alias]) -> dict[str, int]:
    """Rows with a name in them, by table; those of the picture follow from the rows of things and are not counted."""
    found: dict[str, int] = {}
    for directory in _directories(connection, aliases):
        found["inventory_item"] = found.get("inventory_item", 0) + len(named_rows(connection, directory, aliases))
        for shelf in _SHELVES:
            for _ in _named(connection, shelf, directory, aliases):
                found[shelf.table.name] = found.get(shelf.table.name, 0) + 1
        for _ in _memories(connection, directory, aliases):
            found["inventory_memory"] = found.get("inventory_memory", 0) + 1
    return {name: count for name, count in sorted(found.items()) if count}


def veil_inventory(connection: Connection, aliases: Sequence[Alias]) -> dict[str, int]:
    """Put the pseudonyms in place of the names; answers how many rows changed, by table."""
    found: dict[str, int] = {}
    for directory in _directories(connection, aliases):
        found["inventory_item"] = found.get("inventory_item", 0) + veil_rows(connection, directory, aliases)
        for shelf in _SHELVES:
            for before, after in list(_named(connection, shelf, directory, aliases)):
                _replace(connection, shelf.table, before, after)
                found[shelf.table.name] = found.get(shelf.table.name, 0) + 1
        for before, after in list(_memories(connection, directory, aliases)):
            _replace(connection, INVENTORY_MEMORY, before, after)
            found["inventory_memory"] = found.get("inventory_memory", 0) + 1
    return {name: count for name, count in sorted(found.items()) if count}


_Row = dict[str, Any]
_PLACED = (
    INVENTORY_RUN,
    INVENTORY_ITEM,
    INVENTORY_MEMORY,
    INVENTORY_FINDING,
    INVENTORY_EXERCISE,
    INVENTORY_DELIVERY,
    GRANT_QUESTION,
    PRINCIPAL_LINK,
    REVOCATION,
)
"""Tables whose rows say in which directory a name may stand."""


def _directories(connection: Connection, aliases: Sequence[Alias]) -> list[str]:
    """Where the names may stand; also rows of no directory, which hold everywhere."""
    wide = any(not one.directory for one in aliases)
    every: set[str] = {one.directory for one in aliases if one.directory}
    if wide:
        for table in _PLACED:
            every.update(connection.execute(select(table.c.directory).distinct()).scalars())
    return sorted(every | {""}) if aliases else []


def _named(
    connection: Connection, shelf: _Shelf, directory: str, aliases: Sequence[Alias]
) -> Iterable[tuple[_Row, _Row]]:
    """Rows as they are and as they will be."""
    columns = shelf.table.c
    texts = [*shelf.keys, *([shelf.payload] if shelf.payload else [])]
    query = select(shelf.table).where(or_(*(mentions(connection, columns[name], aliases) for name in texts)))
    if "directory" in columns:
        query = query.where(columns.directory == directory)
    elif directory:
        return  # approvals and signals say their directory themselves: they are looked through once
    veil = Veil(aliases, directory)
    for row in connection.execute(query).mappings():
        before = dict(row)
        after = before | {name: _fitting(veil, columns[name], before[name]) for name in shelf.keys}
        if shelf.payload:
            own = veil
            value = msgspec.json.decode(before[shelf.payload], type=shelf.type)
            if "directory" not in columns:
                own = _veil_of(value, aliases)
                after |= {name: _fitting(own, columns[name], before[name]) for name in shelf.keys}
            veiled = own.over(value)
            if isinstance(veiled, TrackedFinding) and veiled is not value:
                veiled = msgspec.structs.replace(veiled, id=renamed_id(value, veiled))
                after |= {"id": veiled.id, "about": veiled.about}
            if veiled is not value:
                after[shelf.payload] = msgspec.json.encode(veiled).decode()
        if after != before:
            yield before, after


def _fitting(veil: Veil, column: Column[Any], text: str) -> str:
    """The text of a column with pseudonyms, cut to what it takes."""
    return veil.text(text, getattr(column.type, "length", None) or 0)


def _veil_of(value: GrantApproval | dict[str, Any], aliases: Sequence[Alias]) -> Veil:
    """An approval that holds everywhere, and a signal about somebody of no directory, may mean the logins of any."""
    if isinstance(value, GrantApproval):
        where = value.directory
    else:
        where = str(value.get("sub_id", {}).get("tenant", {}).get("id", ""))
    return Veil(aliases if where else [msgspec.structs.replace(one, directory="") for one in aliases], where)


def _memories(connection: Connection, directory: str, aliases: Sequence[Alias]) -> Iterable[tuple[_Row, _Row]]:
    """What detectors remember is packed, and no database looks into it."""
    veil = Veil(aliases, directory)
    query = select(INVENTORY_MEMORY).where(INVENTORY_MEMORY.c.directory == directory)
    for row in connection.execute(query.execution_options(yield_per=_AT_ONCE)).mappings():
        before = dict(row)
        kind: Any = DirectoryMemory if before["kind"] == "directory" else AppMemory
        memory = msgspec.msgpack.decode(before["memory"], type=kind)
        veiled = veil.over(memory)
        after = before | {"app": veil.text(before["app"], MOST_ID)}
        if veiled is not memory:
            after["memory"] = msgspec.msgpack.encode(veiled)
        if after != before:
            yield before, after


def _replace(connection: Connection, table: Table, before: _Row, after: _Row) -> None:
    """Write a row anew. Where its key is taken, it goes into the row that has it; counts are added."""
    own = [column.name for column in table.primary_key]
    place = and_(*(table.c[name] == before[name] for name in own))
    if all(before[name] == after[name] for name in own):
        connection.execute(update(table).where(place).values(**after))
        return
    connection.execute(delete(table).where(place))
    taken = and_(*(table.c[name] == after[name] for name in own))
    if not connection.execute(select(func.count()).select_from(table).where(taken)).scalar_one():
        connection.execute(insert(table).values(**after))
    elif table is INVENTORY_ROLLUP:
        added = {name: table.c[name] + after[name] for name in ("calls", "items", "bytes")}
        connection.execute(update(table).where(taken).values(**added))
    elif table is INVENTORY_EXERCISE:
        own_span = table.c.first_at, table.c.last_at
        first, last = connection.execute(select(*own_span).where(taken)).one()
        span = {"first_at": min(first, after["first_at"]), "last_at": max(last, after["last_at"])}
        connection.execute(update(table).where(taken).values(**span))
