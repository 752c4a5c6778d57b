"""People and their roles, what each role may, and which duties are kept apart."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any
from urllib.parse import quote

from litestar import Request, Response, get, post
from litestar.params import FromPath, QueryParameter

from wardlaw.console.pages.filled import NOTHING, Filled, Told
from wardlaw.console.pages.inside import ApiAnswerError
from wardlaw.console.pages.messages import joined, mark
from wardlaw.console.pages.navigation import Area, Place
from wardlaw.console.pages.tables import Cell, Column, ColumnKind, Row, Table
from wardlaw.console.pages.views import shelf_of
from wardlaw.console.pages.visit import Me, Visit
from wardlaw.facts.person import Permission, Role

ROLES: Mapping[str, str] = {
    Role.LEGAL.value: mark("Legal"),
    Role.RISK.value: mark("Risk"),
    Role.COMPLIANCE.value: mark("Compliance"),
    Role.CISO.value: mark("CISO"),
    Role.SECOPS.value: mark("Security operations"),
    Role.DEVSECOPS.value: mark("DevSecOps"),
    Role.OWNER.value: mark("System owner"),
    Role.AUDITOR.value: mark("Auditor"),
    Role.ADMIN.value: mark("Admin"),
}
PERMISSIONS: Mapping[str, str] = {
    Permission.VIEW_DASHBOARDS.value: mark("See dashboards, systems, clauses"),
    Permission.VIEW_AUDIT_LOG.value: mark("Read the audit log"),
    Permission.VIEW_PROMPT_CONTENT.value: mark("Read prompts, with a purpose"),
    Permission.REGISTER_SYSTEM.value: mark("Register systems"),
    Permission.CLASSIFY_SYSTEM.value: mark("Classify systems"),
    Permission.AUTHOR_POLICY.value: mark("Write clauses"),
    Permission.APPROVE_POLICY.value: mark("Approve clauses"),
    Permission.PUBLISH_POLICY.value: mark("Publish clauses"),
    Permission.APPROVE_GATE.value: mark("Sign gates and their runs"),
    Permission.REQUEST_EXCEPTION.value: mark("Ask for waivers"),
    Permission.APPROVE_EXCEPTION.value: mark("Grant waivers, grants and wishes"),
    Permission.APPROVE_RUNTIME_ACTION.value: mark("Answer held calls"),
    Permission.KILL_CONNECTION.value: mark("Cut and lock out callers"),
    Permission.KILL_SYSTEM.value: mark("Stop systems"),
    Permission.REVOKE_NHI.value: mark("Revoke grants and machine identities"),
    Permission.TUNE_DETECTOR.value: mark("Tune detectors"),
    Permission.IMPORT_EVIDENCE.value: mark("Bring in evidence"),
    Permission.ATTEST.value: mark("Vouch for clauses"),
    Permission.MANAGE_USERS.value: mark("Manage people"),
    Permission.EXPORT_EVIDENCE.value: mark("Export evidence and reports"),
    Permission.OPEN_INCIDENT.value: mark("Open serious incidents"),
    Permission.CLOSE_INCIDENT.value: mark("Close incidents"),
    Permission.BREAK_GLASS.value: mark("Break the glass"),
    Permission.CHANGE_RETENTION.value: mark("Erase, hold and prune, with a second person"),
}
_SEE_KEYS = (
    Permission.MANAGE_USERS, Permission.REGISTER_SYSTEM, Permission.REVOKE_NHI, Permission.VIEW_AUDIT_LOG,
)  # fmt: skip
_NOT_IN_ID = re.compile(r"[^a-z0-9._@+-]+")
_COLUMNS = (
    Column("name", mark("Person"), is_sortable=False),
    Column("roles", mark("Roles")),
    Column("identity", mark("Who it is")),
    Column("state", mark("State"), ColumnKind.MARK),
)

_Find = Annotated[str, QueryParameter(name="find", max_length=128)]
_Role = Annotated[str, QueryParameter(name="role", max_length=32)]


def person_path(person: str) -> str:
    """Address of a person's page."""
    return f"/people/{quote(person, safe=':')}"


