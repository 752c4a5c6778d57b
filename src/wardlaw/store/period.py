"""What the tables tell of a period: how many records of which kind, its gaps, and who said or lifted what."""

from __future__ import annotations

import msgspec
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.engine import Connection

from wardlaw.audit.envelope import RecordKind, decode
from wardlaw.evidence.attestation import Attestation
from wardlaw.evidence.report import Gap, Period
from wardlaw.facts.breakglass import BreakGlass
from wardlaw.facts.canary import CanaryRun
from wardlaw.facts.waiver import Waiver
from wardlaw.store.attestations import list_attestations
from wardlaw.store.canaries import CanaryRuns
from wardlaw.store.exemptions import list_glass, list_waivers
from wardlaw.store.tables import RECORD

MOST = 10_000
"""Rows of one kind that are told; beyond, the report says that it tells the newest only."""


def counts_in(connection: Connection, period: Period) -> tuple[dict[str, int], dict[str, int]]:
    """Records by kind, and decisions by effect."""
    inside = _inside(period)
    kinds = select(RECORD.c.kind, func.count()).where(*inside).group_by(RECORD.c.kind).order_by(RECORD.c.kind)
    effects = (
        select(RECORD.c.effect, func.count())
        .where(*inside, RECORD.c.kind == RecordKind.DECISION.value)
        .group_by(RECORD.c.effect)
        .order_by(RECORD.c.effect)
    )
    return (
        {str(kind): int(many) for kind, many in connection.execute(kinds)},
        {str(effect): int(many) for effect, many in connection.execute(effects)},
    )


def gaps_in(connection: Connection, period: Period) -> tuple[Gap, ...]:
    """Records that say others are missing, oldest first."""
    query = (
        select(RECORD.c.id, RECORD.c.at_ms, RECORD.c.gateway, RECORD.c.envelope)
        .where(*_inside(period), RECORD.c.kind == RecordKind.GAP.value)
        .order_by(RECORD.c.leaf_index)
        .limit(MOST)
    )
    return tuple(
        Gap(name, at_ms / 1_000, gateway, dict(decode(envelope).facts))
        for name, at_ms, gateway, envelope in connection.execute(query)
    )


def canary_runs_in(connection: Connection, period: Period) -> tuple[CanaryRun, ...]:
    """Newest first."""
    found = CanaryRuns(connection).between(period.begin, period.end, limit=MOST)
    return tuple(found)


def waivers_in(connection: Connection, period: Period) -> tuple[Waiver, ...]:
    """Those asked for in the period, and those that stood in it."""
    return tuple(
        one
        for one in list_waivers(connection, now=period.end, everything=True, limit=MOST)
        if one.asked_at < period.end and max(one.asked_at, one.ended_at or one.ends_at) >= period.begin
    )


def glass_in(connection: Connection, period: Period) -> tuple[BreakGlass, ...]:
    """Those that stood in the period."""
    return tuple(
        one
        for one in list_glass(connection, limit=MOST)
        if one.opened_at < period.end and (one.closed_at or one.ends_at) >= period.begin
    )


def attestations_in(connection: Connection, period: Period) -> tuple[Attestation, ...]:
    """Those received before the period's end that still spoke in it, withdrawn ones too."""
    return tuple(
        one
        for one in list_attestations(connection)
        if one.received_at < period.end and (one.withdrawn_at or one.until) >= period.begin
    )


def full(lists: dict[str, tuple[msgspec.Struct, ...]]) -> tuple[str, ...]:
    """A sentence for each list that is as long as one may be."""
    return tuple(
        f"There are more {name} than the newest {MOST:,} told here."
        for name, found in lists.items()
        if len(found) >= MOST
    )


def _inside(period: Period) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return RECORD.c.at_ms >= int(period.begin * 1_000), RECORD.c.at_ms < int(period.end * 1_000)
