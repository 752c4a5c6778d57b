"""What was observed of one clause for one system: everything its state rests on, and nothing else.

What is not known is left at its default, and no default speaks for a clause: none of them can make it proven.
"""

from __future__ import annotations

from datetime import date

import msgspec

from wardlaw.evidence.attestation import Attestation
from wardlaw.facts.effect import Mode


class CanaryStanding(msgspec.Struct, frozen=True):
    """How a clause's canary stands on one route; times in Unix seconds, 0 for never.

    Attributes:
        record: Decision by which the newest run is known.
        detail: What happened, or why it cannot be run.
    """

    route: str
    passed_at: float = 0.0
    failed_at: float = 0.0
    record: str = ""
    detail: str = ""


class Approved(msgspec.Struct, frozen=True):
    """The text of a clause that people have signed off.

    Attributes:
        digest: Of the text, as ``clause_digest`` makes it; ``""`` when there is none.
        by: Who signed.
        ends_at: When the last needed sign-off ends, Unix seconds; 0 for never.
        drift: Why files, history and what is published do not agree; empty when they do.
    """

    digest: str = ""
    by: tuple[str, ...] = ()
    ends_at: float = 0.0
    drift: str = ""


class Counts(msgspec.Struct, frozen=True):
    """What the log says of a clause's traffic in the window.

    Attributes:
        seen: Decisions in its scope.
        evaluated: Those made under the text that is in force now.
        stray_at: When one was last made under another policy set although this one was published; 0 for never.
        fired: How often it matched.
        last_fired_at: Unix seconds; 0 for never.
        last_fired: Id of that decision.
        only_observed: Decisions in its scope on a route that carries nothing out.
        uninspected: Those with content nobody could read, where the clause depends on content.
    """

    seen: int = 0
    evaluated: int = 0
    stray_at: float = 0.0
    fired: int = 0
    last_fired_at: float = 0.0
    last_fired: str = ""
    only_observed: int = 0
    uninspected: int = 0


NOTHING_COUNTED = Counts()
NOT_APPROVED = Approved()


class Applicability(msgspec.Struct, frozen=True):
    """Whether something asks anything of a system, from when, and who said so.

    Attributes:
        applies: It binds the system, today or later.
        since: The day from which; None for always.
        reason: Why it does not apply, or why from that day.
        said_by: On whose word that rests; without one nothing is taken for not applicable.
        certainty: How the day is known; ``""`` without one.
    """

    applies: bool
    since: date | None = None
    reason: str = ""
    said_by: str = ""
    certainty: str = ""


APPLIES = Applicability(applies=True)


class Observed(msgspec.Struct, frozen=True):
    """One clause for one system.

    Attributes:
        mode: Its mode in the published set; None when it is not in it.
        running_digest: Of its text in that set.
        waivers: Ids of exceptions that are in force.
        break_glass_minutes: For how long in the window it could be passed by in an emergency.
        missing: Attributes it asks for that nothing produces.
        overlapped_by: A clause that stops everything it stops.
        is_dead: Its condition can never be true.
        reopened: What changed in the law it refers to, while nobody has looked at it again.
    """

    clause: str
    system: str
    applicability: Applicability = APPLIES
    mode: Mode | None = None
    running_digest: str = ""
    approved: Approved = NOT_APPROVED
    counts: Counts = NOTHING_COUNTED
    canaries: tuple[CanaryStanding, ...] = ()
    waivers: tuple[str, ...] = ()
    break_glass_minutes: float = 0.0
    missing: tuple[str, ...] = ()
    overlapped_by: str = ""
    is_dead: bool = False
    reopened: str = ""
    attestations: tuple[Attestation, ...] = ()
