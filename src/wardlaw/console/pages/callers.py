"""Keys of callers: what apps, agents and machines call the gateway with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from litestar import Request, Response, get, post
from litestar.params import QueryParameter

from wardlaw.console.pages.filled import NOTHING, Filled, Told
from wardlaw.console.pages.inside import ApiAnswerError
from wardlaw.console.pages.messages import joined, mark, say
from wardlaw.console.pages.people import person_path
from wardlaw.console.pages.systemwords import Word
from wardlaw.console.pages.tables import Cell, Column, ColumnKind, Row, Table
from wardlaw.console.pages.views import shelf_of
from wardlaw.console.pages.visit import Me, Visit
from wardlaw.facts.person import Permission

_COLUMNS = (
    Column("id", mark("Key")),
    Column("principal", mark("Who calls with it"), ColumnKind.CODE),
    Column("may", mark("May use")),
    Column("owner", mark("Answers for it"), ColumnKind.NAMED),
    Column("ends", mark("Ends"), ColumnKind.MOMENT),
    Column("state", mark("State"), ColumnKind.MARK),
)
_LISTS = ("models", "routes", "groups", "persons")
_USUAL = {"id": "", "principal": "", "name": "", "team": "", "days": "90", "models": "", "routes": "", "groups": "",
          "persons": "", "signing_key": "", "owner": ""}  # fmt: skip

_Find = Annotated[str, QueryParameter(name="find", max_length=128)]
_Ended = Annotated[bool, QueryParameter(name="ended")]


def state_of(key: Mapping[str, Any], now: float) -> Word:
    """How a key stands."""
    if key["revoked_at"]:
        return Word(mark("Revoked"), "bad") if key["revoked_at"] <= now else Word(mark("Being replaced"), "wait")
    if key["expires_at"] and key["expires_at"] <= now:
        return Word(mark("Ended"))
    return Word(mark("Lives"), "good")


def _row(key: Mapping[str, Any], now: float) -> Row:
    state = state_of(key, now)
    limits = (
        say("models %(names)s", names=", ".join(key["models"])) if key["models"] else "",
        say("routes %(names)s", names=", ".join(key["routes"])) if key["routes"] else "",
    )
    may = joined(limits, "; ")
    return {
        "id": Cell(key["id"], below=key["name"] or key["team"]),
        "principal": Cell(key["principal"], below=", ".join(key["groups"])),
        "may": may or mark("everything its clauses allow"),
        "owner": Cell(key["owner"], person_path(key["owner"])),
        "ends": int((key["revoked_at"] or key["expires_at"]) * 1000) or None,
        "state": Cell(state.word, style=state.style),
    }


@get("/people/keys")
async def list_keys(request: Request[Any, Any, Any], *, find: _Find = "", ended: _Ended = False) -> Response[str]:
    """Keys, those that live alone unless asked."""
    here = Visit(request)
    me = await here.me()
    return await _page(here, me, {}, find=find, ended=ended)


@post("/people/keys")
async def create_key(request: Request[Any, Any, Any]) -> Response[str]:
    """Create a key; its text is shown this once."""
    here, form = Visit(request), await Filled.of(request)
    me = await here.me()
    typed = {name: form.raw(name) for name in _USUAL}
    body: dict[str, Any] = {name: form.lines(name) for name in _LISTS}
    body |= {name: form.text(name) for name in ("id", "principal", "name", "team", "signing_key", "owner")}
    body |= {"days": form.number("days", 90)}
    body["id"] = body["id"] if body["id"].startswith("key:") or not body["id"] else f"key:{body['id']}"
    try:
        made = await here.change(form.first, "keys", body=body)
    except ApiAnswerError as error:
        return await _page(here, me, typed, Told.by(error))
    return _shown(here, me, made)


@post("/people/keys/rotate")
async def rotate_key(request: Request[Any, Any, Any]) -> Response[str]:
    """Replace a key; the old one goes on for a day."""
    here, form = Visit(request), await Filled.of(request)
    me = await here.me()
    try:
        made = await here.change(form.first, "keys", form.text("id"), "rotate", body={})
    except ApiAnswerError as error:
        return await _page(here, me, {}, Told.by(error))
    return _shown(here, me, made)


@post("/people/keys/revoke")
async def revoke_key(request: Request[Any, Any, Any]) -> Response[str]:
    """End a key at once."""
    here, form = Visit(request), await Filled.of(request)
    me = await here.me()
    try:
        await here.change(form.first, "keys", form.text("id"), "revoke", body={})
    except ApiAnswerError as error:
        return await _page(here, me, {}, Told.by(error))
    return here.leave("/people/keys", notice="revoked")


def _shown(here: Visit, me: Me, made: Mapping[str, Any]) -> Response[str]:
    return here.page("key-made.html", me=me, title=mark("A new key"), key=made["key"], text=made["text"], tab="keys")


async def _page(
    here: Visit, me: Me, typed: Mapping[str, str], refused: Told = NOTHING, *, find: str = "", ended: bool = False
) -> Response[str]:
    now, wanted = here.front.clock(), find.strip().casefold()
    keys = [
        one
        for one in await here.get("keys")
        if wanted in f"{one['id']} {one['principal']} {one['name']} {one['team']} {one['owner']}".casefold()
        and (ended or state_of(one, now).word in ("Lives", "Being replaced"))
    ]
    table = Table(
        "keys", mark("Keys of callers"), _COLUMNS, [_row(one, now) for one in keys],
        mark("No key fits.") if find else mark("No key lives. Make one here, or:"),
        "" if find else "wardlaw key create my-app --principal agent:my-app",
    )  # fmt: skip
    if file := here.download(table):
        return file
    may_make = me.may(Permission.MANAGE_USERS) or me.may(Permission.REGISTER_SYSTEM)
    may_end = me.may(Permission.REVOKE_NHI) or me.may(Permission.MANAGE_USERS)
    living = [one["id"] for one in keys if state_of(one, now).word == "Lives"]
    return here.page(
        "keys.html", status=refused.status, me=me, shelf=await shelf_of(here, "/people/keys"), title=mark("Keys of callers"), table=table, find=find, ended=ended,
        address="/people/keys" + ("?ended=true" if ended else ""), typed={**_USUAL, **typed}, problem=refused.problem,
        may_make=may_make, may_end=may_end, living=living, tab="keys",
    )  # fmt: skip


HANDLERS = (list_keys, create_key, rotate_key, revoke_key)
