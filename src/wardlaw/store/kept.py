"""What vendors keep for callers, by whom it was made, so that nobody reaches what another one made."""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import Select, and_, delete, insert, or_, select
from sqlalchemy.engine import Connection, RowMapping

from wardlaw.facts.kept import Kept, KeptKind
from wardlaw.store.rows import as_struct
from wardlaw.store.tables import KEPT


def remember(connection: Connection, kept: Kept) -> bool:
    """Keep whose it is; false when that id is somebody else's already."""
    known = find(connection, kept.upstream, kept.id)
    if known is None:
        connection.execute(insert(KEPT).values(**{**msgspec.structs.asdict(kept), "kind": kept.kind.value}))
        return True
    return known.owner == kept.owner


def find(connection: Connection, upstream: str, identity: str) -> Kept | None:
    """The thing of that id, whoever made it."""
    query = select(KEPT).where(KEPT.c.upstream == upstream, KEPT.c.id == identity)
    row = connection.execute(query).mappings().one_or_none()
    return None if row is None else _kept(row)


def list_of(
    connection: Connection, upstream: str, owner: str, kind: KeptKind, *, after: Kept | None = None, most: int
) -> tuple[Kept, ...]:
    """Things of one caller, newest first, from the one after ``after`` on."""
    query: Select[Any] = select(KEPT).where(
        KEPT.c.upstream == upstream, KEPT.c.owner == owner, KEPT.c.kind == kind.value
    )
    if after is not None:
        same = and_(KEPT.c.made_at == after.made_at, KEPT.c.id > after.id)
        query = query.where(or_(KEPT.c.made_at < after.made_at, same))
    rows = connection.execute(query.order_by(KEPT.c.made_at.desc(), KEPT.c.id).limit(most)).mappings()
    return tuple(_kept(row) for row in rows)


def forget(connection: Connection, upstream: str, identity: str) -> None:
    """Let go of something that is deleted."""
    connection.execute(delete(KEPT).where(KEPT.c.upstream == upstream, KEPT.c.id == identity))


def _kept(row: RowMapping) -> Kept:
    return as_struct(row, Kept)
