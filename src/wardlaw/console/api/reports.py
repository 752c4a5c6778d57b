"""Evidence reports: one signed bundle that anybody can check without Wardlaw."""

from __future__ import annotations

from datetime import UTC, datetime

from litestar import post
from litestar.params import JSONBody

from wardlaw.console.api.deps import ReportLines
from wardlaw.console.api.desk import Done, Given, Turn
from wardlaw.console.api.shapes import ReportFiles, ReportRequest
from wardlaw.evidence.report import Period, Report
from wardlaw.facts.errors import InputError, UnavailableError

_BINARY = ".pdf"


@post("/reports", operation_id="reports.build", summary="Make a signed evidence report", status_code=200)
async def build_report(call: Given, data: JSONBody[ReportRequest]) -> ReportFiles:
    """How every provision of a framework stands, what happened in a period, and the proofs. It stays in the log."""

    def work(turn: Turn) -> Done[ReportFiles]:
        period = _period(data, turn.now)
        report = _gathered(call, turn, data.framework, period)

        def seal() -> ReportFiles:
            return _answer(report, call.deps.reports.seal(report))

        facts: dict[str, str | int] = {
            "framework": data.framework,
            "since": str(data.since),
            "until": str(data.until),
            "records": len(report.records),
        }
        return Done(_answer(report, {}), facts, then=seal)

    return await call.change(work)


def _period(data: ReportRequest, now: float) -> Period:
    """The period that is asked for.

    Raises:
        InputError: It is none, or it has not begun (WL-RPT-001).
    """
    today = datetime.fromtimestamp(now, tz=UTC).date()
    if not data.since < data.until or data.since > today:
        raise InputError(
            "WL-RPT-001",
            f"From {data.since} to {data.until} is no period that has begun.",
            "Give a first day that is not in the future, and a later first day after the period.",
        )
    return Period(data.since, data.until)


def _gathered(call: Given, turn: Turn, framework: str, period: Period) -> Report:
    desk = call.deps.coverage
    named = desk.named(desk.frameworks(turn.connection), framework)
    survey, counted = desk.survey(turn.connection)
    if counted.end < counted.log_end:
        # Half a log would show clauses better, or worse, than they are.
        raise UnavailableError(
            "WL-RPT-002",
            f"{counted.end} of {counted.log_end} records of the log are counted so far.",
            "Ask again in a moment; each question counts on.",
        )
    lines = ReportLines(
        framework=named,
        controls=desk.controls(),
        provisions=desk.lines(turn.connection, survey, framework),
        clauses=desk.lines(turn.connection, survey, ""),
        log_size=counted.log_end,
    )
    return call.deps.reports.gather(turn.connection, survey, lines, period)


def _answer(report: Report, files: dict[str, bytes]) -> ReportFiles:
    return ReportFiles(
        files={name: content.decode() for name, content in files.items() if not name.endswith(_BINARY)},
        binary={name: content for name, content in files.items() if name.endswith(_BINARY)},
        applicable=report.applicable,
        proven=report.proven,
        attested=report.attested,
        gaps=len(report.happened.gaps),
        records=len(report.records),
        records_proven=sum(name.endswith(".tlog-proof") for name in files),
    )
