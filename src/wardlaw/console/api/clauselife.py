"""The life of clauses: hand in, approve, try in shadow, enforce, retire; who did it and what it would have stopped."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import msgspec
from litestar import get, post
from litestar.params import FromPath, JSONBody
from sqlalchemy.engine import Connection

from wardlaw.console.api.desk import Call, Done, Given, Turn
from wardlaw.console.api.lifedesk import (
    BacktestAsked,
    BacktestPart,
    ClauseHistory,
    ClauseLook,
    EmergencyLook,
    LifeDesk,
    LifeOverview,
    LifePlan,
    PolicyStatus,
)
from wardlaw.console.api.shapes import Line, MaybeLine
from wardlaw.facts.clauselife import Backtest, LifeState, SignOff
from wardlaw.facts.errors import InputError
from wardlaw.facts.person import Permission
from wardlaw.governance.humans import human_of
from wardlaw.governance.moves import Author, Move
from wardlaw.governance.rights import Circumstances, RoleBook
from wardlaw.store.generations import Generation, bump

_Millis = Annotated[int, msgspec.Meta(ge=0, le=2**53)]
_Clause = FromPath[str]


class ReasonRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why."""

    reason: Line


class EmergencyRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why a text cannot wait; and its digest, or the first eight digits or more, where somebody has looked at it."""

    reason: Line
    digest: Annotated[str, msgspec.Meta(pattern=r"^([0-9a-f]{8,64})?$(?!\n)")] = ""


class SignRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What somebody says of the text with this digest, or its first eight digits or more."""

    digest: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{8,64}$(?!\n)")]
    reason: MaybeLine = ""


class ReviewRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why a text is handed in."""

    reason: MaybeLine = ""


class TryRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which part of the log; see ``BacktestAsked``."""

    since_ms: _Millis
    until_ms: _Millis
    begin: _Millis = 0
    end: _Millis = 0


class ClauseMoved(msgspec.Struct, frozen=True):
    """What a version did."""

    clause: str
    version: int
    digest: str
    state: LifeState
    withdrawn: tuple[int, ...] = ()
    review_until: float = 0.0


@get("/policy/life", operation_id="policy.life", summary="How every clause stands")
async def clause_life(call: Given) -> LifeOverview:
    """Versions, files and what is published, held against each other; and how carefully people sign."""
    return await call.read(lambda turn: call.deps.life.overview(turn.connection, at=turn.now))


@get("/policy/clauses/{clause:str}", operation_id="policy.history", summary="Everything of one clause")
async def clause_history(call: Given, clause: _Clause) -> ClauseHistory:
    """Versions, sign-offs, events, backtests."""
    return await call.read(lambda turn: call.deps.life.history(turn.connection, clause))


@get("/policy/clauses/{clause:str}/text", operation_id="policy.look", summary="The text that waits for approval")
async def look_at_clause(call: Given, clause: _Clause) -> ClauseLook:
    """Text, what it does in one sentence, what it changes. How long somebody looks before answering is measured."""
    life = call.deps.life
    return await call.read(lambda turn: life.look(turn.connection, clause, by=turn.person.id, at=turn.now))


@post("/policy/clauses/{clause:str}/review", operation_id="policy.review", summary="Hand in", status_code=200)
async def review_clause(call: Given, clause: _Clause, data: JSONBody[ReviewRequest]) -> ClauseMoved:
    """The text on disk becomes a version in review, and whoever hands it in its author."""
    life = call.deps.life

    def work(turn: Turn) -> Done[ClauseMoved]:
        plan = life.review(turn.connection, clause, author_of(turn), at=turn.now)
        return kept(life, turn, plan, data.reason)

    await call.ahead(lambda turn: life.review(turn.connection, clause, author_of(turn), at=turn.now))
    return await call.change(work)


@post("/policy/clauses/{clause:str}/retire", operation_id="policy.retire", summary="Ask for its end", status_code=200)
async def retire_clause(call: Given, clause: _Clause, data: JSONBody[ReasonRequest]) -> ClauseMoved:
    """The end of a clause is approved like its beginning."""
    life = call.deps.life

    def work(turn: Turn) -> Done[ClauseMoved]:
        plan = life.retire(turn.connection, clause, author_of(turn), at=turn.now)
        return kept(life, turn, plan, data.reason)

    return await call.change(work)


