"""Which of all the runs tell how things are: a few of each feed, however many there were."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, select, true, tuple_
from sqlalchemy.engine import Connection, RowMapping

from wardlaw.inventory.model import FeedKind, RunState, SyncRun
from wardlaw.store.tables import INVENTORY_RUN

LOOKED_BACK = 50
"""Latest runs of a feed among which the one that read furthest is looked for; a later one seldom reads less far."""

_RUN = INVENTORY_RUN.c


def telling_runs(connection: Connection, directory: str = "") -> tuple[SyncRun, ...]:
    """Of each feed its last run, the last complete one, the last listing, and the one that read furthest: what freshness
    and the picture rest on. Of one directory when it is named."""
    found: dict[str, SyncRun] = {}
    for place in _feeds(connection, directory):
        for only in (true(), _RUN.state == RunState.COMPLETE.value, _RUN.kind == FeedKind.LISTING.value):
            found |= {run.id: run for run in _latest(connection, place, only, 1)}
        reading = _latest(connection, place, _RUN.covered_until > 0, LOOKED_BACK)
        if reading:
            furthest = max(reading, key=lambda run: run.covered_until)
            found[furthest.id] = furthest
    return tuple(found.values())


def run_row(run: SyncRun) -> dict[str, object]:
    """The row of a run."""
    row = msgspec.structs.asdict(run)
    return row | {
        "kind": run.kind.value,
        "state": run.state.value,
        "gaps": msgspec.json.encode(run.gaps).decode(),
    }


def read_run(row: RowMapping) -> SyncRun:
    """The run of a row."""
    fields = {str(name): value for name, value in row.items()}
    return msgspec.convert(fields | {"gaps": msgspec.json.decode(fields["gaps"])}, SyncRun)


def _feeds(connection: Connection, directory: str) -> Iterator[tuple[str, str]]:
    """Directory and feed of each, one step along the index a feed."""
    place: tuple[Any, Any] = (directory, "")
    while True:
        query = select(_RUN.directory, _RUN.feed).where(tuple_(_RUN.directory, _RUN.feed) > place)
        if directory:
            query = query.where(_RUN.directory == directory)
        row = connection.execute(query.order_by(_RUN.directory, _RUN.feed).limit(1)).one_or_none()
        if row is None:
            return
        place = (row.directory, row.feed)
        yield place


def _latest(
    connection: Connection, place: tuple[str, str], only: ColumnElement[bool], count: int
) -> tuple[SyncRun, ...]:
    query = (
        select(INVENTORY_RUN)
        .where(_RUN.directory == place[0], _RUN.feed == place[1], only)
        .order_by(_RUN.started_at.desc(), _RUN.id.desc())
        .limit(count)
    )
    return tuple(read_run(row) for row in connection.execute(query).mappings())
