"""Trying clauses on what the log holds."""

from __future__ import annotations

from typing import Annotated

import msgspec
from litestar import get, post
from litestar.params import FromPath, JSONBody

from wardlaw.console.api.decisions import MAY_KNOW_BEHAVIOUR
from wardlaw.console.api.deps import Again, ReplayAsked, ReplayPart
from wardlaw.console.api.desk import Given, Turn
from wardlaw.governance.rights import holds_any
from wardlaw.store.records import get_record, stored_parts

MAX_SOURCES_BYTES = 8 * 1024 * 1024
"""The largest request, in bytes: some ten thousand clauses."""

_Millis = Annotated[int, msgspec.Meta(ge=0, le=2**53)]
_Index = Annotated[int, msgspec.Meta(ge=0, le=2**53)]


class ReplayBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is to be tried; see ``ReplayAsked``."""

    sources: dict[str, str]
    since_ms: _Millis = 0
    until_ms: _Millis = 0
    begin: _Index = 0
    end: _Index = 0
    examples: Annotated[int, msgspec.Meta(ge=0, le=100)] = 3


@post(
    "/decisions/replay",
    operation_id="decisions.replay",
    summary="What clauses that are not in force would have made of logged decisions",
    status_code=200,
    request_max_body_size=MAX_SOURCES_BYTES,
)
async def replay_decisions(call: Given, data: JSONBody[ReplayBody]) -> ReplayPart:
    """One part of the log judged anew; asked again from ``next`` until that is ``end``. A POST: clauses are large."""
    deps = call.deps
    asked = ReplayAsked(**msgspec.structs.asdict(data))

    def work(turn: Turn) -> ReplayPart:
        names = holds_any(turn.person, MAY_KNOW_BEHAVIOUR, book=deps.roles)
        return deps.replays.replay(turn.connection, asked, may_know_persons=names)

    return await call.read(work)


@get("/decisions/{record_id:str}/again", operation_id="decisions.again", summary="One decision by the clauses in force")
async def judge_again(call: Given, record_id: FromPath[str]) -> Again:
    """What the clauses that are in force now make of a decision's recorded inputs; nothing changes by it."""
    deps = call.deps

    def work(turn: Turn) -> Again:
        row = get_record(turn.connection, record_id)
        return deps.replays.again(row, stored_parts(turn.connection, row.leaf_index), deps.grants.policies())

    return await call.read(work)
