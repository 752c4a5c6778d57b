"""Revocations in a table, and which records of the log tell of each."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from sqlalchemy import insert, select, update
from sqlalchemy.engine import Connection

from wardlaw.facts.errors import InputError
from wardlaw.inventory.withdrawal import Revocation
from wardlaw.store.inventorytables import REVOCATION, REVOCATION_RECORD
from wardlaw.store.rows import as_struct
from wardlaw.store.tables import RECORD

_COLUMN = REVOCATION.c
_BATCH = 200  # ids a query: databases limit the parameters of one


class RevocationRecord(msgspec.Struct, frozen=True):
    """A record of the log that tells of a revocation; ``at`` in Unix seconds."""

    record: str
    revocation: str
    at: float
    operation: str


def keep_revocation(connection: Connection, one: Revocation) -> None:
    """Keep a new revocation."""
    connection.execute(
        insert(REVOCATION).values(
            id=one.id, directory=one.directory, app=one.app, planned_at=one.planned_at, **_columns(one)
        )
    )


def change_revocation(connection: Connection, one: Revocation) -> None:
    """Keep a revocation as it now is.

    Raises:
        InputError: It was changed meanwhile (WL-INV-076).
    """
    place = (_COLUMN.id == one.id, _COLUMN.version == one.version - 1)
    if not connection.execute(update(REVOCATION).where(*place).values(**_columns(one))).rowcount:
        raise InputError("WL-INV-076", "The revocation was changed meanwhile.", "Look at it again, and report again.")


def get_revocation(connection: Connection, revocation_id: str) -> Revocation:
    """One revocation.

    Raises:
        InputError: There is none of that id (WL-INV-071).
    """
    text = connection.execute(select(_COLUMN.revocation).where(_COLUMN.id == revocation_id)).scalar_one_or_none()
    if text is None:
        raise InputError(
            "WL-INV-071", "There is no such revocation.", "`wardlaw grants proof` without an id lists them."
        )
    return msgspec.json.decode(text, type=Revocation)


def list_revocations(connection: Connection, *, limit: int = 0) -> tuple[Revocation, ...]:
    """Revocations, newest first; all of them for 0."""
    query = select(_COLUMN.revocation).order_by(_COLUMN.planned_at.desc(), _COLUMN.id)
    if limit:
        query = query.limit(limit)
    return tuple(msgspec.json.decode(text, type=Revocation) for text in connection.execute(query).scalars())


def note_record(connection: Connection, told: RevocationRecord) -> None:
    """Keep which record tells of a revocation."""
    connection.execute(insert(REVOCATION_RECORD).values(**msgspec.structs.asdict(told)))


def list_records_of(connection: Connection, revocation_id: str) -> tuple[RevocationRecord, ...]:
    """The records that tell of a revocation, in their order."""
    column = REVOCATION_RECORD.c
    query = select(REVOCATION_RECORD).where(column.revocation == revocation_id).order_by(column.at, column.record)
    return tuple(as_struct(row, RevocationRecord) for row in connection.execute(query).mappings())


def leaf_indices(connection: Connection, records: Sequence[str]) -> dict[str, int]:
    """Where records stand in the log; those that it has not taken in yet are missing."""
    found: dict[str, int] = {}
    for start in range(0, len(records), _BATCH):
        query = select(RECORD.c.id, RECORD.c.leaf_index).where(RECORD.c.id.in_(records[start : start + _BATCH]))
        found |= {id_: int(index) for id_, index in connection.execute(query)}
    return found


def _columns(one: Revocation) -> dict[str, object]:
    return {"version": one.version, "revocation": msgspec.json.encode(one).decode()}
