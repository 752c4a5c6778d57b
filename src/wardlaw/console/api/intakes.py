"""Asking for AI, deciding about it, and what people may use today."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Annotated

import msgspec
from litestar import get, post
from litestar.params import FromPath, JSONBody, QueryParameter

from wardlaw.console.api.desk import Call, Done, Given, Turn
from wardlaw.console.api.shapes import DAY_S
from wardlaw.facts.errors import InputError
from wardlaw.facts.gate import GateMode
from wardlaw.facts.person import Permission, Role
from wardlaw.governance.rights import Circumstances, holds_any
from wardlaw.inventory.granting import GrantApproval
from wardlaw.register.entry import EntryKind, Vendor
from wardlaw.register.intake import (
    RENEWED_BEFORE_S,
    IntakeAnswer,
    IntakeEnd,
    IntakeForm,
    IntakeRequest,
    IntakeState,
    answered_intake,
    check_form,
    roles_due,
    system_of,
    withdrawn_intake,
)
from wardlaw.register.lifecycle import Lifecycle
from wardlaw.register.proposal import Proposal, is_about, proposal_of
from wardlaw.register.system import System
from wardlaw.store.entries import find_entry, put_entry
from wardlaw.store.grantapprovals import change_approval, get_grant_approval, keep_approval, list_grant_approvals
from wardlaw.store.intakes import approvals_of, change_intake, end_intake, get_intake, keep_intake, list_intakes
from wardlaw.store.people import get_person
from wardlaw.store.systems import add_system, list_systems, living_system
from wardlaw.store.verdictbook import bypassed_clauses, standing_of

_All = Annotated[bool, QueryParameter(name="everything")]
_Reason = Annotated[str, msgspec.Meta(min_length=1, max_length=500, pattern=r"^[^\x00-\x1f\x7f]*$(?!\n)")]
_MOST_WAITING = 20
"""Requests of one person that may wait at once: whoever is signed in may ask."""


class IntakeAnswerBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Yes or no, and why."""

    approves: bool
    reason: _Reason


class WithdrawBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why it ends."""

    reason: _Reason


class IntakeView(msgspec.Struct, frozen=True):
    """A request, how it stands, whose word is missing, and when what was granted ends (Unix seconds; 0 for nothing)."""

    request: IntakeRequest
    state: IntakeState
    missing: tuple[Role, ...]
    until: float = 0.0


class CatalogueItem(msgspec.Struct, frozen=True):
    """Something people may use today; ``until`` in Unix seconds, 0 for no end.

    Attributes:
        id: Of the system, or the client id of an app.
        note: What holds for it.
        clauses: Clauses in force that were made for it, with their titles; of an app the one it was agreed to under.
    """

    kind: str
    id: str
    title: str
    owner: str
    purpose: str
    data_classes: tuple[str, ...]
    until: float
    note: str
    users: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    clauses: tuple[str, ...] = ()


@post("/intake", operation_id="intake.ask", summary="Ask for an AI tool, a model or an integration", status_code=201)
async def ask_for(call: Given, data: JSONBody[IntakeForm]) -> IntakeView:
    """Anybody who is signed in may ask; those whose word is due decide."""

    def work(turn: Turn) -> Done[IntakeView]:
        check_form(data)
        get_person(turn.connection, data.owner)
        _check_new(call, turn, data)
        waiting = list_intakes(turn.connection, asked_by=turn.selves)
        if len(waiting) >= _MOST_WAITING:
            raise InputError("WL-ITK-005", f"{len(waiting)} of your requests wait already.", "Wait for an answer.")
        request = IntakeRequest(turn.new_id("itk_"), data, turn.person.id, turn.now, roles_due(data))
        keep_intake(turn.connection, request)
        return Done(_view(request), _facts(request))

    return await call.change(work)


@get("/intake", operation_id="intake.list", summary="Requests")
async def list_asked(call: Given, *, everything: _All = False) -> tuple[IntakeView, ...]:
    """Those that wait, newest first; everybody sees their own, those who decide see all."""

    def work(turn: Turn) -> tuple[IntakeView, ...]:
        mine = None if _sees_all(call, turn) else turn.selves
        return tuple(map(_view, list_intakes(turn.connection, everything=everything, asked_by=mine)))

    return await call.read(work)


@get("/intake/{request_id:str}", operation_id="intake.get", summary="One request")
async def show_asked(call: Given, request_id: FromPath[str]) -> IntakeView:
    """The request with what was said of it."""

    def work(turn: Turn) -> IntakeView:
        request = get_intake(turn.connection, request_id)
        if request.asked_by not in turn.selves and not _sees_all(call, turn):
            raise InputError("WL-ITK-002", f"There is no request {request_id}.", "`wardlaw intake list` names yours.")
        return _view(request)

    return await call.read(work)


@post("/intake/{request_id:str}/answer", operation_id="intake.answer", summary="Say yes or no", status_code=200)
async def decide_about(call: Given, request_id: FromPath[str], data: JSONBody[IntakeAnswerBody]) -> IntakeView:
    """One person's word. The last yes that is due makes a system of it, with its vendor and the approval of its grant."""

    def circumstances(turn: Turn) -> Circumstances:
        return Circumstances(changes=True, not_by=get_intake(turn.connection, request_id).asked_by, rule="SOD-4")

    def work(turn: Turn) -> Done[IntakeView]:
        before = get_intake(turn.connection, request_id)
        answer = IntakeAnswer(turn.person.id, Role.OWNER, data.approves, data.reason, turn.now)
        request = answered_intake(before, answer, turn.person.roles)
        if any(one.by in turn.selves for one in before.answers):
            raise InputError("WL-ITK-004", "You have answered already; each word is another person's.", "Ask another.")
        made = _carry_out(call, turn, request) if request.state is IntakeState.GRANTED else ""
        request = msgspec.structs.replace(request, approval=made)
        change_intake(turn.connection, request)
        facts = {**_facts(request), "approves": int(data.approves), "reason": data.reason, "grant_approval": made}
        return Done(_view(request), facts)

    return await call.change(work, circumstances=circumstances)


