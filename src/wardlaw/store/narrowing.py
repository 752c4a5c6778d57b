"""Bundles that differ in a few things: the digest of each thing tells which, and the rows of the others are not read.

An account of which one of ten grants has changed costs one row then, and not ten.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
from sqlalchemy.engine import Connection

from wardlaw.inventory.bundle import MOST_DIGESTED, bundle_digest, bundle_of, thing_digest
from wardlaw.inventory.merge import seen
from wardlaw.inventory.model import FeedKind, Sighting, SyncRun
from wardlaw.inventory.view import kind_of
from wardlaw.store.itemrows import (
    BundleRow,
    ItemRow,
    item_row,
    raise_things,
    read_contents,
    rows_of_ids,
    write_bundles,
    write_rows,
)

_Key = tuple[str, str]


class Narrowed(msgspec.Struct, frozen=True):
    """What has changed in bundles.

    Attributes:
        rows: Those that were written, as they are now.
        before: Those of them that were there, as they were.
        others: Names of bundles that have to be merged thing by thing.
    """

    rows: tuple[ItemRow, ...]
    before: Mapping[_Key, ItemRow]
    others: frozenset[str]


class _Difference(msgspec.Struct, frozen=True):
    """What a page tells of a bundle beside what is known of it.

    Attributes:
        told: Keys of what is told, in its order.
        steady: Those told just as they are known, and their digests.
        other: Sightings that are told otherwise, or of what is not known.
        missing: Digests of what is there and was not told just so.
    """

    told: tuple[_Key, ...]
    steady: dict[_Key, bytes]
    other: tuple[Sighting, ...]
    missing: frozenset[bytes]


class _Outcome(msgspec.Struct, frozen=True):
    """What becomes of one bundle, and of the rows in it that have changed or were shown without change."""

    bundle: BundleRow
    changed: tuple[ItemRow, ...]
    raised: tuple[_Key, ...]


def take_narrowed(
    connection: Connection, run: SyncRun, told: Mapping[str, Sequence[Sighting]], *, known: Mapping[str, BundleRow]
) -> Narrowed:
    """Take in what the latest run of a feed tells of bundles whose things are known by their digests.

    Args:
        told: By bundle, each thing in one alone; bundles that cannot be taken in so are named in the answer.
        known: The bundles that have rows, among others.
    """
    feed = (run.directory, run.feed)
    fit = [name for name, own in told.items() if name in known and _is_fit(run, own, known[name])]
    contents = read_contents(connection, feed, fit)
    differences = {name: _difference(told[name], things) for name, things in contents.items()}
    before = _rows_of(connection, feed, [one for each in differences.values() for one in each.other])
    outcomes: dict[str, _Outcome] = {}
    for name, difference in differences.items():
        outcome = _outcome(run, name, known[name], told[name], difference, before)
        if outcome is not None:
            outcomes[name] = outcome
    rows = tuple(row for one in outcomes.values() for row in one.changed)
    here = {row.key for row in rows}
    write_bundles(connection, feed, {name: one.bundle for name, one in outcomes.items()})
    write_rows(connection, rows, new=here - before.keys(), resting=here & before.keys())
    raise_things(connection, feed, [key for one in outcomes.values() for key in one.raised], at=run.started_at)
    return Narrowed(
        rows,
        {key: row for key, row in before.items() if key in here},
        frozenset(told.keys() - outcomes.keys()),
    )


def _is_fit(run: SyncRun, own: Sequence[Sighting], bundle: BundleRow) -> bool:
    """Whether a listing tells of a bundle in a way that digests can be compared with."""
    if run.kind is not FeedKind.LISTING or bundle.seen_at > run.started_at:
        return False
    if bundle.size + len(own) > MOST_DIGESTED or any(one.at or one.ended for one in own):
        return False
    return len({(type(one.thing), one.thing.id) for one in own}) == len(own)


def _difference(own: Sequence[Sighting], things: frozenset[bytes]) -> _Difference:
    digests = [thing_digest(one.thing) for one in own]
    told = tuple((kind_of(one.thing), one.thing.id) for one in own)
    return _Difference(
        told,
        {key: digest for key, digest in zip(told, digests, strict=True) if digest in things},
        tuple(one for one, digest in zip(own, digests, strict=True) if digest not in things),
        things.difference(digests),
    )


def _rows_of(connection: Connection, feed: tuple[str, str], other: Sequence[Sighting]) -> dict[_Key, ItemRow]:
    ids: dict[str, list[str]] = {}
    for one in other:
        ids.setdefault(kind_of(one.thing), []).append(one.thing.id)
    found: dict[_Key, ItemRow] = {}
    for kind, own in ids.items():
        found |= {row.key: row for row in rows_of_ids(connection, feed, kind, own)}
    return found


def _outcome(
    run: SyncRun,
    name: str,
    bundle: BundleRow,
    own: Sequence[Sighting],
    difference: _Difference,
    before: Mapping[_Key, ItemRow],
) -> _Outcome | None:
    """What becomes of a bundle; None where a thing joins it from another one, or does not come to be there."""
    missing = set(difference.missing)
    changed: dict[_Key, ItemRow] = {}
    shown: list[_Key] = []
    new = 0
    things = {(kind_of(one.thing), one.thing.id): one.thing for one in own}
    for sighting in difference.other:
        key = (kind_of(sighting.thing), sighting.thing.id)
        row = before.get(key)
        item = seen(row.item if row else None, sighting, run)
        if not item.is_there or bundle_of(item.thing) != name or (row and row.bundle != name):
            return None
        things[key] = item.thing
        if row is None:
            new += 1
            changed[key] = item_row(item)
            continue
        was_there = row.item.is_there
        if was_there:
            missing.discard(thing_digest(row.item.thing))
        if was_there and msgspec.structs.replace(item, last_seen_at=row.item.last_seen_at) == row.item:
            shown.append(key)
        else:
            moved = item_row(item)
            if moved.face != row.face:
                return None
            changed[key] = msgspec.structs.replace(row, item=item)
    is_whole = not missing
    there = list(things.values())
    after = BundleRow(
        bundle_digest(there) if is_whole else "" if changed else bundle.digest,
        max(bundle.seen_at, run.started_at) if is_whole else bundle.seen_at,
        bundle.size + new,
        {*missing, *difference.steady.values(), *(thing_digest(things[key]) for key in (*changed, *shown))},
    )
    raised = () if is_whole else (*difference.steady, *shown)
    return _Outcome(after, tuple(changed.values()), raised)
