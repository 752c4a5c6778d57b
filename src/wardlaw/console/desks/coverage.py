"""Coverage from the live system: decisions of the log are counted once and in order, the rest is read when it is asked for."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime

import msgspec
from sqlalchemy.engine import Connection

from wardlaw.audit.envelope import Envelope, decode
from wardlaw.audit.note import VerifierKey
from wardlaw.console.api.deps import Counted
from wardlaw.console.desks.policies import Published
from wardlaw.evidence.attestation import Attestation
from wardlaw.evidence.coverage import Line
from wardlaw.evidence.running import RunningClause, running_clauses
from wardlaw.evidence.survey import Heard, Listed, Survey, clause_lines, framework_lines
from wardlaw.evidence.tally import Firing, Tally, Told, Unclaimed
from wardlaw.facts.effect import RouteMode
from wardlaw.facts.errors import ConfigError, EvidenceError, InputError
from wardlaw.governance.frameworks.control import Control
from wardlaw.governance.frameworks.framework import Framework
from wardlaw.governance.problems import did_you_mean
from wardlaw.governance.shipped import shipped_controls, shipped_frameworks
from wardlaw.register.system import UNREGISTERED, System, Traffic, owners_of, unregistered
from wardlaw.store.attestations import list_attestations
from wardlaw.store.keyring import Keyring
from wardlaw.store.lawpacks import AppliedLaw, applied_frameworks, frameworks_in_force, open_reopenings
from wardlaw.store.records import records_end
from wardlaw.store.replaying import Stretch, read_inputs, stretch_of
from wardlaw.store.systems import list_systems

WINDOW_S = 30 * 86_400
"""How far back traffic is counted, in seconds."""
PAGE = 250
"""Records counted before time is looked at: some 0.1 s."""
PART_S = 0.05
"""How long one question may count on, in seconds: what came since the last round of the background, which counts all the time.

Whoever asks sees how far it is and asks again.
"""

_INPUTS = "inputs"
_OBSERVED = "observed"  # facts of a record: warn and shadow clauses that matched, as id:mode
_CANARY = "canary"  # facts of a record: it was made to try a clause out, and is nobody's traffic


Hearing = Callable[[Connection, tuple[RunningClause, ...], tuple[System, ...], float], Heard]


class _Who(msgspec.Struct, frozen=True):
    id: str
    kind: str
    acting_for: str = ""


class _What(msgspec.Struct, frozen=True):
    id: str


class _Size(msgspec.Struct, frozen=True):
    uninspected: tuple[str, ...] = ()


class _Asked(msgspec.Struct, frozen=True):
    principal: _Who
    resource: _What
    route: str
    route_mode: RouteMode
    measures: _Size


class _Inputs(msgspec.Struct, frozen=True):
    """As much of a record's inputs as is counted; the rest is skipped unread."""

    request: _Asked


_decoder = msgspec.json.Decoder(_Inputs)


