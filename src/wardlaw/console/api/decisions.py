"""Decisions: find them, see why, and, with a purpose, read what was judged."""

from __future__ import annotations

from typing import Annotated

import msgspec
from litestar import get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, JSONBody, QueryParameter

from wardlaw.console.api.desk import Done, Given, Turn
from wardlaw.console.api.shapes import Purpose, RecordDetail, RecordView, record_view
from wardlaw.facts.person import Permission
from wardlaw.facts.record import Content
from wardlaw.governance.rights import Circumstances, holds_any
from wardlaw.store.records import MAX_ROWS, Search, get_record, search_records, stored_parts

_Text = Annotated[str, QueryParameter(max_length=128)]
_Millis = Annotated[int, QueryParameter(ge=0, le=2**53)]
_Index = Annotated[int, QueryParameter(ge=-1, le=2**53)]
_Limit = Annotated[int, QueryParameter(ge=1, le=MAX_ROWS)]


MAY_KNOW_BEHAVIOUR = (Permission.KILL_CONNECTION, Permission.CLOSE_INCIDENT)
"""How somebody usually works is personal: for those who answer for incidents, not for all who read records."""


class Span(msgspec.Struct, frozen=True):
    """Which part of the log, and how much of it."""

    since_ms: int
    until_ms: int
    before: int
    limit: int


async def provide_wanted(
    *,
    kind: _Text = "decision",
    effect: _Text = "",
    route: _Text = "",
    exchange: _Text = "",
    subject: _Text = "",
    code: _Text = "",
) -> Search:
    """What to look for; kind ``any`` means all."""
    kind = "" if kind == "any" else kind
    return Search(kind=kind, effect=effect, route=route, exchange=exchange, subject=subject, code=code)


async def provide_span(
    *, since_ms: _Millis = 0, until_ms: _Millis = 0, before: _Index = -1, limit: _Limit = 50
) -> Span:
    """Where to look."""
    return Span(since_ms, until_ms, before, limit)


@get(
    "/decisions",
    operation_id="decisions.list",
    summary="Records of the log, newest first",
    dependencies={"wanted": Provide(provide_wanted), "span": Provide(provide_span)},
)
async def list_decisions(
    call: Given, wanted: NamedDependency[Search], span: NamedDependency[Span]
) -> tuple[RecordView, ...]:
    """A page of matching records; the next one starts ``before`` the last ``leaf_index``."""
    search = msgspec.structs.replace(wanted, **msgspec.structs.asdict(span))
    return await call.read(lambda turn: tuple(record_view(row) for row in search_records(turn.connection, search)))


@get("/decisions/{record_id:str}", operation_id="decisions.get", summary="One decision, and why")
async def get_decision(call: Given, record_id: FromPath[str]) -> RecordDetail:
    """The record, its envelope and the explanation."""
    explainer = call.deps.explainer

    def work(turn: Turn) -> RecordDetail:
        row = get_record(turn.connection, record_id)
        explanation = dict(explainer.explain(row, stored_parts(turn.connection, row.leaf_index)))
        if not holds_any(turn.person, MAY_KNOW_BEHAVIOUR, book=call.deps.roles):
            explanation.pop("unusual", None)
        return RecordDetail(record_view(row), msgspec.json.decode(row.envelope), explanation)

    return await call.read(work)


@post(
    "/decisions/{record_id:str}/content",
    operation_id="decisions.content",
    summary="Read the judged text; needs a purpose and is recorded",
    status_code=200,
)
async def read_content(call: Given, record_id: FromPath[str], data: JSONBody[Purpose]) -> Content:
    """The text that was judged. A POST because reading leaves a record."""
    contents = call.deps.contents

    def work(turn: Turn) -> Done[Content]:
        row = get_record(turn.connection, record_id)
        content = contents.read(row, stored_parts(turn.connection, row.leaf_index))
        return Done(content, {"record": row.id, "purpose": data.purpose.strip()})

    return await call.change(work, circumstances=lambda _turn: Circumstances(purpose=data.purpose))
