"""The inventory in tables: runs, and what they saw. Rows of items are never deleted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import msgspec
from sqlalchemy import and_, func, insert, or_, select, text, true, update
from sqlalchemy.engine import Connection

from wardlaw.facts.errors import InputError
from wardlaw.inventory.bundle import MOST_DIGESTED, bundle_digest, bundle_of
from wardlaw.inventory.merge import goes_on, is_too_old
from wardlaw.inventory.model import FeedKind, Grant, Item, Membership, RunState, Sighting, SyncRun
from wardlaw.inventory.view import kind_of
from wardlaw.store.inventorytables import INVENTORY_BUNDLE, INVENTORY_ITEM, INVENTORY_RUN, INVENTORY_THING
from wardlaw.store.itemrows import BundleRow, count_rows, read_bundles, read_rows, show_bundles
from wardlaw.store.merging import end_unseen, merge_bundles, merge_latest
from wardlaw.store.picture import redraw_shared
from wardlaw.store.syncruns import read_run, run_row

COUNTED_FROM = 500
"""Things in a listing after which PostgreSQL counts its tables anew; fewer do not change how they are best read."""

_ITEM = INVENTORY_ITEM.c
_RUN = INVENTORY_RUN.c


def begin_run(connection: Connection, run: SyncRun, *, resume: bool = False) -> SyncRun:
    """Open a run.

    Args:
        resume: A listing goes on where the last one broke off, if that is possible; ``place`` then says where.

    Raises:
        InputError: The directory is known as another platform's (WL-INV-001).
    """
    check_platform(connection, run.directory, run.platform)
    if resume:
        run = goes_on(last_run(connection, run.directory, run.feed), run)
    # A place is where the last run of a feed broke off, and that is this one now.
    former = _RUN.directory == run.directory, _RUN.feed == run.feed, _RUN.place != ""
    connection.execute(update(INVENTORY_RUN).where(*former).values(place=""))
    connection.execute(insert(INVENTORY_RUN).values(**run_row(run)))
    if run.kind is FeedKind.LISTING and _is_first_listing(connection, run):
        redraw_shared(connection, run.directory, run.feed)
    return run


def check_platform(connection: Connection, directory: str, platform: str) -> None:
    """Whatever tells of a directory tells of the platform it is known for.

    Raises:
        InputError: The directory is known as another platform's (WL-INV-001).
    """
    query = select(_RUN.platform).where(_RUN.directory == directory).limit(1)
    known = connection.execute(query).scalar_one_or_none()
    if known is not None and known != platform:
        raise InputError(
            "WL-INV-001",
            f"The directory {directory} is one of {known}, and not of {platform}.",
            "Give it a name of its own; see `wardlaw inventory status`.",
        )


def get_run(connection: Connection, run_id: str) -> SyncRun:
    """One run.

    Raises:
        InputError: There is none of that id (WL-INV-002).
    """
    row = connection.execute(select(INVENTORY_RUN).where(_RUN.id == run_id)).mappings().one_or_none()
    if row is None:
        raise InputError("WL-INV-002", "There is no such run.", "Begin one; `wardlaw inventory runs` lists them.")
    return read_run(row)


def list_runs(connection: Connection, *, limit: int = 0, directory: str = "") -> tuple[SyncRun, ...]:
    """Runs, newest first; all of them for 0, and of one directory when it is named."""
    query = select(INVENTORY_RUN).order_by(_RUN.started_at.desc(), _RUN.id)
    if directory:
        query = query.where(_RUN.directory == directory)
    if limit:
        query = query.limit(limit)
    return tuple(read_run(row) for row in connection.execute(query).mappings())


def take(connection: Connection, run_id: str, sightings: Sequence[Sighting], *, place: str = "") -> SyncRun:
    """Take a page of a run in; the same page twice changes nothing but the run's count.

    A bundle that the page holds just as it is known takes one comparison; others are merged thing by thing.

    Args:
        place: From where a listing may go on that breaks off after this page; empty to leave it.

    Raises:
        InputError: There is no such run, it has ended (WL-INV-003), or a later one was completed (WL-INV-004).
    """
    run = _open_run(connection, run_id)
    feed = (run.directory, run.feed)
    grouped = _at_home(sightings)
    known = read_bundles(connection, feed, grouped)
    # Beside a later run, an earlier one may tell of an earlier first sight: that is merged thing by thing.
    if not _is_latest(connection, run):
        merge_bundles(connection, run, grouped, known=known)
    else:
        others = {name: own for name, own in grouped.items() if not _is_known(own, known.get(name))}
        show_bundles(connection, feed, grouped.keys() - others.keys(), at=run.started_at)
        if others:
            merge_latest(connection, run, others, known=known)
    run = msgspec.structs.replace(run, seen=run.seen + len(sightings), place=place or run.place)
    connection.execute(update(INVENTORY_RUN).where(_RUN.id == run.id).values(seen=run.seen, place=run.place))
    return run


def take_told(connection: Connection, run: SyncRun, sightings: Sequence[Sighting]) -> None:
    """Take in what came outside of any reading, thing by thing; it says nothing of what it does not show.

    Args:
        run: Its directory and feed; its ``started_at`` is the moment sightings without a time count as of.
    """
    grouped = _at_home(sightings)
    merge_bundles(connection, run, grouped, known=read_bundles(connection, (run.directory, run.feed), grouped))


def finish_run(connection: Connection, run_id: str, *, ended: SyncRun) -> SyncRun:
    """End a run; a complete listing says of everything it did not show that it is gone.

    A complete listing that shows nothing where something was known removes nothing: it is how platforms answer
    somebody whose rights were taken away.

    Args:
        ended: Its ``state``, ``ended_at``, ``gaps``, ``watermark``, ``covered_until`` and ``place`` are taken.

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
        place=ended.place,
    )
    if run.state is RunState.COMPLETE and is_too_old(run):
        gap = "Its first pages were read more than a day before its last; nothing was taken for gone."
        run = msgspec.structs.replace(run, state=RunState.INCOMPLETE, gaps=(*run.gaps, gap))
    if run.state is RunState.COMPLETE and run.kind is FeedKind.LISTING:
        there = 0 if run.seen else count_rows(connection, (run.directory, run.feed))
        if there:
            gap = f"The listing was empty where {there} were known; nothing was taken for gone."
            run = msgspec.structs.replace(run, state=RunState.INCOMPLETE, gaps=(*run.gaps, gap))
        else:
            run = msgspec.structs.replace(run, ended=end_unseen(connection, run))
            if run.seen >= COUNTED_FROM:
                _count_anew(connection)
    connection.execute(update(INVENTORY_RUN).where(_RUN.id == run.id).values(**run_row(run)))
    return run


