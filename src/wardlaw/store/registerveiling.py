"""Erasure in the register, its questionnaires, gates, requests, red-team reports and attestations: what was written of a person gives way.

As in ``dutyveiling``, who of Wardlaw's own people asked, answered or signed answers for it by that name, and no id, digest or
figure changes. A verdict is signed and holds no text of people; its digest of what checks said is of the text before.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import ColumnElement, Table, and_, or_, select, text, update
from sqlalchemy.engine import Connection

from wardlaw.inventory.veiling import Alias, Veil
from wardlaw.register.classification import Classification
from wardlaw.register.entry import Entry
from wardlaw.register.gates.run import GateRun
from wardlaw.register.intake import IntakeRequest
from wardlaw.register.redteam.report import RedTeamReport
from wardlaw.register.system import System
from wardlaw.store.coveragetables import AI_SYSTEM, AI_SYSTEM_VERSION, ATTESTATION
from wardlaw.store.generations import Generation, bump
from wardlaw.store.registertables import (
    CLASSIFICATION,
    GATE_RUN,
    GATE_VERDICT,
    INTAKE,
    RED_TEAM_REPORT,
    REGISTER_ENTRY,
    REGISTER_ENTRY_VERSION,
)
from wardlaw.store.textsearch import mentions

_MOST = {
    "title": 256,
    "purpose": 2_000,
    "reason": 500,
    "vendor": 256,
    "price": 256,
    "target": 256,
    "principals": 200,
    "text": 2_000,
    "file_name": 256,
}
"""Characters that are taken where a pseudonym makes a text longer."""


class VeiledTable(NamedTuple):
    """A table in which people are written of.

    Attributes:
        payload: Column with all of a row as JSON; ``""`` for none.
        names: Keys of that JSON whose texts are looked through, wherever they stand.
        columns: Columns of text that are looked through.
        type: What the payload holds.
        files: Columns with the name of a file, whose ending is no part of a name.
    """

    table: Table
    payload: str
    names: tuple[str, ...]
    columns: tuple[str, ...] = ()
    type: Any = None
    files: tuple[str, ...] = ()


_SYSTEM = ("title", "purpose", "users", "principals")
_ENTRY = ("title", "purpose", "origin", "contract")
VEILED_TABLES = (
    VeiledTable(AI_SYSTEM, "system", _SYSTEM, type=System),
    VeiledTable(AI_SYSTEM_VERSION, "system", _SYSTEM, ("reason",), type=System),
    VeiledTable(REGISTER_ENTRY, "entry", _ENTRY, type=Entry),
    VeiledTable(REGISTER_ENTRY_VERSION, "entry", _ENTRY, type=Entry),
    VeiledTable(CLASSIFICATION, "classification", ("reason",), type=Classification),
    VeiledTable(GATE_RUN, "run", ("why", "next", "notes", "name", "reason"), type=GateRun),
    VeiledTable(GATE_VERDICT, "", (), ("reason",)),
    VeiledTable(INTAKE, "request", (*_SYSTEM, "vendor", "price", "reason"), type=IntakeRequest),
    VeiledTable(RED_TEAM_REPORT, "report", ("target", "probe", "judge"), ("target",), type=RedTeamReport),
    VeiledTable(ATTESTATION, "", (), ("text",), files=("file_name",)),
)


def register_names(connection: Connection) -> set[str]:
    """Callers that systems and requests name, by their whole ids."""
    found: set[str] = set()
    for table, column in ((AI_SYSTEM, "system"), (INTAKE, "request")):
        for row in connection.execute(select(table.c[column])).scalars():
            told = msgspec.json.decode(row)
            found.update(told.get("form", told).get("principals", ()))
    return {name for name in found if not set("*?[") & set(name)}


def count_register(connection: Connection, aliases: tuple[Alias, ...]) -> dict[str, int]:
    """Rows with a name in them, by table."""
    found = {one.table.name: sum(1 for _ in _changes(connection, one, aliases)) for one in VEILED_TABLES}
    return {name: count for name, count in found.items() if count}


def veil_register(connection: Connection, aliases: tuple[Alias, ...], *, erasure: str) -> dict[str, int]:
    """Put the pseudonyms in place of the names; answers how many rows changed, by table.

    Args:
        erasure: Id of the request that is being carried out; the database's guards ask for it.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT set_config('wardlaw.erasure', :id, true)"), {"id": erasure})
    found: dict[str, int] = {}
    for one in VEILED_TABLES:
        for key, before, after in list(_changes(connection, one, aliases)):
            connection.execute(update(one.table).where(key).values(**after))
            found[one.table.name] = found.get(one.table.name, 0) + 1
            if one.table is AI_SYSTEM:
                _keep_classified(connection, before, after)
    if found:
        bump(connection, Generation.GATES)
    return found