def person_id(text: str) -> str:
    """What was typed as the id of a person; ``person:`` need not be typed."""
    text = text.strip().lower()
    return text if text.startswith("person:") else f"person:{_NOT_IN_ID.sub('.', text)}" if text else ""


def _row(one: Mapping[str, Any]) -> Row:
    words = joined((ROLES.get(role, role) for role in one["roles"]), ", ")
    return {
        "name": Cell(one["name"][:120], person_path(one["id"]), one["id"]),
        "roles": words or mark("none"),
        "identity": one["identity"],
        "state": Cell(mark("Disabled"), style="bad") if one["disabled"] else Cell(mark("Active"), style="good"),
    }


@get("/people")
async def list_people(request: Request[Any, Any, Any], *, find: _Find = "", role: _Role = "") -> Response[str]:
    """Everybody, by name."""
    here = Visit(request)
    me = await here.me()
    return await _people_page(here, me, {}, find=find, role=role)


@post("/people")
async def add_person(request: Request[Any, Any, Any]) -> Response[str]:
    """Add a person, and make the one-time token they come in with."""
    here, form = Visit(request), await Filled.of(request)
    me = await here.me()
    typed = {"id": form.text("id"), "name": form.text("name"), "identity": form.text("identity")}
    body = {**typed, "id": person_id(typed["id"]), "roles": form.several("roles")}
    try:
        await here.change(form.first, "persons", body=body)
    except ApiAnswerError as error:
        return await _people_page(here, me, {**typed, "roles": body["roles"]}, Told.by(error))
    return await _invited(here, me, form, person_id(typed["id"]))


async def _people_page(
    here: Visit, me: Me, typed: Mapping[str, Any], refused: Told = NOTHING, *, find: str = "", role: str = ""
) -> Response[str]:
    people = await here.get("persons")
    wanted = find.strip().casefold()
    fitting = [
        one
        for one in people
        if wanted in f"{one['id']} {one['name']} {one['identity']}".casefold() and (not role or role in one["roles"])
    ]
    fitting.sort(key=lambda one: (one["disabled"], one["name"].casefold()))
    table = Table("people", mark("People"), _COLUMNS, [_row(one) for one in fitting], mark("Nobody fits."))
    if file := here.download(table):
        return file
    return here.page(
        "people.html", status=refused.status, me=me, shelf=await shelf_of(here, "/people"), title=mark("People and roles"), table=table, find=find, role=role, roles=ROLES,
        count=len(people), typed={"id": "", "name": "", "identity": "", "roles": []} | dict(typed), problem=refused.problem,
        may_manage=me.may(Permission.MANAGE_USERS), tab="people",
    )  # fmt: skip


@get("/people/roles")
async def role_matrix(request: Request[Any, Any, Any]) -> Response[str]:
    """Roles by permissions, and the rules that keep duties apart."""
    here = Visit(request)
    me = await here.me()
    book = await here.get("roles")
    columns = (
        Column("permission", mark("May")),
        *(Column(role, ROLES[role], ColumnKind.MARK) for role in book["roles"]),
    )
    table = Table(
        "roles", mark("What each role permits"), columns,
        [_permission_row(one.value, book["roles"]) for one in Permission], "",
    )  # fmt: skip
    if file := here.download(table):
        return file
    return here.page(
        "roles.html", me=me, title=mark("Roles"), table=table, rules=book["rules"], sign_offs=book["sign_offs"], roles=ROLES,
        tab="roles",
    )  # fmt: skip


def _permission_row(permission: str, roles: Mapping[str, Sequence[str]]) -> Row:
    held = {role: Cell(mark("yes"), style="good") for role, may in roles.items() if permission in may}
    return {"permission": Cell(PERMISSIONS[permission], below=permission), **held}


@get("/people/{person:str}")
async def show_person(request: Request[Any, Any, Any], person: FromPath[str]) -> Response[str]:
    """One person."""
    here = Visit(request)
    me = await here.me()
    return await _person_page(here, me, person, "")


