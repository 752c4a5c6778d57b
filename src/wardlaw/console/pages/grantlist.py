"""Grants and identities that are no persons: lists to look through, by risk, vendor, kind of data, owner and use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any
from urllib.parse import urlencode

import msgspec
from litestar import Request, Response, get
from litestar.params import QueryParameter

from wardlaw.console.pages.grantwords import DATA, KINDS, STANDINGS, level_word, rule_words, scope_words, short
from wardlaw.console.pages.messages import joined, mark, say_many
from wardlaw.console.pages.navigation import Area, Place
from wardlaw.console.pages.tables import Cell, Column, ColumnKind, Row, Table
from wardlaw.console.pages.views import shelf_of
from wardlaw.console.pages.visit import Visit
from wardlaw.facts.person import Permission

PAGE_ROWS = 50
_Word = Annotated[str, QueryParameter(max_length=512)]
_Cursor = Annotated[str, QueryParameter(max_length=4_096)]

FILTERS = ("directory", "find", "level", "vendor", "reaches", "standing", "idle", "unowned")
_MAY = (Permission.VIEW_AUDIT_LOG, Permission.REVOKE_NHI, Permission.REGISTER_SYSTEM)


class Tab(msgspec.Struct, frozen=True):
    """One of the lists of this page."""

    href: str
    label: str


TABS = (
    Tab("/grants", mark("Grants")),
    Tab("/grants/identities", mark("Identities")),
    Tab("/grants/findings", mark("Findings")),
    Tab("/grants/approvals", mark("Approvals")),
    Tab("/grants/revocations", mark("Revocations")),
)

_GRANT_COLUMNS = (
    Column("app", mark("App")),
    Column("who", mark("Who let it in")),
    Column("may", mark("What it may")),
    Column("approval", mark("Approval"), ColumnKind.MARK),
    Column("used", mark("Last use"), ColumnKind.MOMENT),
    Column("risk", mark("Risk"), ColumnKind.RISK),
)

_IDENTITY_COLUMNS = (
    Column("name", mark("Identity")),
    Column("kind", mark("Kind"), ColumnKind.MARK),
    Column("owner", mark("Owner"), ColumnKind.NAMED),
    Column("accounts", mark("Let in by"), ColumnKind.NUMBER),
    Column("used", mark("Last use"), ColumnKind.MOMENT),
    Column("points", mark("Points"), ColumnKind.NUMBER),
    Column("risk", mark("Risk"), ColumnKind.RISK),
)


@get("/grants")
async def list_of_grants(request: Request[Any, Any, Any], after: _Cursor = "") -> Response[str]:
    """Grants, fifty at a time."""
    here = Visit(request)
    me = await here.me()
    wanted = _wanted(request)

    async def part(place: str) -> Any:
        return await here.get("grants", "page", limit=PAGE_ROWS, after=place, **_asked(wanted))

    async def further(place: str) -> Table:
        return grant_table(await part(place), wanted)

    told = await part(after)
    table = grant_table(told, wanted)
    if file := here.download(table, further=further):
        return file
    return here.page(
        "grants.html", me=me, title=mark("Grants"), tabs=TABS, table=table, wanted=wanted, total=told["total"], data=DATA,
        directories=directories_of(told["feeds"]), shelf=await shelf_of(here), address=_address("/grants", wanted),
        standings=STANDINGS, is_narrowed=bool(wanted), goes_on=told["next"],
    )  # fmt: skip


@get("/grants/identities")
async def list_of_identities(
    request: Request[Any, Any, Any], *, directory: _Word = "", kind: _Word = "", find: _Word = "", after: _Cursor = ""
) -> Response[str]:
    """Service accounts, agents, apps and keys."""
    here = Visit(request)
    me = await here.me()
    named = (("directory", directory), ("kind", kind), ("find", find))
    wanted = {name: value for name, value in named if value}

    async def part(place: str) -> Any:
        return await here.get("inventory", "identities", limit=PAGE_ROWS, after=place, **wanted)

    async def further(place: str) -> Table:
        return identity_table(await part(place), wanted)

    told = await part(after)
    table = identity_table(told, wanted)
    if file := here.download(table, further=further):
        return file
    return here.page(
        "identities.html", me=me, title=mark("Identities"), tabs=TABS, table=table, wanted=wanted, kinds=KINDS,
        directories=directories_of(told["feeds"]), shelf=await shelf_of(here),
        address=_address("/grants/identities", wanted),
    )  # fmt: skip


def grant_table(told: Mapping[str, Any], wanted: Mapping[str, str]) -> Table:
    """Grants as a table."""
    older = _address("/grants", {**wanted, "after": told["next"]}) if told["next"] else ""
    rows = [_grant_row(one) for one in told["grants"]]
    if wanted:
        return Table(
            "grants", mark("Grants"), _GRANT_COLUMNS, rows, mark("No grant fits. Take a filter away."), older=older
        )
    return Table(
        "grants", mark("Grants"), _GRANT_COLUMNS, rows,
        mark("No grants are known yet. Connect an organisation, then read it:"), "wardlaw connect google", older,
    )  # fmt: skip


def identity_table(told: Mapping[str, Any], wanted: Mapping[str, str]) -> Table:
    """Identities as a table."""
    older = _address("/grants/identities", {**wanted, "after": told["next"]}) if told["next"] else ""
    rows = [_identity_row(one) for one in told["identities"]]
    empty = (
        mark("No identity fits. Take a filter away.")
        if wanted
        else mark("No identities are known yet. Make a key for an agent:")
    )
    command = "" if wanted else "wardlaw key create my-agent --principal agent:mine"
    return Table("identities", mark("Identities"), _IDENTITY_COLUMNS, rows, empty, command, older)


def grant_href(directory: str, grant: str) -> str:
    """Where a grant is shown."""
    return "/grants/one?" + urlencode({"directory": directory, "id": grant})


def identity_href(directory: str, kind: str, id_: str) -> str:
    """Where an identity is shown."""
    return "/grants/identity?" + urlencode({"directory": directory, "kind": kind, "id": id_})


def directories_of(feeds: Sequence[Mapping[str, Any]]) -> list[str]:
    """Names of the directories that something was read of."""
    return sorted({one["directory"] for one in feeds})


def _wanted(request: Request[Any, Any, Any]) -> dict[str, str]:
    return {name: value for name in FILTERS if (value := request.query_params.get(name, ""))}


def _asked(wanted: Mapping[str, str]) -> dict[str, str | int]:
    """The filters as the API takes them."""
    return {name: "true" if name in ("idle", "unowned") else value for name, value in wanted.items()}


def _address(path: str, wanted: Mapping[str, str]) -> str:
    return f"{path}?{urlencode(wanted)}" if wanted else path


def _grant_row(one: Mapping[str, Any]) -> Row:
    line = one["line"]
    standing, style = STANDINGS.get(line["standing"]["state"], (line["standing"]["state"], ""))
    level = level_word(line["privilege"])
    maker = joined((mark("AI"), line["vendor"])) if line["vendor"] else ""
    told = joined((maker, line["directory"]))
    return {
        "app": Cell(short(line["app_name"] or line["app"] or line["grant"]), grant_href(line["directory"], line["grant"]), told),
        "who": Cell(short(line["account"]) if line["account"] else mark("The whole organisation")),
        "may": Cell(scope_words(one["risks"]), below=say_many("%(n)s scope", "%(n)s scopes", len(line["scopes"])) if line["scopes"] else ""),
        "approval": Cell(standing, style=style),
        "used": Cell(line["last_used_at"] * 1000 or None, below="" if line["last_used_at"] else mark("none was told")),
        "risk": Cell(level, below=joined((rule_words(rule) for rule in one["rules"][:3]), ", ")),
    }  # fmt: skip


def _identity_row(one: Mapping[str, Any]) -> Row:
    item = one["item"]
    thing = item["thing"]
    name = thing.get("name") or thing["id"]
    below = item["directory"] if name == thing["id"] else f"{short(thing['id'], 40)} · {item['directory']}"
    reasons = ", ".join(part["why"] for part in one["score"]["parts"][:2])
    return {
        "name": Cell(short(name), identity_href(item["directory"], thing["kind"], thing["id"]), below),
        "kind": Cell(KINDS.get(thing["kind"], thing["kind"])),
        "owner": Cell(
            short(one["owner"]) if one["owner"] else "", below="" if one["owner"] else mark("nobody is known")
        ),
        "accounts": one["accounts"] or None,
        "used": Cell(one["used_at"] * 1000 or None, below="" if one["used_at"] else mark("none was told")),
        "points": one["score"]["points"],
        "risk": Cell(one["score"]["band"], below=reasons),
    }


PLACE = Place(Area.SECURITY, 30, "/grants", "key-round", mark("Grants"), "s", _MAY)
HANDLERS = (list_of_grants, list_of_identities)
