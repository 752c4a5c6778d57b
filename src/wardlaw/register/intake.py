"""Somebody asks for an AI tool, a model or an integration: what is asked, whose word is due, and what it becomes."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import msgspec

from wardlaw.facts.errors import InputError
from wardlaw.facts.person import Role
from wardlaw.facts.tier import SystemRole
from wardlaw.register.lifecycle import Lifecycle
from wardlaw.register.system import System, SystemId

DAY_S = 86_400.0
RENEWED_BEFORE_S = 30 * DAY_S
"""How long before its end what was granted may be asked for anew, in seconds."""
MOST_DAYS = 366
"""Longest an approval that follows from an intake stands, in days; as approvals of grants do."""

_Line = Annotated[str, msgspec.Meta(max_length=256, pattern=r"^[^\x00-\x1f\x7f]*$(?!\n)")]
_Said = Annotated[str, msgspec.Meta(min_length=1, max_length=256, pattern=r"^[^\x00-\x1f\x7f]*$(?!\n)")]
_Purpose = Annotated[str, msgspec.Meta(min_length=8, max_length=2_000, pattern=r"^[^\x00-\x1f\x7f]*$(?!\n)")]
_Many = Annotated[tuple[_Said, ...], msgspec.Meta(max_length=50)]
_Member = Annotated[str, msgspec.Meta(pattern=r"^(user|agent|nhi|app):[A-Za-z0-9*?._@+:/-]{1,200}$(?!\n)")]


class IntakeKind(StrEnum):
    """What is asked for."""

    TOOL = "tool"  # something people or agents use
    MODEL = "model"
    INTEGRATION = "integration"  # an app that is granted something in a directory


class AskedGrant(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What an integration is to be granted.

    Attributes:
        app: Client id.
        clause: Clause in force under which it is agreed to.
    """

    app: _Said
    clause: _Said
    scopes: Annotated[tuple[_Said, ...], msgspec.Meta(min_length=1, max_length=100)]
    directory: _Line = ""


class IntakeForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What somebody asks for.

    Attributes:
        system: Short name it gets in the register.
        data_classes: What it would process; empty means no data of persons or of the company.
        price: In words: ``EUR 20 a seat and month``.
        days: For how long it is asked.
        principals, routes, models: Which traffic is its own, as of a system.
    """

    system: SystemId
    kind: IntakeKind
    title: _Said
    purpose: _Purpose
    owner: _Said
    data_classes: _Many = ()
    users: _Many = ()
    vendor: _Line = ""
    price: _Line = ""
    regions: _Many = ()
    days: Annotated[int, msgspec.Meta(ge=1, le=MOST_DAYS)] = 180
    principals: Annotated[tuple[_Member, ...], msgspec.Meta(max_length=50)] = ()
    routes: _Many = ()
    models: _Many = ()
    grant: AskedGrant | None = None


class IntakeState(StrEnum):
    """How a request stands."""

    WAITING = "waiting"
    GRANTED = "granted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"  # it was granted, and somebody took that back


class IntakeAnswer(msgspec.Struct, frozen=True):
    """One person's word; ``role`` is the one it counts for."""

    by: str
    role: Role
    approves: bool
    reason: str
    at: float


class IntakeEnd(msgspec.Struct, frozen=True):
    """Who took a granted request back, and why."""

    by: str
    reason: str
    at: float


