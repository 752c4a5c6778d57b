"""Where every operation is judged, carried out and recorded; handlers have no other way to the database."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Generic, TypeAlias, TypeVar

import msgspec
from litestar.di import NamedDependency
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError

from wardlaw.console.api.deps import ApiDependencies, Fact
from wardlaw.console.api.pacing import RULE, TooManyFiledError, too_many_filed
from wardlaw.console.api.watching import Watch
from wardlaw.facts.errors import Fault, RefusedError, UnavailableError, WardlawError
from wardlaw.facts.person import Person
from wardlaw.governance.humans import names_of
from wardlaw.governance.operations import Audience, Operation, Service, admit, admit_service
from wardlaw.governance.rights import Circumstances, Refusal
from wardlaw.governance.stepup import LastProof, Standing, is_proven, needs_proof
from wardlaw.store.database import reading, store_failure, writing
from wardlaw.store.people import accounts_of, get_person
from wardlaw.store.sessions import FoundSession, get_session
from wardlaw.store.signinstanding import standing_of

T = TypeVar("T")

RECORD_TIMEOUT_S = 30.0
"""Longest wait for a control record to become durable, in seconds; a group commit takes milliseconds."""

_THREADS = 8  # people and scripts, not traffic

_HINTS = {
    "APPEAL": "Let somebody else answer it.",
    "DISABLED": "Ask an admin.",
    "ROLE": "Ask somebody with that role, or an admin to grant it.",
    "SCOPE": "Use a token that is not limited, or one limited to this too (`wardlaw token create --scope`).",
    "SOD-1": "Ask another person with the right to approve clauses.",
    "SOD-2": "Let another person do one of the two.",
    "SOD-3": "Ask another person with the right to approve gates.",
    "SOD-4": "Let two others grant it, with two different roles.",
    "SOD-5": "Let another person do it.",
    "SOD-6": "Use a person without the role auditor.",
    "SOD-9": "Let another person look at it.",
    "SOD-7": "Ask a second person with the other role.",
    "SOD-8": "Ask somebody with the role legal for a new version.",
    "SOD-10": "Ask somebody with the role risk to agree.",
    "SOD-11": "Say which case or incident it is for.",
}


class Caller(msgspec.Struct, frozen=True):
    """Who is at the other end: a person, by a token or by the account (uid) of the peer process; uid -1 unknown.

    Attributes:
        service: A process of the installation itself, whose name then stands in ``person``; None for persons.
        session: The session of the console whose page asks; None for every other caller.
        scopes: What the token is limited to; empty for all its person may do.
        quietly: A page asks of itself for a part that it leaves out where its reader may not know: nobody attempted
            anything, and a refusal to read is not recorded.
    """

    person: str
    uid: int = -1
    token: str = ""
    service: Service | None = None
    session: FoundSession | None = None
    scopes: tuple[str, ...] = ()
    quietly: bool = False


class ProofNeededError(RefusedError):
    """The person must show again who they are, or choose first what they do it with."""


class Turn(msgspec.Struct, frozen=True):
    """What the work of one operation is given; ``now`` is Unix seconds.

    ``accounts`` are all accounts of the human who calls, the one they call with included.
    """

    connection: Connection
    person: Person
    now: float
    entropy: Callable[[int], bytes]
    accounts: tuple[Person, ...] = ()

    @property
    def selves(self) -> frozenset[str]:
        """Everything the human who calls is called; whoever else is to be asked is none of these."""
        return names_of(self.accounts)

    def new_id(self, prefix: str) -> str:
        """A fresh id: the prefix and 26 characters (128 bits would do; 26 is what all our ids have)."""
        return prefix + self.entropy(13).hex()


class Done(msgspec.Struct, Generic[T], frozen=True):
    """What came of the work.

    Attributes:
        answer: What the caller gets, unless ``then`` gives it.
        facts: What the record tells.
        actor: Under whose name, where nobody was signed in.
        then: What cannot be taken back: done once the record is durable, before the transaction is kept.
        noted: Told the record's id once it is durable, to keep it in the same transaction.
    """

    answer: T
    facts: dict[str, Fact]
    actor: str = ""
    then: Callable[[], T] | None = None
    noted: Callable[[str], None] | None = None


def no_circumstances(_turn: Turn) -> Circumstances:
    """For operations that no further rule looks at."""
    return Circumstances()


class _RefusedInsideError(Exception):
    def __init__(self, refusal: Refusal, told: TooManyFiledError | None = None) -> None:
        super().__init__(refusal.reason)
        self.refusal = refusal
        self.told = told


class Desk:
    """Judges, works, records: in this order, in one transaction, for one caller at a time where things change."""

    def __init__(self, deps: ApiDependencies) -> None:
        self.deps = deps
        # SQLite has one writer; waiting here is fairer than its busy timeout and keeps records in order.
        self._one_writer = asyncio.Lock()
        # Threads of our own: work waits here for the recorder, which may itself need the loop's threads.
        self._threads = ThreadPoolExecutor(max_workers=_THREADS, thread_name_prefix="desk")
        self.watch: Watch[Any] = Watch()

    async def read(
        self,
        operation: Operation,
        caller: Caller,
        work: Callable[[Turn], T],
        *,
        circumstances: Callable[[Turn], Circumstances] = no_circumstances,
    ) -> T:
        """Carry out an operation that changes nothing.

        Raises:
            RefusedError: The caller may not (WL-RGT-010); the refusal is recorded.
        """
        if operation.changes or operation.recorded:
            raise Fault("WL-API-006", f"{operation.id} must be recorded and was called as a read.")

        def run() -> T:
            with reading(self.deps.engine) as connection:
                turn = self._judged(connection, operation, caller, circumstances)
                return work(turn)

        return await self._refusing(operation, caller, run)

    async def change(
        self,
        operation: Operation,
        caller: Caller,
        work: Callable[[Turn], Done[T]],
        *,
        circumstances: Callable[[Turn], Circumstances] = no_circumstances,
    ) -> T:
        """Carry out an operation and record it; the change is kept only when its record is durable.

        Raises:
            RefusedError: The caller may not (WL-RGT-010); the refusal is recorded.
            UnavailableError: The record or the database failed; nothing was changed.
        """

        def judged(connection: Connection) -> Done[T]:
            return work(self._judged(connection, operation, caller, circumstances))

        return await self._recorded(operation, caller, judged)

    async def ahead(self, operation: Operation, caller: Caller, work: Callable[[Turn], object]) -> None:
        """Do before a change, without the lock that keeps all other writers waiting, what takes long in it.

        What comes of it is forgotten, but for what the work itself keeps. Whoever may not do the operation costs nothing
        here; that, and whatever else goes wrong, is told by the change.
        """

        def run() -> None:
            with reading(self.deps.engine) as connection:
                person = get_person(connection, caller.person)
                context = Circumstances(asks=True, scopes=caller.scopes)
                if isinstance(admit(person, operation, context=context, book=self.deps.roles), Refusal):
                    return
                if not self._is_proven(connection, operation, caller):
                    return
                turn = Turn(connection, person, self.deps.clock(), self.deps.entropy, accounts_of(connection, person))
                with contextlib.suppress(WardlawError):
                    work(turn)
                connection.rollback()  # INVARIANT: nothing done ahead stays, whatever the work wrote

        await asyncio.get_running_loop().run_in_executor(self._threads, run)

    async def look(self, operation: Operation, caller: Caller, work: Callable[[Turn], T]) -> T:
        """Read what an operation of the console's own pages must know before it takes its time; nothing is judged.

        Raises:
            Fault: It is not one of theirs.
        """
        if not operation.console:
            raise Fault("WL-API-006", f"{operation.id} is not the console's own.")

        def run() -> T:
            with reading(self.deps.engine) as connection:
                person = get_person(connection, caller.person) if caller.person else Person(id="", name="", roles=())
                return work(Turn(connection, person, self.deps.clock(), self.deps.entropy))

        return await self._refusing(operation, caller, run)

    async def change_unsigned(self, operation: Operation, work: Callable[[Turn], Done[T]]) -> T:
        """Carry out an operation whose credential is part of the call; ``work`` checks it.

        Raises:
            UnavailableError: The record or the database failed; nothing was changed.
        """
        if operation.audience is not Audience.ANYONE:
            raise Fault("WL-API-006", f"{operation.id} needs a signed-in person.")
        nobody = Caller(person="")

        def open_to_all(connection: Connection) -> Done[T]:
            person = Person(id="", name="", roles=())
            return work(Turn(connection, person, self.deps.clock(), self.deps.entropy))

        return await self._recorded(operation, nobody, open_to_all)

    async def _recorded(self, operation: Operation, caller: Caller, judged: Callable[[Connection], Done[T]]) -> T:
        loop = asyncio.get_running_loop()

        def record(actor: str, facts: dict[str, Fact]) -> str:
            future = asyncio.run_coroutine_threadsafe(
                self.deps.recorder.record("control", actor, operation.id, facts), loop
            )
            try:
                return future.result(RECORD_TIMEOUT_S)
            except TimeoutError as error:
                future.cancel()
                raise UnavailableError(
                    "WL-API-017", "The record did not become durable in time; nothing was changed.", "Check the disk."
                ) from error

        def run() -> T:
            # What is recorded but changes nothing needs no write lock: an export may take minutes.
            transaction = writing if operation.changes else reading
            recorded, actor, kept = "", caller.person, False
            try:
                with transaction(self.deps.engine) as connection:
                    done = judged(connection)
                    actor = caller.person or done.actor
                    recorded = record(actor, done.facts)
                    if done.noted is not None:
                        done.noted(recorded)
                    answer = done.answer if done.then is None else done.then()
                kept = True
            finally:
                if recorded and not kept:  # the log must not claim what did not happen
                    record(actor, {"not_kept": recorded})
            return answer

        if not operation.changes:
            return await self._refusing(operation, caller, run)
        async with self._one_writer:
            return await self._refusing(operation, caller, run)

    async def _refusing(self, operation: Operation, caller: Caller, run: Callable[[], T]) -> T:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, run)
        except _RefusedInsideError as error:
            refusal = error.refusal
            if not caller.quietly or operation.changes or operation.recorded:
                await self.deps.recorder.record("control", caller.person, operation.id, {"refused": refusal.rule})
            if error.told is not None:
                raise error.told from None
            raise RefusedError(
                "WL-RGT-010", f"{refusal.reason} ({refusal.rule})", _HINTS.get(refusal.rule, "")
            ) from None
        except DBAPIError as error:
            raise store_failure(error) from error

    def _judged(
        self,
        connection: Connection,
        operation: Operation,
        caller: Caller,
        circumstances: Callable[[Turn], Circumstances],
    ) -> Turn:
        if caller.service is not None:
            allowed = admit_service(caller.service, operation)
            if isinstance(allowed, Refusal):
                raise _RefusedInsideError(allowed)
            return Turn(connection, Person(caller.person, "", ()), self.deps.clock(), self.deps.entropy)
        # The person is read again in the transaction of the change: rights taken away a moment ago count.
        person = get_person(connection, caller.person)
        turn = Turn(connection, person, self.deps.clock(), self.deps.entropy, accounts_of(connection, person))
        try:
            context = msgspec.structs.replace(circumstances(turn), selves=turn.selves, scopes=caller.scopes)
        except WardlawError:
            # What is to be changed does not exist. Say so only to those who might change it.
            context = Circumstances(asks=True, scopes=caller.scopes)
            answer = admit(person, operation, context=context, book=self.deps.roles)
            if isinstance(answer, Refusal):
                raise _RefusedInsideError(answer) from None
            raise
        answer = admit(person, operation, context=context, book=self.deps.roles)
        if isinstance(answer, Refusal):
            raise _RefusedInsideError(answer)
        # INVARIANT: every operation passes here, so that no page can do without the proof.
        if not self._is_proven(connection, operation, caller):
            raise _proof_needed(standing_of(connection, person.id))
        if operation.paced:
            self._keep_pace(turn)
        return turn

    def _keep_pace(self, turn: Turn) -> None:
        """Refuse one more request of somebody who has filed as many as an hour takes; the refusal is recorded."""
        people = turn.selves | {turn.person.id}
        told = too_many_filed(turn.connection, people, most=self.deps.requests_per_hour, now=turn.now)
        if told is not None:
            raise _RefusedInsideError(Refusal(RULE, told.message), told)

    def _is_proven(self, connection: Connection, operation: Operation, caller: Caller) -> bool:
        """Whether a browser's session may do this now; callers with tokens or an account of the machine are none."""
        if caller.session is None or not needs_proof(operation):
            return True
        session = get_session(connection, caller.session.entry.id)  # ended or rotated a moment ago: counts
        is_current = caller.session.is_current and session.rotated_at == caller.session.entry.rotated_at
        if session.ended_at or not is_current:
            return False
        proof, standing = LastProof(session.method, session.auth_time), standing_of(connection, caller.person)
        within_s = self.deps.signing.limits.proof_s
        return is_proven(operation, proof, standing, now=self.deps.clock(), within_s=within_s)


