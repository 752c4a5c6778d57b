"""What the API needs from the rest of the house, as narrow promises."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, Protocol

import msgspec
from sqlalchemy.engine import Connection, Engine

from wardlaw.audit.note import VerifierKey
from wardlaw.audit.proofsteps import ProofStep
from wardlaw.console.api.drafts import DraftDesk
from wardlaw.console.api.house import House, PlanSteps, plan_nothing
from wardlaw.console.api.lifedesk import LifeDesk, PolicyStatus
from wardlaw.console.api.providing import ProviderDesk
from wardlaw.console.desks.signing import SigningDesk
from wardlaw.decision.policyset import PolicySet
from wardlaw.decision.replay import ReplayReport
from wardlaw.evidence.canary import Canary
from wardlaw.evidence.coverage import Line
from wardlaw.evidence.report import Period, Report
from wardlaw.evidence.running import RunningClause
from wardlaw.evidence.survey import Survey
from wardlaw.evidence.tally import Firing, Unclaimed
from wardlaw.facts.approval import HeldDetail
from wardlaw.facts.credential import RegisteredSecret
from wardlaw.facts.habit import Habit
from wardlaw.facts.record import Content
from wardlaw.governance.frameworks.control import Control
from wardlaw.governance.frameworks.framework import Framework
from wardlaw.governance.operations import Service
from wardlaw.governance.rights import RoleBook
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


class VerifyStep(msgspec.Struct, frozen=True):
    """One thing a verification has done: how far it is, out of how much; ``of`` 0 where it has no measure."""

    what: str
    done: int = 0
    of: int = 0


class LogDesk(Protocol):
    """What people ask of the log."""

    def status(self) -> Mapping[str, Any]:
        """JSON-ready state: size, checkpoint, what the witness has seen."""

    def proof(self, record_id: str) -> str:
        """A ``tlog-proof`` file for one record.

        Raises:
            WardlawError: There is no such record, or it is not under a checkpoint yet.
        """

    def check(self, record_id: str) -> tuple[ProofStep, ...]:
        """Make the proof of one record and check it, step by step."""

    def verify(self, told: Callable[[VerifyStep], None]) -> Mapping[str, Any]:
        """Verify the whole log as `wardlaw audit verify` does, telling each step as it is done; JSON-ready verdict.

        Raises:
            UnavailableError: It is being verified already (WL-CTL-013).
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


class Again(msgspec.Struct, frozen=True):
    """What other clauses make of one decision.

    Attributes:
        policies: Digest of the set it was judged by, hex.
        is_same_set: It is the set that decided.
        before: Effect that was demanded; ``after`` is what is demanded now.
        difference: ``same``, ``stopped``, ``allowed`` or ``changed``.
        sentence: The new verdict in one sentence.
        clauses: Those it rests on.
    """

    policies: str
    is_same_set: bool
    before: str
    after: str
    difference: str
    sentence: str
    clauses: tuple[str, ...]


class ReplayDesk(Protocol):
    """Judges recorded decisions anew."""

    def again(self, row: RecordRow, parts: tuple[StoredPart, ...], policies: PolicySet) -> Again:
        """Judge one decision by other clauses.

        Raises:
            WardlawError: Its inputs are gone, or cannot be read.
        """

    def replay(self, connection: Connection, asked: ReplayAsked, *, may_know_persons: bool) -> ReplayPart:
        """Judge one part of the log with clauses that are not in force.

        Raises:
            WardlawError: The clauses have errors.
        """


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

    def firings(self, connection: Connection, clause: str) -> tuple[tuple[Firing, ...], Counted]:
        """Count on for a moment, and look at where a clause matched in the window."""

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


class Samples(Protocol):
    """Sends sample requests through the door."""

    def begin(self, key: str) -> None:
        """Send them in the background with the text of a key."""


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
        samples: Sends requests for a first look; None where they would leave this machine.
        signing: What signing in to the console remembers.
        provider: The identity provider people sign in through; None where there is none.
        house: How this installation is built, for those who run it.
        requests_per_hour: How many requests for other people's word one person may file in any hour.
        plan_steps: Directory, things and app to the calls that would take these away; it calls nothing.
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
    drafts: DraftDesk
    canaries: CanaryDesk
    fingerprint: Callable[[str, str, bool], RegisteredSecret]
    health: Callable[[], Mapping[str, Any]]
    clock: Callable[[], float]
    entropy: Callable[[int], bytes]
    sign: Callable[[bytes], bytes]
    endings: EndingsFile
    detecting: DetectingBook
    signing: SigningDesk
    keys: Callable[[], Sequence[VerifierKey]]
    questionnaire: Questionnaire
    app_facts: Mapping[str, Mapping[str, AppFacts]] = {}
    export_targets: tuple[str, ...] = ()
    services: Mapping[str, Service] = {}
    signals: SignalPlan = SignalPlan()
    sign_signal: Sign = unsigned
    samples: Samples | None = None
    provider: ProviderDesk | None = None
    house: House = House()
    plan_steps: PlanSteps = plan_nothing
    requests_per_hour: int = 20
