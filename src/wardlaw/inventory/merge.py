"""How a run changes the inventory, one item at a time.

INVARIANT: only ``absent`` makes a listed thing go, and only for a complete run; ``seen`` never removes anything but
what an event says has ended. The pages of a run may come in any order and more than once.
"""

from __future__ import annotations

import msgspec

from wardlaw.inventory.model import FeedKind, Item, RunState, Sighting, Spell, SyncRun, Thing

MOST_LISTED_S = 86_400.0
"""A listing that goes on where it broke off counts as one only while its first page is no older: listings are read nightly."""

MOST_SPELLS = 50
"""Earlier spells kept of one thing, the latest; more would tell nothing new."""

_EARLIEST = {"granted_at", "created_at"}
_LATEST = {"last_used_at"}


def seen(known: Item | None, sighting: Sighting, run: SyncRun) -> Item:
    """The item after a sighting of it.

    An event later than the run's start counts as of the start: a platform whose clock is ahead must not make a
    thing outlive the listings that follow.
    """
    at = min(sighting.at, run.started_at) if sighting.at > 0 else run.started_at
    if known is None:
        ended = at if sighting.ended else 0.0
        return Item(run.directory, run.feed, sighting.thing, at, at, at, ended)
    thing = _merged(known, sighting.thing, at)
    item = msgspec.structs.replace(
        known,
        thing=thing,
        first_seen_at=min(known.first_seen_at, at),
        last_seen_at=max(known.last_seen_at, at),
        gone_at=max(known.gone_at, at) if sighting.ended else known.gone_at,
    )
    if not known.is_there and item.is_there:
        past = (*known.past, Spell(known.since, known.gone_at))[-MOST_SPELLS:]
        return msgspec.structs.replace(item, past=past, since=at)
    return item


def absent(known: Item, run: SyncRun) -> Item:
    """The item after a run that did not show it: gone, when the run was a complete listing; else as it was."""
    is_whole = run.state is RunState.COMPLETE and run.kind is FeedKind.LISTING
    if not is_whole or known.last_seen_at >= run.begun_at or not known.is_there:
        return known
    return msgspec.structs.replace(known, gone_at=run.begun_at)


def goes_on(earlier: SyncRun | None, run: SyncRun) -> SyncRun:
    """The run as one that goes on where an earlier run of its feed broke off; as it is where it has to begin anew.

    Args:
        earlier: The last run of the feed.
    """
    if earlier is None or earlier.state is RunState.COMPLETE or not earlier.place:
        return run
    is_alike = (earlier.platform, earlier.kind) == (run.platform, FeedKind.LISTING) and run.kind is FeedKind.LISTING
    if not is_alike or not 0 <= run.started_at - earlier.begun_at < MOST_LISTED_S:
        return run
    return msgspec.structs.replace(run, place=earlier.place, listed_from=earlier.begun_at, seen=earlier.seen)


def is_too_old(run: SyncRun) -> bool:
    """Whether a listing that went on took so long that its first pages tell nothing about now."""
    return bool(run.listed_from) and run.ended_at - run.listed_from > MOST_LISTED_S


def _merged(known: Item, told: Thing, at: float) -> Thing:
    """The newer telling in place of the older one; both together when they are of one moment."""
    if at < known.last_seen_at:
        return _times(known.thing, told)
    if at > known.last_seen_at:
        return _times(told, known.thing)
    return _both(_times(told, known.thing), known.thing)


def _times(kept: Thing, other: Thing) -> Thing:
    """``kept``, with the earliest beginning and the latest use that either tells."""
    changes: dict[str, float] = {}
    for name in kept.__struct_fields__:
        mine, theirs = getattr(kept, name), getattr(other, name, 0.0)
        if name in _EARLIEST and theirs:
            changes[name] = min(mine, theirs) if mine else theirs
        elif name in _LATEST:
            changes[name] = max(mine, theirs)
    return msgspec.structs.replace(kept, **changes)


def _both(one: Thing, other: Thing) -> Thing:
    """What two tellings of one moment say together, whichever came first: scopes add up, else the greater value."""
    changes: dict[str, object] = {}
    for name in one.__struct_fields__:
        mine, theirs = getattr(one, name), getattr(other, name, None)
        if name in _EARLIEST or mine == theirs or theirs is None:
            continue
        changes[name] = tuple(sorted({*mine, *theirs})) if isinstance(mine, tuple) else max(mine, theirs)
    return msgspec.structs.replace(one, **changes)
