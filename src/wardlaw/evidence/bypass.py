"""Which clauses stand bypassed now: a canary of theirs failed, and none has passed on that route since.

What a deployment gate asks before it lets traffic through. The answer is about canaries alone; exceptions, drift and the
rest are coverage's. A clause that was never tried is not bypassed: whoever needs it proven asks coverage.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

import msgspec

from wardlaw.evidence.hearing import canary_standings
from wardlaw.facts.canary import CanaryOutcome, CanaryRun


class Bypass(msgspec.Struct, frozen=True):
    """A clause that did not stop its canary on a route.

    Attributes:
        since: When it failed last, Unix seconds.
        decision: The decision that says so; ``""`` where there is none.
        incident: The incident about it; ``""`` where none was opened.
        detail: What happened, in plain words.
    """

    clause: str
    route: str
    since: float
    decision: str = ""
    incident: str = ""
    detail: str = ""

    @property
    def why(self) -> str:
        """One sentence for whoever is kept out by it."""
        return f"{self.clause} did not stop its canary on {self.route}: {self.detail}".rstrip(": ")


def bypassed(runs: Iterable[CanaryRun], clauses: Collection[str]) -> tuple[Bypass, ...]:
    """Those of the clauses that stand bypassed, by clause and route; empty when none does.

    Args:
        runs: The newest of each clause, route and outcome at least.
        clauses: Ids of the clauses that are asked about.
    """
    asked = frozenset(clauses)
    known = [run for run in runs if run.clause in asked]
    failures = {
        (run.clause, run.route): run
        for run in sorted(known, key=lambda run: (run.at, run.id))
        if run.outcome is CanaryOutcome.FAIL
    }
    found = []
    for clause, standings in canary_standings(known).items():
        for one in standings:
            # The same comparison as coverage makes: at one moment with a pass, the failure stands.
            if one.failed_at and one.failed_at >= one.passed_at:
                failed = failures[clause, one.route]
                found.append(Bypass(clause, one.route, one.failed_at, failed.decision, failed.incident, failed.detail))
    return tuple(sorted(found, key=lambda one: (one.clause, one.route)))
