"""What the API asks of the life of clauses: versions, and what people say of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import msgspec
from sqlalchemy.engine import Connection

from wardlaw.facts.clauselife import Backtest, ClauseVersion, LifeEvent, SignOff
from wardlaw.governance.differ import Change
from wardlaw.governance.moves import Author, Move
from wardlaw.governance.signing import Haste, Slot
from wardlaw.governance.standing import ClauseStanding


class PolicyStatus(msgspec.Struct, frozen=True, omit_defaults=True):
    """A policy set: its digest (SHA-256, hex), sequence number of its bundle, and how many clauses it holds.

    Attributes:
        life: Clauses have a life here (``policies.life``).
        moved: What went a step on with it, where clauses have a life.
        held: What stays as it was, and why.
    """

    digest: str
    version: int
    clauses: int
    published_at: float = 0.0
    life: bool = False
    moved: tuple[str, ...] = ()
    held: tuple[str, ...] = ()


class LifePlan(msgspec.Struct, frozen=True):
    """What a wish comes to: the moves, what would be published, what stays and why."""

    moves: tuple[Move, ...]
    prepared: PolicyStatus | None = None
    held: tuple[str, ...] = ()


class ClauseHistory(msgspec.Struct, frozen=True):
    """Everything that is known of a clause."""

    clause: str
    versions: tuple[ClauseVersion, ...]
    events: tuple[LifeEvent, ...]


class ClauseOrigin(msgspec.Struct, frozen=True):
    """Accounts and humans who wrote a version, and whether an approval is still wanted."""

    authors: tuple[str, ...]
    lacks_approval: bool


class ClauseLook(msgspec.Struct, frozen=True):
    """What somebody who signs must see.

    Attributes:
        text: The text as a file would have it.
        sentence: Read back from what would be enforced.
        changes: Against what is in force.
        needs: Whose approval is still wanted, in words.
    """

    version: ClauseVersion
    text: str
    sentence: str
    changes: tuple[Change, ...]
    needs: str


class LifeOverview(msgspec.Struct, frozen=True):
    """How every clause stands, and how carefully people sign."""

    is_on: bool
    clauses: tuple[ClauseStanding, ...]
    haste: tuple[Haste, ...]
    problem: str = ""


class BacktestPart(msgspec.Struct, frozen=True):
    """How far a backtest is: the next part begins at leaf ``next``; there is none at ``end``."""

    begin: int
    end: int
    next: int
    result: Backtest


class EmergencyLook(msgspec.Struct, frozen=True):
    """What an emergency would put in force now.

    Attributes:
        title: Of the clause, where it was made from a form.
        digest: Of the text on disk.
        text: That text, as a file would have it.
        sentence: What it does.
        changes: Against what is in force.
        refused: Why an emergency may not do this; empty where it may.
    """

    clause: str
    title: str
    digest: str
    text: str
    sentence: str
    changes: tuple[Change, ...]
    refused: str = ""


class LifeDesk(Protocol):
    """Versions of clauses, and what people say of them. Plans change nothing; ``keep`` does."""

    is_on: bool

    def origin(self, connection: Connection, clause: str, *, at: float) -> ClauseOrigin:
        """Who wrote the newest version, and whether it lacks an approval."""

    def overview(self, connection: Connection, *, at: float) -> LifeOverview:
        """How every clause stands."""

    def history(self, connection: Connection, clause: str) -> ClauseHistory:
        """Everything of one clause."""

    def waiting(self, connection: Connection, *, at: float) -> tuple[tuple[ClauseVersion, tuple[Slot, ...]], ...]:
        """Versions that wait for approvals, each with those it lacks."""

    def newest(self, connection: Connection) -> tuple[ClauseVersion, ...]:
        """The newest version of each clause."""

    def signed(self, connection: Connection) -> tuple[ClauseVersion, ...]:
        """Every version of which somebody has said something."""

    def look(self, connection: Connection, clause: str, *, by: str, at: float) -> ClauseLook:
        """The text that waits for approval; from here on the time of whoever looks is taken."""

    def review(self, connection: Connection, clause: str, author: Author, *, at: float) -> LifePlan:
        """Hand in the text on disk."""

    def retire(self, connection: Connection, clause: str, author: Author, *, at: float) -> LifePlan:
        """Ask that a clause ends."""

    def veil(self, connection: Connection, change: Callable[[str], str]) -> dict[str, int]:
        """Put other texts in the place of reasons people gave; answers how many rows changed, by table."""

    def sign(self, connection: Connection, clause: str, word: SignOff) -> LifePlan:
        """Approve or send back; the time it took and its end are filled in."""

    def publish(self, connection: Connection, *, at: float) -> LifePlan:
        """Everything approved into shadow, and the set that follows."""

    def enforce(self, connection: Connection, clause: str, *, at: float) -> LifePlan:
        """What is in shadow into force."""

    def foresee(self, connection: Connection, clause: str, author: Author, *, at: float) -> EmergencyLook:
        """What an emergency would do with the text on disk; nothing is kept."""

    def emergency(self, connection: Connection, clause: str, author: Author, *, at: float) -> LifePlan:
        """The text on disk into force at once."""

    def keep(self, connection: Connection, plan: LifePlan, *, by: str, at: float, reason: str, record: str) -> None:
        """Add the rows of a plan."""

    def backtest(self, connection: Connection, clause: str, asked: BacktestAsked, *, by: str) -> BacktestPart:
        """Judge one part of the log twice."""

    def tested(self, connection: Connection, clause: str, *, by: str) -> ClauseVersion:
        """The version whose backtest has come to its end, with it.

        Raises:
            WardlawError: It has not.
        """

    def keep_backtest(self, connection: Connection, version: ClauseVersion, *, id_: str) -> None:
        """Add what a backtest found."""


class BacktestAsked(msgspec.Struct, frozen=True):
    """Which part of the log: Unix milliseconds, leaves; 0 for both leaves asks for the first part."""

    since_ms: int
    until_ms: int
    begin: int = 0
    end: int = 0
