"""Serious incidents (EU AI Act, Article 73): opened with the evidence frozen, due at a moment, closed by the report."""

from __future__ import annotations

from typing import Annotated

import msgspec
from litestar import get, post
from litestar.params import FromPath, JSONBody, QueryParameter

from wardlaw.console.api.desk import Done, Given, Turn
from wardlaw.console.api.shapes import SeriousReport, SeriousRequest
from wardlaw.facts.incident import Incident
from wardlaw.facts.serious import SeriousIncident
from wardlaw.governance.duties import check_times, report_draft, report_due, reported, serious_standing
from wardlaw.store import holds, incidents
from wardlaw.store.duties import change_serious, get_serious, keep_serious, list_serious
from wardlaw.store.holds import LegalHold
from wardlaw.store.notifications import Event, enqueue
from wardlaw.store.records import get_record, known_records
from wardlaw.store.treestate import newest_checkpoint

KIND = "serious-incident"
_Only = Annotated[bool, QueryParameter()]


class SeriousView(msgspec.Struct, frozen=True):
    """A serious incident, how it stands, and the seconds left until its report is due (negative once it is overdue)."""

    standing: str
    left_s: int
    serious: SeriousIncident


class SeriousDraft(msgspec.Struct, frozen=True):
    """A draft of the report, in Markdown."""

    serious: str
    draft: str


@get("/serious-incidents", operation_id="serious.list", summary="Serious incidents, the next due first")
async def list_of_serious(call: Given, *, everything: _Only = False) -> tuple[SeriousView, ...]:
    """Those that are open; with ``everything`` also the closed ones."""

    def work(turn: Turn) -> tuple[SeriousView, ...]:
        return tuple(_view(one, turn) for one in list_serious(turn.connection, everything=everything))

    return await call.read(work)


@get("/serious-incidents/{serious_id:str}", operation_id="serious.get", summary="One serious incident")
async def show_serious(call: Given, serious_id: FromPath[str]) -> SeriousView:
    """The incident with its clock, its holds and the checkpoint at its opening."""
    return await call.read(lambda turn: _view(get_serious(turn.connection, serious_id), turn))


@get("/serious-incidents/{serious_id:str}/draft", operation_id="serious.draft", summary="Draft of the report")
async def draft_serious(call: Given, serious_id: FromPath[str]) -> SeriousDraft:
    """What is known, in the order of the report, and what a person must still fill in."""

    def work(turn: Turn) -> SeriousDraft:
        serious = get_serious(turn.connection, serious_id)
        return SeriousDraft(serious.id, report_draft(serious, now=turn.now))

    return await call.read(work)


@post("/serious-incidents", operation_id="serious.open", summary="Open one and freeze its evidence", status_code=201)
async def open_serious(call: Given, data: JSONBody[SeriousRequest]) -> SeriousView:
    """A legal hold is placed over every subject of its decisions; the log's checkpoint is kept beside it."""

    def work(turn: Turn) -> Done[SeriousView]:
        occurred = data.occurred_at or data.aware_at
        check_times(occurred_at=occurred, aware_at=data.aware_at, now=turn.now)
        identity = turn.new_id("ser_")
        decisions = list(data.decisions)
        if data.incident:
            incidents.get_incident(turn.connection, data.incident)
            decisions += [one.decision for one in incidents.list_evidence(turn.connection, data.incident)]
        decisions = list(dict.fromkeys(decisions))
        serious = SeriousIncident(
            id=identity,
            incident=data.incident or _told(turn, identity, channels=call.deps.grants.channels),
            kind=data.kind,
            is_widespread=data.widespread,
            system=data.system,
            member_state=data.member_state,
            description=data.description,
            occurred_at=occurred,
            aware_at=data.aware_at,
            due_at=report_due(data.kind, data.aware_at, is_widespread=data.widespread),
            opened_by=turn.person.id,
            opened_at=turn.now,
            decisions=tuple(decisions),
            holds=_frozen(turn, identity, decisions, named=len(data.decisions)),
            checkpoint=newest_checkpoint(turn.connection),
        )
        keep_serious(turn.connection, serious)
        return Done(_view(serious, turn), _facts(serious))

    return await call.change(work)


@post("/serious-incidents/{serious_id:str}/close", operation_id="serious.close", summary="Reported", status_code=200)
async def close_serious(call: Given, serious_id: FromPath[str], data: JSONBody[SeriousReport]) -> SeriousView:
    """The authority has the report; the holds stay until two persons lift them."""

    def work(turn: Turn) -> Done[SeriousView]:
        serious = reported(
            get_serious(turn.connection, serious_id),
            by=turn.person.id,
            sent_at=data.sent_at or turn.now,
            report_ref=data.report_ref,
            now=turn.now,
        )
        change_serious(turn.connection, serious)
        return Done(_view(serious, turn), {**_facts(serious), "report_ref": data.report_ref})

    return await call.change(work)


def _frozen(turn: Turn, identity: str, decisions: list[str], *, named: int) -> tuple[str, ...]:
    """Place a hold over every subject of the decisions; answers the holds.

    Decisions that a person named must be there; of an incident's evidence some may be pruned already.
    """
    subjects: dict[str, None] = {}
    for place, decision in enumerate(decisions):
        found = (
            (get_record(turn.connection, decision),) if place < named else known_records(turn.connection, (decision,))
        )
        subjects.update(dict.fromkeys(row.subject for row in found if row.subject))
    made = []
    for subject in subjects:
        reason = f"Evidence of the serious incident {identity}"
        hold = LegalHold(turn.new_id("hld_"), subject, reason, turn.person.id, turn.now)
        holds.place_hold(turn.connection, hold)
        made.append(hold.id)
    return tuple(made)


def _told(turn: Turn, identity: str, *, channels: tuple[str, ...]) -> str:
    """Open an incident of its own, and queue it for every channel; answers its id."""
    incident = Incident(
        id=turn.new_id("inc_"),
        exchange=identity,
        principal="",
        kind=KIND,
        opened_at=turn.now,
        last_at=turn.now,
        detail=f"A serious incident was opened ({identity}); its report has a deadline.",
    )
    opened = incidents.open_or_join(turn.connection, incident, marks={identity})
    enqueue(turn.connection, opened.incident, Event.OPENED, channels=channels, at=turn.now)
    return opened.incident.id


def _view(serious: SeriousIncident, turn: Turn) -> SeriousView:
    left = 0 if serious.closed_at else int(serious.due_at - turn.now)
    return SeriousView(serious_standing(serious, now=turn.now), left, serious)


def _facts(serious: SeriousIncident) -> dict[str, str | int]:
    return {
        "serious": serious.id,
        "incident": serious.incident,
        "kind": serious.kind.value,
        "widespread": int(serious.is_widespread),
        "aware_at": int(serious.aware_at),
        "due_at": int(serious.due_at),
        "decisions": ", ".join(serious.decisions),
        "holds": ", ".join(serious.holds),
        "checkpoint": serious.checkpoint,
    }
