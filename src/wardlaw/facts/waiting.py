"""What waits for somebody's word, what becomes of it when nobody gives it, and what was said lately."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

import msgspec

from wardlaw.facts.person import Role


class WaitingKind(StrEnum):
    """What waits."""

    CALL = "call"  # a held call
    CLAUSE = "clause"  # a version of a clause, for approval
    PUBLISH = "publish"  # an approved version, for publishing
    WAIVER = "waiver"
    INTAKE = "intake"  # somebody asks for an AI system
    TOOL = "tool"  # a server offers a tool that nobody has vouched for
    GATE = "gate"  # a run of a gate
    THRESHOLDS = "thresholds"  # a gate nobody has signed
    CLASSIFICATION = "classification"  # of a system, that does not speak for it
    ATTESTATION = "attestation"  # one that ends soon, or what a change of the law has reopened
    APPEAL = "appeal"
    GRANT = "grant"  # grants of an app that a clause holds
    RENEWAL = "renewal"  # an approval of grants that ends soon
    REVOCATION = "revocation"  # a plan
    GLASS = "glass"  # broken glass nobody else has looked at
    DETECTORS = "detectors"  # a wish to let detectors see less
    ERASURE = "erasure"
    PRUNING = "pruning"
    HOLD = "hold"  # a wish to lift a legal hold
    DRAFT = "draft"  # begun, and not continued


class Unanswered(StrEnum):
    """What becomes of it when nobody says anything."""

    REFUSED = "refused"  # it does not happen, and is asked anew
    SHUT = "shut"  # it waits; until then it is not let through, not in force, not open
    LAPSES = "lapses"  # what was agreed to ends
    OPEN = "open"  # it stays as it is now, and goes on meanwhile
    LATE = "late"  # everybody whom channels reach is told that it is late


UNANSWERED: Mapping[WaitingKind, Unanswered] = {
    WaitingKind.CALL: Unanswered.REFUSED,
    WaitingKind.CLAUSE: Unanswered.SHUT,
    WaitingKind.PUBLISH: Unanswered.SHUT,
    WaitingKind.WAIVER: Unanswered.REFUSED,
    WaitingKind.INTAKE: Unanswered.SHUT,
    WaitingKind.TOOL: Unanswered.SHUT,
    WaitingKind.GATE: Unanswered.SHUT,
    WaitingKind.THRESHOLDS: Unanswered.SHUT,
    WaitingKind.CLASSIFICATION: Unanswered.OPEN,
    WaitingKind.ATTESTATION: Unanswered.LAPSES,
    WaitingKind.APPEAL: Unanswered.OPEN,
    WaitingKind.GRANT: Unanswered.OPEN,
    WaitingKind.RENEWAL: Unanswered.LAPSES,
    WaitingKind.REVOCATION: Unanswered.REFUSED,
    WaitingKind.GLASS: Unanswered.LATE,
    WaitingKind.DETECTORS: Unanswered.REFUSED,
    WaitingKind.ERASURE: Unanswered.REFUSED,
    WaitingKind.PRUNING: Unanswered.REFUSED,
    WaitingKind.HOLD: Unanswered.OPEN,
    WaitingKind.DRAFT: Unanswered.OPEN,
}


class WaitingItem(msgspec.Struct, frozen=True):
    """One thing that waits.

    Attributes:
        id: Of what is answered: an approval, a clause, a waiver, a request, a run, broken glass.
        what: In words.
        why: Why it waits for somebody; empty where that needs no words, or is not for whoever reads.
        where: Where it comes from: a caller, a system, a server, a directory.
        asked_by: Who asked for it, or answers for it; empty where nobody did.
        asked_at, until: Unix seconds; ``until`` 0 where it does not run out.
        roles: Of which somebody may answer.
        unanswered: What becomes of it when nobody does.
        asked_by_me: Whoever calls has asked for it.
    """

    kind: WaitingKind
    id: str
    what: str
    why: str
    where: str
    asked_by: str
    asked_at: float
    until: float
    roles: tuple[Role, ...] = ()
    unanswered: Unanswered = Unanswered.OPEN
    asked_by_me: bool = False


class AnsweredItem(msgspec.Struct, frozen=True):
    """One thing that was answered, by whoever calls or because whoever calls had asked.

    Attributes:
        id, what: As of what waited.
        approves: Yes or no.
        reason: What was said with it.
        at: Unix seconds.
        by: Who answered.
        asked_by: Who had asked; empty where nobody did.
        by_me: Whoever calls has answered; otherwise they had asked.
    """

    kind: WaitingKind
    id: str
    what: str
    approves: bool
    reason: str
    at: float
    by: str
    asked_by: str
    by_me: bool
