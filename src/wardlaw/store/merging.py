"""How pages change rows: bundles that differ from what is known are merged thing by thing, by the rules of ``merge``.

Beside the rows, the digest of each bundle and the picture that all feeds make are kept in the same transaction.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

import msgspec
from sqlalchemy import and_, select
from sqlalchemy.engine import Connection

from wardlaw.inventory.bundle import MOST_DIGESTED, bundle_digest, bundle_of, face_of, thing_digest
from wardlaw.inventory.merge import absent, seen
from wardlaw.inventory.model import Account, App, FeedKind, Item, Sighting, SyncRun
from wardlaw.inventory.view import kind_of
from wardlaw.store.inventorytables import INVENTORY_BUNDLE, INVENTORY_ITEM
from wardlaw.store.itemrows import (
    BundleRow,
    ItemRow,
    forget_digests,
    item_row,
    level_bundle,
    of_feed,
    parts,
    raise_rows,
    read_bundles,
    read_contents,
    read_rows,
    rows_of_bundles,
    rows_of_ids,
    write_bundles,
    write_rows,
)
from wardlaw.store.narrowing import take_narrowed
from wardlaw.store.picture import redraw

MOST_ENDED = 5_000
"""Things found gone that are worked out at one time: what stands around them is read once for all."""

_ITEM = INVENTORY_ITEM.c
_BUNDLE = INVENTORY_BUNDLE.c
_Key = tuple[str, str]


def merge_bundles(
    connection: Connection, run: SyncRun, told: Mapping[str, Sequence[Sighting]], *, known: Mapping[str, BundleRow]
) -> None:
    """Take in what a page tells of some bundles.

    Args:
        told: By bundle, each thing in one alone.
        known: The bundles that have rows, among others.
    """
    feed = (run.directory, run.feed)
    before = _rows_of(connection, run, told, known)
    known_rows = {row.key: row for rows in before.values() for row in rows.values()}
    bundles: dict[str, BundleRow] = {}
    raised: list[ItemRow] = []
    changed: list[ItemRow] = []
    home: dict[_Key, str] = {}
    for name, own in told.items():
        rows = before.get(name, {})
        old = known.get(name, BundleRow())
        merged = dict(rows)
        steady: set[_Key] = set()
        for sighting in own:
            key = (kind_of(sighting.thing), sighting.thing.id)
            row = merged.get(key)
            if row and _is_steady(row.item, sighting, run):
                merged[key] = msgspec.structs.replace(row, item=_seen_at(row.item, run))
                if row is rows.get(key):
                    steady.add(key)
                continue
            steady.discard(key)
            item = seen(row.item if row else None, sighting, run)
            merged[key] = msgspec.structs.replace(row, item=item) if row else item_row(item)
        other = [(key, row) for key, row in merged.items() if row is not rows.get(key)]
        differing = [
            row for key, row in other if key not in steady and (key not in rows or _differs(rows[key].item, row.item))
        ]
        different = {row.key for row in differing}
        shown = [row for key, row in other if key not in different]
        if old.seen_at and any(row.item.is_there and row.item.last_seen_at < old.seen_at for row in differing):
            level_bundle(connection, feed, name)
            old = msgspec.structs.replace(old, seen_at=0.0)
        bundles[name] = _bundle_after(run, own, old, merged)
        if bundles[name].seen_at < run.started_at:
            raised += shown
        else:
            # What lies in another bundle is not shown by this one's word.
            raised += [row for row in shown if row.shared or row.bundle != name]
        changed += differing
        home |= dict.fromkeys(merged, name)
    moved = [_moved(row) for row in changed]
    write_bundles(connection, feed, bundles, new=bundles.keys() - known.keys())
    _make_room(connection, feed, {row.bundle for row in moved if home[row.key] != row.bundle})
    write_rows(connection, moved, new={row.key for row in moved} - known_rows.keys())
    raise_rows(connection, feed, raised)
    left = {name for row in moved for name in (home[row.key], *_bundle_before(known_rows, row)) if name != row.bundle}
    forget_digests(connection, feed, left)
    _redraw(connection, run.directory, [*moved, *(row for row in raised if row.shared)], known_rows)


def merge_latest(
    connection: Connection, run: SyncRun, told: Mapping[str, Sequence[Sighting]], *, known: Mapping[str, BundleRow]
) -> None:
    """As ``merge_bundles``, of the latest run of a feed: what has changed is found without reading what has not."""
    narrowed = take_narrowed(connection, run, told, known=known)
    _redraw(connection, run.directory, narrowed.rows, narrowed.before)
    if narrowed.others:
        merge_bundles(connection, run, {name: told[name] for name in narrowed.others}, known=known)


def end_unseen(connection: Connection, run: SyncRun) -> int:
    """Say of everything that a complete listing did not show that it is gone; answers how many that are."""
    feed = (run.directory, run.feed)
    # The few bundles that were not shown whole come first: joined with all, SQLite goes through every row of the feed.
    left = select(_BUNDLE.bundle).where(
        _BUNDLE.directory == run.directory, _BUNDLE.feed == run.feed, _BUNDLE.seen_at < run.begun_at
    )
    unseen = and_(
        of_feed(*feed),
        _ITEM.bundle.in_(left),
        _ITEM.last_seen_at < run.begun_at,
        _ITEM.last_seen_at > _ITEM.gone_at,
    )
    gone = []
    for row in read_rows(connection, unseen):
        item = absent(row.item, run)
        if item is not row.item:
            gone.append(msgspec.structs.replace(row, item=item))
    for part in parts(gone, MOST_ENDED):
        write_rows(connection, part, resting={row.key for row in part})
        _leave_out(connection, feed, part)
        redraw(connection, run.directory, [row.face for row in part], alone=_alone(part))
    return len(gone)


def _leave_out(connection: Connection, feed: tuple[str, str], gone: Sequence[ItemRow]) -> None:
    """Take what is gone out of what its bundles are known by; the next listing says what they are without it."""
    digests: dict[str, set[bytes]] = {}
    for row in gone:
        digests.setdefault(row.bundle, set()).add(thing_digest(row.item.thing))
    contents = read_contents(connection, feed, digests)
    write_bundles(
        connection,
        feed,
        {
            name: msgspec.structs.replace(old, digest="", things=_without(contents.get(name), digests[name]))
            for name, old in read_bundles(connection, feed, digests).items()
        },
    )


def _without(things: frozenset[bytes] | None, gone: set[bytes]) -> frozenset[bytes] | None:
    return things - gone if things is not None and gone <= things else None


def _rows_of(
    connection: Connection, run: SyncRun, told: Mapping[str, Sequence[Sighting]], known: Mapping[str, BundleRow]
) -> dict[str, dict[_Key, ItemRow]]:
    """What is known of bundles: all of a small one, of a large one what the page tells of."""
    feed = (run.directory, run.feed)
    small = [name for name in told if name in known and known[name].size <= MOST_DIGESTED]
    found: dict[str, dict[_Key, ItemRow]] = {}
    for row in rows_of_bundles(connection, feed, small):
        found.setdefault(row.bundle, {})[row.key] = row
    home = {(kind_of(one.thing), one.thing.id): name for name, own in told.items() for one in own}
    for name in [*found]:
        for key in [key for key in found[name] if home.get(key, name) != name]:
            found.setdefault(home[key], {})[key] = found[name].pop(key)
    # A thing may have been told under another account before: its own row says which bundle it was in.
    missing: dict[str, list[str]] = {}
    for kind, id_ in home.keys() - {key for rows in found.values() for key in rows}:
        missing.setdefault(kind, []).append(id_)
    for kind, ids in missing.items():
        for row in rows_of_ids(connection, feed, kind, ids):
            found.setdefault(home[row.key], {})[row.key] = row
    return found


def _bundle_after(run: SyncRun, own: Sequence[Sighting], old: BundleRow, merged: Mapping[_Key, ItemRow]) -> BundleRow:
    if old.size > MOST_DIGESTED:  # only what the page tells of was read
        return BundleRow("", old.seen_at, old.size)
    if run.kind is not FeedKind.LISTING:
        return BundleRow("", old.seen_at, len(merged))
    told = {(kind_of(one.thing), one.thing.id) for one in own if not one.at and not one.ended}
    is_whole = all(key in told for key, row in merged.items() if row.item.is_there)
    seen_at = max(old.seen_at, run.started_at) if is_whole else old.seen_at
    there = [row.item.thing for row in merged.values() if row.item.is_there]
    if len(there) > MOST_DIGESTED:
        return BundleRow("", seen_at, len(merged))
    return BundleRow(bundle_digest(there) if there else "", seen_at, len(merged), {*map(thing_digest, there)})


def _is_steady(known: Item, sighting: Sighting, run: SyncRun) -> bool:
    """Whether a listing shows what is there, just as it is known: what ``seen`` makes of that is a later sight of it."""
    if sighting.at > 0 or sighting.ended or known.last_seen_at > run.started_at or not known.is_there:
        return False
    return known.thing == sighting.thing


def _seen_at(item: Item, run: SyncRun) -> Item:
    return msgspec.structs.replace(item, last_seen_at=run.started_at)


def _differs(one: Item, other: Item) -> bool:
    """Whether anything but the time of the last sight is different, or whether it is there."""
    if one.is_there != other.is_there:
        return True
    return msgspec.structs.replace(other, last_seen_at=one.last_seen_at) != one


def _moved(row: ItemRow) -> ItemRow:
    """The row with the bundle and face that its thing has now; its account or app may be another than before."""
    return msgspec.structs.replace(row, bundle=bundle_of(row.item.thing), face=face_of(row.item.thing))


def _bundle_before(known: Mapping[_Key, ItemRow], row: ItemRow) -> tuple[str, ...]:
    return (known[row.key].bundle,) if row.key in known else ()


def _make_room(connection: Connection, feed: tuple[str, str], names: Collection[str]) -> None:
    """Bundles that take in a thing of another one: it may be older than what they say of when they were seen."""
    known = read_bundles(connection, feed, names)
    for name in names:
        old = known.get(name, BundleRow())
        level_bundle(connection, feed, name)
        row = BundleRow("", 0.0, old.size + 1)
        write_bundles(connection, feed, {name: row}, new=() if name in known else (name,))


def _redraw(connection: Connection, directory: str, rows: Sequence[ItemRow], before: Mapping[_Key, ItemRow]) -> None:
    """Work the picture out anew where it may have changed: also where a thing stood before it moved, and where an app or
    account is told of that things belong to."""
    faces = {row.face for row in rows} | {before[row.key].face for row in rows if row.key in before}
    # Of what several rows tell, a later sight of one may change which of them speaks.
    told = [
        row.item.thing
        for row in rows
        if row.shared or row.key not in before or before[row.key].item.thing != row.item.thing
    ]
    apps = [thing.id for thing in told if isinstance(thing, App)]
    accounts = [thing.id for thing in told if isinstance(thing, Account)]
    known = {row.key for row in rows if row.key in before and before[row.key].face == row.face}
    alone = {face: row for face, row in _alone(rows).items() if row.key in known}
    redraw(connection, directory, faces, apps=apps, accounts=accounts, alone=alone)


def _alone(rows: Iterable[ItemRow]) -> dict[str, ItemRow]:
    """Rows, as they were just written, of things that no other row tells of: neither one of before nor another of these."""
    found: dict[str, list[ItemRow]] = {}
    for row in rows:
        found.setdefault(row.face, []).append(row)
    return {face: own[0] for face, own in found.items() if len(own) == 1 and not own[0].shared}
