"""What becomes of a grant that the clauses have judged, and how far it may be taken away without a person.

INVARIANT: nothing is due but by a clause in force, with the mode ``on``, for an app that is not protected, and below the
hour's ceiling. A fault of the engine denies at the door; here it must take nothing away, and asks a person.
"""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum
from typing import assert_never

import msgspec

from wardlaw.facts.decision import Decision, ReasonCode
from wardlaw.facts.effect import Effect
from wardlaw.facts.grantfacts import GrantFacts

HOUR_S = 3_600.0


class RevokingMode(StrEnum):
    """Whether a clause that denies a grant takes it away."""

    OFF = "off"
    SHADOW = "shadow"  # what would be taken away is recorded
    ON = "on"


class Fate(StrEnum):
    """What becomes of a grant."""

    STANDS = "stands"
    ASKED = "asked"  # held: somebody is asked why
    DENIED = "denied"  # a person must take it away; nothing is taken away by itself
    WOULD = "would-revoke"  # as above; with the mode on it would be due
    PROTECTED = "protected"  # denied, and the app is on the list of those that only people touch
    TRIPPED = "tripped"  # denied, and too many were due within the hour: people must look first
    DUE = "due"  # to be taken away by `wardlaw grants revoke --due`


class GrantRuling(msgspec.Struct, frozen=True):
    """What the clauses say of one grant.

    Attributes:
        id: Of the decision, ``gdc_…``.
        digest: Of what the clauses saw and of the clauses, SHA-256 in hexadecimal.
        clauses: Those it rests on, strongest first.
        message: The first clause's title.
        observed: Warn and shadow clauses that matched, as ``CLAUSE (mode, effect)``.
        policies: Digest of the policy set.
        at: Unix seconds.
    """

    directory: str
    grant: str
    app: str
    id: str
    digest: str
    effect: Effect
    fate: Fate
    policies: str
    at: float
    clauses: tuple[str, ...] = ()
    message: str = ""
    advice: str = ""
    observed: tuple[str, ...] = ()


class RevokingLimits(msgspec.Struct, frozen=True):
    """How far grants may be taken away by themselves.

    Attributes:
        protected: Client ids that only people touch.
        per_hour: At most so many within an hour; more trips the breaker.
    """

    mode: RevokingMode = RevokingMode.OFF
    protected: Collection[str] = ()
    per_hour: int = 10


class Breaker:
    """Counts what became due within the hour; once tripped, nothing more becomes due in this judging."""

    def __init__(self, limits: RevokingLimits, due_lately: int) -> None:
        self._limits = limits
        self._left = max(0, limits.per_hour - due_lately)

    def fate(self, effect: Effect, app: str) -> Fate:
        """What becomes of a grant to this app."""
        match effect:
            case Effect.ALLOW | Effect.OBLIGE:
                return Fate.STANDS
            case Effect.HOLD | Effect.TRANSFORM:
                return Fate.ASKED
            case Effect.DENY | Effect.CUT:
                return self._denied(app)
            case never:
                assert_never(never)

    def _denied(self, app: str) -> Fate:
        if self._limits.mode is RevokingMode.OFF:
            return Fate.DENIED
        if app in self._limits.protected:
            return Fate.PROTECTED
        if self._left <= 0:
            return Fate.TRIPPED
        self._left -= 1
        return Fate.DUE if self._limits.mode is RevokingMode.ON else Fate.WOULD


def ruling_of(facts: GrantFacts, decision: Decision, *, digest: str, at: float, breaker: Breaker) -> GrantRuling:
    """The ruling that a decision comes to."""
    first = decision.reasons[0] if decision.reasons else None
    is_ruled = all(reason.code is ReasonCode.CLAUSE for reason in decision.reasons)
    effect = decision.effect if is_ruled else Effect.HOLD
    return GrantRuling(
        directory=facts.directory,
        grant=facts.grant,
        app=facts.app,
        id=decision.request,
        digest=digest,
        effect=effect,
        fate=breaker.fate(effect, facts.app),
        policies=decision.policies,
        at=at,
        clauses=tuple(dict.fromkeys(reason.clause or reason.code.value for reason in decision.reasons)),
        message=first.message if first else "",
        advice=first.advice if first else "",
        observed=tuple(f"{hit.clause} ({hit.mode.value}, {hit.effect.value})" for hit in decision.hits),
    )
