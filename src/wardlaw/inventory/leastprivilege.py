"""What a grant could do without: said only where its use was watched for long enough."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum

import msgspec

from wardlaw.inventory.exercise import ExerciseTable, exercise_table, narrower_for, used_by
from wardlaw.inventory.granting import DAY_S
from wardlaw.inventory.model import FeedKind, Grant, RunState, SyncRun

LEAST_DAYS = 30
"""Shorter than a month says nothing of what is done once a month."""

MOST_DAYS = 90
"""What was last called longer ago than that is not done any more, however long was watched."""

_MOST_SHOWN = 3

_UNTOLD = {
    "entra": "sign-ins name no scopes, and the log of Graph's calls goes to a workspace of Azure alone",
    "github": "the log of an organisation tells Git alone; calls of the interface go to a stream only",
    "slack": "the audit log tells some of what apps do, and no scopes",
    "salesforce": "event monitoring names objects, and tokens no scopes",
}
"""Why single scopes cannot be told as used, by platform."""


class Recommendation(StrEnum):
    """What should become of a scope, or of a grant as a whole."""

    KEEP = "keep"
    NARROW = "narrow"  # a narrower scope does all that was done; of a grant: one of its scopes may go or be narrower
    REMOVE = "remove"
    UNKNOWN = "unknown"  # no usage data


class ScopeAdvice(msgspec.Struct, frozen=True):
    """What should become of one scope; ``narrower`` is the one that would do, where there is one."""

    scope: str
    verdict: Recommendation
    why: str
    narrower: str = ""


class Advice(msgspec.Struct, frozen=True):
    """What should become of a grant.

    Attributes:
        covered_days: For how long a log of use was read without a break, up to now.
        known: Whether anything can be said; where not, ``why`` is all there is.
        scopes: Each scope by itself, where the platform tells what was called.
    """

    covered_days: int
    known: bool
    why: str
    verdict: Recommendation = Recommendation.UNKNOWN
    scopes: tuple[ScopeAdvice, ...] = ()


class WatchedUse(msgspec.Struct, frozen=True):
    """What stored activity tells of one grant.

    Attributes:
        days: For how long a log of use was read without a break, up to now.
        told: Uses of some app of the directory were told over all that time, so that silence says something.
        born_at: When the grant was given, or first seen; Unix seconds.
        methods: What was called by it, with the latest time (Unix seconds).
    """

    days: int
    told: bool = False
    born_at: float = 0.0
    methods: Mapping[str, float] = {}


def advise(grant: Grant, platform: str, use: WatchedUse, *, at: float) -> Advice:
    """What the log of use says of a grant.

    Args:
        at: Unix seconds.
    """
    if use.days < LEAST_DAYS:
        return _unknown(use, f"{use.days} days of use were read, {LEAST_DAYS} are needed")
    table = exercise_table(platform)
    if grant.scopes and not grant.usage_known and table is None:
        return _unknown(use, _UNTOLD.get(platform, "the platform tells no use of it"))
    if not grant.usage_known and not (use.told and table is not None):
        return _unknown(use, "the platform tells no use of it")
    if use.born_at > at - LEAST_DAYS * DAY_S:
        return _unknown(use, f"it was given less than {LEAST_DAYS} days ago")
    days = min(use.days, MOST_DAYS)
    begin = at - days * DAY_S
    called = {method: last for method, last in use.methods.items() if last >= begin}
    if not called and grant.last_used_at < begin:
        return _unused(grant, table, use, days=days)
    if table is None or not called:
        why = "used; what for is not told, so all of its scopes stay"
        return Advice(use.days, known=True, why=why, verdict=Recommendation.KEEP)
    scopes = tuple(_of_scope(table, scope, grant.scopes, called, days=days) for scope in grant.scopes)
    return _together(use, scopes, called, days=days)


def covered_days(directory: str, runs: Sequence[SyncRun], *, at: float, feeds: Collection[str] = ()) -> int:
    """Days up to now of which a log was read whole: from the first complete run to what the last one covers.

    Args:
        feeds: Only these; every event feed without any.
    """
    whole = [
        run
        for run in runs
        if run.directory == directory
        and run.kind is FeedKind.EVENTS
        and run.state is RunState.COMPLETE
        and run.covered_until
        and (not feeds or run.feed in feeds)
    ]
    if not whole:
        return 0
    begin = min(run.started_at for run in whole)
    end = min(at, max(run.covered_until for run in whole))
    return max(0, int((end - begin) // DAY_S))


def _unknown(use: WatchedUse, why: str) -> Advice:
    return Advice(use.days, known=False, why=f"no usage data: {why}")


def _unused(grant: Grant, table: ExerciseTable | None, use: WatchedUse, *, days: int) -> Advice:
    hidden = [scope for scope in grant.scopes if table is not None and scope in table.untold]
    if hidden and table is not None:
        return _unknown(use, f"nothing was called in {days} days, but of {hidden[0]} {table.untold[hidden[0]]}")
    why = f"not used in {days} days: revoke it"
    told = tuple(ScopeAdvice(scope, Recommendation.REMOVE, why) for scope in grant.scopes)
    return Advice(use.days, known=True, why=why, verdict=Recommendation.REMOVE, scopes=told)


def _of_scope(
    table: ExerciseTable, scope: str, held: Collection[str], called: Mapping[str, float], *, days: int
) -> ScopeAdvice:
    if scope in table.untold:
        return ScopeAdvice(scope, Recommendation.UNKNOWN, f"no usage data: {table.untold[scope]}")
    services = table.services_of(scope)
    if not services:
        return ScopeAdvice(scope, Recommendation.UNKNOWN, "no usage data: what it is used for is not told")
    for method in sorted(called):
        service = method.partition(".")[0]
        if table.need_of(method) is None and (service in services or service not in table.services):
            why = f"no usage data: {method or 'something without a name'} was called, and what that needs is not known"
            return ScopeAdvice(scope, Recommendation.UNKNOWN, why)
    used = used_by(table, scope, held, called)
    if not used and table.by_token:
        return ScopeAdvice(scope, Recommendation.REMOVE, f"in {days} days no token was given that had it")
    if not used:
        return ScopeAdvice(scope, Recommendation.REMOVE, f"nothing was called in {days} days that needs it")
    shown = _shown(used, called)
    if narrower := narrower_for(table, scope, used):
        return ScopeAdvice(
            scope, Recommendation.NARROW, f"{narrower} does for what was called in {days} days: {shown}", narrower
        )
    return ScopeAdvice(scope, Recommendation.KEEP, f"needed for {shown}")


def _together(use: WatchedUse, scopes: tuple[ScopeAdvice, ...], called: Mapping[str, float], *, days: int) -> Advice:
    verdicts = {one.verdict for one in scopes}
    if verdicts & {Recommendation.REMOVE, Recommendation.NARROW}:
        less = sum(one.verdict in (Recommendation.REMOVE, Recommendation.NARROW) for one in scopes)
        why = f"used, and {less} of {len(scopes)} scopes allow more than was called in {days} days"
        return Advice(use.days, known=True, why=why, verdict=Recommendation.NARROW, scopes=scopes)
    if Recommendation.KEEP in verdicts:
        why = f"used in {days} days: {_shown(sorted(called), called)}"
        return Advice(use.days, known=True, why=why, verdict=Recommendation.KEEP, scopes=scopes)
    return Advice(use.days, known=False, why="no usage data: of none of its scopes", scopes=scopes)


def _shown(methods: Sequence[str], called: Mapping[str, float]) -> str:
    latest = sorted(methods, key=lambda one: (-called[one], one))
    parts = [f"{one or 'no name'} (last {_day(called[one])})" for one in latest[:_MOST_SHOWN]]
    more = len(methods) - _MOST_SHOWN
    return ", ".join(parts) + (f" and {more} more" if more > 0 else "")


def _day(at: float) -> str:
    return datetime.fromtimestamp(at, tz=UTC).strftime("%Y-%m-%d")
