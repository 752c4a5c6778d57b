"""How far the targets of the export have read the log."""

from __future__ import annotations

import msgspec
from litestar import get

from wardlaw.console.api.desk import Given, Turn
from wardlaw.store.exports import ExportCursor, log_end, read_cursor


class TargetView(msgspec.Struct, frozen=True):
    """One target; ``behind`` counts the records it has not taken, and the other fields are those of ``ExportCursor``."""

    target: str
    behind: int
    next_leaf: int
    sent: int
    missing: int
    refused: int
    sent_at: float
    failures: int
    error: str


class ExportView(msgspec.Struct, frozen=True):
    """All targets of the configuration, and the place after the newest record."""

    end: int
    targets: tuple[TargetView, ...]


@get("/audit/targets", operation_id="audit.export_status", summary="How far targets have read the log")
async def export_status(call: Given) -> ExportView:
    """In the order of the configuration."""

    def work(turn: Turn) -> ExportView:
        end = log_end(turn.connection)
        cursors = [read_cursor(turn.connection, name) for name in call.deps.export_targets]
        return ExportView(end, tuple(_view(one, end) for one in cursors))

    return await call.read(work)


def _view(cursor: ExportCursor, end: int) -> TargetView:
    return TargetView(behind=max(0, end - cursor.next_leaf), **msgspec.structs.asdict(cursor))