class CoverageDesk:
    """Looks at everything.

    Args:
        keyring: Opens the inputs of decisions, to see whose traffic they were.
        published: What is published now.
        heard: What is known of clauses beside the log, of the published ones and for these systems.
        readings: Another reading of a provision's day, from the configuration.
        clock: Unix seconds.
        keys: Whose signatures on applied packs count; none without it.
    """

    def __init__(
        self,
        keyring: Keyring,
        published: Callable[[], Published],
        *,
        heard: Hearing,
        readings: Mapping[str, date],
        clock: Callable[[], float],
        keys: Callable[[], Sequence[VerifierKey]] = tuple,
    ) -> None:
        self._keyring = keyring
        self._published = published
        self._heard = heard
        self._readings = dict(readings)
        self._keys = keys
        self._clock = clock
        self._lock = threading.Lock()
        self._tally = Tally()
        self._end = -1
        self._known_owners: tuple[tuple[System, ...], Callable[[Traffic], tuple[str, ...]]] | None = None
        self._running: tuple[str, tuple[RunningClause, ...]] = ("", ())

    def frameworks(self, connection: Connection) -> dict[str, Framework]:
        """The frameworks that count, those of applied packs among them."""
        return frameworks_in_force(connection, shipped_frameworks(), keys=self._keys())

    def applied(self, connection: Connection) -> AppliedLaw:
        """What packs have changed, and which rows nobody has signed."""
        return applied_frameworks(connection, keys=self._keys())

    def named(self, frameworks: Mapping[str, Framework], name: str) -> Framework:
        """One of them.

        Raises:
            InputError: There is none of that id (WL-FWK-003).
        """
        if name not in frameworks:
            hint = did_you_mean(name, frameworks) or "`wardlaw frameworks list` names those there are."
            raise InputError("WL-FWK-003", f"There is no framework {name}.", hint)
        return frameworks[name]

    def controls(self) -> tuple[Control, ...]:
        """All controls."""
        return shipped_controls().controls

    def running(self) -> tuple[RunningClause, ...]:
        """The published clauses; worked out once for as long as they stay."""
        published = self._published()
        digest, found = self._running
        if digest != published.policies.digest:
            found = running_clauses(published.clauses, published.policies)
            self._running = (published.policies.digest, found)
        return found

    def forget(self) -> None:
        """Let go of what was counted: names of callers stand in it, and somebody is erased. It is counted anew."""
        with self._lock:
            self._tally, self._end, self._known_owners = Tally(), -1, None

    def count_on(self, connection: Connection, part_s: float) -> Counted:
        """Count the records that came since, for some seconds at most: questions wait no longer than that."""
        with self._lock:
            return self._count(connection, self._clock(), part_s)

    def survey(self, connection: Connection, day: date | None = None) -> tuple[Survey, Counted]:
        """Count on, and look at everything.

        Args:
            day: The day on which the law is asked; today when left out.

        Raises:
            WardlawError: What is published cannot be read.
        """
        now = self._clock()
        published, running, kept = self._published(), self.running(), list_systems(connection)
        with self._lock:
            counted = self._count(connection, now, PART_S)
            scenes = self._tally.scenes(self._owners(tuple(one.system for one in kept)))
        systems = [Listed(one.system, one.changed_by) for one in kept]
        if UNREGISTERED in scenes:
            systems.append(Listed(unregistered(), "nobody"))
        survey = Survey(
            now=now,
            day=day or datetime.fromtimestamp(now, tz=UTC).date(),
            running=running,
            in_force=published.policies.digest,
            published_at=published.published_at,
            systems=tuple(systems),
            scenes=scenes,
            heard=self._heard(connection, running, tuple(one.system for one in systems), now),
            attestations=_by_place(list_attestations(connection, after=now)),
            reopened=_reopened(connection),
        )
        return survey, counted

    def firings(self, connection: Connection, clause: str) -> tuple[tuple[Firing, ...], Counted]:
        """Count on, and look at where a clause matched in the window."""
        with self._lock:
            counted = self._count(connection, self._clock(), PART_S)
            return self._tally.firings(clause), counted

    def unclaimed(self, connection: Connection) -> tuple[tuple[Unclaimed, ...], Counted]:
        """Count on, and look at what belongs to no registered system."""
        kept = list_systems(connection)
        with self._lock:
            counted = self._count(connection, self._clock(), PART_S)
            return self._tally.unclaimed(self._owners(tuple(one.system for one in kept))), counted

    def lines(self, connection: Connection, survey: Survey, framework: str) -> tuple[Line, ...]:
        """Every clause for every system; of a framework, every provision.

        Raises:
            InputError: There is no such framework (WL-FWK-003).
            ConfigError: The configuration reads a day that no reader does (WL-FWK-004).
        """
        by_clause = clause_lines(survey)
        if not framework:
            return by_clause
        frameworks = self.frameworks(connection)
        asked = self.named(frameworks, framework)
        readings = self.readings(frameworks)
        return framework_lines(survey, asked, controls=self.controls(), readings=readings, lines=by_clause)

    def readings(self, frameworks: Mapping[str, Framework]) -> Mapping[str, date]:
        """The days that the configuration reads otherwise.

        Raises:
            ConfigError: It reads one that no reader does (WL-FWK-004).
        """
        for ref, day in self._readings.items():
            name, _, item = ref.partition(":")
            known = frameworks[name].provision(item) if name in frameworks else None
            days = [reading for one in known.dates for reading in one.readings] if known is not None else []
            if day not in days:
                told = f"it is read as {', '.join(map(str, days))}" if days else "only one reading of it is known"
                raise ConfigError(
                    "WL-FWK-004", f"law.readings says {day} for {ref}, and {told}.", "Mend it or take it out."
                )
        return self._readings

    def _owners(self, systems: tuple[System, ...]) -> Callable[[Traffic], tuple[str, ...]]:
        """Whose traffic is whose; what was found out stays for as long as no system changes."""
        if self._known_owners is None or self._known_owners[0] != systems:
            self._known_owners = (systems, owners_of(systems))
        return self._known_owners[1]

    def _count(self, connection: Connection, now: float, part_s: float) -> Counted:
        """Count the records that came since, for so many seconds."""
        since = max(0.0, now - WINDOW_S)
        self._tally.forget_before(since)
        span = {"since_ms": int(since * 1000), "until_ms": 0}
        log_end = records_end(connection)
        if self._end < 0:
            self._end = stretch_of(connection, **span).begin
        stop_at = self._clock() + part_s
        while self._end < log_end:
            page = read_inputs(connection, Stretch(self._end, log_end), limit=PAGE, **span)
            for leaf_index, name, at_ms, _gateway, _epoch, subject, envelope, ciphertext in page:
                self._add(name, at_ms / 1000, subject, (envelope, ciphertext))
                self._end = int(leaf_index) + 1
            if len(page) < PAGE:
                self._end = log_end
            if self._clock() >= stop_at:
                break
        return Counted(self._end, log_end, since)

    def _add(self, name: str, at: float, subject: str, sealed: tuple[bytes, bytes | None]) -> None:
        raw, ciphertext = sealed
        envelope = decode(raw)
        if _CANARY in envelope.facts:
            return
        asked = self._asked(envelope, subject, ciphertext)
        marked = (part.partition(":")[0] for part in str(envelope.facts.get(_OBSERVED, "")).split(",") if part)
        told = Told(
            id=name,
            at=at,
            traffic=_traffic(envelope, asked),
            policies=envelope.policies,
            fired=tuple(dict.fromkeys((*envelope.clauses, *marked))),
            observes=asked is not None and asked.route_mode is RouteMode.OBSERVE,
            unread=asked is None or bool(asked.measures.uninspected),
        )
        self._tally.add(told)

    def _asked(self, envelope: Envelope, subject: str, ciphertext: bytes | None) -> _Asked | None:
        """What a decision was about; None where its inputs are gone or are not what was committed to."""
        committed = next((part for part in envelope.sealed if part.klass == _INPUTS), None)
        if committed is None or ciphertext is None:
            return None
        try:
            return _decoder.decode(self._keyring.unseal(subject, committed, ciphertext)).request
        except (EvidenceError, InputError, msgspec.MsgspecError):
            # Whose traffic it was cannot be told: it counts as nobody's, which never helps a clause. What is wrong
            # with the record is for `wardlaw audit verify` to say.
            return None


def _traffic(envelope: Envelope, asked: _Asked | None) -> Traffic:
    if asked is None:
        return Traffic("", "", "User", envelope.action, envelope.route, "")
    who = asked.principal
    return Traffic(who.id, who.acting_for, who.kind, envelope.action, asked.route, asked.resource.id)


def _by_place(attestations: tuple[Attestation, ...]) -> dict[tuple[str, str], tuple[Attestation, ...]]:
    found: dict[tuple[str, str], tuple[Attestation, ...]] = {}
    for one in attestations:
        place = (one.clause, one.system)
        found[place] = (*found.get(place, ()), one)
    return found


def _reopened(connection: Connection) -> dict[tuple[str, str], str]:
    return {(one.ref, one.system): f"{one.what} (pack {one.pack})" for one in open_reopenings(connection)}