def _proof_needed(standing: Standing) -> ProofNeededError:
    if standing.is_empty:
        return ProofNeededError(
            "WL-SGN-011",
            "A one-time token shows who let you in, not that it is you.",
            "Choose a passkey or a password first, on the page of your account; then repeat.",
        )
    fresh = "This needs a fresh proof that it is you."
    if standing.passkeys or standing.provider:
        return ProofNeededError("WL-SGN-010", fresh, "Show your passkey, or sign in with your provider again.")
    return ProofNeededError("WL-SGN-014", fresh, "Give your password again.")


class Call:
    """One request: the operation its endpoint stands for and who calls."""

    __slots__ = ("_desk", "_operation", "caller", "uid")

    def __init__(self, desk: Desk, operation: Operation, caller: Caller | None, uid: int) -> None:
        self._desk = desk
        self._operation = operation
        self.caller = caller
        self.uid = uid

    @property
    def deps(self) -> ApiDependencies:
        """What the API is built from."""
        return self._desk.deps

    @property
    def watch(self) -> Watch[Any]:
        """The newest decisions, read once for all who watch."""
        return self._desk.watch

    async def read(
        self, work: Callable[[Turn], T], *, circumstances: Callable[[Turn], Circumstances] = no_circumstances
    ) -> T:
        """Judge and read; see ``Desk.read``."""
        return await self._desk.read(self._operation, self._signed_in(), work, circumstances=circumstances)

    async def change(
        self, work: Callable[[Turn], Done[T]], *, circumstances: Callable[[Turn], Circumstances] = no_circumstances
    ) -> T:
        """Judge, change and record; see ``Desk.change``."""
        return await self._desk.change(self._operation, self._signed_in(), work, circumstances=circumstances)

    async def ahead(self, work: Callable[[Turn], object]) -> None:
        """Do beforehand what takes long; see ``Desk.ahead``."""
        await self._desk.ahead(self._operation, self._signed_in(), work)

    async def change_unsigned(self, work: Callable[[Turn], Done[T]]) -> T:
        """Change and record where the credential is part of the call; see ``Desk.change_unsigned``."""
        return await self._desk.change_unsigned(self._operation, work)

    async def look(self, work: Callable[[Turn], T]) -> T:
        """Read beforehand, for the console's own operations; see ``Desk.look``."""
        return await self._desk.look(self._operation, self.caller or Caller(person=""), work)

    @property
    def person_id(self) -> str:
        """Who calls."""
        return self._signed_in().person

    @property
    def session_id(self) -> str:
        """The session whose page asks.

        Raises:
            Fault: It is no page that asks.
        """
        session = self._signed_in().session
        if session is None:
            raise Fault("WL-API-006", f"{self._operation.id} was reached without a session.")
        return session.entry.id

    def _signed_in(self) -> Caller:
        if self.caller is None:
            raise Fault("WL-API-006", f"{self._operation.id} was reached without a signed-in person.")
        return self.caller


Given: TypeAlias = NamedDependency[Call]
"""How an endpoint asks for the call it serves."""
