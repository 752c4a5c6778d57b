"""What one version of a clause would have done to logged traffic: the set that runs, without it and with it enforced."""

from __future__ import annotations

import msgspec

from wardlaw.decision.decide import decide
from wardlaw.decision.policyset import PolicySet
from wardlaw.decision.replay import goes_through
from wardlaw.facts.clauselife import Backtest, TeamEffect
from wardlaw.facts.principal import Principal
from wardlaw.facts.record import Inputs


class Span(msgspec.Struct, frozen=True):
    """Which decisions: Unix milliseconds, half-open."""

    since_ms: int
    until_ms: int


class _Team:
    def __init__(self) -> None:
        self.stopped = self.allowed = 0
        self.stopped_people: set[str] = set()
        self.allowed_people: set[str] = set()

    def effect(self) -> TeamEffect:
        return TeamEffect(self.stopped, len(self.stopped_people), self.allowed, len(self.allowed_people))


class Backtesting:
    """Adds up what was judged twice.

    Args:
        digest: Of the version.
        before: The set that runs.
        after: The same with the version enforced in place of the one that is.
    """

    def __init__(self, digest: str, span: Span, *, before: PolicySet, after: PolicySet) -> None:
        self.digest = digest
        self.span = span
        self._before = before
        self._after = after
        self._judged = self._erased = self._unread = 0
        self._teams: dict[str, _Team] = {}

    def judge(self, inputs: Inputs) -> None:
        """Judge one decision by both sets; what clauses demand counts, so that observe mode hides nothing."""
        self._judged += 1
        was, would = (
            goes_through(decide(inputs.request, inputs.findings, policies, inputs.state).demanded)
            for policies in (self._before, self._after)
        )
        if was is would:
            return
        principal = inputs.request.principal
        team = self._teams.setdefault(principal.team, _Team())
        if was:
            team.stopped += 1
            team.stopped_people.add(_person(principal))
        else:
            team.allowed += 1
            team.allowed_people.add(_person(principal))

    def erased(self) -> None:
        """Count a decision whose inputs are gone."""
        self._erased += 1

    def unread(self) -> None:
        """Count a record that cannot be read."""
        self._unread += 1

    def result(self, *, by: str, at: float) -> Backtest:
        """What came of it; people are counted and not named."""
        teams = {name: team.effect() for name, team in sorted(self._teams.items())}
        return Backtest(
            digest=self.digest,
            since_ms=self.span.since_ms,
            until_ms=self.span.until_ms,
            at=at,
            by=by,
            judged=self._judged,
            erased=self._erased,
            unread=self._unread,
            teams=teams,
        )


def _person(principal: Principal) -> str:
    return principal.acting_for or principal.id