@post("/intake/{request_id:str}/withdraw", operation_id="intake.withdraw", summary="Take it back", status_code=200)
async def take_back(call: Given, request_id: FromPath[str], data: JSONBody[WithdrawBody]) -> IntakeView:
    """What was granted ends now: the system's traffic is refused, and the approval of its grant is taken back."""

    def work(turn: Turn) -> Done[IntakeView]:
        before = get_intake(turn.connection, request_id)
        request = withdrawn_intake(before, IntakeEnd(turn.person.id, data.reason, turn.now))
        end_intake(turn.connection, request)
        if request.approval:
            approval = get_grant_approval(turn.connection, request.approval)
            if not approval.ended_at:
                over = msgspec.structs.replace(approval, ended_at=turn.now, ended_by=turn.person.id)
                change_approval(turn.connection, over)
        return Done(_view(request), {**_facts(request), "reason": data.reason, "grant_approval": request.approval})

    return await call.change(work)


@get("/intake/{request_id:str}/proposal", operation_id="intake.proposal", summary="Clauses that go with a yes")
async def show_proposal(call: Given, request_id: FromPath[str]) -> Proposal:
    """Filled forms for clauses of the system, and which traffic is its own; nothing of it is in force."""

    def work(turn: Turn) -> Proposal:
        request = get_intake(turn.connection, request_id)
        if request.asked_by not in turn.selves and not _sees_all(call, turn):
            raise InputError("WL-ITK-002", f"There is no request {request_id}.", "`wardlaw intake list` names yours.")
        if request.state is not IntakeState.GRANTED:
            raise InputError(
                "WL-ITK-008", f"{request_id} is {request.state.value}.", "Clauses are proposed for what was granted."
            )
        return proposal_of(request, living_system(turn.connection, request.form.system).system)

    return await call.read(work)


@get("/catalogue", operation_id="catalogue.list", summary="What people may use today")
async def show_catalogue(call: Given) -> tuple[CatalogueItem, ...]:
    """Systems that are approved or live and not closed at the door, and apps whose approval stands."""

    def work(turn: Turn) -> tuple[CatalogueItem, ...]:
        approvals = approvals_of(turn.connection)
        found = [
            item
            for kept in list_systems(turn.connection)
            if kept.system.lifecycle in (Lifecycle.APPROVED, Lifecycle.LIVE)
            and (item := _listed(call, turn, kept.system, approvals)) is not None
        ]
        for approval in list_grant_approvals(turn.connection):
            if approval.expires_at > turn.now and approval.app:
                scopes = ", ".join(approval.scopes)
                found.append(
                    CatalogueItem(
                        "app", approval.app, approval.app, approval.owner, approval.reason, (), approval.expires_at,
                        f"may be granted {scopes}", clauses=(approval.clause,),
                    )
                )  # fmt: skip
        return tuple(found)

    return await call.read(work)


