"""Appeals: anybody signed in says that a decision was wrong, and another person answers."""

from __future__ import annotations

from typing import Annotated

import msgspec
from litestar import get, post
from litestar.params import FromPath, JSONBody, QueryParameter

from wardlaw.audit.envelope import decode
from wardlaw.console.api.desk import Done, Given, Turn
from wardlaw.console.api.shapes import AppealAnswer, AppealRequest
from wardlaw.facts.appeal import Appeal, AppealCount, AppealState
from wardlaw.facts.effect import Effect
from wardlaw.facts.errors import InputError
from wardlaw.governance.duties import answered_appeal, count_appeals
from wardlaw.governance.rights import Circumstances
from wardlaw.store.approvals import answered_by
from wardlaw.store.duties import change_appeal, get_appeal, keep_appeal, list_appeals
from wardlaw.store.records import get_record

RULE = "APPEAL"
_State = Annotated[AppealState | None, QueryParameter(name="state")]


class AppealReceipt(msgspec.Struct, frozen=True):
    """An appeal as whoever made it sees it: not which clauses stopped them, which security does not tell callers."""

    id: str
    decision: str
    at: float
    reason: str
    state: AppealState
    answer: str
    answered_at: float


class AppealBook(msgspec.Struct, frozen=True):
    """Appeals, newest first, and how those against each clause came out."""

    appeals: tuple[Appeal, ...]
    counts: tuple[AppealCount, ...]


@post("/appeals", operation_id="appeals.make", summary="Say that a decision was wrong", status_code=201)
async def make_appeal(call: Given, data: JSONBody[AppealRequest]) -> AppealReceipt:
    """For any signed-in person, by the decision id that the refusal named."""

    def work(turn: Turn) -> Done[AppealReceipt]:
        envelope = decode(get_record(turn.connection, data.decision).envelope)
        if envelope.effect in ("", Effect.ALLOW.value):
            raise InputError("WL-DUE-011", f"{data.decision} stopped nothing.", "Appeal against the decision that did.")
        appeal = Appeal(
            id=turn.new_id("app_"),
            decision=data.decision,
            clauses=tuple(envelope.clauses),
            effect=envelope.effect,
            by=turn.person.id,
            at=turn.now,
            reason=data.reason,
        )
        keep_appeal(turn.connection, appeal)
        return Done(_receipt(appeal), _facts(appeal))

    return await call.change(work)


@get("/appeals/own", operation_id="appeals.own", summary="One's own appeals")
async def own_appeals(call: Given) -> tuple[AppealReceipt, ...]:
    """Newest first, with their answers."""

    def work(turn: Turn) -> tuple[AppealReceipt, ...]:
        return tuple(_receipt(one) for one in list_appeals(turn.connection) if one.by == turn.person.id)

    return await call.read(work)


@get("/appeals", operation_id="appeals.list", summary="Appeals, and how they came out by clause")
async def all_appeals(call: Given, only: _State = None) -> AppealBook:
    """Newest first; the counts are of all of them, whatever ``state`` asks for."""

    def work(turn: Turn) -> AppealBook:
        return AppealBook(list_appeals(turn.connection, state=only), count_appeals(list_appeals(turn.connection)))

    return await call.read(work)


@post("/appeals/{appeal_id:str}/answer", operation_id="appeals.answer", summary="Answer an appeal", status_code=200)
async def answer_appeal(call: Given, appeal_id: FromPath[str], data: JSONBody[AppealAnswer]) -> Appeal:
    """By neither who appealed nor who refused the held call; it changes no decision, and says whether one was wrong."""

    def work(turn: Turn) -> Done[Appeal]:
        before = get_appeal(turn.connection, appeal_id)
        if turn.person.id in answered_by(turn.connection, before.decision):
            raise InputError(
                "WL-DUE-014", f"{turn.person.id} took part in that decision.", "Let somebody answer who did not."
            )
        appeal = answered_appeal(before, by=turn.person.id, overturns=data.overturns, answer=data.answer, now=turn.now)
        change_appeal(turn.connection, appeal)
        return Done(appeal, {**_facts(appeal), "answer": data.answer})

    def circumstances(turn: Turn) -> Circumstances:
        return Circumstances(not_by=get_appeal(turn.connection, appeal_id).by, rule=RULE)

    return await call.change(work, circumstances=circumstances)


def _receipt(appeal: Appeal) -> AppealReceipt:
    return AppealReceipt(
        appeal.id, appeal.decision, appeal.at, appeal.reason, appeal.state, appeal.answer, appeal.answered_at
    )


def _facts(appeal: Appeal) -> dict[str, str | int]:
    return {
        "appeal": appeal.id,
        "decision": appeal.decision,
        "clauses": ", ".join(appeal.clauses),
        "state": appeal.state.value,
        "reason": appeal.reason,
    }