@post("/people/{person:str}")
async def change_person(request: Request[Any, Any, Any], person: FromPath[str]) -> Response[str]:
    """Change name, roles, identity, or let in again."""
    here, form = Visit(request), await Filled.of(request)
    me = await here.me()
    body: dict[str, Any] = {}
    if form.has("name"):
        body = {"name": form.text("name"), "roles": form.several("roles")}
        if form.text("identity"):
            body["identity"] = form.text("identity")
    if form.has("enable"):
        body["disabled"] = False
    if form.has("unbind"):
        body["unbind"] = True
    try:
        await here.alter(form.first, "persons", person, body=body)
    except ApiAnswerError as error:
        return await _person_page(here, me, person, error.words, typed=body, status=error.status)
    return here.leave(person_path(person), notice="saved")


@post("/people/{person:str}/disable")
async def disable_person(request: Request[Any, Any, Any], person: FromPath[str]) -> Response[str]:
    """Disable a person: tokens, account and roles go."""
    here, form = Visit(request), await Filled.of(request)
    me = await here.me()
    try:
        await here.take_away(form.first, "persons", person)
    except ApiAnswerError as error:
        return await _person_page(here, me, person, error.words, status=error.status)
    return here.leave(person_path(person), notice="closed")


@post("/people/{person:str}/invite")
async def invite(request: Request[Any, Any, Any], person: FromPath[str]) -> Response[str]:
    """A new one-time token, shown this once."""
    here, form = Visit(request), await Filled.of(request)
    me = await here.me()
    return await _invited(here, me, form, person)


@post("/people/{person:str}/token")
async def revoke_token(request: Request[Any, Any, Any], person: FromPath[str]) -> Response[str]:
    """End one of a person's tokens."""
    here, form = Visit(request), await Filled.of(request)
    await here.take_away(form.first, "tokens", form.text("token"))
    return here.leave(person_path(person), notice="revoked")


async def _invited(here: Visit, me: Me, form: Filled, person: str) -> Response[str]:
    try:
        made = await here.change(form.first, "tokens", body={"person": person, "label": "console invitation"})
    except ApiAnswerError as error:
        return await _person_page(here, me, person, error.words, status=error.status)
    # Behind "#", where no server and no log sees it.
    scheme = "https" if here.front.entrance.secure else "http"
    link = f"{scheme}://{here.request.headers.get('host', '')}/sign-in#{made['text']}"
    return here.page(
        "invited.html", me=me, title=mark("Invited"), person=person, link=link, text=made["text"],
        ends=made["token"]["expires_at"], tab="people",
    )  # fmt: skip


async def _person_page(
    here: Visit, me: Me, person: str, problem: str, *, typed: Mapping[str, Any] | None = None, status: int = 200
) -> Response[str]:
    one = await here.get("persons", person)
    tokens = await here.get("tokens") if me.may(Permission.MANAGE_USERS) else []
    book = await here.get("roles")
    now = here.front.clock()
    held = {name for role in one["roles"] for name in book["roles"][role]}
    may = [words for name, words in PERMISSIONS.items() if name in held]
    # What somebody may not know is not even asked: every refusal stands in the log.
    systems = await here.get("systems") if me.may(Permission.VIEW_DASHBOARDS) else []
    keys = await here.get("keys") if any(map(me.may, _SEE_KEYS)) else []
    return here.page(
        "person.html", status=status, me=me, title=one["name"][:120], one=one, values={**one, **(typed or {})},
        problem=problem, roles=ROLES, may=may, rules=book["rules"],
        tokens=[t for t in tokens or () if t["person"] == one["id"] and not t["revoked_at"] and t["expires_at"] > now
                and not (t["kind"] == "one-time" and t["used_at"])],
        systems=[s["system"] for s in systems if s["system"]["owner"] == one["id"]],
        keys=[k for k in keys if k["owner"] == one["id"] and not k["revoked_at"]],
        may_manage=me.may(Permission.MANAGE_USERS), is_me=one["id"] == me.id, tab="people",
    )  # fmt: skip


PLACE = Place(
    Area.EVIDENCE, 30, "/people", "users", mark("People and roles"), "u",
    (Permission.MANAGE_USERS, Permission.VIEW_AUDIT_LOG),
)  # fmt: skip
HANDLERS = (
    list_people, add_person, role_matrix, show_person, change_person, disable_person, invite, revoke_token,
)  # fmt: skip
