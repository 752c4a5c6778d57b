"""What red-team tools found, in a table; rows are only added."""

from __future__ import annotations

import msgspec
from sqlalchemy import insert, or_, select
from sqlalchemy.engine import Connection, RowMapping

from wardlaw.register.redteam.report import BoundReport, KeptReport, RedTeamReport
from wardlaw.store.registertables import RED_TEAM_REPORT

_R = RED_TEAM_REPORT.c
_MOST = 100


def keep_report(connection: Connection, kept: KeptReport) -> KeptReport:
    """Keep a report; the same file for the same model is kept once, and answered as it was kept first."""
    bound = kept.bound
    same = (_R.model_digest == bound.model_digest) & (_R.digest == bound.digest)
    row = connection.execute(select(RED_TEAM_REPORT).where(same)).mappings().one_or_none()
    if row is not None:
        return _kept(row)
    connection.execute(
        insert(RED_TEAM_REPORT).values(
            id=kept.id, model_digest=bound.model_digest, digest=bound.digest, target=bound.report.target,
            report=msgspec.json.encode(bound.report).decode(), kept_by=kept.kept_by, kept_at=kept.kept_at,
        )
    )  # fmt: skip
    return kept


def list_reports(connection: Connection, *, model: str = "", limit: int = _MOST) -> tuple[KeptReport, ...]:
    """Reports, newest first; of one model when its digest is named."""
    query = select(RED_TEAM_REPORT).order_by(_R.kept_at.desc(), _R.id).limit(limit)
    if model:
        query = query.where(_R.model_digest == model)
    return tuple(_kept(row) for row in connection.execute(query).mappings())


def reports_for(connection: Connection, model: str, targets: tuple[str, ...]) -> tuple[BoundReport, ...]:
    """What a gate may look at: reports of a model, and of the targets it names whatever their model."""
    wanted = or_(_R.model_digest == model, _R.target.in_(targets)) if targets else _R.model_digest == model
    query = select(RED_TEAM_REPORT).where(wanted).order_by(_R.kept_at.desc(), _R.id).limit(_MOST)
    return tuple(_kept(row).bound for row in connection.execute(query).mappings())


def _kept(row: RowMapping) -> KeptReport:
    report = msgspec.json.decode(row["report"], type=RedTeamReport)
    return KeptReport(
        row["id"], BoundReport(report, row["digest"], row["model_digest"]), row["kept_by"], row["kept_at"]
    )
