"""What the API needs from the rest of the house, as narrow promises."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, Protocol

import msgspec
from sqlalchemy.engine import Connection, Engine

from wardlaw.audit.note import VerifierKey
from wardlaw.decision.policyset import PolicySet
from wardlaw.decision.replay import ReplayReport
from wardlaw.evidence.canary import Canary
from wardlaw.evidence.coverage import Line
from wardlaw.evidence.report import Period, Report
from wardlaw.evidence.running import RunningClause
from wardlaw.evidence.survey import Survey
from wardlaw.evidence.tally import Unclaimed
from wardlaw.facts.approval import HeldDetail
from wardlaw.facts.clauselife import Backtest, ClauseVersion, LifeEvent, SignOff
from wardlaw.facts.credential import RegisteredSecret
from wardlaw.facts.habit import Habit
from wardlaw.facts.record import Content
from wardlaw.governance.differ import Change
from wardlaw.governance.frameworks.control import Control
from wardlaw.governance.frameworks.framework import Framework
from wardlaw.governance.moves import Author, Move
from wardlaw.governance.operations import Service
from wardlaw.governance.rights import RoleBook
from wardlaw.governance.signing import Haste
from wardlaw.governance.standing import ClauseStanding
from wardlaw.inventory.asking import AskedPersons
from wardlaw.inventory.granted import GrantMoment
from wardlaw.inventory.rules import Weight
from wardlaw.inventory.ruling import RevokingLimits
from wardlaw.inventory.watching.surroundings import AppFacts
from wardlaw.register.questionnaire import Questionnaire
from wardlaw.store.approvals import SealedDetail
from wardlaw.store.detectingbook import DetectingBook
from wardlaw.store.endings import EndingsFile
from wardlaw.store.keeping import KeptClass
from wardlaw.store.lawpacks import AppliedLaw
from wardlaw.store.prunings import PruningBook
from wardlaw.store.records import RecordRow, StoredPart
from wardlaw.store.signalkey import Sign, unsigned
from wardlaw.store.signalsout import SignalPlan

Fact = str | int


class Recorder(Protocol):
    """Appends to the log."""

    async def record(self, kind: str, actor: str, operation: str, facts: Mapping[str, Fact]) -> str:
        """Append one record and answer its id once it is durable.

        ``actor`` and ``facts`` may name persons: they belong into a sealed part, not into the envelope.
        The database's write lock is held meanwhile: an implementation must not write to the database
        before it answers (it appends to the spool).

        Raises:
            WardlawError: The record is not durable; the change is then rolled back.
        """


class Glance(msgspec.Struct, frozen=True):
    """Who a decision was about, by id, and what it was to be done to; empty when its inputs were erased."""

    principal: str = ""
    resource: str = ""


class Explainer(Protocol):
    """Says why a decision came out as it did."""

    def glance(self, row: RecordRow, parts: tuple[StoredPart, ...]) -> Glance:
        """Who and what a decision's record is about."""

    def explain(self, row: RecordRow, parts: tuple[StoredPart, ...]) -> Mapping[str, Any]:
        """JSON-ready explanation of a decision's record; empty when its inputs were erased."""


class ContentReader(Protocol):
    """Opens the sealed texts of a record."""

    def read(self, row: RecordRow, parts: tuple[StoredPart, ...]) -> Content:
        """The texts that were judged.

        Raises:
            WardlawError: They were erased or pruned, or do not verify against the envelope.
        """


class LogDesk(Protocol):
    """What people ask of the log."""

    def status(self) -> Mapping[str, Any]:
        """JSON-ready state: size, checkpoint, what the witness has seen."""

    def proof(self, record_id: str) -> str:
        """A ``tlog-proof`` file for one record.

        Raises:
            WardlawError: There is no such record, or it is not under a checkpoint yet.
        """

    def export(self, since_ms: int, until_ms: int) -> Mapping[str, Any]:
        """Write an export (Unix milliseconds, half-open) on the server's side; says where and what it holds."""

    def names(self, subject: str) -> frozenset[str]:
        """Every name (they change by month) the subject bears in the log, the given one included."""

    def same_subject(self, subject: str) -> Callable[[str], bool]:
        """Tells whether an id is the one that is meant by a subject: an id, or one of its pseudonyms."""

    def name_tag(self, text: str) -> str:
        """A keyed digest of a name, whatever its case, hex: it is known again, and not read."""

    def erase(self, connection: Connection, subject: str) -> int:
        """Destroy the keys of a subject; answers how many sealed parts became unreadable. Repeating is harmless.

        Where it touches the database it must use ``connection``, which holds the write lock.
        """

    def prunings(self) -> PruningBook:
        """Requests to prune the log."""

    def prunable_before(self, connection: Connection, at_ms: int) -> int:
        """The first record that must stay when all made before a time (Unix milliseconds) go.

        Raises:
            WardlawError: Nothing would go, or a legal hold stands.
        """

    def keeping(self, connection: Connection) -> tuple[KeptClass, ...]:
        """Each class of keeping, with the records that are of it now."""

    def prune(self, connection: Connection, before: int) -> int:
        """Take the records before one away; answers how many went. Repeating is harmless.

        Where it touches the database it must use ``connection``, which holds the write lock.
        """


