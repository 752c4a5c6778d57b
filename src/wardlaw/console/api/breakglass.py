"""Broken glass: clauses lifted at once, everybody told, and an incident that stays open until somebody else has looked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import msgspec
from litestar import get, post
from litestar.params import FromPath, JSONBody, QueryParameter

from wardlaw.console.api.desk import Call, Done, Given, Turn
from wardlaw.console.api.shapes import GlassRequest, GlassReview, Release
from wardlaw.console.api.waivers import check_liftable, liftable_clauses
from wardlaw.facts.breakglass import BreakGlass
from wardlaw.facts.errors import InputError
from wardlaw.facts.exemption import ExemptionScope
from wardlaw.facts.incident import Incident, IncidentState
from wardlaw.governance.exemptions import (
    GLASS_MINUTES,
    REVIEW_S,
    check_glass,
    check_scope,
    closed_glass,
    glass_minutes,
    reviewed_glass,
)
from wardlaw.governance.rights import Circumstances
from wardlaw.store import incidents
from wardlaw.store.exemptions import change_glass, get_glass, keep_glass, list_glass
from wardlaw.store.notifications import Event, enqueue

KIND = "break-glass"
"""Kind of the incident that every broken glass opens."""

_Days = Annotated[int, QueryParameter(ge=1, le=3_650)]
_DAY_S = 86_400.0


class GlassView(msgspec.Struct, frozen=True):
    """Broken glass, and how it stands: ``open``, or what its review is at (``unreviewed``, ``overdue``, ``reviewed``)."""

    standing: str
    glass: BreakGlass


class GlassReport(msgspec.Struct, frozen=True):
    """What was broken in a time, newest first, and for how many minutes of it any glass stood."""

    days: int
    minutes: float
    glasses: tuple[GlassView, ...]


class LiftableClause(msgspec.Struct, frozen=True):
    """A clause that broken glass lifts."""

    id: str
    title: str


class Liftable(msgspec.Struct, frozen=True):
    """What breaking the glass would do.

    Attributes:
        clauses: Those in force that it lifts, when none is named.
        never: Those that nothing lifts.
        minutes: For how long at most.
        told: Channels over which people are told at once; empty where nobody is.
        owed: Glass this person broke and nobody has reviewed: until then they break none.
    """

    clauses: tuple[LiftableClause, ...]
    never: tuple[str, ...]
    minutes: int
    told: tuple[str, ...]
    owed: str = ""


@get("/break-glass", operation_id="glass.list", summary="When glass was broken, and for how long")
async def list_broken(call: Given, *, days: _Days = 90) -> GlassReport:
    """The last days; minutes of overlapping ones count once."""

    def work(turn: Turn) -> GlassReport:
        since = turn.now - days * _DAY_S
        found = list_glass(turn.connection, since=since, limit=1_000)
        minutes = glass_minutes(found, since=since, until=turn.now)
        return GlassReport(days, round(minutes, 1), tuple(_view(one, turn) for one in found))

    return await call.read(work)


@get("/break-glass/liftable", operation_id="glass.liftable", summary="What breaking the glass would lift")
async def what_may_be_lifted(call: Given) -> Liftable:
    """The clauses in force that may be lifted, for how long, and over which channels people are told."""

    def work(turn: Turn) -> Liftable:
        titles = {one.id: one.title for one in call.deps.coverage.running()}
        known = liftable_clauses(call.deps.grants.policies(), by_glass=True)
        names = sorted(name for name, may in known.items() if may)
        owed = _owed(turn)
        return Liftable(
            tuple(LiftableClause(name, titles.get(name, "")) for name in names),
            tuple(sorted(name for name, may in known.items() if not may)),
            GLASS_MINUTES,
            call.deps.grants.channels,
            owed.id if owed is not None else "",
        )

    return await call.read(work)


@post("/break-glass", operation_id="glass.open", summary="Break the glass", status_code=201)
async def open_glass(call: Given, data: JSONBody[GlassRequest]) -> GlassView:
    """Lift governance clauses for somebody or something at once; an incident is opened and told to every channel."""

    def work(turn: Turn) -> Done[GlassView]:
        scope = ExemptionScope(data.principals, data.systems, data.resources)
        check_glass(data.minutes)
        check_scope(scope)
        check_liftable(data.clauses, call.deps.grants.policies(), by_glass=True)
        _refuse_again(turn)
        glass = BreakGlass(
            id=turn.new_id("brk_"),
            clauses=data.clauses,
            scope=scope,
            reason=data.reason,
            opened_by=turn.person.id,
            opened_at=turn.now,
            ends_at=turn.now + data.minutes * 60.0,
            review_by=turn.now + REVIEW_S,
            incident=turn.new_id("inc_"),
        )
        keep_glass(turn.connection, glass, sign=call.deps.sign)
        _tell(turn, glass, channels=call.deps.grants.channels)
        return Done(_view(glass, turn), {**_facts(glass), "reason": data.reason})

    return await call.change(work)


@post("/break-glass/{glass_id:str}/close", operation_id="glass.close", summary="End it now", status_code=200)
async def close_glass(call: Given, glass_id: FromPath[str], data: JSONBody[Release]) -> GlassView:
    """The clauses are in force again; its review is still owed."""

    def work(turn: Turn) -> Done[GlassView]:
        before = get_glass(turn.connection, glass_id)
        glass = closed_glass(before, by=turn.person.id, now=turn.now)
        change_glass(turn.connection, glass, sign=call.deps.sign)
        facts = {**_facts(glass), "reason": data.reason}
        return Done(_view(glass, turn), facts, then=_remembering(call, turn, before, glass))

    return await call.change(work)


@post("/break-glass/{glass_id:str}/review", operation_id="glass.review", summary="Say what was found", status_code=200)
async def review_glass(call: Given, glass_id: FromPath[str], data: JSONBody[GlassReview]) -> GlassView:
    """Somebody else's word on it; it ends what still stands and closes the incident."""

    def work(turn: Turn) -> Done[GlassView]:
        before = get_glass(turn.connection, glass_id)
        glass = reviewed_glass(
            before,
            by=turn.person.id,
            is_justified=data.justified,
            review=data.review,
            now=turn.now,
        )
        change_glass(turn.connection, glass, sign=call.deps.sign)
        if incidents.get_incident(turn.connection, glass.incident).state is IncidentState.OPEN:
            incidents.close_incident(
                turn.connection, glass.incident, by=turn.person.id, now=turn.now, reason=data.review
            )
        facts = {**_facts(glass), "justified": int(data.justified), "review": data.review}
        return Done(_view(glass, turn), facts, then=_remembering(call, turn, before, glass))

    def circumstances(turn: Turn) -> Circumstances:
        return Circumstances(not_by=get_glass(turn.connection, glass_id).opened_by, rule="SOD-9")

    return await call.change(work, circumstances=circumstances)