@post("/policy/clauses/{clause:str}/approve", operation_id="policy.approve", summary="Approve", status_code=200)
async def approve_clause(call: Given, clause: _Clause, data: JSONBody[SignRequest]) -> ClauseMoved:
    """One person's approval of one digest. Whoever wrote it cannot give it (SOD-1)."""
    return await _sign(call, clause, data, approves=True)


@post("/policy/clauses/{clause:str}/reject", operation_id="policy.reject", summary="Send back", status_code=200)
async def reject_clause(call: Given, clause: _Clause, data: JSONBody[SignRequest]) -> ClauseMoved:
    """One rejection sends a version back, and ends an emergency at the next publication."""
    if not data.reason:
        raise InputError("WL-LIF-014", "A rejection without a reason helps nobody.", "Give --reason.")
    return await _sign(call, clause, data, approves=False)


@post("/policy/clauses/{clause:str}/try", operation_id="policy.try", summary="Part of a backtest", status_code=200)
async def try_clause(call: Given, clause: _Clause, data: JSONBody[TryRequest]) -> BacktestPart:
    """Judges about a second's worth of the log; asked again from ``next`` until that is ``end``."""
    life = call.deps.life
    asked = BacktestAsked(**msgspec.structs.asdict(data))
    return await call.read(lambda turn: life.backtest(turn.connection, clause, asked, by=turn.person.id))


@post("/policy/clauses/{clause:str}/backtest", operation_id="policy.backtest", summary="Keep it", status_code=200)
async def backtest_clause(call: Given, clause: _Clause) -> Backtest:
    """Keep what the backtest found that just came to its end; the figures are ours, not the caller's."""
    life = call.deps.life

    def work(turn: Turn) -> Done[Backtest]:
        version = life.tested(turn.connection, clause, by=turn.person.id)
        life.keep_backtest(turn.connection, version, id_=turn.new_id("bkt_"))
        found = version.backtest
        assert found is not None
        facts: dict[str, str | int] = {
            "clause": clause, "version": version.version, "digest": version.digest, "judged": found.judged,
            "stopped": found.total.stopped, "allowed": found.total.allowed,
        }  # fmt: skip
        return Done(found, facts)

    return await call.change(work)


@post("/policy/clauses/{clause:str}/enforce", operation_id="policy.enforce", summary="Into force", status_code=200)
async def enforce_clause(call: Given, clause: _Clause) -> PolicyStatus:
    """What was in shadow takes effect, in place of the version before; needs approvals and a backtest."""
    life = call.deps.life

    def circumstances(turn: Turn) -> Circumstances:
        origin = life.origin(turn.connection, clause, at=turn.now)
        return Circumstances(authors=origin.authors, lacks_approval=origin.lacks_approval)

    def work(turn: Turn) -> Done[PolicyStatus]:
        return published(call, turn, life.enforce(turn.connection, clause, at=turn.now), reason="")

    await call.ahead(lambda turn: life.enforce(turn.connection, clause, at=turn.now))
    return await call.change(work, circumstances=circumstances)


@get("/policy/clauses/{clause:str}/emergency", operation_id="policy.foresee", summary="What an emergency would do")
async def foresee_emergency(call: Given, clause: _Clause) -> EmergencyLook:
    """The text on disk and what it changes against what is in force; nothing is kept."""
    life = call.deps.life
    return await call.read(lambda turn: life.foresee(turn.connection, clause, author_of(turn), at=turn.now))


@post("/policy/clauses/{clause:str}/emergency", operation_id="policy.emergency", summary="At once", status_code=200)
async def emergency_clause(call: Given, clause: _Clause, data: JSONBody[EmergencyRequest]) -> PolicyStatus:
    """The text on disk takes effect at once if it only tightens; another person reviews it within a day.

    With a digest it does so only while that is still the text.
    """
    life = call.deps.life

    def work(turn: Turn) -> Done[PolicyStatus]:
        plan = life.emergency(turn.connection, clause, author_of(turn), at=turn.now)
        if not any(move.is_new and move.version.digest.startswith(data.digest) for move in plan.moves):
            raise InputError(
                "WL-API-023",
                f"The file of {clause} has changed since somebody looked at it.",
                "Look at what it would do now, and repeat.",
            )
        return published(call, turn, plan, reason=data.reason)

    await call.ahead(lambda turn: life.emergency(turn.connection, clause, author_of(turn), at=turn.now))
    return await call.change(work)


