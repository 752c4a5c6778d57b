"""Asking for AI, deciding about it, and what people may use today."""

from __future__ import annotations

import re
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
    IntakeAnswer,
    IntakeForm,
    IntakeRequest,
    IntakeState,
    answered_intake,
    check_form,
    roles_due,
    system_of,
)
from wardlaw.register.lifecycle import Lifecycle
from wardlaw.store.entries import find_entry, put_entry
from wardlaw.store.grantapprovals import keep_approval, list_grant_approvals
from wardlaw.store.intakes import change_intake, get_intake, keep_intake, list_intakes
from wardlaw.store.people import get_person
from wardlaw.store.systems import add_system, list_systems
from wardlaw.store.verdictbook import bypassed_clauses, standing_of

_All = Annotated[bool, QueryParameter(name="everything")]
_Reason = Annotated[str, msgspec.Meta(min_length=1, max_length=500, pattern=r"^[^\x00-\x1f\x7f]*$(?!\n)")]
_MOST_WAITING = 20
"""Requests of one person that may wait at once: whoever is signed in may ask."""


class IntakeAnswerBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Yes or no, and why."""

    approves: bool
    reason: _Reason


class IntakeView(msgspec.Struct, frozen=True):
    """A request, how it stands, and whose word is missing."""

    request: IntakeRequest
    state: IntakeState
    missing: tuple[Role, ...]


class CatalogueItem(msgspec.Struct, frozen=True):
    """Something people may use today; ``until`` in Unix seconds, 0 for no end.

    Attributes:
        id: Of the system, or the client id of an app.
        note: What holds for it.
    """

    kind: str
    id: str
    title: str
    owner: str
    purpose: str
    data_classes: tuple[str, ...]
    until: float
    note: str


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
        change_intake(turn.connection, request)
        made = _carry_out(call, turn, request) if request.state is IntakeState.GRANTED else ""
        facts = {**_facts(request), "approves": int(data.approves), "reason": data.reason, "grant_approval": made}
        return Done(_view(request), facts)

    return await call.change(work, circumstances=circumstances)


@get("/catalogue", operation_id="catalogue.list", summary="What people may use today")
async def show_catalogue(call: Given) -> tuple[CatalogueItem, ...]:
    """Systems that are approved or live and not closed at the door, and apps whose approval stands."""

    def work(turn: Turn) -> tuple[CatalogueItem, ...]:
        keys = call.deps.keys()
        found = []
        for kept in list_systems(turn.connection):
            one = kept.system
            if one.lifecycle not in (Lifecycle.APPROVED, Lifecycle.LIVE):
                continue
            standing = standing_of(turn.connection, one, now=turn.now, keys=keys)
            clauses = standing.kept.signed.verdict.clauses if standing.kept is not None else ()
            closed = bool(standing.why) or bool(bypassed_clauses(turn.connection, clauses))
            if closed and one.gate_mode is GateMode.ENFORCE:
                continue
            note = "its verdict does not stand; it is looked at" if closed else ""
            until = 0.0 if closed else standing.until
            found.append(
                CatalogueItem("system", one.id, one.title, one.owner, one.purpose, one.data_classes, until, note)
            )
        for approval in list_grant_approvals(turn.connection):
            if approval.expires_at > turn.now and approval.app:
                scopes = ", ".join(approval.scopes)
                found.append(
                    CatalogueItem(
                        "app", approval.app, approval.app, approval.owner, approval.reason, (), approval.expires_at,
                        f"may be granted {scopes}",
                    )
                )  # fmt: skip
        return tuple(found)

    return await call.read(work)


def _carry_out(call: Call, turn: Turn, request: IntakeRequest) -> str:
    """What follows from a granted request: an entry, its vendor, and the approval of its grant; answers that one's id."""
    form = request.form
    _check_new(call, turn, form)
    vendor = _slug(form.vendor)
    if vendor and find_entry(turn.connection, EntryKind.VENDOR, vendor) is None:
        entry = Vendor(vendor, form.vendor, form.owner, purpose=form.purpose, regions=form.regions)
        put_entry(turn.connection, entry, by=turn.person.id, now=turn.now, version=0)
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


def _check_new(call: Call, turn: Turn, form: IntakeForm) -> None:
    if any(kept.system.id == form.system for kept in list_systems(turn.connection, retired=True)):
        raise InputError(
            "WL-ITK-001", f"There is a system {form.system} already, or there was one.", "Name it otherwise."
        )
    if form.grant is not None:
        clauses = {policy.clause for policy in call.deps.grants.policies().policies.values()}
        if form.grant.clause not in clauses:
            raise InputError(
                "WL-ITK-001", f"The clauses in force have none called {form.grant.clause}.", "Such as GRT-01."
            )


def _sees_all(call: Call, turn: Turn) -> bool:
    decides = (Permission.APPROVE_EXCEPTION, Permission.VIEW_AUDIT_LOG, Permission.REGISTER_SYSTEM)
    return holds_any(turn.person, decides, book=call.deps.roles)


def _slug(name: str) -> str:
    """An id of the register for a vendor's name."""
    return re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-")[:64]


def _view(request: IntakeRequest) -> IntakeView:
    return IntakeView(request, request.state, request.missing if request.state is IntakeState.WAITING else ())


def _facts(request: IntakeRequest) -> dict[str, str | int]:
    form = request.form
    return {
        "request": request.id, "system": form.system, "kind": form.kind.value, "owner": form.owner,
        "state": request.state.value, "due": ",".join(request.due),
    }  # fmt: skip