def _remembering(call: Call, turn: Turn, before: BreakGlass, glass: BreakGlass) -> Callable[[], GlassView]:
    """Remember an early end where no row of the tables can take it back."""

    def remember() -> GlassView:
        if glass.ends_at < before.ends_at:
            call.deps.endings.add(glass.id, at=glass.ends_at, until=before.ends_at)
        return _view(glass, turn)

    return remember


def _refuse_again(turn: Turn) -> None:
    """Nobody strings hours together: who broke the glass breaks it again only once somebody has looked."""
    owed = _owed(turn)
    if owed is not None:
        raise InputError(
            "WL-WVR-014",
            f"{owed.id}, which {owed.opened_by} broke, has not been reviewed.",
            "Have another person review it, or let another person break the glass.",
        )


def _owed(turn: Turn) -> BreakGlass | None:
    mine = {turn.person.id, *turn.selves}
    found = list_glass(turn.connection, limit=1_000)
    return next((one for one in found if one.opened_by in mine and not one.reviewed_at), None)


def _tell(turn: Turn, glass: BreakGlass, *, channels: tuple[str, ...]) -> None:
    """Open the incident and queue it for every channel, in the transaction that lifts the clauses."""
    incident = Incident(
        id=glass.incident,
        exchange=glass.id,
        principal="",
        kind=KIND,
        opened_at=turn.now,
        last_at=turn.now,
        detail=f"The glass was broken ({glass.id}); another person reviews it within 24 hours.",
    )
    opened = incidents.open_or_join(turn.connection, incident, marks={glass.id})
    enqueue(turn.connection, opened.incident, Event.OPENED, channels=channels, at=turn.now)


def _view(glass: BreakGlass, turn: Turn) -> GlassView:
    if turn.now < glass.ends_at:
        return GlassView("open", glass)
    if glass.reviewed_at:
        return GlassView("reviewed", glass)
    return GlassView("overdue" if turn.now >= glass.review_by else "unreviewed", glass)


def _facts(glass: BreakGlass) -> dict[str, str | int]:
    return {
        "glass": glass.id,
        "clauses": ", ".join(glass.clauses) or "all that may be lifted",
        "principals": ", ".join(glass.scope.principals),
        "systems": ", ".join(glass.scope.systems),
        "resources": ", ".join(glass.scope.resources),
        "ends_at": int(glass.ends_at),
        "incident": glass.incident,
    }