def published(call: Call, turn: Turn, plan: LifePlan, *, reason: str) -> Done[PolicyStatus]:
    """Record the moves with the digest they lead to, then publish: nothing runs that the log does not know."""
    life, policies = call.deps.life, call.deps.policies
    prepared = plan.prepared
    assert prepared is not None

    def publish() -> PolicyStatus:
        done = policies.publish_now(prepared)
        bump(turn.connection, Generation.POLICIES)
        return msgspec.structs.replace(done, moved=told(plan.moves), held=plan.held)

    facts: dict[str, str | int] = {"policies": prepared.digest, "clauses": prepared.clauses}
    if plan.moves:
        facts |= {"moved": "; ".join(told(plan.moves)), "reason": reason}
    return Done(prepared, facts, then=publish, noted=_noting(life, turn, plan, reason))


def told(moves: tuple[Move, ...]) -> tuple[str, ...]:
    """Each move in words, with the digest it is about."""
    return tuple(
        f"{one.version.clause} version {one.version.version} ({one.version.digest[:12]}): {one.state.value}"
        for one in moves
    )


async def _sign(call: Call, clause: str, data: SignRequest, *, approves: bool) -> ClauseMoved:
    life = call.deps.life

    def circumstances(turn: Turn) -> Circumstances:
        return Circumstances(authors=life.origin(turn.connection, clause, at=turn.now).authors)

    def work(turn: Turn) -> Done[ClauseMoved]:
        word = SignOff(
            id=turn.new_id("sgn_"),
            digest=data.digest,
            person=turn.person.id,
            human=human_of(turn.person),
            roles=_approving(turn, call.deps.roles),
            approves=approves,
            reason=data.reason,
            seconds=0.0,
            at=turn.now,
            expires_at=0.0,
        )
        return kept(life, turn, life.sign(turn.connection, clause, word), data.reason)

    return await call.change(work, circumstances=circumstances)


def kept(
    life: LifeDesk, turn: Turn, plan: LifePlan, reason: str, *, write: Callable[[], None] | None = None
) -> Done[ClauseMoved]:
    """The answer and the record of moves that publish nothing.

    Args:
        write: What must be done beside them once the record is durable; where it fails nothing is kept.
    """
    done = next((one for one in plan.moves if not one.by_itself), plan.moves[0])
    version = done.version
    answer = ClauseMoved(
        clause=version.clause,
        version=version.version,
        digest=version.digest,
        state=done.state,
        withdrawn=tuple(one.version.version for one in plan.moves if one.by_itself),
        review_until=done.until,
    )
    facts: dict[str, str | int] = {
        "clause": version.clause, "version": version.version, "digest": version.digest, "state": done.state.value,
        "reason": reason,
    }  # fmt: skip
    if (word := done.sign_off) is not None:
        facts |= {"approves": int(word.approves), "roles": ",".join(word.roles), "seconds": int(word.seconds)}

    def done_with() -> ClauseMoved:
        if write is not None:
            write()
        return answer

    return Done(answer, facts, then=done_with, noted=_noting(life, turn, plan, reason))


def _noting(life: LifeDesk, turn: Turn, plan: LifePlan, reason: str) -> Callable[[str], None]:
    connection: Connection = turn.connection

    def note(record: str) -> None:
        life.keep(connection, plan, by=turn.person.id, at=turn.now, reason=reason, record=record)

    return note


def author_of(turn: Turn) -> Author:
    """Whoever calls, as the author of a text."""
    return Author(turn.person.id, human_of(turn.person))


def _approving(turn: Turn, book: RoleBook) -> tuple[str, ...]:
    return tuple(role.value for role in turn.person.roles if Permission.APPROVE_POLICY in book.roles[role])
