"""Decisions of the log in order, with their sealed inputs, for judging them anew."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import and_, func, select
from sqlalchemy.engine import Connection

from wardlaw.audit.envelope import RecordKind
from wardlaw.store.tables import RECORD, SEALED_PART

PAGE = 1000
"""Rows read at once; about 3 MB."""


class Stretch(msgspec.Struct, frozen=True):
    """A part of the log: leaf indices, half-open. Empty when ``end`` is not after ``begin``."""

    begin: int
    end: int


def stretch_of(connection: Connection, *, since_ms: int, until_ms: int) -> Stretch:
    """The smallest part of the log that holds every record of a time.

    Args:
        since_ms: Unix milliseconds, inclusive; 0 from the beginning.
        until_ms: Unix milliseconds, exclusive; 0 to the end.
    """
    query = select(func.min(RECORD.c.leaf_index), func.max(RECORD.c.leaf_index)).where(RECORD.c.at_ms >= since_ms)
    if until_ms:
        query = query.where(RECORD.c.at_ms < until_ms)
    first, last = connection.execute(query).one()
    return Stretch(0, 0) if first is None else Stretch(int(first), int(last) + 1)


def read_inputs(
    connection: Connection, stretch: Stretch, *, since_ms: int, until_ms: int, limit: int = PAGE
) -> Sequence[Any]:
    """The first decisions of a stretch, in the order of the log.

    Returns:
        Rows of (leaf_index, id, at_ms, gateway, epoch, subject, envelope, ciphertext); the ciphertext of the
        inputs is None where it was erased or pruned.
    """
    part = and_(SEALED_PART.c.leaf_index == RECORD.c.leaf_index, SEALED_PART.c.klass == "inputs")
    query = (
        select(
            RECORD.c.leaf_index,
            RECORD.c.id,
            RECORD.c.at_ms,
            RECORD.c.gateway,
            RECORD.c.epoch,
            RECORD.c.subject,
            RECORD.c.envelope,
            SEALED_PART.c.ciphertext,
        )
        .select_from(RECORD.outerjoin(SEALED_PART, part))
        .where(
            RECORD.c.leaf_index >= stretch.begin,
            RECORD.c.leaf_index < stretch.end,
            RECORD.c.kind == RecordKind.DECISION.value,
            RECORD.c.at_ms >= since_ms,
        )
        .order_by(RECORD.c.leaf_index)
        .limit(limit)
    )
    if until_ms:
        query = query.where(RECORD.c.at_ms < until_ms)
    return connection.execute(query).all()