class IntakeRequest(msgspec.Struct, frozen=True):
    """A request with what was said of it; times in Unix seconds.

    Attributes:
        due: Roles whose word is due, each of another person.
        approval: Id of the approval of its grant, once it was granted; ``""`` for none.
        ended: Who took it back; None while nobody has.
    """

    id: str
    form: IntakeForm
    asked_by: str
    asked_at: float
    due: tuple[Role, ...]
    answers: tuple[IntakeAnswer, ...] = ()
    approval: str = ""
    ended: IntakeEnd | None = None

    @property
    def until(self) -> float:
        """When what was granted ends, or ended because it was taken back; 0 where nothing was granted."""
        if self.ended is not None:
            return self.ended.at
        if self.state is not IntakeState.GRANTED:
            return 0.0
        return max(one.at for one in self.answers) + self.form.days * DAY_S

    @property
    def state(self) -> IntakeState:
        """How it stands: one no refuses it."""
        if self.ended is not None:
            return IntakeState.WITHDRAWN
        if any(not one.approves for one in self.answers):
            return IntakeState.REFUSED
        return IntakeState.WAITING if self.missing else IntakeState.GRANTED

    @property
    def missing(self) -> tuple[Role, ...]:
        """Roles that have not spoken."""
        given = {one.role for one in self.answers}
        return tuple(role for role in self.due if role not in given)


def roles_due(form: IntakeForm) -> tuple[Role, ...]:
    """Whose word is due: risk for everything, legal where there is data or a vendor, the ciso where something is granted."""
    due = [Role.RISK]
    if form.data_classes or form.vendor:
        due.append(Role.LEGAL)
    if form.kind is IntakeKind.INTEGRATION or form.grant is not None:
        due.append(Role.CISO)
    return tuple(due)


def check_form(form: IntakeForm) -> None:
    """Refuse a form that cannot become anything.

    Raises:
        InputError: An integration without a grant, or nothing says which traffic would be its own (WL-ITK-001).
    """
    if form.kind is IntakeKind.INTEGRATION and form.grant is None:
        raise InputError("WL-ITK-001", "An integration needs the grant it asks for.", "Name app, clause and scopes.")
    if form.grant is None and not (form.principals or form.routes or form.models):
        raise InputError(
            "WL-ITK-001", "Nothing says which traffic would be its own.", "Name principals, routes or models of it."
        )


def answered_intake(request: IntakeRequest, answer: IntakeAnswer, roles: tuple[Role, ...]) -> IntakeRequest:
    """The request with one more word on it, counted for a role that is still due.

    Raises:
        InputError: It waits for nobody (WL-ITK-003), that person has spoken, or holds none of the roles that are due
            (WL-ITK-004).
    """
    if request.state is not IntakeState.WAITING:
        raise InputError("WL-ITK-003", f"{request.id} is {request.state.value}.", "Ask anew with `wardlaw intake ask`.")
    role = next((one for one in request.missing if one in roles), None)
    if role is None or any(one.by == answer.by for one in request.answers):
        names = ", ".join(one.value for one in request.missing)
        raise InputError("WL-ITK-004", f"It waits for another person with the role {names}.", "Ask one of them.")
    return msgspec.structs.replace(request, answers=(*request.answers, msgspec.structs.replace(answer, role=role)))


def withdrawn_intake(request: IntakeRequest, end: IntakeEnd) -> IntakeRequest:
    """The request with what was granted taken back.

    Raises:
        InputError: Nothing stands that could be taken back (WL-ITK-007).
    """
    if request.state is not IntakeState.GRANTED or request.until <= end.at:
        state = "over" if request.state is IntakeState.GRANTED else request.state.value
        raise InputError("WL-ITK-007", f"{request.id} is {state}.", "Only what was granted and stands is taken back.")
    return msgspec.structs.replace(request, ended=end)


def system_of(request: IntakeRequest, vendor: str) -> System:
    """The system a granted request becomes: in review, since its classification and its gate are still to come.

    Args:
        vendor: Id of its vendor in the register; ``""`` for none.
    """
    form = request.form
    own = form.principals or ((f"app:{form.grant.app}",) if form.grant is not None else ())
    return System(
        form.system, form.title, form.owner, form.purpose,
        roles=(SystemRole.DEPLOYER,),
        principals=own, routes=form.routes, models=form.models,
        users=form.users, data_classes=form.data_classes, regions=form.regions,
        vendors=(vendor,) if vendor else (),
        lifecycle=Lifecycle.IN_REVIEW,
    )  # fmt: skip