def list_items(connection: Connection, directory: str = "") -> tuple[Item, ...]:
    """Everything every feed told, also what is gone; of one directory when it is named."""
    condition = _ITEM.directory == directory if directory else true()
    rows = sorted(
        (row.item for row in read_rows(connection, condition)),
        key=lambda item: (item.directory, kind_of(item.thing), item.thing.id, item.feed),
    )
    return tuple(rows)


def list_memberships(connection: Connection, directory: str = "") -> tuple[Item, ...]:
    """Who is in which group, as every feed told it; of one directory when it is named."""
    condition = _ITEM.kind == kind_of(Membership("", ""))
    if directory:
        condition = and_(condition, _ITEM.directory == directory)
    return tuple(row.item for row in read_rows(connection, condition))


def last_watermark(connection: Connection, directory: str, feed: str) -> str:
    """Where an event feed goes on: the watermark of its last run that ended with one, whole or not; else empty."""
    query = (
        select(_RUN.watermark)
        .where(_RUN.directory == directory, _RUN.feed == feed, _RUN.watermark != "")
        .order_by(_RUN.started_at.desc())
        .limit(1)
    )
    return connection.execute(query).scalar_one_or_none() or ""


def last_run(connection: Connection, directory: str, feed: str) -> SyncRun | None:
    """The latest run of a feed."""
    query = select(INVENTORY_RUN).where(_RUN.directory == directory, _RUN.feed == feed)
    row = connection.execute(query.order_by(_RUN.started_at.desc(), _RUN.id.desc()).limit(1)).mappings().one_or_none()
    return None if row is None else read_run(row)


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


def _count_anew(connection: Connection) -> None:
    """PostgreSQL plans by its statistics, and takes new tables for empty until its own count, a minute or more later.

    6,000 grants listed again took 19 s before that, and half a second after it (PostgreSQL 15).
    """
    if connection.dialect.name == "postgresql":
        for table in (INVENTORY_ITEM, INVENTORY_BUNDLE, INVENTORY_THING):
            connection.execute(text(f"ANALYZE {table.name}"))


def _is_first_listing(connection: Connection, run: SyncRun) -> bool:
    """Whether the feed has told of events only until now."""
    earlier = select(_RUN.id).where(_RUN.directory == run.directory, _RUN.feed == run.feed, _RUN.id != run.id)
    listing = earlier.where(_RUN.kind == FeedKind.LISTING.value)
    return (
        connection.execute(listing.limit(1)).first() is None
        and connection.execute(earlier.limit(1)).first() is not None
    )


def _at_home(sightings: Sequence[Sighting]) -> dict[str, list[Sighting]]:
    """What a page tells by bundle, each thing in one alone and its sightings in their order.

    A page may tell of one id under two accounts: the first one's bundle has it.
    """
    found: dict[str, list[Sighting]] = defaultdict(list)
    if len({sighting.thing.id for sighting in sightings}) == len(sightings):
        for sighting in sightings:
            thing = sighting.thing
            # Most things are grants of accounts; a call for each would take as long as all the rest of this.
            found[thing.account if type(thing) is Grant and thing.account else bundle_of(thing)].append(sighting)
        return found
    home: dict[tuple[str, str], str] = {}
    for sighting in sightings:
        thing = sighting.thing
        name = home.setdefault((kind_of(thing), thing.id), bundle_of(thing))
        found[name].append(sighting)
    return found


def _is_latest(connection: Connection, run: SyncRun) -> bool:
    later = select(_RUN.id).where(
        _RUN.directory == run.directory, _RUN.feed == run.feed, _RUN.started_at > run.started_at
    )
    return connection.execute(later.limit(1)).first() is None


def _is_known(own: Sequence[Sighting], bundle: BundleRow | None) -> bool:
    """Whether a page shows a bundle just as it is known."""
    if bundle is None or not bundle.digest or len(own) > MOST_DIGESTED:
        return False
    things = [sighting.thing for sighting in own if not sighting.at and not sighting.ended]
    return len(things) == len(own) and bundle_digest(things) == bundle.digest
