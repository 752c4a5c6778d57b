"""The state of each clause for each system, and what coverage is: proven of applicable, attested beside it.

Each state is said because something was found, in the order below; *proven* is said only when every check of a list
came out well, and what is left over is stale.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from enum import StrEnum
from functools import lru_cache

import msgspec

from wardlaw.evidence.attestation import Attestation, Says, standing
from wardlaw.evidence.observed import Applicability, Observed
from wardlaw.facts.effect import Mode

CANARY_LIFE_S = 24 * 3_600
"""How long a canary's pass speaks for a clause that acts on traffic, in seconds."""


class State(StrEnum):
    """How a clause stands for a system."""

    NOT_APPLICABLE = "not applicable"
    NOT_YET = "not yet"
    GAP = "gap"  # nothing enforces it
    SHADOW = "shadow"  # something looks and does not act
    BYPASSED = "bypassed"  # it can be got round, or was
    DRIFTED = "drifted"  # what runs is not what was agreed
    STALE = "stale"  # nothing shows that it works today
    ATTESTED = "attested"  # a person vouches for it
    PROVEN = "proven"  # tried out today, and nothing speaks against it


class Line(msgspec.Struct, frozen=True):
    """One clause for one system; ``why`` says what the state rests on."""

    clause: str
    system: str
    state: State
    why: str


class Coverage(msgspec.Struct, frozen=True):
    """All lines, and the three counts over them. Proven and attested are never added up."""

    applicable: int
    proven: int
    attested: int
    clauses: tuple[Line, ...]

    @property
    def percent(self) -> float:
        """Proven of applicable; 0 where nothing applies."""
        return 100.0 * self.proven / self.applicable if self.applicable else 0.0


def coverage(lines: Iterable[Line]) -> Coverage:
    """Count lines. What does not apply, or not yet, counts nowhere."""
    found = tuple(lines)
    counted = [one.state for one in found if one.state not in (State.NOT_APPLICABLE, State.NOT_YET)]
    return Coverage(len(counted), counted.count(State.PROVEN), counted.count(State.ATTESTED), found)


def clause_line(observed: Observed, *, now: float, day: date) -> Line:
    """The state of a clause for a system.

    Args:
        now: Unix seconds; how old evidence is counts from here.
        day: The day on which the law is asked.
    """
    state, why = _state(observed, now, day)
    return Line(observed.clause, observed.system, state, why)


@lru_cache(maxsize=4_096)
def when(seconds: float) -> str:
    """A time as it stands in a reason, UTC."""
    return datetime.fromtimestamp(seconds, tz=UTC).strftime("%Y-%m-%d %H:%MZ")


def by_time(
    applicability: Applicability, attestations: tuple[Attestation, ...], *, now: float, day: date
) -> tuple[State, str] | None:
    """Not applicable, not yet, or None when it asks something today."""
    excused = standing(attestations, Says.NOT_APPLICABLE, now=now) if attestations else None
    if excused is not None:
        return State.NOT_APPLICABLE, f"{excused.text} (says {excused.attested_by}, until {when(excused.until)})"
    if not applicability.applies and applicability.reason and applicability.said_by:
        return State.NOT_APPLICABLE, f"{applicability.reason} (says {applicability.said_by})"
    if applicability.applies and applicability.since is not None and applicability.since > day:
        sure = f", a date known from {applicability.certainty} sources" if applicability.certainty else ""
        return State.NOT_YET, f"from {applicability.since}{sure}. {applicability.reason}".strip()
    return None


def _state(one: Observed, now: float, day: date) -> tuple[State, str]:
    early = by_time(one.applicability, one.attestations, now=now, day=day)
    if early is not None:
        return early
    found = _gap(one) or _shadow(one) or _bypassed(one) or _drifted(one, now)
    if found is None:
        open_checks = _open_checks(one, now)
        if not open_checks:
            return State.PROVEN, _proof(one)
        found = State.STALE, "; ".join(open_checks)
    vouched = standing(one.attestations, Says.MET, now=now) if one.attestations else None
    # A person may speak for what no machine can show, never against what one has shown.
    if vouched is not None and not one.reopened and found[0] in (State.GAP, State.STALE):
        return State.ATTESTED, f"{vouched.text} (says {vouched.attested_by}, until {when(vouched.until)}); {found[1]}"
    return found


