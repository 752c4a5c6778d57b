"""The inventory as one picture: what several feeds tell of the same thing is put together, and how fresh it is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from wardlaw.inventory.model import (
    Account,
    App,
    Credential,
    FeedKind,
    Grant,
    Group,
    Item,
    Membership,
    RunState,
    SyncRun,
    Thing,
    Use,
)


class Freshness(msgspec.Struct, frozen=True):
    """How current one feed is.

    Attributes:
        complete_at: Start of the last complete run; 0 when there was none.
        covered_until: Events up to this time were read; 0 for a listing.
        state: Of the last run.
        gaps: What the last run did not read; those of the last complete one stand in its own.
        is_cut: A run was begun and never ended.
        goes_on: The next run goes on where the last one broke off.
    """

    directory: str
    platform: str
    feed: str
    kind: FeedKind
    complete_at: float
    covered_until: float
    last_run: str
    last_at: float
    state: RunState
    gaps: tuple[str, ...]
    is_cut: bool
    goes_on: bool = False


class Inventory(msgspec.Struct, frozen=True):
    """Everything known of all directories.

    Attributes:
        items: One for each thing of a directory, after its feeds were put together; gone ones too.
        platforms: Platform of each directory.
    """

    items: tuple[Item, ...]
    platforms: Mapping[str, str]

    def there(self, kind: type[Thing]) -> list[Item]:
        """Things of a kind that are there now."""
        return [item for item in self.items if isinstance(item.thing, kind) and item.is_there]


def kind_of(thing: Thing) -> str:
    """The word for a thing's kind, as it stands in JSON and tables."""
    return str(thing.__struct_config__.tag)


def assemble(items: Iterable[Item], runs: Sequence[SyncRun]) -> Inventory:
    """One picture of what all feeds tell.

    Whether a thing is there is what the latest of its feeds says; how it looks, the listing rather than an event.
    Dates and uses come from every feed: the earliest beginning, the latest use.
    """
    listings = {(run.directory, run.feed) for run in runs if run.kind is FeedKind.LISTING}
    groups: dict[tuple[str, str, str], list[Item]] = {}
    for item in items:
        groups.setdefault((item.directory, kind_of(item.thing), identity_of(item.thing)), []).append(item)
    put = [_together(group, listings) for _, group in sorted(groups.items())]
    return Inventory(tuple(put), {run.directory: run.platform for run in runs})


def freshness(runs: Sequence[SyncRun]) -> tuple[Freshness, ...]:
    """How current each feed is, by directory and feed."""
    by_feed: dict[tuple[str, str], list[SyncRun]] = {}
    for run in sorted(runs, key=lambda one: (one.started_at, one.id)):
        by_feed.setdefault((run.directory, run.feed), []).append(run)
    found = []
    for (directory, feed), own in sorted(by_feed.items()):
        last = own[-1]
        found.append(
            Freshness(
                directory=directory,
                platform=last.platform,
                feed=feed,
                kind=last.kind,
                complete_at=max((run.begun_at for run in own if run.state is RunState.COMPLETE), default=0.0),
                covered_until=max(run.covered_until for run in own),
                last_run=last.id,
                last_at=last.ended_at or last.started_at,
                state=last.state,
                gaps=last.gaps,
                is_cut=last.state is RunState.OPEN,
                goes_on=last.state is not RunState.COMPLETE and bool(last.place),
            )
        )
    return tuple(found)


def identity_of(thing: Thing) -> str:
    """What all feeds of a directory agree on about a thing of a kind.

    Feeds of one platform name grants differently; the account and the app are what they agree on.
    """
    return f"{thing.account}\n{thing.app}\n{_own(thing)}" if isinstance(thing, Grant) else thing.id


def _own(grant: Grant) -> str:
    """What tells grants of one account to one app apart: nothing, unless it names no app (a token of its own)."""
    return "" if grant.app else grant.id


def _together(group: list[Item], listings: set[tuple[str, str]]) -> Item:
    if len(group) > 1 and isinstance(group[0].thing, Grant):
        group = _by_listing(group, listings)
    ranked = sorted(group, key=lambda item: ((item.directory, item.feed) in listings, item.last_seen_at), reverse=True)
    first = ranked[0]
    thing = first.thing
    for other in ranked[1:]:
        thing = _enriched(thing, other.thing)
    return msgspec.structs.replace(
        first,
        thing=thing,
        first_seen_at=min(item.first_seen_at for item in group),
        last_seen_at=max(item.last_seen_at for item in group),
        gone_at=max(item.gone_at for item in group),
    )


def _by_listing(group: list[Item], listings: set[tuple[str, str]]) -> list[Item]:
    """Grants of one account to one app: several of one listing are one, with the scopes of all that are there.

    A platform may grant anew under another id; the new one is there although the old one has just gone. What logs tell
    stays apart: there one entry is a consent and the next a use, and an end is the end of both.
    """
    found: list[Item] = []
    listed: dict[str, list[Item]] = {}
    for item in group:
        if (item.directory, item.feed) in listings:
            listed.setdefault(item.feed, []).append(item)
        else:
            found.append(item)
    return [*found, *(own[0] if len(own) == 1 else _siblings(own) for own in listed.values())]


def _siblings(own: list[Item]) -> Item:
    there = [item for item in own if item.is_there] or own
    first = max(there, key=lambda item: (item.last_seen_at, item.thing.id))
    thing = first.thing
    scopes: set[str] = set()
    for item in there:
        if isinstance(item.thing, Grant):
            scopes.update(item.thing.scopes)
            thing = _enriched(thing, item.thing)
    return msgspec.structs.replace(
        first,
        thing=msgspec.structs.replace(thing, scopes=tuple(sorted(scopes))),
        first_seen_at=min(item.first_seen_at for item in own),
        last_seen_at=max(item.last_seen_at for item in there),
        gone_at=max(item.gone_at for item in there),
    )


def _enriched(thing: Thing, other: Thing) -> Thing:
    """A thing with what only another feed's telling says."""
    changes: dict[str, object] = {}
    for name in thing.__struct_fields__:
        mine, theirs = getattr(thing, name), getattr(other, name)
        if name == "last_used_at":
            changes[name] = max(mine, theirs)
        elif name == "usage_known":
            changes[name] = mine or theirs
        elif name in ("granted_at", "created_at") and mine and theirs:
            changes[name] = min(mine, theirs)
        elif mine in ("", 0, 0.0, (), "unknown", False) and theirs:
            changes[name] = theirs
    return msgspec.structs.replace(thing, **changes)


def account_of(thing: Thing) -> str:
    """The account a thing belongs to; an account's own id."""
    match thing:
        case Account():
            return thing.id
        case App() | Group():
            return ""
        case Grant() | Credential() | Use() | Membership():
            return thing.account


def app_of(thing: Thing) -> str:
    """The app a thing belongs to; an app's own id."""
    match thing:
        case App():
            return thing.id
        case Account() | Group() | Membership():
            return ""
        case Grant() | Credential() | Use():
            return thing.app
