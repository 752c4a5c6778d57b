"""The newest records of the log, and those that arrive: long polling, judged anew at each look."""

from __future__ import annotations

import asyncio
from typing import Annotated

import msgspec
from litestar import get
from litestar.params import QueryParameter

from wardlaw.audit.envelope import RecordKind, decode
from wardlaw.console.api.deps import Glance
from wardlaw.console.api.desk import Given, Turn
from wardlaw.facts.person import Permission
from wardlaw.governance.rights import holds_any
from wardlaw.store.records import RecordRow, records_after, records_end, stored_class

MAY_KNOW_NAMES = (Permission.KILL_CONNECTION, Permission.REVOKE_NHI)
"""Who callers are, by name: for those who may stop them. Others see the log's pseudonym."""

LOOK_S = 0.5
_KINDS = (RecordKind.DECISION.value, RecordKind.OUTCOME.value)
_INPUTS = "inputs"

_After = Annotated[int, QueryParameter(ge=-1, le=2**53)]
_Wait = Annotated[float, QueryParameter(ge=0, le=25)]
_Limit = Annotated[int, QueryParameter(ge=1, le=200)]
_Last = Annotated[int, QueryParameter(ge=-1, le=200)]


class TailLine(msgspec.Struct, frozen=True):
    """One decision or outcome.

    Attributes:
        principal: Name by right, else the pseudonym of the log; ``""`` for an outcome.
        resource: ``""`` for an outcome, and where the inputs were erased.
        result: How an exchange ended, for an outcome; ``status`` is what the caller got.
        canary: The canary it was; ``""`` for ordinary traffic.
    """

    leaf_index: int
    at_ms: int
    id: str
    kind: str
    exchange: str
    route: str
    effect: str = ""
    demanded: str = ""
    clauses: tuple[str, ...] = ()
    code: str = ""
    action: str = ""
    principal: str = ""
    resource: str = ""
    result: str = ""
    status: int = 0
    canary: str = ""


class TailPage(msgspec.Struct, frozen=True):
    """Lines in the order of the log; ``next`` is what to ask ``after`` next time."""

    lines: tuple[TailLine, ...]
    next: int


@get("/tail", operation_id="decisions.tail", summary="Decisions and outcomes as they are sequenced")
async def tail_decisions(
    call: Given, *, after: _After = -1, last: _Last = -1, wait_s: _Wait = 0, limit: _Limit = 200
) -> TailPage:
    """Records after one, -1 for all; with ``last`` that many of the newest instead.

    Waits up to ``wait_s`` for the first record. Rights are looked at again each time: whoever loses them sees no more.
    """
    glance = call.deps.explainer.glance

    def work(turn: Turn) -> TailPage:
        end = records_end(turn.connection)
        start = after if last < 0 else max(-1, end - 1 - last)
        rows = records_after(turn.connection, start, limit=limit) if end - 1 > start else ()
        named = holds_any(turn.person, MAY_KNOW_NAMES, book=call.deps.roles)
        parts = stored_class(turn.connection, [row.leaf_index for row in rows], _INPUTS)
        lines = tuple(
            _line(row, glance(row, (parts[row.leaf_index],)) if row.leaf_index in parts else Glance(), named=named)
            for row in rows
            if row.kind in _KINDS
        )
        return TailPage(lines, rows[-1].leaf_index if rows else start)

    loop = asyncio.get_running_loop()
    deadline = loop.time() + wait_s
    while True:
        page = await call.read(work)
        if page.lines or page.next != after or loop.time() + LOOK_S > deadline:
            return page
        await asyncio.sleep(LOOK_S)


def _line(row: RecordRow, glance: Glance, *, named: bool) -> TailLine:
    envelope = decode(row.envelope)
    if row.kind == RecordKind.OUTCOME.value:
        status = envelope.facts.get("status", 0)
        return TailLine(
            row.leaf_index,
            row.at_ms,
            row.id,
            row.kind,
            row.exchange,
            row.route,
            result=str(envelope.facts.get("result", "")),
            status=status if isinstance(status, int) else 0,
            canary=str(envelope.facts.get("canary", "")),
        )
    return TailLine(
        row.leaf_index,
        row.at_ms,
        row.id,
        row.kind,
        row.exchange,
        row.route,
        row.effect,
        row.demanded,
        tuple(envelope.clauses),
        row.code,
        row.action,
        (glance.principal if named else "") or row.subject,
        glance.resource,
        canary=str(envelope.facts.get("canary", "")),
    )
