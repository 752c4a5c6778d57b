"""Which of all the runs tell how things are: a few of each feed, however many there were."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, select, true, tuple_
from sqlalchemy.engine import Connection, RowMapping

from wardlaw.inventory.model import FeedKind, RunState, SyncRun
from wardlaw.store.inventorytables import INVENTORY_RUN

LOOKED_BACK = 50
"""Latest runs of a feed among which the one that read furthest is looked for; a later one seldom reads less far."""

_RUN = INVENTORY_RUN.c


class FeedsOf:
    """What runs say about the feeds of one directory: its platform, and which feeds are listings; read when asked for."""

    def __init__(self, connection: Connection, directory: str) -> None:
        self._connection = connection
        self._runs: tuple[SyncRun, ...] | None = None
        self.directory = directory
        platform = select(_RUN.platform).where(_RUN.directory == directory).limit(1)
        self.platforms = {directory: connection.execute(platform).scalar_one_or_none() or ""}

    @property
    def runs(self) -> tuple[SyncRun, ...]:
        """As ``telling_runs``."""
        if self._runs is None:
            self._runs = telling_runs(self._connection, self.directory)
        return self._runs


def telling_runs(connection: Connection, directory: str = "") -> tuple[SyncRun, ...]:
    """Of each feed its last run, the last complete one, the last listing, and the one that read furthest: what freshness
    and the picture rest on. Of one directory when it is named."""
    found: dict[str, SyncRun] = {}
    for place in _feeds(connection, directory):
        latest = _latest(connection, place, true(), LOOKED_BACK)
        told = [latest[0], max(latest, key=lambda run: run.covered_until)]
        for column, value in (("state", RunState.COMPLETE.value), ("kind", FeedKind.LISTING.value)):
            near = next((run for run in latest if getattr(run, column) == value), None)
            if near is None and len(latest) == LOOKED_BACK:
                near = next(iter(_latest(connection, place, _RUN[column] == value, 1)), None)
            told += [near] if near else []
        found |= {run.id: run for run in told}
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