def _gap(one: Observed) -> tuple[State, str] | None:
    if not one.applicability.applies:
        return State.GAP, "it is said not to apply, and nobody says why"
    if one.mode is None:
        return State.GAP, "it is not in the published set of clauses"
    if one.is_dead:
        return State.GAP, "its condition can never be true"
    if one.missing:
        return State.GAP, f"nothing produces what it asks for: {', '.join(one.missing)}"
    return None


def _shadow(one: Observed) -> tuple[State, str] | None:
    if one.mode is not Mode.ENFORCE:
        return State.SHADOW, f"its mode is {one.mode.value if one.mode else 'none'}: it is recorded and stops nothing"
    if one.counts.only_observed and one.counts.only_observed == one.counts.seen:
        return State.SHADOW, "all its traffic is on routes that only observe"
    return None


def _bypassed(one: Observed) -> tuple[State, str] | None:
    for canary in one.canaries:
        if canary.failed_at and canary.failed_at >= canary.passed_at:
            detail = f": {canary.detail}" if canary.detail else ""
            return State.BYPASSED, f"its canary on {canary.route} failed at {when(canary.failed_at)}{detail}"
    if one.waivers:
        return State.BYPASSED, f"an exception is in force: {', '.join(one.waivers)}"
    if one.break_glass_minutes > 0:
        return State.BYPASSED, f"it could be passed by in an emergency for {one.break_glass_minutes:.0f} minutes"
    if one.counts.only_observed:
        return State.BYPASSED, f"{one.counts.only_observed} of {one.counts.seen} decisions were only observed"
    return None


def _drifted(one: Observed, now: float) -> tuple[State, str] | None:
    approved = one.approved
    if approved.drift:
        return State.DRIFTED, approved.drift
    if approved.digest and approved.digest != one.running_digest:
        return State.DRIFTED, "the text that runs is not the one that was approved"
    if approved.digest and approved.ends_at and approved.ends_at <= now:
        return State.DRIFTED, f"its approval ended at {when(approved.ends_at)}"
    if one.counts.stray_at:
        at = when(one.counts.stray_at)
        return State.DRIFTED, f"a decision was made under another set at {at}, after this one was published"
    if one.counts.uninspected:
        part = f"{one.counts.uninspected} of {one.counts.seen}"
        return State.DRIFTED, f"{part} decisions had content that nobody could read"
    return None


def _open_checks(one: Observed, now: float) -> list[str]:
    """What is still missing for a proof; a proof is when nothing is."""
    missing = []
    if one.reopened:
        missing.append(f"the law it refers to changed and nobody has looked at it again: {one.reopened}")
    if not one.running_digest or one.approved.digest != one.running_digest:
        missing.append("nobody has signed off the text that runs")
    if not one.canaries:
        missing.append("no canary has tried it out")
    for canary in one.canaries:
        if not canary.passed_at:
            missing.append(f"its canary on {canary.route} never passed{f': {canary.detail}' if canary.detail else ''}")
        elif not 0 <= now - canary.passed_at <= CANARY_LIFE_S:
            missing.append(f"its canary on {canary.route} last passed at {when(canary.passed_at)}")
    if one.overlapped_by:
        missing.append(f"{one.overlapped_by} stops everything that it stops")
    return missing


def _proof(one: Observed) -> str:
    newest = one.canaries[0]
    if len(one.canaries) > 1:
        newest = max(one.canaries, key=lambda canary: canary.passed_at)
    routes = ", ".join(sorted(canary.route for canary in one.canaries))
    traffic = f"; {one.counts.evaluated} decisions passed through it, {one.counts.fired} were stopped or marked"
    return f"its canary passed on {routes}, last at {when(newest.passed_at)} ({newest.record}){traffic}"
