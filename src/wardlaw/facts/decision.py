"""The verdict of the door and why."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from wardlaw.facts.effect import Effect, Mode


class ReasonCode(StrEnum):
    """Closed set of why; every deny has one."""

    CLAUSE = "clause"  # a clause's forbid matched
    UNREGISTERED = "unregistered"  # no permit named it
    QUARANTINED = "quarantined"
    ENGINE_FAULT = "engine_fault"  # a policy errored: an erroring forbid must never be skipped
    DETECTOR_FAULT = "detector_fault"  # a required detector failed or ran out of time
    MISSING_ATTRIBUTE = "missing_attribute"
    STATE_UNAVAILABLE = "state_unavailable"
    GATE = "gate"  # a system whose gate mode is enforce has no live verdict
    REWRITE_REFUSED = "rewrite_refused"  # the redacted request did not come out as allow


class ObligationKind(StrEnum):
    """What the shell must do to carry a decision out."""

    REDACT = "redact"  # classes: the data classes to mask
    CLOSE_CONNECTION = "close-connection"
    QUARANTINE = "quarantine"  # classes: the signals that allow it
    TAINT = "taint"  # classes: labels the session takes on
    DISCLOSE = "disclose"  # classes: what people are told with the first reply of a conversation
    MARK = "mark"  # the answer is marked, for machines, as made by an AI system


class Obligation(msgspec.Struct, frozen=True):
    """One duty of the shell; ``classes`` depends on the kind."""

    kind: ObligationKind
    classes: tuple[str, ...] = ()


class Reason(msgspec.Struct, frozen=True):
    """One reason. ``public`` is false for security reasons: callers get a code and the decision id only.

    Attributes:
        clause: Clause id, ``""`` for built-in reasons.
        policy: Policy ``@id`` that matched.
        effect: Effect this reason alone demands.
        message: Plain words, from the clause's title or the built-in table.
        advice: What to do instead.
        findings: Indices into the findings given to ``decide()`` that this reason rests on.
    """

    code: ReasonCode
    effect: Effect
    message: str
    clause: str = ""
    policy: str = ""
    advice: str = ""
    findings: tuple[int, ...] = ()
    public: bool = True


class Hit(msgspec.Struct, frozen=True):
    """A clause that matched and is no part of the verdict: it warns, it only watches, or it was lifted.

    Attributes:
        lifted_by: Id of the waiver or broken glass that took this request out of a clause in force; ``""`` for others.
    """

    clause: str
    policy: str
    mode: Mode
    effect: Effect
    lifted_by: str = ""


class Decision(msgspec.Struct, frozen=True):
    """The verdict for one action on one concrete resource.

    Attributes:
        request: Id of the request facts it decides (``dec_…``).
        effect: What is carried out.
        demanded: What the clauses demanded; differs from ``effect`` only in observe mode.
        reasons: Strongest first; empty only when the demanded effect is allow.
        hits: Warn and shadow clauses that matched, and clauses in force that were lifted.
        policies: SHA-256 of the policy set that decided, hex.
        glass: Broken glass it was made under, whether or not that lifted anything.
    """

    request: str
    effect: Effect
    demanded: Effect
    policies: str
    reasons: tuple[Reason, ...] = ()
    obligations: tuple[Obligation, ...] = ()
    hits: tuple[Hit, ...] = ()
    glass: tuple[str, ...] = ()
