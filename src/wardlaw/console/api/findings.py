"""Findings of the inventory with how far people are with them: listed, looked at, accepted for a time, closed."""

from __future__ import annotations

from contextlib import suppress
from typing import Annotated

import msgspec
from litestar import get, post
from litestar.params import FromPath, JSONBody, QueryParameter

from wardlaw.console.api.deps import ApiDependencies
from wardlaw.console.api.desk import Done, Given, Turn
from wardlaw.console.api.paging import read_finding_place, write_place
from wardlaw.console.api.picture import worked_findings
from wardlaw.console.api.shapes import DAY_S, Line
from wardlaw.facts.errors import InputError
from wardlaw.inventory.activity import Activity
from wardlaw.inventory.findings import (
    PENDING,
    FindingChange,
    FindingState,
    TrackedFinding,
    accepted,
    closed,
    is_news,
)
from wardlaw.inventory.view import Freshness, freshness
from wardlaw.store.activity import events_named
from wardlaw.store.doorseen import DOOR
from wardlaw.store.findingquery import FindingQuery, current_finding, current_findings
from wardlaw.store.findings import get_finding, keep_finding, replace_finding
from wardlaw.store.notifications import enqueue_found
from wardlaw.store.redrawing import drawings_due
from wardlaw.store.settling import settle
from wardlaw.store.syncruns import telling_runs
from wardlaw.store.watching import adopt_app

_Name = Annotated[str, QueryParameter(max_length=512)]
_Cursor = Annotated[str, QueryParameter(max_length=4_096)]
_Count = Annotated[int, QueryParameter(ge=1, le=10_000)]
MOST_DAYS = 366
"""Nothing is accepted for ever: after a year at most somebody looks again."""


class FindingList(msgspec.Struct, frozen=True):
    """Findings, gravest first; ``total`` counts those beyond the page too, ``pending`` all that wait for somebody.

    Attributes:
        feeds: What they rest on.
        next: What the next page is asked for with; empty on the last.
    """

    total: int
    pending: int
    findings: tuple[TrackedFinding, ...]
    feeds: tuple[Freshness, ...]
    next: str = ""


class FindingDetail(msgspec.Struct, frozen=True):
    """A finding, and the event it was noticed at while that is kept."""

    finding: TrackedFinding
    events: tuple[Activity, ...]


class Acceptance(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why a finding is in order, and for how many days."""

    reason: Line
    days: Annotated[int, msgspec.Meta(ge=1, le=MOST_DAYS)] = 90


class Closing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What was done about a finding."""

    reason: Line


@get("/inventory/findings", operation_id="inventory.findings", summary="What rules and detectors find")
async def inventory_findings(
    call: Given,
    *,
    directory: _Name = "",
    rule: _Name = "",
    in_state: _Name = "",
    limit: _Count = 500,
    after: _Cursor = "",
) -> FindingList:
    """Gravest first, each with its evidence and the next step; those that wait for somebody, or of the state named.

    What rules find is worked out for this answer; a state it has from people is kept.
    """
    wanted, place = _states(in_state), read_finding_place(after)

    def work(turn: Turn) -> FindingList:
        worked = worked_findings(turn, call.deps, directory)
        query = FindingQuery(at=turn.now, states=wanted, directory=directory, rule=rule, limit=limit, after=place)
        found = current_findings(turn.connection, query, worked)
        feeds = freshness(telling_runs(turn.connection))
        return FindingList(found.total, found.pending, found.findings, feeds, write_place(found.next))

    return await call.read(work)


@get("/inventory/findings/{finding_id:str}", operation_id="inventory.finding", summary="One finding")
async def inventory_finding(call: Given, finding_id: FromPath[str]) -> FindingDetail:
    """With the event it was noticed at."""

    def work(turn: Turn) -> FindingDetail:
        worked = worked_findings(turn, call.deps)
        known = current_finding(turn.connection, finding_id, worked, at=turn.now)
        finding = get_finding(turn.connection, finding_id) if known is None else known
        events = events_named(turn.connection, finding.directory, (finding.event,)) if finding.event else ()
        return FindingDetail(finding, events)

    return await call.read(work)


@post(
    "/inventory/findings/{finding_id:str}/accept",
    operation_id="inventory.accept",
    summary="It is in order",
    status_code=200,
)
async def accept_finding(call: Given, finding_id: FromPath[str], data: JSONBody[Acceptance]) -> TrackedFinding:
    """Until the day it ends; of an app that was noticed for what it does, that counts as usual from now on."""

    def work(turn: Turn) -> Done[TrackedFinding]:
        known = _kept(turn, call.deps, finding_id)
        until = turn.now + data.days * DAY_S
        finding = accepted(known, by=turn.person.id, reason=data.reason, at=turn.now, until=until)
        replace_finding(turn.connection, known, finding)
        if finding.event and finding.app:
            adopt_app(turn.connection, finding.directory, finding.app)
        return Done(finding, {"finding": finding.id, "rule": finding.rule, "days": data.days, "reason": data.reason})

    return await call.change(work)


@post(
    "/inventory/findings/{finding_id:str}/close",
    operation_id="inventory.close",
    summary="It was dealt with",
    status_code=200,
)
async def close_finding(call: Given, finding_id: FromPath[str], data: JSONBody[Closing]) -> TrackedFinding:
    """It opens again when its cause comes back; nothing of it is taken for usual."""

    def work(turn: Turn) -> Done[TrackedFinding]:
        known = _kept(turn, call.deps, finding_id)
        finding = closed(known, by=turn.person.id, reason=data.reason, at=turn.now)
        replace_finding(turn.connection, known, finding)
        return Done(finding, {"finding": finding.id, "rule": finding.rule, "reason": data.reason})

    return await call.change(work)


def settle_directory(turn: Turn, deps: ApiDependencies, directory: str) -> None:
    """Write down what rules find in a directory now, and have people told of what is grave and new.

    Nothing of one that is still being drawn: what is not drawn yet would be taken for over.
    """
    if drawings_due(turn.connection, directory):
        return
    worked = worked_findings(turn, deps, directory)
    tell_news(turn, deps, settle(turn.connection, directory, worked, now=turn.now))


def tell_news(turn: Turn, deps: ApiDependencies, changes: list[FindingChange]) -> None:
    """Queue what is grave and new, or open again, for the channels of ``notify``."""
    news = [one.after for one in changes if is_news(one, deps.grants.tells)]
    if news:
        enqueue_found(turn.connection, news, channels=deps.grants.channels, at=turn.now)


def _kept(turn: Turn, deps: ApiDependencies, finding_id: str) -> TrackedFinding:
    """A finding that stands in the table; what rules find since the last run is written down where it is not there."""
    with suppress(InputError):
        return get_finding(turn.connection, finding_id)
    for directory in sorted({DOOR, *(run.directory for run in telling_runs(turn.connection))}):
        settle_directory(turn, deps, directory)
    found = current_finding(turn.connection, finding_id, (), at=turn.now)
    if found is not None:  # beyond what one settling writes down
        keep_finding(turn.connection, found)
    return get_finding(turn.connection, finding_id)


def _states(text: str) -> frozenset[FindingState]:
    if not text:
        return PENDING
    if text == "all":
        return frozenset(FindingState)
    if text not in {state.value for state in FindingState}:
        known = ", ".join(state.value for state in FindingState)
        raise InputError("WL-INV-062", f"There is no such state; there are all, {known}.", "Name one of these.")
    return frozenset({FindingState(text)})
