"""What red-team tools found, kept for gates and bound to a model of the register."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import msgspec
from litestar import get, post
from litestar.params import JSONBody, QueryParameter

from wardlaw.console.api.desk import Done, Given, Turn
from wardlaw.facts.errors import InputError
from wardlaw.register.checks import Digest
from wardlaw.register.entry import EntryKind
from wardlaw.register.redteam.report import (
    Attacked,
    BoundReport,
    KeptReport,
    RedTeamReport,
    ReportRefusedError,
    Severity,
    whole,
    wilson,
)
from wardlaw.store.entries import list_entries
from wardlaw.store.redteamreports import keep_report, list_reports
from wardlaw.store.systems import list_systems

_Model = Annotated[str, QueryParameter(name="model", pattern=r"^([0-9a-f]{64})?$")]
_Line = Annotated[str, msgspec.Meta(max_length=256, pattern=r"^[^\x00-\x1f\x7f]*$(?!\n)")]
_Said = Annotated[str, msgspec.Meta(min_length=1, max_length=256, pattern=r"^[^\x00-\x1f\x7f]*$(?!\n)")]
_Count = Annotated[int, msgspec.Meta(ge=0, le=1_000_000_000)]


class AttackedBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Attacks of one kind, judged in one way."""

    probe: _Said
    judge: _Line
    attempts: _Count
    successes: _Count
    unjudged: _Count = 0
    severity: Severity = Severity.HIGH


class ReportBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a report says, the digest of its file, and of the model that was attacked, as whoever hands it in vouches."""

    tool: _Said
    version: _Line
    target: _Line
    made: date
    digest: Digest
    model_digest: Digest
    attacked: Annotated[tuple[AttackedBody, ...], msgspec.Meta(min_length=1, max_length=2_000)]


class AttackedView(msgspec.Struct, frozen=True):
    """Attacks of one kind, and the ends of the 95 % interval (Wilson) of the share that succeeded."""

    probe: str
    judge: str
    severity: Severity
    attempts: int
    successes: int
    unjudged: int
    low: float
    high: float


class ReportView(msgspec.Struct, frozen=True):
    """A report that is kept; ``of`` are the models and systems that are registered with that digest."""

    id: str
    tool: str
    version: str
    target: str
    made: date
    digest: str
    model_digest: str
    of: tuple[str, ...]
    kept_by: str
    kept_at: float
    attacked: tuple[AttackedView, ...]


@get("/red-team", operation_id="redteam.list", summary="Red-team reports that are kept")
async def list_of_reports(call: Given, *, model: _Model = "") -> tuple[ReportView, ...]:
    """Newest first; of one model when its digest is named."""

    def work(turn: Turn) -> tuple[ReportView, ...]:
        return tuple(_view(turn, kept) for kept in list_reports(turn.connection, model=model))

    return await call.read(work)


@post("/red-team", operation_id="redteam.keep", summary="Keep a red-team report", status_code=201)
async def take_report(call: Given, data: JSONBody[ReportBody]) -> ReportView:
    """Keep what a report says; it speaks for the model it is bound to, and for no other."""

    def work(turn: Turn) -> Done[ReportView]:
        if not _registered_as(turn, data.model_digest):
            raise InputError(
                "WL-SYS-015",
                f"No model and no system is registered with the digest {data.model_digest[:12]}….",
                "`wardlaw register put`, or `wardlaw system change SYSTEM --model-digest …`, then import it again.",
            )
        attacked = [
            Attacked(one.probe, one.judge, one.attempts, one.successes, one.unjudged, one.severity)
            for one in data.attacked
        ]
        try:
            report = RedTeamReport(data.tool, data.version, data.target, data.made, whole(attacked))
        except ReportRefusedError as refused:
            raise InputError("WL-RED-002", str(refused), "Import the whole report, as its tool wrote it.") from refused
        bound = BoundReport(report, data.digest, data.model_digest)
        kept = keep_report(turn.connection, KeptReport(turn.new_id("rtr_"), bound, turn.person.id, turn.now))
        facts: dict[str, str | int] = {
            "report": kept.id, "tool": report.tool, "target": report.target, "made": report.made.isoformat(),
            "digest": bound.digest, "model": bound.model_digest, "attacks": sum(one.attempts for one in attacked),
            "successes": sum(one.successes for one in attacked),
        }  # fmt: skip
        return Done(_view(turn, kept), facts)

    return await call.change(work)


def _registered_as(turn: Turn, digest: str) -> tuple[str, ...]:
    """Models and systems in use that are registered with a digest."""
    models = [
        f"model:{kept.entry.id}"
        for kept in list_entries(turn.connection, kind=EntryKind.MODEL)
        if getattr(kept.entry, "digest", "") == digest
    ]
    systems = [
        f"system:{kept.system.id}" for kept in list_systems(turn.connection) if kept.system.made_of.model == digest
    ]
    return (*models, *systems)


def _view(turn: Turn, kept: KeptReport) -> ReportView:
    report = kept.bound.report
    rows = tuple(
        AttackedView(
            one.probe, one.judge, one.severity, one.attempts, one.successes, one.unjudged,
            *wilson(one.successes, one.attempts),
        )
        for one in report.attacked
    )  # fmt: skip
    return ReportView(
        kept.id, report.tool, report.version, report.target, report.made, kept.bound.digest, kept.bound.model_digest,
        _registered_as(turn, kept.bound.model_digest), kept.kept_by, kept.kept_at, rows,
    )  # fmt: skip
