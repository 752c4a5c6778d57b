"""Held calls: who asks for what, and a person's word on it. Reading changes nothing; only a POST answers."""

from __future__ import annotations

from typing import Annotated

import msgspec
from litestar import get, post
from litestar.params import FromPath, JSONBody, QueryParameter

from wardlaw.console.api.desk import Done, Given, Turn
from wardlaw.console.api.shapes import CallAnswerRequest
from wardlaw.facts.approval import CallAnswer, CallApproval, HeldDetail
from wardlaw.governance.approvals import standing
from wardlaw.store.approvals import answer_call, get_approval, get_detail, list_approvals

_Only = Annotated[bool, QueryParameter()]
_Limit = Annotated[int, QueryParameter(ge=1, le=1_000)]


class ApprovalView(msgspec.Struct, frozen=True):
    """A held call, and how it stands now: as its state, or ``expired``."""

    standing: str
    approval: CallApproval


class ApprovalDetail(msgspec.Struct, frozen=True):
    """The same with what would happen; ``detail`` is ``None`` where that was erased or is past its time."""

    standing: str
    approval: CallApproval
    detail: HeldDetail | None


@get("/approvals", operation_id="approvals.list", summary="Calls that wait for a person")
async def list_held(call: Given, *, everything: _Only = False, limit: _Limit = 100) -> tuple[ApprovalView, ...]:
    """Newest first; with ``everything`` also those that were answered, used or ran out."""

    def work(turn: Turn) -> tuple[ApprovalView, ...]:
        found = list_approvals(turn.connection, now=turn.now, waiting=not everything, limit=limit)
        return tuple(ApprovalView(standing(one, now=turn.now), one) for one in found)

    return await call.read(work)


@get("/approvals/{approval_id:str}", operation_id="approvals.get", summary="One held call, and what would happen")
async def get_held(call: Given, approval_id: FromPath[str]) -> ApprovalDetail:
    """The call, its arguments with secrets masked, where their values came from, and why it is held."""

    def work(turn: Turn) -> ApprovalDetail:
        approval = get_approval(turn.connection, approval_id)
        sealed = get_detail(turn.connection, approval.id)
        detail = call.deps.held.open(sealed) if sealed is not None else None
        return ApprovalDetail(standing(approval, now=turn.now), approval, detail)

    return await call.read(work)


@post("/approvals/{approval_id:str}/answer", operation_id="approvals.answer", summary="Say yes or no", status_code=200)
async def answer_held(call: Given, approval_id: FromPath[str], data: JSONBody[CallAnswerRequest]) -> ApprovalView:
    """One person's word; the call goes when it is made again and as many have approved as its clauses ask for."""

    def work(turn: Turn) -> Done[ApprovalView]:
        answer = CallAnswer(turn.person.id, turn.now, data.approves, data.reason)
        approval = answer_call(turn.connection, approval_id, answer, selves=turn.selves)
        facts: dict[str, str | int] = {
            "approval": approval.id,
            "approves": int(data.approves),
            "state": approval.state.value,
            "principal": approval.principal,
            "acting_for": approval.acting_for,
            "resource": approval.resource,
            "clauses": ", ".join(approval.clauses),
            "digest": approval.digest,
            "reason": data.reason,
        }
        return Done(ApprovalView(standing(approval, now=turn.now), approval), facts)

    return await call.change(work)
