"""What platforms send by themselves, in tables: each delivery once, what became of all of them, and what they ask for."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence

import msgspec
from sqlalchemy import delete, insert, select, update
from sqlalchemy.engine import Connection

from wardlaw.inventory.model import FeedKind, RunState, Sighting, SyncRun
from wardlaw.store.inventory import begin_run, check_platform, take_told
from wardlaw.store.inventorytables import (
    INVENTORY_CHANNEL,
    INVENTORY_DELIVERY,
    INVENTORY_PUSH,
    INVENTORY_RUN,
    INVENTORY_WISH,
)
from wardlaw.store.rows import as_struct
from wardlaw.store.syncruns import read_run, run_row

PUSH = "push"
"""Name of the feed under which everything stands that a directory's platform has sent by itself."""
_BATCH = 200  # keys a query: databases limit the parameters of one

_DELIVERY = INVENTORY_DELIVERY.c
_RUN = INVENTORY_RUN.c


class PushCount(msgspec.Struct, frozen=True):
    """How many deliveries of a directory had one outcome; ``last_at`` in Unix seconds."""

    directory: str
    outcome: str
    count: int
    last_at: float


class Wish(msgspec.Struct, frozen=True):
    """A feed that has something new, and since when that is known, in Unix seconds."""

    directory: str
    feed: str
    asked_at: float


class KeptChannel(msgspec.Struct, frozen=True):
    """A notification channel that was opened; ``expires_at`` in Unix seconds, as the platform says."""

    directory: str
    feed: str
    id: str
    resource: str
    address: str
    expires_at: float


def known_deliveries(connection: Connection, directory: str, ids: Iterable[str]) -> frozenset[str]:
    """Which of these were taken in before."""
    ordered = sorted(set(ids))
    found: set[str] = set()
    for start in range(0, len(ordered), _BATCH):
        query = select(_DELIVERY.id).where(
            _DELIVERY.directory == directory, _DELIVERY.id.in_(ordered[start : start + _BATCH])
        )
        found.update(connection.execute(query).scalars())
    return frozenset(found)


def note_deliveries(connection: Connection, directory: str, until: Mapping[str, float], *, now: float) -> None:
    """These are taken in, and known until then; what was known long enough goes.

    Args:
        until: Unix seconds by id.
    """
    connection.execute(delete(INVENTORY_DELIVERY).where(_DELIVERY.until < now))
    if until:
        rows = [{"directory": directory, "id": id_, "until": at} for id_, at in until.items()]
        connection.execute(insert(INVENTORY_DELIVERY), rows)


def take_pushed(
    connection: Connection, place: tuple[str, str], sightings: Sequence[Sighting], *, latest_at: float, now: float
) -> SyncRun:
    """Take in what deliveries tell; answers the run they stand under, one for each directory that is always the same.

    Args:
        place: Directory and platform.
        latest_at: Unix seconds of the latest event among them.

    Raises:
        InputError: The directory is known as another platform's (WL-INV-001).
    """
    directory, platform = place
    query = select(INVENTORY_RUN).where(_RUN.directory == directory, _RUN.feed == PUSH)
    row = connection.execute(query.limit(1)).mappings().one_or_none()
    if row is None:
        state = RunState.COMPLETE
        run = SyncRun(
            f"run_push_{_digest(directory)}", directory, platform, PUSH, FeedKind.EVENTS, now, PUSH, state, now
        )
        begin_run(connection, run)
    else:
        check_platform(connection, directory, platform)
        run = read_run(row)
    run = msgspec.structs.replace(
        run,
        started_at=now,
        ended_at=now,
        covered_until=max(run.covered_until, min(latest_at, now)),
        seen=run.seen + len(sightings),
    )
    if sightings:
        take_told(connection, run, sightings)
    connection.execute(update(INVENTORY_RUN).where(_RUN.id == run.id).values(**run_row(run)))
    return run


def _digest(directory: str) -> str:
    return hashlib.blake2b(directory.encode(), digest_size=13).hexdigest()


def count_pushes(connection: Connection, directory: str, counts: Mapping[str, int], *, now: float) -> None:
    """Add to what became of deliveries, by outcome."""
    table = INVENTORY_PUSH
    for outcome, count in counts.items():
        own = (table.c.directory == directory) & (table.c.outcome == outcome)
        more = {"count": table.c.count + count, "last_at": now}
        if count and not connection.execute(update(table).where(own).values(**more)).rowcount:
            row = {"directory": directory, "outcome": outcome, "count": count, "last_at": now}
            connection.execute(insert(table).values(**row))


def list_pushes(connection: Connection) -> tuple[PushCount, ...]:
    """What became of deliveries, by directory and outcome."""
    query = select(INVENTORY_PUSH).order_by(INVENTORY_PUSH.c.directory, INVENTORY_PUSH.c.outcome)
    return tuple(as_struct(row, PushCount) for row in connection.execute(query).mappings())


def wish_for(connection: Connection, directory: str, feeds: Iterable[str], *, now: float) -> None:
    """These feeds have something new."""
    table = INVENTORY_WISH
    for feed in sorted(set(feeds)):
        own = (table.c.directory == directory) & (table.c.feed == feed)
        if not connection.execute(update(table).where(own).values(asked_at=now)).rowcount:
            connection.execute(insert(table).values(directory=directory, feed=feed, asked_at=now))


def list_wishes(connection: Connection) -> tuple[Wish, ...]:
    """Feeds of which somebody said that they have something new, also those that were read since."""
    query = select(INVENTORY_WISH).order_by(INVENTORY_WISH.c.directory, INVENTORY_WISH.c.feed)
    return tuple(as_struct(row, Wish) for row in connection.execute(query).mappings())


def keep_channel(connection: Connection, channel: KeptChannel) -> None:
    """Keep a channel in place of the one its feed had."""
    table = INVENTORY_CHANNEL
    own = (table.c.directory == channel.directory) & (table.c.feed == channel.feed)
    connection.execute(delete(table).where(own))
    connection.execute(insert(table).values(**msgspec.structs.asdict(channel)))


def list_channels(connection: Connection) -> tuple[KeptChannel, ...]:
    """The latest channel of each feed."""
    query = select(INVENTORY_CHANNEL).order_by(INVENTORY_CHANNEL.c.directory, INVENTORY_CHANNEL.c.feed)
    return tuple(as_struct(row, KeptChannel) for row in connection.execute(query).mappings())
