"""Versions of clauses between files, tables and what is published."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime

import msgspec
from sqlalchemy.engine import Connection

from wardlaw.console.api.lifedesk import (
    BacktestAsked,
    BacktestPart,
    ClauseHistory,
    ClauseLook,
    ClauseOrigin,
    EmergencyLook,
    LifeOverview,
    LifePlan,
    PolicyStatus,
)
from wardlaw.console.desks.backtest import BacktestDesk
from wardlaw.console.desks.policies import PolicyDesk
from wardlaw.facts.clauselife import ClauseText, ClauseVersion, LifeEvent, LifeState, SignOff, TextKind
from wardlaw.facts.errors import InputError, WardlawError
from wardlaw.governance.check import Checked
from wardlaw.governance.clausetext import clause_of, clause_texts, written_of
from wardlaw.governance.differ import diff
from wardlaw.governance.fmt import format_clauses
from wardlaw.governance.life import DAY_S, LifeRules, in_force, newest
from wardlaw.governance.moves import (
    ADOPTED,
    Author,
    adopted,
    after,
    as_if_enforced,
    emergency,
    enforcing,
    need_tightening,
    no_such_clause,
    retiring,
    reviewing,
    shadowing,
    signing,
    to_sign,
)
from wardlaw.governance.running import Book, Running, running, running_set
from wardlaw.governance.sentence import render_sentence
from wardlaw.governance.signing import Slot, haste_of, missing_approvals, slot_words
from wardlaw.governance.standing import Beside, standings
from wardlaw.store.life import LifeStore

_MOST_SETS = 8  # what runs, and what a few people are about to make of it
_MOST_LOOKS = 10_000  # people times texts; the oldest are forgotten, which counts as not having looked


class LifeDesk:
    """The life of clauses of one installation.

    Args:
        policies: Reads files, publishes sets.
        store: The rows.
        backtests: Judges logged traffic.
    """

    def __init__(
        self, policies: PolicyDesk, store: LifeStore, backtests: BacktestDesk, rules: LifeRules, *, is_on: bool
    ) -> None:
        self.is_on = is_on
        self._policies = policies
        self._store = store
        self._backtests = backtests
        self._rules = rules
        self._lock = threading.Lock()
        self._looks: dict[tuple[str, str], float] = {}
        self._sets: dict[tuple[tuple[Running, ...], date], Checked] = {}

    def adopt(self, connection: Connection, *, at: float) -> LifePlan | None:
        """What is in force becomes the first version of each clause; None where clauses have versions already.

        Raises:
            InputError: What was written by hand is not on disk as it was published (WL-LIF-011): the bundle does not
                keep its examples.
        """
        if not self._store.is_empty(connection):
            return None
        published = self._policies.published_forms()
        texts = clause_texts(published)
        by_hand = {name: one for name, one in texts.items() if one.kind is TextKind.CEDAR}
        if by_hand:
            texts |= self._by_hand_on_disk(by_hand)
        return LifePlan(adopted(texts.values(), at=at))

    def origin(self, connection: Connection, clause: str, *, at: float) -> ClauseOrigin:
        """Who wrote the newest version, and whether it lacks an approval."""
        self._need_on()
        version = to_sign(self._store.load(connection, clause), clause)
        names = (version.author, version.author_human)
        lacks = bool(missing_approvals(version, self._rules.book, at=at))
        return ClauseOrigin(tuple(name for name in names if name not in ("", ADOPTED)), lacks)

    def overview(self, connection: Connection, *, at: float) -> LifeOverview:
        """How every clause stands; what cannot be read is said, and the rest still shown."""
        book = self._store.load(connection)
        problem, on_disk, expected = "", {}, None
        try:
            on_disk = clause_texts(self._policies.check_clauses())
        except WardlawError as error:
            problem = f"{error.code} {error.message}"
            on_disk = {name: versions[-1].content for name, versions in book.items()}
        try:
            expected = self._set(book, at)
        except WardlawError as error:
            problem = problem or f"{error.code} {error.message}"
        beside = Beside(on_disk, self._policies.published_forms(), expected if self.is_on else None)
        clauses = standings(book, beside, rules=self._rules, at=at)
        return LifeOverview(self.is_on, clauses, haste_of(self._store.sign_offs(connection)), problem)

    def enforced(self, connection: Connection) -> dict[str, ClauseVersion]:
        """The version of each clause that is in force by its history."""
        found = {name: in_force(versions) for name, versions in self._store.load(connection).items()}
        return {name: version for name, version in found.items() if version is not None}

    def history(self, connection: Connection, clause: str) -> ClauseHistory:
        """Everything of one clause.

        Raises:
            InputError: There is none (WL-LIF-004).
        """
        versions = self._store.load(connection, clause).get(clause)
        if versions is None:
            raise no_such_clause(clause)
        return ClauseHistory(clause, versions, self._store.events(connection, clause))

    def waiting(self, connection: Connection, *, at: float) -> tuple[tuple[ClauseVersion, tuple[Slot, ...]], ...]:
        """Versions that wait for approvals, each with those it lacks; emergencies too until others have looked."""
        last = filter(None, (newest(versions) for versions in self._store.load(connection).values()))
        waits = [one for one in last if one.state is LifeState.IN_REVIEW or one.review_until > 0]
        return tuple((one, missing_approvals(one, self._rules.book, at=at)) for one in waits)

    def newest(self, connection: Connection) -> tuple[ClauseVersion, ...]:
        """The newest version of each clause."""
        return tuple(filter(None, (newest(versions) for versions in self._store.load(connection).values())))

    def signed(self, connection: Connection) -> tuple[ClauseVersion, ...]:
        """Every version of which somebody has said something."""
        every = (one for versions in self._store.load(connection).values() for one in versions)
        return tuple(one for one in every if one.sign_offs)

    def look(self, connection: Connection, clause: str, *, by: str, at: float) -> ClauseLook:
        """The newest text; from here on the time of whoever looks is taken.

        Raises:
            InputError: There is none (WL-LIF-004).
        """
        book = self._store.load(connection)
        version = to_sign(book, clause)
        with self._lock:
            if len(self._looks) >= _MOST_LOOKS:
                self._looks.pop(next(iter(self._looks)))
            self._looks.setdefault((by, version.digest), at)
        was, would = self._set(book, at), self._set(as_if_enforced(book, clause, at=at), at)
        changes = tuple(one for one in diff(was, would) if one.clause.partition("~")[0] == clause)
        needs = slot_words(missing_approvals(version, self._rules.book, at=at))
        return ClauseLook(version, as_file(version.content), sentence_of(version.content), changes, needs)

    def review(self, connection: Connection, clause: str, author: Author, *, at: float) -> LifePlan:
        """Hand in the text on disk."""
        self._need_on()
        file = self._file(clause)
        return LifePlan(reviewing(self._store.load(connection), file, author, at=at))

    def review_text(self, connection: Connection, content: ClauseText, author: Author, *, at: float) -> LifePlan:
        """Hand in a text that is about to be that of its file."""
        self._need_on()
        return LifePlan(reviewing(self._store.load(connection), content, author, at=at))

    def versions(self, connection: Connection, clause: str) -> tuple[ClauseVersion, ...]:
        """Every version of a clause; none for one without history."""
        return self._store.load(connection, clause).get(clause, ())

    def running_set(self, connection: Connection, *, at: float) -> Checked:
        """What is in force: by the tables where clauses have a life, else what is published."""
        return self._set(self._store.load(connection), at) if self.is_on else self._policies.published_forms()

    def retire(self, connection: Connection, clause: str, author: Author, *, at: float) -> LifePlan:
        """Ask that a clause ends."""
        self._need_on()
        return LifePlan(retiring(self._store.load(connection), clause, author, at=at))

    def veil(self, connection: Connection, change: Callable[[str], str]) -> dict[str, int]:
        """Put other texts in the place of reasons people gave; answers how many rows changed, by table."""
        return self._store.veil(connection, change)

    def sign(self, connection: Connection, clause: str, word: SignOff) -> LifePlan:
        """Approve or send back; the time it took and its end are filled in."""
        self._need_on()
        book = self._store.load(connection)
        version = to_sign(book, clause)
        with self._lock:
            looked = self._looks.pop((word.person, version.digest), word.at)
        whole = msgspec.structs.replace(
            word, seconds=max(word.at - looked, 0.0), expires_at=word.at + self._rules.sign_off_days * DAY_S
        )
        return LifePlan(signing(book, clause, whole, self._rules))

    def publish(self, connection: Connection, *, at: float) -> LifePlan:
        """Everything approved into shadow, and the set that follows."""
        book = self._store.load(connection)
        moves, held = shadowing(book, clause_texts(self._policies.check_clauses()), self._rules, at=at)
        return LifePlan(moves, self._prepared(after(book, moves, at=at), at), held)

    def enforce(self, connection: Connection, clause: str, *, at: float) -> LifePlan:
        """What is in shadow into force."""
        self._need_on()
        book = self._store.load(connection)
        moves = enforcing(book, clause_texts(self._policies.check_clauses()), clause, self._rules, at=at)
        return LifePlan(moves, self._prepared(after(book, moves, at=at), at))

    def foresee(self, connection: Connection, clause: str, author: Author, *, at: float) -> EmergencyLook:
        """What an emergency would do with the text on disk; nothing is kept."""
        self._need_on()
        book, file, refused = self._store.load(connection), self._file(clause), ""
        was, would = self._set(book, at), self._set(after(book, emergency(book, file, author, at=at), at=at), at)
        try:
            need_tightening(file, was, would)
        except InputError as error:
            refused = error.message
        title = clause_of(file).title if file.kind is TextKind.FORM else ""
        changes = tuple(one for one in diff(was, would) if one.clause.partition("~")[0] == clause)
        return EmergencyLook(clause, title, file.digest, as_file(file), sentence_of(file), changes, refused)

    def emergency(self, connection: Connection, clause: str, author: Author, *, at: float) -> LifePlan:
        """The text on disk into force at once."""
        self._need_on()
        book = self._store.load(connection)
        file = self._file(clause)
        moves = emergency(book, file, author, at=at)
        then = after(book, moves, at=at)
        need_tightening(file, self._set(book, at), self._set(then, at))
        return LifePlan(moves, self._prepared(then, at))

    def renewed(self, connection: Connection, *, at: float) -> Checked | None:
        """What the tables say is in force, compiled by this version of Wardlaw; None where they know no clause."""
        if self._store.is_empty(connection):
            return None
        return self._set(self._store.load(connection), at)

    def keep(self, connection: Connection, plan: LifePlan, *, by: str, at: float, reason: str, record: str) -> None:
        """Add the rows of a plan."""
        for move in plan.moves:
            version = move.version
            if move.is_new:
                self._store.add_version(connection, version)
            if move.sign_off is not None:
                self._store.add_sign_off(connection, version, move.sign_off)
            self._store.add_event(
                connection,
                LifeEvent(
                    clause=version.clause,
                    number=self._store.next_number(connection, version.clause),
                    version=version.version,
                    step=move.step,
                    state=move.state,
                    by=ADOPTED if move.by_itself else by,
                    at=at,
                    reason="" if move.by_itself else reason,
                    record=record,
                    until=move.until,
                ),
            )

    def backtest(self, connection: Connection, clause: str, asked: BacktestAsked, *, by: str) -> BacktestPart:
        """Judge one part of the log by what runs and by what would; asked again until it is at the end."""
        self._need_on()
        book = self._store.load(connection)
        version = to_sign(book, clause)

        def sets(at: float) -> tuple[Checked, Checked]:
            return self._set(book, at), self._set(as_if_enforced(book, clause, at=at), at)

        return self._backtests.part(connection, version.digest, asked, sets, by=by)

    def tested(self, connection: Connection, clause: str, *, by: str) -> ClauseVersion:
        """The version whose backtest has come to its end, with it.

        Raises:
            InputError: It has not (WL-LIF-012).
        """
        self._need_on()
        version = to_sign(self._store.load(connection), clause)
        return msgspec.structs.replace(version, backtest=self._backtests.finished(version.digest, by=by))

    def keep_backtest(self, connection: Connection, version: ClauseVersion, *, id_: str) -> None:
        """Add what a backtest found."""
        assert version.backtest is not None
        self._store.add_backtest(connection, version, version.backtest, id_=id_)

    def _need_on(self) -> None:
        """Refuse a step where clauses have no life.

        Raises:
            InputError: ``policies.life`` is off (WL-LIF-013).
        """
        if not self.is_on:
            raise InputError(
                "WL-LIF-013",
                "Clauses need no approval in this installation: policies.life is off.",
                "`wardlaw policy publish` puts the files in force; to have them approved first, see docs/clause-life.md.",
            )

    def _set(self, book: Book, at: float) -> Checked:
        """The set that runs by a book; a few are kept, since compiling one takes longer than everything else here."""
        key = (running(book), _day(at))
        with self._lock:
            known = self._sets.get(key)
        if known is None:
            known = running_set(key[0], today=key[1], frameworks=self._policies.frameworks())
            with self._lock:
                if len(self._sets) >= _MOST_SETS:
                    self._sets.pop(next(iter(self._sets)))
                self._sets[key] = known
        return known

    def _prepared(self, book: Book, at: float) -> PolicyStatus:
        return self._policies.prepare_checked(self._set(book, at))

    def _file(self, clause: str) -> ClauseText:
        file = clause_texts(self._policies.check_clauses()).get(clause)
        if file is None:
            raise no_such_clause(clause)
        return file

    def _by_hand_on_disk(self, published: Mapping[str, ClauseText]) -> dict[str, ClauseText]:
        """The same texts with their examples, which only the files have."""
        on_disk = clause_texts(self._policies.check_clauses())
        lost = [
            name
            for name, one in published.items()
            if name not in on_disk or written_of(on_disk[name]).cedar != written_of(one).cedar
        ]
        if lost:
            raise InputError(
                "WL-LIF-011",
                f"What was written by hand is not on disk as it was published: {', '.join(lost)}.",
                "Put the published text back into policies.dir, or publish once with policies.life: off.",
            )
        return {name: on_disk[name] for name in published}


def as_file(content: ClauseText) -> str:
    """A text as a file would have it; empty for an end."""
    if content.kind is TextKind.FORM:
        return format_clauses(content.text, source=content.clause)[0]
    if content.kind is TextKind.RETIREMENT:
        return ""
    return written_of(content).cedar


def sentence_of(content: ClauseText) -> str:
    """What a text does, in one sentence."""
    if content.kind is TextKind.FORM:
        return render_sentence(clause_of(content))
    is_end = content.kind is TextKind.RETIREMENT
    return f"{content.clause} ends." if is_end else "Written by hand in Cedar: read the text."


def _day(at: float) -> date:
    return datetime.fromtimestamp(at, tz=UTC).date()
