"""The life of a clause: versions of its text, who signed them, what happened to them, what a backtest said."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from wardlaw.facts.clause import Risk


class LifeState(StrEnum):
    """Where a version stands."""

    DRAFT = "draft"  # handed in once and sent back
    IN_REVIEW = "in review"
    APPROVED = "approved"
    SHADOW = "shadow"  # recorded on live traffic, changes nothing
    ENFORCE = "enforce"
    RETIRED = "retired"  # replaced by a later version, or taken out


class LifeStep(StrEnum):
    """What can happen to a version."""

    ADOPT = "adopt"  # it was in force when the life of clauses was switched on
    REVIEW = "review"
    APPROVE = "approve"
    REJECT = "reject"
    SHADOW = "shadow"
    ENFORCE = "enforce"
    EMERGENCY = "emergency"  # in force at once, reviewed after
    REPLACE = "replace"  # a later version took its place


class TextKind(StrEnum):
    """What a version's text is."""

    FORM = "form"  # a structured clause
    CEDAR = "cedar"  # a clause written by hand
    PERMITS = "permits"  # every base permit written by hand, together
    RETIREMENT = "retirement"  # the wish that the clause ends


class ClauseText(msgspec.Struct, frozen=True):
    """What is approved: the canonical text of one clause.

    Attributes:
        text: Canonical JSON; the same clause gives the same bytes, whatever its file looks like.
        digest: SHA-256 (hex) of kind, clause and text. An approval holds for this alone.
    """

    clause: str
    kind: TextKind
    risk: Risk
    text: str
    digest: str


class SignOff(msgspec.Struct, frozen=True):
    """What one person said of one digest; never changed, never removed.

    Attributes:
        roles: Those of the person's roles that may approve, as they were then.
        human: The human behind the account, as it was known then.
        seconds: From first looking at the text to the answer; 0 when the person never looked.
        at, expires_at: Unix seconds.
    """

    id: str
    digest: str
    person: str
    human: str
    roles: tuple[str, ...]
    approves: bool
    reason: str
    seconds: float
    at: float
    expires_at: float


class LifeEvent(msgspec.Struct, frozen=True):
    """One step of one version; never changed, never removed.

    Attributes:
        number: 1, 2, 3 … in the history of the clause.
        by: The person; ``wardlaw`` for what follows from another step.
        record: Id of the control record that tells of it.
        until: By when it must have been reviewed, Unix seconds; 0 where nothing waits.
    """

    clause: str
    number: int
    version: int
    step: LifeStep
    state: LifeState
    by: str
    at: float
    reason: str = ""
    record: str = ""
    until: float = 0.0


class TeamEffect(msgspec.Struct, frozen=True):
    """What a version would have done to one team: decisions and distinct people."""

    stopped: int = 0
    stopped_people: int = 0
    allowed: int = 0
    allowed_people: int = 0


class Backtest(msgspec.Struct, frozen=True):
    """What a version would have made of logged traffic, beside what was in force.

    Attributes:
        since_ms, until_ms: Which decisions, Unix milliseconds, half-open.
        judged: How many were judged.
        erased: How many could not be: their inputs are gone.
        unread: How many could not be read.
        teams: By team; ``""`` for callers without one.
    """

    digest: str
    since_ms: int
    until_ms: int
    at: float
    by: str
    judged: int
    erased: int
    unread: int
    teams: dict[str, TeamEffect]

    @property
    def total(self) -> TeamEffect:
        """All teams together; somebody of two teams counts in both."""
        parts = self.teams.values()
        return TeamEffect(
            sum(one.stopped for one in parts),
            sum(one.stopped_people for one in parts),
            sum(one.allowed for one in parts),
            sum(one.allowed_people for one in parts),
        )


class ClauseVersion(msgspec.Struct, frozen=True):
    """One version with everything that is known of it.

    Attributes:
        version: 1, 2, 3 … of its clause.
        author: Account of whoever handed it in; ``wardlaw`` for what was adopted.
        author_human: The human behind it.
        state: After the last event.
        state_at: When that was, Unix seconds.
        review_until: By when another person must have reviewed an emergency, Unix seconds; 0 where none waits.
        is_intact: Every row it was read from bears the mark of this installation.
    """

    content: ClauseText
    version: int
    author: str
    author_human: str
    at: float
    state: LifeState
    state_at: float
    sign_offs: tuple[SignOff, ...] = ()
    backtest: Backtest | None = None
    review_until: float = 0.0
    is_intact: bool = True

    @property
    def clause(self) -> str:
        """Id of the clause."""
        return self.content.clause

    @property
    def digest(self) -> str:
        """What approvals hold for."""
        return self.content.digest