def _listed(call: Call, turn: Turn, one: System, approvals: Mapping[str, IntakeRequest]) -> CatalogueItem | None:
    """A system as the catalogue has it; None where it may not be used."""
    standing = standing_of(turn.connection, one, now=turn.now, keys=call.deps.keys(), approvals=approvals)
    clauses = standing.kept.signed.verdict.clauses if standing.kept is not None else ()
    closed = bool(standing.why) or bool(bypassed_clauses(turn.connection, clauses))
    if turn.now >= standing.approved_until or (closed and one.gate_mode is GateMode.ENFORCE):
        return None
    note = "its verdict does not stand; it is looked at" if closed else ""
    ends = standing.approved_until if closed else min(standing.until, standing.approved_until)
    about = tuple(
        f"{clause.id} {clause.title}"
        for clause in call.deps.coverage.running()
        if clause.clause is not None and is_about(clause.clause, one.id)
    )
    return CatalogueItem(
        "system", one.id, one.title, one.owner, one.purpose, one.data_classes, 0.0 if ends == math.inf else ends, note,
        one.users, one.regions, about,
    )  # fmt: skip


def _carry_out(call: Call, turn: Turn, request: IntakeRequest) -> str:
    """What follows from a granted request: an entry, its vendor, and the approval of its grant; answers that one's id."""
    form = request.form
    is_renewal = _check_new(call, turn, form)
    vendor = _slug(form.vendor)
    if vendor and find_entry(turn.connection, EntryKind.VENDOR, vendor) is None:
        entry = Vendor(vendor, form.vendor, form.owner, purpose=form.purpose, regions=form.regions)
        put_entry(turn.connection, entry, by=turn.person.id, now=turn.now, version=0)
    if not is_renewal:
        add_system(turn.connection, system_of(request, vendor), by=turn.person.id, now=turn.now)
    if form.grant is None:
        return ""
    approval = GrantApproval(
        id=turn.new_id("gap_"), app=form.grant.app, publisher="", directory=form.grant.directory,
        scopes=tuple(sorted(set(form.grant.scopes))), accounts=(), clause=form.grant.clause, owner=form.owner,
        approver=turn.person.id, approved_at=turn.now, expires_at=turn.now + form.days * DAY_S, reason=form.purpose[:256],
    )  # fmt: skip
    keep_approval(turn.connection, approval)
    return approval.id


def _check_new(call: Call, turn: Turn, form: IntakeForm) -> bool:
    """Refuse what cannot become a system; answers whether it renews what an earlier request was granted."""
    known = {kept.system.id: kept for kept in list_systems(turn.connection, retired=True)}.get(form.system)
    granted = approvals_of(turn.connection).get(form.system) if known is not None and not known.retired_at else None
    if known is not None and (granted is None or granted.until - turn.now > RENEWED_BEFORE_S):
        raise InputError(
            "WL-ITK-001", f"There is a system {form.system} already, or there was one.",
            "Name it otherwise; what was granted is asked for anew in its last 30 days.",
        )  # fmt: skip
    if form.grant is not None:
        clauses = {policy.clause for policy in call.deps.grants.policies().policies.values()}
        if form.grant.clause not in clauses:
            raise InputError(
                "WL-ITK-001", f"The clauses in force have none called {form.grant.clause}.", "Such as GRT-01."
            )
    return known is not None


def _sees_all(call: Call, turn: Turn) -> bool:
    decides = (Permission.APPROVE_EXCEPTION, Permission.VIEW_AUDIT_LOG, Permission.REGISTER_SYSTEM)
    return holds_any(turn.person, decides, book=call.deps.roles)


def _slug(name: str) -> str:
    """An id of the register for a vendor's name."""
    return re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-")[:64]


def _view(request: IntakeRequest) -> IntakeView:
    missing = request.missing if request.state is IntakeState.WAITING else ()
    return IntakeView(request, request.state, missing, request.until)


def _facts(request: IntakeRequest) -> dict[str, str | int]:
    form = request.form
    return {
        "request": request.id, "system": form.system, "kind": form.kind.value, "owner": form.owner,
        "state": request.state.value, "due": ",".join(request.due),
    }  # fmt: skip
