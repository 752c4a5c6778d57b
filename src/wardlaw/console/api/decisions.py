"""Decisions: find them, see why, and, with a purpose, read what was judged."""

from __future__ import annotations

from typing import Annotated

import msgspec
from litestar import get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, JSONBody, QueryParameter

from wardlaw.console.api.deps import Explainer, Glance
from wardlaw.console.api.desk import Done, Given, Turn
from wardlaw.console.api.shapes import Purpose, RecordDetail, RecordView, record_view
from wardlaw.console.api.tail import MAY_KNOW_NAMES
from wardlaw.facts.person import Permission
from wardlaw.facts.record import Content
from wardlaw.governance.rights import Circumstances, holds_any
from wardlaw.store.records import (
    MAX_ROWS,
    RecordRow,
    Search,
    StoredPart,
    get_record,
    search_records,
    stored_class,
    stored_parts,
)

_Text = Annotated[str, QueryParameter(max_length=128)]
_Millis = Annotated[int, QueryParameter(ge=0, le=2**53)]
_Index = Annotated[int, QueryParameter(ge=-1, le=2**53)]
_Limit = Annotated[int, QueryParameter(ge=1, le=MAX_ROWS)]


_INPUTS = "inputs"

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
    call: Given,
    wanted: NamedDependency[Search],
    span: NamedDependency[Span],
    *,
    principal: _Text = "",
    clause: _Text = "",
) -> tuple[RecordView, ...]:
    """A page of matching records; the next one starts ``before`` the last ``leaf_index``.

    ``clause`` is one the decision rests on; ``principal`` is a caller or person by its whole name, for those who may know names, or a pseudonym.
    """
    search = msgspec.structs.replace(wanted, clause=clause, **msgspec.structs.asdict(span))
    deps = call.deps

    def work(turn: Turn) -> tuple[RecordView, ...]:
        named = holds_any(turn.person, MAY_KNOW_NAMES, book=deps.roles)
        meant = search
        if principal:
            names = deps.log.names(principal) if named else frozenset((principal,))
            meant = msgspec.structs.replace(search, subjects=tuple(sorted(names)))
        rows = search_records(turn.connection, meant)
        parts = stored_class(turn.connection, [row.leaf_index for row in rows], _INPUTS) if named else {}
        return tuple(_view(row, parts.get(row.leaf_index), deps.explainer) for row in rows)

    return await call.read(work)


def _view(row: RecordRow, part: StoredPart | None, explainer: Explainer) -> RecordView:
    seen = explainer.glance(row, (part,)) if part is not None else Glance()
    return record_view(row, principal=seen.principal, resource=seen.resource)


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
