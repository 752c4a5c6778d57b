"""Reading the log: searching its records, and verifying it in front of whoever asks."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from typing import Annotated, Any

import msgspec
from litestar import get
from litestar.di import NamedDependency, Provide
from litestar.params import QueryParameter
from litestar.response import Stream

from wardlaw.audit.envelope import RecordKind, decode
from wardlaw.console.api.desk import Call, Given, Turn
from wardlaw.console.api.shapes import MaybeLine
from wardlaw.facts.errors import WardlawError
from wardlaw.store.records import RecordRow
from wardlaw.store.recordsearch import RecordSearch, find_records

_Kind = Annotated[RecordKind | None, QueryParameter(name="kind")]
_Text = Annotated[str, QueryParameter(max_length=128)]
_Millis = Annotated[int, QueryParameter(ge=0, le=2**53)]
_Index = Annotated[int, QueryParameter(ge=-1, le=2**53)]
_Limit = Annotated[int, QueryParameter(ge=1, le=500)]


class LogLine(msgspec.Struct, frozen=True):
    """One record as everybody who reads the log may see it.

    Attributes:
        operation: What was done, for records of the management API; empty for others.
        subject: Rotating pseudonym of who it is about.
        told: Further facts that stand open in the log.
    """

    leaf_index: int
    id: str
    kind: str
    at_ms: int
    subject: str
    operation: str
    effect: str
    action: str
    route: str
    code: str
    clauses: tuple[str, ...]
    exchange: str
    gateway: str
    told: dict[str, str | int]


class LogPage(msgspec.Struct, frozen=True):
    """Records, newest first; ``next`` is what to ask ``before`` to look further, -1 at the end."""

    records: tuple[LogLine, ...]
    next: int


class AskedOfLog(msgspec.Struct, frozen=True):
    """What is looked for: ``subject`` is a pseudonym or the id of somebody (``person:…``, ``user:…``)."""

    kind: RecordKind | None
    subject: str
    words: MaybeLine


async def provide_asked(*, kind: _Kind = None, subject: _Text = "", words: _Text = "") -> AskedOfLog:
    """What to look for."""
    return AskedOfLog(kind, subject.strip(), words.strip())


@get(
    "/audit/records",
    operation_id="audit.records",
    summary="Search the log",
    dependencies={"asked": Provide(provide_asked)},
)
async def find_in_log(
    call: Given,
    asked: NamedDependency[AskedOfLog],
    *,
    since_ms: _Millis = 0,
    until_ms: _Millis = 0,
    before: _Index = -1,
    limit: _Limit = 50,
) -> LogPage:
    """Records of every kind, newest first. A search for words reads some thousand records and says where to go on."""

    def work(turn: Turn) -> LogPage:
        subjects = tuple(call.deps.log.names(asked.subject)) if asked.subject else ()
        kind = asked.kind.value if asked.kind is not None else ""
        search = RecordSearch(kind, subjects, asked.words, since_ms, until_ms, before, limit)
        found = find_records(turn.connection, search)
        return LogPage(tuple(_line(row) for row in found.rows), found.next)

    return await call.read(work)


@get("/audit/verification", operation_id="audit.verify", summary="Verify the log, step by step")
async def verify_log_now(call: Given) -> Stream:
    """JSON lines: steps as they are done (``step``), at the end the verdict (``verdict``) or what failed (``error``)."""
    await call.read(lambda _turn: None)
    return Stream(_verifying(call), media_type="application/x-ndjson")


async def _verifying(call: Call) -> AsyncIterator[bytes]:
    loop = asyncio.get_running_loop()
    lines: asyncio.Queue[bytes | None] = asyncio.Queue()

    def tell(what: dict[str, Any]) -> None:
        loop.call_soon_threadsafe(lines.put_nowait, msgspec.json.encode(what) + b"\n")

    def work() -> None:
        try:
            verdict = call.deps.log.verify(lambda step: tell({"step": msgspec.structs.asdict(step)}))
            tell({"verdict": dict(verdict)})
        except WardlawError as error:
            tell({"error": {"code": error.code, "message": error.message, "hint": error.hint}})
        finally:
            loop.call_soon_threadsafe(lines.put_nowait, None)

    # A thread of its own: reading a large log must not hold one of the few that serve everybody.
    threading.Thread(target=work, name="verify", daemon=True).start()
    while (line := await lines.get()) is not None:
        yield line


def _line(row: RecordRow) -> LogLine:
    envelope = decode(row.envelope)
    told = dict(envelope.facts)
    operation = told.pop("operation", "")
    return LogLine(
        leaf_index=row.leaf_index, id=row.id, kind=row.kind, at_ms=row.at_ms, subject=row.subject,
        operation=str(operation), effect=row.effect, action=row.action, route=row.route, code=row.code,
        clauses=tuple(envelope.clauses), exchange=row.exchange, gateway=row.gateway, told=told,
    )  # fmt: skip
