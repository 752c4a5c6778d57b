"""When each feed of each connected organisation is due, and reading those that are, for as long as somebody lets it run.

What is due follows from what the management API says of each feed, and from nothing kept here: whoever stops and starts
again goes on where things stand.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import msgspec

from wardlaw.cli.appclients import Moments
from wardlaw.cli.client import ManagementClient
from wardlaw.cli.syncing import judge_grants, sync_feed
from wardlaw.connectors.feed import Connector, Feed
from wardlaw.facts.errors import UnavailableError
from wardlaw.inventory.model import FeedKind, RunState

DAY_S = 86_400.0
LEAST_PAUSE_S, MOST_PAUSE_S = 5.0, 300.0
LOOK_S = 3.0
"""How often is asked whether a platform said that a feed has something new."""
PROMPT_S = 5.0
"""A feed that has something new again and again is read no more often than that."""
AGAIN_S = 3_600.0
"""A listing that was not whole is read again after an hour: what kept it from that may have passed."""


class WatchPlan(msgspec.Struct, frozen=True):
    """How often what is read.

    Attributes:
        events_s: Seconds between two readings of an event feed.
        nightly_s: When listings are read, in seconds after midnight UTC.
    """

    events_s: float = 300.0
    nightly_s: float = 2 * 3_600.0


class WatchedFeed(msgspec.Struct, frozen=True):
    """A feed of a directory with what reads it."""

    directory: str
    connector: Connector
    feed: Feed


def due_at(
    feed: Feed, fresh: Mapping[str, Any] | None, *, plan: WatchPlan, now: float, wished_at: float = 0.0
) -> float:
    """When a feed is to be read, in Unix seconds; in the past when it should have been.

    Args:
        fresh: What the management API says of the feed; None when it was never read.
        wished_at: When its platform last said that it has something new, Unix seconds.
    """
    if fresh is None:
        return now
    planned = _planned(feed, fresh, plan=plan, now=now)
    # What could not be read whole the last time keeps to the plan: asking sooner would not help.
    if wished_at > fresh["complete_at"] and fresh["state"] == RunState.COMPLETE:
        return min(planned, max(wished_at, float(fresh["last_at"]) + PROMPT_S))
    return planned


def _planned(feed: Feed, fresh: Mapping[str, Any], *, plan: WatchPlan, now: float) -> float:
    if feed.kind is FeedKind.EVENTS:
        return float(fresh["last_at"]) + plan.events_s
    last_night = now - (now - plan.nightly_s) % DAY_S
    if fresh["complete_at"] >= last_night:
        return last_night + DAY_S
    # Cut off by the end of a former watch: at once. Not whole: after a while, and not over and over.
    return now if fresh["is_cut"] else max(last_night, float(fresh["last_at"]) + AGAIN_S)


def watch(
    watched: Sequence[WatchedFeed],
    client: ManagementClient,
    *,
    plan: WatchPlan,
    moments: Moments,
    say: Callable[[str], None],
    until: float = math.inf,
) -> None:
    """Read what is due, again and again, until somebody interrupts it, or until a time in Unix seconds."""
    while moments.clock() < until:
        begun = moments.clock()
        say_after = read_due(watched, client, plan=plan, clock=moments.clock, say=say)
        after = moments.clock() + min(max(say_after - moments.clock(), LEAST_PAUSE_S), MOST_PAUSE_S)
        moments.sleep(LEAST_PAUSE_S)
        while moments.clock() < min(after, until) and not _is_wished(client, since=begun):
            moments.sleep(min(LOOK_S, max(after - moments.clock(), 0.1)))


def _is_wished(client: ManagementClient, *, since: float) -> bool:
    """Whether a platform has said since then that a feed has something new."""
    try:
        return any(at >= since for at in _wishes(client).values())
    except UnavailableError:
        return False  # the next reading says so


def _wishes(client: ManagementClient) -> dict[tuple[str, str], float]:
    told: Iterable[Mapping[str, Any]] = client.get("/inventory/due")["wishes"]
    return {(one["directory"], one["feed"]): float(one["asked_at"]) for one in told}


def read_due(
    watched: Sequence[WatchedFeed],
    client: ManagementClient,
    *,
    plan: WatchPlan,
    clock: Callable[[], float],
    say: Callable[[str], None],
) -> float:
    """Read each feed that is due, once; answers when the next one will be.

    Events come first: they take seconds, a listing may take an hour.
    """
    try:
        fresh, wishes = _freshness(client), _wishes(client)
    except UnavailableError as error:
        say(f"the management API does not answer: {error.message}")
        return clock()
    now = clock()
    ordered = sorted(watched, key=lambda one: one.feed.kind is not FeedKind.EVENTS)
    due = [one for one in ordered if _when(one, (fresh, wishes), plan, now) <= now]
    for one in due:
        say(f"reading {one.directory} {one.feed.name}")
        try:
            run = sync_feed(one.connector, one.feed, one.directory, client)
        except UnavailableError as error:
            say(f"{one.directory} {one.feed.name}: left off, {error.message}")
            continue
        gaps = " ".join(run["gaps"])
        say(f"{one.directory} {one.feed.name}: {run['state']}, {run['seen']} seen, {run['ended']} gone. {gaps}".strip())
    if due:
        try:
            judge_grants(client)
        except UnavailableError as error:  # what was not judged is new the next time, too
            say(f"clauses were not asked about grants: {error.message}")
    later = [_when(one, (fresh, wishes), plan, now) for one in watched if one not in due]
    soon = [clock() + plan.events_s] if any(one.feed.kind is FeedKind.EVENTS for one in due) else []
    return min([*later, *soon, now + MOST_PAUSE_S])


_Fresh = Mapping[tuple[str, str], Mapping[str, Any]]


def _when(one: WatchedFeed, told: tuple[_Fresh, Mapping[tuple[str, str], float]], plan: WatchPlan, now: float) -> float:
    key = (one.directory, one.feed.name)
    fresh, wishes = told
    return due_at(one.feed, fresh.get(key), plan=plan, now=now, wished_at=wishes.get(key, 0.0))


def _freshness(client: ManagementClient) -> dict[tuple[str, str], Mapping[str, Any]]:
    feeds: Iterable[Mapping[str, Any]] = client.get("/inventory")["feeds"]
    return {(one["directory"], one["feed"]): one for one in feeds}