class HabitDesk(Protocol):
    """What is known of callers' behaviour."""

    def list(self) -> tuple[Habit, ...]:
        """Everybody known, those who alert first."""

    def show(self, caller: str) -> Habit:
        """One caller, by principal or key.

        Raises:
            InputError: Nothing is known of it (WL-ANO-004).
        """

    def keys_of(self, subject: str) -> tuple[str, ...]:
        """State keys, hex, of the callers whose records bear the subject's name, an id or a pseudonym."""


class HeldDesk(Protocol):
    """What is sealed of held calls."""

    def forget(self, connection: Connection, subject: str) -> int:
        """Let go of the held calls of a subject, id or pseudonym, before its keys go; answers how many."""

    def open(self, sealed: SealedDetail) -> HeldDetail | None:
        """What the person who is asked must see; None when it was erased.

        Raises:
            WardlawError: It is not what was sealed.
        """


class CredentialDesk(Protocol):
    """Seals credentials of servers of tools."""

    def seal(self, server: str, name: str, value: str, *, nonce: bytes, now: float) -> SealedDetail:
        """A value, bound to its server and name.

        Args:
            nonce: Random bytes that were never used before.
            now: Unix seconds.

        Raises:
            WardlawError: It cannot be sealed now.
        """

    def erase(self, subject: str) -> None:
        """Destroy the data key of a credential, by its pseudonym. Repeating is harmless.

        Raises:
            WardlawError: It may not be destroyed, or traces may remain until it runs again.
        """


class ReplayAsked(msgspec.Struct, frozen=True):
    """Which clauses to try on which part of the log.

    Attributes:
        sources: Text by file name, as ``policy check`` reads them.
        since_ms: Unix milliseconds, inclusive.
        until_ms: Unix milliseconds, exclusive; 0 to the end.
        begin: First leaf of this part.
        end: Leaf after the last of the whole; 0 for the first part, whose answer says it.
        examples: Kept per kind of difference and clause.
    """

    sources: dict[str, str]
    since_ms: int = 0
    until_ms: int = 0
    begin: int = 0
    end: int = 0
    examples: int = 3


class ReplayPart(msgspec.Struct, frozen=True):
    """What one part of the log says; the next one begins at leaf ``next``, and there is none at ``end``."""

    begin: int
    end: int
    next: int
    report: ReplayReport


class ReplayDesk(Protocol):
    """Judges recorded decisions anew."""

    def replay(self, connection: Connection, asked: ReplayAsked, *, may_know_persons: bool) -> ReplayPart:
        """Judge one part of the log with clauses that are not in force.

        Raises:
            WardlawError: The clauses have errors.
        """


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


class PolicyDesk(Protocol):
    """Reads, checks and publishes policies."""

    async def status(self) -> PolicyStatus:
        """What is published now."""

    async def prepare(self) -> PolicyStatus:
        """Read and check the clauses on disk without publishing them.

        Raises:
            WardlawError: They do not pass ``policy check``; what is published stays.
        """

    async def publish(self, prepared: PolicyStatus) -> PolicyStatus:
        """Publish what ``prepare`` checked, signed. The database's write lock is held meanwhile.

        Raises:
            WardlawError: The clauses changed in between.
        """

    def publish_now(self, prepared: PolicyStatus) -> PolicyStatus:
        """As ``publish``, from a thread that may wait."""


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


class LifeDesk(Protocol):
    """Versions of clauses, and what people say of them. Plans change nothing; ``keep`` does."""

    is_on: bool

    def origin(self, connection: Connection, clause: str, *, at: float) -> ClauseOrigin:
        """Who wrote the newest version, and whether it lacks an approval."""

    def overview(self, connection: Connection, *, at: float) -> LifeOverview:
        """How every clause stands."""

    def history(self, connection: Connection, clause: str) -> ClauseHistory:
        """Everything of one clause."""

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


class ReportLines(msgspec.Struct, frozen=True):
    """What a report is about: a framework and the controls there are, its lines, those of the clauses, records counted."""

    framework: Framework
    controls: tuple[Control, ...]
    provisions: tuple[Line, ...]
    clauses: tuple[Line, ...]
    log_size: int


class Counted(msgspec.Struct, frozen=True):
    """How far the log was counted: records before ``end``, of ``log_end`` there are; ``since`` Unix seconds."""

    end: int
    log_end: int
    since: float


