"""Judging anew: the recorded inputs of a decision put before another set of policies, and what that adds up to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum

import msgspec

from wardlaw.decision.decide import decide
from wardlaw.decision.policyset import PolicySet
from wardlaw.facts.decision import Decision
from wardlaw.facts.effect import Effect, RouteMode
from wardlaw.facts.principal import PrincipalKind
from wardlaw.facts.record import Inputs
from wardlaw.facts.resource import ResourceKind

MOST_NAMED = 1000
"""So many records that cannot be read are named; all are counted."""

DIMENSIONS = ("clause", "person", "agent", "tool", "model", "team")
"""What changes are counted by. ``agent`` is whoever asks and is no person."""


class Difference(StrEnum):
    """What other policies would make of a decision."""

    SAME = "same"
    STOPPED = "stopped"  # it went through (allow, transform) and would not
    ALLOWED = "allowed"  # it did not go through (hold, deny, cut) and would
    CHANGED = "changed"  # it goes through, or does not, as before, but with another effect


class Rejudged(msgspec.Struct, frozen=True):
    """One decision and what other policies say on the same facts.

    Attributes:
        decision: What the other policies say.
        grounds: Ids of the clauses that make the difference, or codes of built-in reasons.
        noted: Warn and shadow clauses that would note it and did not.
    """

    inputs: Inputs
    decision: Decision
    difference: Difference
    grounds: tuple[str, ...] = ()
    noted: tuple[str, ...] = ()


class Tally(msgspec.Struct, frozen=True):
    """How many decisions would come out otherwise."""

    stopped: int = 0
    allowed: int = 0
    changed: int = 0

    @property
    def total(self) -> int:
        """All of them."""
        return self.stopped + self.allowed + self.changed

    def plus(self, other: Tally) -> Tally:
        """Both together."""
        return Tally(self.stopped + other.stopped, self.allowed + other.allowed, self.changed + other.changed)


class ReplayExample(msgspec.Struct, frozen=True):
    """One decision that would come out otherwise.

    Attributes:
        at_ms: Unix milliseconds.
        who: Who asked, under the name the reader may see.
        why: One sentence for each ground.
    """

    decision: str
    at_ms: int
    difference: Difference
    before: Effect
    after: Effect
    who: str
    action: str
    resource: str
    grounds: tuple[str, ...]
    why: tuple[str, ...]


class UnreadRecord(msgspec.Struct, frozen=True):
    """A record that could not be read, and why."""

    decision: str
    leaf_index: int
    why: str


class ReplayReport(msgspec.Struct, frozen=True):
    """What a set of policies would have made of a part of the log.

    Attributes:
        judged: Decisions judged anew.
        total: How many of them would come out otherwise.
        observed: Of those judged, made in observe mode: what was demanded counts, not what went through.
        erased: Decisions whose inputs are gone: erased, or past their time.
        unread: How many records could not be read; ``unreadable`` names the first.
        effects: Number by ``before>after``.
        by: Dimension, then name, then how many.
        noted: Newly matching warn and shadow clauses, and how often.
        unknown: Attributes that did not exist when records were written, and in how many.
    """

    judged: int = 0
    total: Tally = Tally()
    observed: int = 0
    erased: int = 0
    unread: int = 0
    unreadable: tuple[UnreadRecord, ...] = ()
    effects: dict[str, int] = {}
    by: dict[str, dict[str, Tally]] = {}
    noted: dict[str, int] = {}
    unknown: dict[str, int] = {}
    examples: tuple[ReplayExample, ...] = ()


def rejudge(inputs: Inputs, policies: PolicySet) -> Rejudged:
    """Put the recorded inputs before other policies.

    What clauses demanded is compared, so that traffic in observe mode counts as if it had been in force.
    """
    before = inputs.decision
    after = decide(inputs.request, inputs.findings, policies, inputs.state)
    noted: tuple[str, ...] = ()
    if after.hits:
        known = {hit.clause for hit in before.hits}
        noted = tuple(sorted({hit.clause for hit in after.hits} - known))
    if after.demanded is before.demanded:
        return Rejudged(inputs, after, Difference.SAME, noted=noted)
    return Rejudged(inputs, after, _difference(before.demanded, after.demanded), _grounds(before, after), noted)


def goes_through(effect: Effect) -> bool:
    """The caller gets on with it, masked or not."""
    return effect.strength < Effect.HOLD.strength


def _difference(before: Effect, after: Effect) -> Difference:
    if goes_through(before) is goes_through(after):
        return Difference.CHANGED
    return Difference.STOPPED if goes_through(before) else Difference.ALLOWED


def _grounds(before: Decision, after: Decision) -> tuple[str, ...]:
    """What demanded the stronger of the two effects."""
    stronger = after if after.demanded.strength > before.demanded.strength else before
    return tuple(
        dict.fromkeys(
            reason.clause or reason.code.value for reason in stronger.reasons if reason.effect is stronger.demanded
        )
    )


class Replaying:
    """Adds up what was judged anew.

    Args:
        examples: Kept per kind of difference and ground.
    """

    def __init__(self, *, examples: int) -> None:
        self._most = examples
        self._judged = self._observed = self._erased = self._unread = 0
        self._unreadable: list[UnreadRecord] = []
        self._total = Tally()
        self._effects: dict[str, int] = {}
        self._by: dict[str, dict[str, Tally]] = {name: {} for name in DIMENSIONS}
        self._noted: dict[str, int] = {}
        self._unknown: dict[str, int] = {}
        self._examples: list[ReplayExample] = []
        self._shown: dict[tuple[str, str], int] = {}

    def judged(self, one: Rejudged, *, person: str, unknown: Iterable[str] = ()) -> None:
        """Count one decision.

        Args:
            person: The name under which the reader sees the person concerned; ``""`` when it concerns none.
            unknown: Attributes that did not exist when it was made.
        """
        request = one.inputs.request
        self._judged += 1
        if request.route_mode is RouteMode.OBSERVE:
            self._observed += 1
        for name in one.noted:
            _count(self._noted, name)
        for name in unknown:
            _count(self._unknown, name)
        if one.difference is Difference.SAME:
            return
        step = _STEPS[one.difference]
        self._total = self._total.plus(step)
        _count(self._effects, f"{one.inputs.decision.demanded.value}>{one.decision.demanded.value}")
        for ground in one.grounds:
            self._add("clause", ground, step)
        self._add("person", person, step)
        if request.principal.kind is not PrincipalKind.USER:
            self._add("agent", request.principal.id, step)
        kind = "tool" if request.resource.kind is ResourceKind.TOOL else "model"
        self._add(kind, request.resource.id.partition(":")[2], step)
        self._add("team", request.principal.team, step)

    def wants_example(self, one: Rejudged) -> bool:
        """Whether an example of this kind still has room; reasons are put into words for those alone."""
        if one.difference is Difference.SAME:
            return False
        return any(self._shown.get((one.difference.value, ground), 0) < self._most for ground in one.grounds)

    def example(self, shown: ReplayExample) -> None:
        """Keep an example."""
        self._examples.append(shown)
        for ground in shown.grounds:
            key = (shown.difference.value, ground)
            self._shown[key] = self._shown.get(key, 0) + 1

    def erased(self) -> None:
        """Count a decision whose inputs are gone."""
        self._erased += 1

    def unreadable(self, record: UnreadRecord) -> None:
        """Count a record that cannot be read, and name it."""
        self._unread += 1
        if len(self._unreadable) < MOST_NAMED:
            self._unreadable.append(record)

    def add(self, report: ReplayReport) -> None:
        """Add what was found in another part of the log."""
        self._judged += report.judged
        self._observed += report.observed
        self._erased += report.erased
        self._unread += report.unread
        self._unreadable += report.unreadable[: MOST_NAMED - len(self._unreadable)]
        self._total = self._total.plus(report.total)
        for mine, theirs in (
            (self._effects, report.effects),
            (self._noted, report.noted),
            (self._unknown, report.unknown),
        ):
            for name, number in theirs.items():
                _count(mine, name, number)
        for dimension, tallies in report.by.items():
            for name, tally in tallies.items():
                self._add(dimension, name, tally)
        for shown in report.examples:
            if any(self._shown.get((shown.difference.value, ground), 0) < self._most for ground in shown.grounds):
                self.example(shown)

    def report(self) -> ReplayReport:
        """What was found so far."""
        return ReplayReport(
            judged=self._judged,
            total=self._total,
            observed=self._observed,
            erased=self._erased,
            unread=self._unread,
            unreadable=tuple(self._unreadable),
            effects=dict(self._effects),
            by={dimension: dict(tallies) for dimension, tallies in self._by.items()},
            noted=dict(self._noted),
            unknown=dict(self._unknown),
            examples=tuple(self._examples),
        )

    def _add(self, dimension: str, name: str, step: Tally) -> None:
        if name:
            tallies = self._by.setdefault(dimension, {})
            tallies[name] = tallies.get(name, _NOTHING).plus(step)


_NOTHING = Tally()
_STEPS: Mapping[Difference, Tally] = {
    Difference.STOPPED: Tally(stopped=1),
    Difference.ALLOWED: Tally(allowed=1),
    Difference.CHANGED: Tally(changed=1),
}


def _count(counts: dict[str, int], name: str, number: int = 1) -> None:
    counts[name] = counts.get(name, 0) + number
