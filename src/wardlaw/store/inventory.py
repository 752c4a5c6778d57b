"""The inventory in tables: runs, and what they saw. Rows of items are never deleted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec
from sqlalchemy import and_, func, insert, or_, select, update
from sqlalchemy.engine import Connection, RowMapping

from wardlaw.facts.errors import InputError
from wardlaw.inventory.merge import absent, seen
from wardlaw.inventory.model import FeedKind, Item, RunState, Sighting, SyncRun
from wardlaw.inventory.view import kind_of
from wardlaw.store.tables import INVENTORY_ITEM, INVENTORY_RUN

_BATCH = 200  # keys a query: databases limit the parameters of one

_ITEM = INVENTORY_ITEM.c
_RUN = INVENTORY_RUN.c


def begin_run(connection: Connection, run: SyncRun) -> SyncRun:
    """Open a run.

    Raises:
        InputError: The directory is known as another platform's (WL-INV-001).
    """
    query = select(_RUN.platform).where(_RUN.directory == run.directory).limit(1)
    platform = connection.execute(query).scalar_one_or_none()
    if platform is not None and platform != run.platform:
        raise InputError(
            "WL-INV-001",
            f"The directory {run.directory} is one of {platform}, and not of {run.platform}.",
            "Give it a name of its own; see `wardlaw inventory status`.",
        )
    connection.execute(insert(INVENTORY_RUN).values(**_run_row(run)))
    return run


def get_run(connection: Connection, run_id: str) -> SyncRun:
    """One run.

    Raises:
        InputError: There is none of that id (WL-INV-002).
    """
    row = connection.execute(select(INVENTORY_RUN).where(_RUN.id == run_id)).mappings().one_or_none()
    if row is None:
        raise InputError("WL-INV-002", "There is no such run.", "Begin one; `wardlaw inventory runs` lists them.")
    return _read_run(row)


def list_runs(connection: Connection, *, limit: int = 0) -> tuple[SyncRun, ...]:
    """Runs, newest first; all of them for 0."""
    query = select(INVENTORY_RUN).order_by(_RUN.started_at.desc(), _RUN.id)
    if limit:
        query = query.limit(limit)
    return tuple(_read_run(row) for row in connection.execute(query).mappings())


def take(connection: Connection, run_id: str, sightings: Sequence[Sighting]) -> SyncRun:
    """Take a page of a run in; the same page twice changes nothing but the run's count.

    Raises:
        InputError: There is no such run, it has ended (WL-INV-003), or a later one was completed (WL-INV-004).
    """
    run = _open_run(connection, run_id)
    known = _known(connection, run, sightings)
    before = dict(known)
    for sighting in sightings:
        key = (kind_of(sighting.thing), sighting.thing.id)
        known[key] = seen(known.get(key), sighting, run)
    for key, item in known.items():
        _write(connection, item, is_new=key not in before, changed=item != before.get(key))
    run = msgspec.structs.replace(run, seen=run.seen + len(sightings))
    connection.execute(update(INVENTORY_RUN).where(_RUN.id == run.id).values(seen=run.seen))
    return run


def finish_run(connection: Connection, run_id: str, *, ended: SyncRun) -> SyncRun:
    """End a run; a complete listing says of everything it did not show that it is gone.

    A complete listing that shows nothing where something was known removes nothing: it is how platforms answer
    somebody whose rights were taken away.

    Args:
        ended: Its ``state``, ``ended_at``, ``gaps``, ``watermark`` and ``covered_until`` are taken.

    Raises:
        InputError: As ``take``.
    """
    run = _open_run(connection, run_id)
    run = msgspec.structs.replace(
        run,
        state=ended.state,
        ended_at=ended.ended_at,
        gaps=ended.gaps,
        watermark=ended.watermark,
        covered_until=ended.covered_until,
    )
    missing = _unseen(connection, run) if run.state is RunState.COMPLETE and run.kind is FeedKind.LISTING else []
    if missing and not run.seen:
        gap = f"The listing was empty where {len(missing)} were known; nothing was taken for gone."
        run = msgspec.structs.replace(run, state=RunState.INCOMPLETE, gaps=(*run.gaps, gap))
    gone = [(item, after) for item in missing if (after := absent(item, run)) is not item]
    for _, after in gone:
        _write(connection, after, is_new=False, changed=True)
    run = msgspec.structs.replace(run, ended=len(gone))
    connection.execute(update(INVENTORY_RUN).where(_RUN.id == run.id).values(**_run_row(run)))
    return run


def list_items(connection: Connection, directory: str = "") -> tuple[Item, ...]:
    """Everything every feed told, also what is gone; of one directory when it is named."""
    query = select(_ITEM.item).order_by(_ITEM.directory, _ITEM.kind, _ITEM.id, _ITEM.feed)
    if directory:
        query = query.where(_ITEM.directory == directory)
    return tuple(msgspec.json.decode(text, type=Item) for text in connection.execute(query).scalars())


def last_watermark(connection: Connection, directory: str, feed: str) -> str:
    """Where an event feed goes on: the watermark of its last run that ended with one, whole or not; else empty."""
    query = (
        select(_RUN.watermark)
        .where(_RUN.directory == directory, _RUN.feed == feed, _RUN.watermark != "")
        .order_by(_RUN.started_at.desc())
        .limit(1)
    )
    return connection.execute(query).scalar_one_or_none() or ""


def _open_run(connection: Connection, run_id: str) -> SyncRun:
    run = get_run(connection, run_id)
    if run.state is not RunState.OPEN:
        raise InputError("WL-INV-003", "This run has ended.", "Begin a new one.")
    newer = select(func.count()).where(
        _RUN.directory == run.directory,
        _RUN.feed == run.feed,
        _RUN.state == RunState.COMPLETE.value,
        or_(_RUN.started_at > run.started_at, and_(_RUN.started_at == run.started_at, _RUN.id != run.id)),
    )
    if connection.execute(newer).scalar_one():
        raise InputError("WL-INV-004", "A later run of this feed is complete; this one is out of date.", "Begin anew.")
    return run


def _known(connection: Connection, run: SyncRun, sightings: Iterable[Sighting]) -> dict[tuple[str, str], Item]:
    wanted: dict[str, set[str]] = {}
    for sighting in sightings:
        wanted.setdefault(kind_of(sighting.thing), set()).add(sighting.thing.id)
    found: dict[tuple[str, str], Item] = {}
    for kind, ids in wanted.items():
        ordered = sorted(ids)
        for start in range(0, len(ordered), _BATCH):
            query = select(_ITEM.id, _ITEM.item).where(
                _ITEM.directory == run.directory,
                _ITEM.feed == run.feed,
                _ITEM.kind == kind,
                _ITEM.id.in_(ordered[start : start + _BATCH]),
            )
            for id_, text in connection.execute(query):
                found[kind, id_] = msgspec.json.decode(text, type=Item)
    return found


def _unseen(connection: Connection, run: SyncRun) -> list[Item]:
    query = select(_ITEM.item).where(
        _ITEM.directory == run.directory,
        _ITEM.feed == run.feed,
        _ITEM.last_seen_at < run.started_at,
        _ITEM.last_seen_at > _ITEM.gone_at,
    )
    return [msgspec.json.decode(text, type=Item) for text in connection.execute(query).scalars()]


def _write(connection: Connection, item: Item, *, is_new: bool, changed: bool) -> None:
    values = {
        "last_seen_at": item.last_seen_at,
        "gone_at": item.gone_at,
        "item": msgspec.json.encode(item).decode(),
    }
    place = {"directory": item.directory, "feed": item.feed, "kind": kind_of(item.thing), "id": item.thing.id}
    if is_new:
        connection.execute(insert(INVENTORY_ITEM).values(**place, **values))
    elif changed:
        own = and_(*(INVENTORY_ITEM.c[name] == value for name, value in place.items()))
        connection.execute(update(INVENTORY_ITEM).where(own).values(**values))


def _run_row(run: SyncRun) -> dict[str, object]:
    row = msgspec.structs.asdict(run)
    return row | {
        "kind": run.kind.value,
        "state": run.state.value,
        "gaps": msgspec.json.encode(run.gaps).decode(),
    }


def _read_run(row: RowMapping) -> SyncRun:
    fields = {str(name): value for name, value in row.items()}
    return msgspec.convert(fields | {"gaps": msgspec.json.decode(fields["gaps"])}, SyncRun)
