"""What platforms send by themselves: taken in as events of a log are, each delivery once; and what is to be read for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import msgspec
from litestar import get, post
from litestar.params import JSONBody

from wardlaw.console.api.desk import Call, Done, Given, Turn
from wardlaw.console.api.findings import tell_news
from wardlaw.console.api.picture import facts_of_apps
from wardlaw.inventory.activity import Activity
from wardlaw.inventory.model import Account, App, Sighting, Thing
from wardlaw.inventory.rules import DAY_S
from wardlaw.inventory.veiling import Veil
from wardlaw.inventory.view import account_of
from wardlaw.store.activity import keep_activities
from wardlaw.store.mailnames import ids_of_mails
from wardlaw.store.pushes import (
    KeptChannel,
    Wish,
    count_pushes,
    keep_channel,
    known_deliveries,
    list_channels,
    list_wishes,
    note_deliveries,
    take_pushed,
    wish_for,
)
from wardlaw.store.suppressed import suppressed_in
from wardlaw.store.watching import judge_new

TIMELESS_DAYS = 400
"""Days a delivery is known that carries no time: nothing but its being known stops it from being sent again."""
TIMED_DAYS = 30
"""Days one is known that carries a time; the listener takes none that is a week old."""

MOST_BYTES = 512 * 1024
"""Of one call: what waits goes out together, since a call costs the same for one delivery and for hundreds."""

_Slug = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$(?!\n)")]
_Platform = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9-]{0,31}$(?!\n)")]
_Id = Annotated[str, msgspec.Meta(min_length=1, max_length=200, pattern=r"^[!-~]*$(?!\n)")]
_Count = Annotated[int, msgspec.Meta(ge=0, le=2**40)]
_Feeds = Annotated[tuple[_Slug, ...], msgspec.Meta(max_length=50)]


class Delivery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One delivery, or part of one.

    Attributes:
        id: What makes it itself; the same one is taken once.
        at: When it happened, Unix seconds; 0 where its platform does not say: then it is as new as it comes.
        wishes: Feeds to read now, since they have something new.
    """

    id: _Id
    at: Annotated[float, msgspec.Meta(ge=0, le=4_102_444_800)] = 0.0
    sightings: Annotated[tuple[Sighting, ...], msgspec.Meta(max_length=2_000)] = ()
    activities: Annotated[tuple[Activity, ...], msgspec.Meta(max_length=2_000)] = ()
    wishes: _Feeds = ()