def _changes(
    connection: Connection, one: VeiledTable, aliases: tuple[Alias, ...]
) -> Iterable[tuple[ColumnElement[bool], dict[str, Any], dict[str, Any]]]:
    """Rows that change: which, what they were, and the columns as they shall be."""
    if not aliases:
        return
    veil = Veil(aliases, "")
    looked = [*one.columns, *one.files, *([one.payload] if one.payload else [])]
    query = select(one.table).where(or_(*(mentions(connection, one.table.c[name], aliases) for name in looked)))
    for row in connection.execute(query).mappings().all():
        after = {name: veil.text(row[name], _MOST.get(name, 0)) for name in one.columns}
        after |= {name: _file(row[name], veil, _MOST[name]) for name in one.files}
        if one.payload:
            told = msgspec.json.decode(row[one.payload])
            veiled = _veiled(told, veil, one.names)
            if veiled != told:
                after[one.payload] = msgspec.json.encode(msgspec.convert(veiled, one.type)).decode()
        changed = {name: value for name, value in after.items() if value != row[name]}
        if changed:
            key = and_(*(column == row[column.name] for column in one.table.primary_key))
            yield key, dict(row), changed


def _veiled(value: Any, veil: Veil, names: tuple[str, ...]) -> Any:
    """JSON with pseudonyms in the texts that stand under these keys, alone or in a list."""
    if isinstance(value, list):
        return [_veiled(one, veil, names) for one in value]
    if not isinstance(value, dict):
        return value
    return {
        key: _texts(one, veil, _MOST.get(key, 0)) if key in names else _veiled(one, veil, names)
        for key, one in value.items()
    }


def _texts(value: Any, veil: Veil, most: int) -> Any:
    if isinstance(value, list):
        return [_texts(one, veil, most) for one in value]
    return veil.text(value, most) if isinstance(value, str) else value


def _file(name: str, veil: Veil, most: int) -> str:
    """A name of a file; a name that stands before the ending is found by itself."""
    stem, dot, ending = name.rpartition(".")
    veiled = veil.text(stem) + dot + veil.text(ending)
    return veiled[:most] if veiled != name else name


def _keep_classified(connection: Connection, before: dict[str, Any], after: dict[str, Any]) -> None:
    """A purpose in which only a name gave way is the same purpose: what was classified for it still stands."""
    if "system" not in after:
        return
    was, now = (msgspec.json.decode(row["system"])["purpose"] for row in (before, after))
    old, new = (hashlib.sha256(purpose.encode()).hexdigest() for purpose in (was, now))
    if old == new:
        return
    column = CLASSIFICATION.c
    for row in connection.execute(select(CLASSIFICATION).where(column.system == before["id"])).mappings().all():
        told = msgspec.json.decode(row["classification"])
        if told["of"].get("purpose") == old:
            told["of"]["purpose"] = new
            same = (column.system == row["system"]) & (column.version == row["version"])
            values = {"classification": msgspec.json.encode(told).decode()}
            connection.execute(update(CLASSIFICATION).where(same).values(**values))
