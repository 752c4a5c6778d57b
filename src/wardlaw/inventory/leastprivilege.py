"""What a grant could do without: said only where its use was watched for long enough."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from wardlaw.inventory.granting import DAY_S
from wardlaw.inventory.model import FeedKind, Grant, RunState, SyncRun

LEAST_DAYS = 30
"""Shorter than a month says nothing of what is done once a month."""


class Advice(msgspec.Struct, frozen=True):
    """What should become of a grant's scopes.

    Attributes:
        covered_days: For how long a log of use was read without a break, up to now.
        known: Whether anything can be said; where not, ``why`` is all there is.
    """

    covered_days: int
    known: bool
    why: str


def advise(grant: Grant, directory: str, runs: Sequence[SyncRun], *, at: float) -> Advice:
    """What a log of use says of a grant.

    Args:
        at: Unix seconds.
    """
    days = covered_days(directory, runs, at=at)
    if not grant.usage_known or days < LEAST_DAYS:
        return Advice(days, known=False, why=f"no usage data: {days} days of use were read, {LEAST_DAYS} are needed")
    if grant.last_used_at < at - days * DAY_S:
        return Advice(days, known=True, why=f"not used in {days} days: revoke it")
    return Advice(
        days, known=True, why="used; the log counts the grant's use and not that of each scope, so all of them stay"
    )


def covered_days(directory: str, runs: Sequence[SyncRun], *, at: float) -> int:
    """Days up to now of which a log was read whole: from the first complete run to what the last one covers."""
    whole = [
        run
        for run in runs
        if run.directory == directory
        and run.kind is FeedKind.EVENTS
        and run.state is RunState.COMPLETE
        and run.covered_until
    ]
    if not whole:
        return 0
    begin = min(run.started_at for run in whole)
    end = min(at, max(run.covered_until for run in whole))
    return max(0, int((end - begin) // DAY_S))