class CoverageDesk(Protocol):
    """Looks at clauses, systems and the log together."""

    def frameworks(self, connection: Connection) -> dict[str, Framework]:
        """The frameworks that count, by id."""

    def applied(self, connection: Connection) -> AppliedLaw:
        """What packs have changed, and which rows nobody has signed."""

    def named(self, frameworks: Mapping[str, Framework], name: str) -> Framework:
        """One of them.

        Raises:
            InputError: There is none of that id (WL-FWK-003).
        """

    def controls(self) -> tuple[Control, ...]:
        """All controls."""

    def running(self) -> tuple[RunningClause, ...]:
        """The published clauses."""

    def survey(self, connection: Connection, day: date | None = None) -> tuple[Survey, Counted]:
        """Count on in the log for a moment, and look at everything; ``day`` is when the law is asked."""

    def unclaimed(self, connection: Connection) -> tuple[tuple[Unclaimed, ...], Counted]:
        """Count on for a moment, and look at traffic that belongs to no registered system."""

    def lines(self, connection: Connection, survey: Survey, framework: str) -> tuple[Line, ...]:
        """Every clause for every system; of a framework, every provision.

        Raises:
            WardlawError: There is no such framework, or its dates are configured wrong.
        """

    def forget(self) -> None:
        """Let go of what was counted: somebody is erased."""


class GrantDesk(Protocol):
    """What decides about grants of the inventory."""

    limits: RevokingLimits
    confirm_above: int
    channels: tuple[str, ...]
    persons: AskedPersons
    tells: frozenset[Weight]
    vendors: Mapping[str, str]
    door_keys: frozenset[tuple[str, str]]

    def policies(self) -> PolicySet:
        """The clauses in force.

        Raises:
            WardlawError: They cannot be read.
        """

    def moment(self, at: float) -> GrantMoment:
        """A time (Unix seconds) with hour and weekday where the installation stands."""

    def door_key(self, principal: str) -> str:
        """Under which key, in hex, a gateway locks a principal out."""


class ReportDesk(Protocol):
    """Makes evidence reports of what a survey found."""

    def gather(self, connection: Connection, survey: Survey, lines: ReportLines, period: Period) -> Report:
        """Everything but the proofs."""

    def seal(self, report: Report) -> dict[str, bytes]:
        """The signed files of a report by their names, with what proves the records it names.

        Raises:
            WardlawError: The log or the key cannot be read.
        """


class CanaryDesk(Protocol):
    """Says which canaries there should be."""

    def plan(self) -> tuple[Canary, ...]:
        """One for each clause in force and route, or why there is none; by clause and route.

        Raises:
            WardlawError: The clauses cannot be read.
        """


class ApiDependencies(msgspec.Struct, frozen=True):
    """Everything the API is built from.

    Attributes:
        fingerprint: ``(text, id, tripwire)`` to the keyed fingerprint; it must not keep the text.
        health: JSON-ready liveness, without anything worth hiding.
        clock: Unix seconds.
        entropy: That many random bytes.
        sign: Raw signature of the bundle's key: what the door believes of waivers and broken glass.
        endings: Where it is remembered which of them were ended before their time.
        detecting: Settings of detectors, as wanted and as approved.
        keys: The public keys of that key, the one in force last.
        questionnaire: What systems are classified by, the company's own questions included.
        app_facts: What the configuration says of apps, by directory and client id.
        export_targets: Names of the targets the log is told to.
        signals: Who is sent signals of what is locked out and revoked.
        sign_signal: Claims of a signal to a signed token.
        services: Processes of the installation by the digest of the token they show.
    """

    engine: Engine
    roles: RoleBook
    recorder: Recorder
    explainer: Explainer
    contents: ContentReader
    log: LogDesk
    habits: HabitDesk
    held: HeldDesk
    credentials: CredentialDesk
    policies: PolicyDesk
    grants: GrantDesk
    replays: ReplayDesk
    coverage: CoverageDesk
    reports: ReportDesk
    life: LifeDesk
    canaries: CanaryDesk
    fingerprint: Callable[[str, str, bool], RegisteredSecret]
    health: Callable[[], Mapping[str, Any]]
    clock: Callable[[], float]
    entropy: Callable[[int], bytes]
    sign: Callable[[bytes], bytes]
    endings: EndingsFile
    detecting: DetectingBook
    keys: Callable[[], Sequence[VerifierKey]]
    questionnaire: Questionnaire
    app_facts: Mapping[str, Mapping[str, AppFacts]] = {}
    export_targets: tuple[str, ...] = ()
    services: Mapping[str, Service] = {}
    signals: SignalPlan = SignalPlan()
    sign_signal: Sign = unsigned