class Deliveries(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Deliveries of one directory.

    Attributes:
        has_ids: An account that is named by its mail address is left to the log, where the address is nobody's that is
            known; without it the address is taken for its id.
        outcomes: What became of deliveries that were not handed over, counted since the last time.
    """

    directory: _Slug
    platform: _Platform
    deliveries: Annotated[tuple[Delivery, ...], msgspec.Meta(max_length=500)] = ()
    has_ids: bool = False
    outcomes: Annotated[dict[_Slug, _Count], msgspec.Meta(max_length=20)] = {}


class Delivered(msgspec.Struct, frozen=True):
    """How many deliveries were taken, how many were known before, and how many findings are new."""

    taken: int
    known: int
    findings: int


class Due(msgspec.Struct, frozen=True):
    """Feeds that have something new, and the channels that say so."""

    wishes: tuple[Wish, ...]
    channels: tuple[KeptChannel, ...]


class ChannelOpened(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A notification channel that was opened at a platform."""

    directory: _Slug
    feed: _Slug
    id: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    resource: Annotated[str, msgspec.Meta(min_length=1, max_length=512)]
    address: Annotated[str, msgspec.Meta(min_length=1, max_length=1_024)]
    expires_at: Annotated[float, msgspec.Meta(ge=0, le=4_102_444_800)]


@post(
    "/inventory/deliveries",
    operation_id="inventory.deliver",
    summary="Events by push",
    status_code=200,
    request_max_body_size=MOST_BYTES,
)
async def take_deliveries(call: Given, data: JSONBody[Deliveries]) -> Delivered:
    """Take deliveries in, and have detectors look at them at once. Whoever sends one again changes nothing."""

    def work(turn: Turn) -> Done[Delivered]:
        directory = data.directory
        deliveries = _kept_out(turn, call, data)
        known = known_deliveries(turn.connection, directory, (one.id for one in deliveries))
        fresh = {one.id: one for one in deliveries if one.id not in known}
        dated = [_dated(one, turn.now) for one in fresh.values()]
        sightings, activities = _named(turn, data, dated)
        findings = 0
        if fresh:
            latest = max((one.at for one in activities), default=turn.now)
            take_pushed(turn.connection, (directory, data.platform), sightings, latest_at=latest, now=turn.now)
            keep_activities(turn.connection, directory, activities, now=turn.now)
            facts = facts_of_apps(turn, call.deps, directory)
            changes = judge_new(turn.connection, directory, facts, now=turn.now)
            findings = sum(one.before is None for one in changes)
            tell_news(turn, call.deps, changes)
            wish_for(turn.connection, directory, (feed for one in dated for feed in one.wishes), now=turn.now)
        until = {one.id: turn.now + DAY_S * (TIMED_DAYS if one.at else TIMELESS_DAYS) for one in fresh.values()}
        note_deliveries(turn.connection, directory, until, now=turn.now)
        counts = dict(data.outcomes) | {"taken": len(fresh), "known": len(deliveries) - len(fresh)}
        count_pushes(turn.connection, directory, counts, now=turn.now)
        facts_told: dict[str, str | int] = {"directory": directory, "events": len(activities), "findings": findings}
        facts_told |= {name: count for name, count in counts.items() if count}
        return Done(Delivered(len(fresh), counts["known"], findings), facts_told)

    return await call.change(work)


@get("/inventory/due", operation_id="inventory.due", summary="Feeds that have something new, and channels that say so")
async def what_is_due(call: Given) -> Due:
    """Wishes stay when they were fulfilled: whoever reads feeds knows when it read them."""
    return await call.read(lambda turn: Due(list_wishes(turn.connection), list_channels(turn.connection)))


@post("/inventory/channels", operation_id="inventory.channel", summary="A channel was opened", status_code=200)
async def note_channel(call: Given, data: JSONBody[ChannelOpened]) -> KeptChannel:
    """Keep it, so that it is renewed before it ends, and not opened twice."""

    def work(turn: Turn) -> Done[KeptChannel]:
        kept = msgspec.convert(msgspec.structs.asdict(data), KeptChannel)
        keep_channel(turn.connection, kept)
        return Done(kept, {"directory": kept.directory, "feed": kept.feed, "channel": kept.id})

    return await call.change(work)


class _Told(msgspec.Struct, frozen=True):
    """Deliveries, with what they tell of things all together."""

    deliveries: tuple[Delivery, ...]
    sightings: tuple[Sighting, ...]


def _kept_out(turn: Turn, call: Call, data: Deliveries) -> tuple[Delivery, ...]:
    """The deliveries with pseudonyms for the names that an erasure keeps out, before anything of them is looked up."""
    told = _Told(data.deliveries, tuple(sighting for one in data.deliveries for sighting in one.sightings))
    aliases = suppressed_in(turn.connection, data.directory, told, call.deps.log.name_tag)
    return Veil(aliases, data.directory).over(data.deliveries) if aliases else data.deliveries


def _dated(one: Delivery, now: float) -> Delivery:
    """The delivery with a time for all it tells: that of its platform, or else now."""
    at = min(one.at, now) or now
    return msgspec.structs.replace(
        one,
        sightings=tuple(told if told.at else msgspec.structs.replace(told, at=at) for told in one.sightings),
        activities=tuple(told if told.at else msgspec.structs.replace(told, at=at) for told in one.activities),
    )


def _named(turn: Turn, data: Deliveries, dated: Sequence[Delivery]) -> tuple[list[Sighting], list[Activity]]:
    """What deliveries tell, of accounts by the ids that the platform's log gives them too."""
    sightings = [told for one in dated for told in one.sightings]
    activities = [told for one in dated for told in one.activities]
    names = [account_of(one.thing) for one in sightings] + [
        name for one in activities for name in (one.account, one.actor)
    ]
    mails = {name for name in names if "@" in name}
    if not mails:
        return sightings, activities
    ids = ids_of_mails(turn.connection, data.directory, mails)
    left = mails - ids.keys() if data.has_ids else set()
    return (
        [_renamed(one, ids) for one in sightings if account_of(one.thing) not in left and not _is_nobodys(one, ids)],
        [
            msgspec.structs.replace(
                one, account=ids.get(one.account, one.account), actor=ids.get(one.actor, one.actor)
            )
            for one in activities
            if not {one.account, one.actor} & left
        ],
    )  # fmt: skip


def _is_nobodys(sighting: Sighting, ids: Mapping[str, str]) -> bool:
    """Whether it tells of an account by a mail address that is nobody's who is known: that would be an account twice."""
    return isinstance(sighting.thing, Account) and "@" in sighting.thing.id and sighting.thing.id not in ids


def _renamed(sighting: Sighting, ids: Mapping[str, str]) -> Sighting:
    """A sighting with the id of the account in place of its address, in the thing's own id too."""
    thing: Thing = sighting.thing
    mail = account_of(thing)
    if mail not in ids or isinstance(thing, App):
        return sighting
    changes: dict[str, Any] = {"id": thing.id.replace(mail, ids[mail])}
    if not isinstance(thing, Account):
        changes["account"] = ids[mail]
    return msgspec.structs.replace(sighting, thing=msgspec.structs.replace(thing, **changes))
