"""AI systems: the register as a list, and registering one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any
from urllib.parse import quote, urlencode

from litestar import Request, Response, get, post
from litestar.params import QueryParameter

from wardlaw.console.pages.filled import Filled
from wardlaw.console.pages.inside import ApiAnswerError
from wardlaw.console.pages.messages import mark
from wardlaw.console.pages.navigation import Area, Place
from wardlaw.console.pages.systemwords import DESCRIBING, MODES, PARTS, STAGES, TIERS, Word
from wardlaw.console.pages.tables import Cell, Column, ColumnKind, Row, Table
from wardlaw.console.pages.views import shelf_of
from wardlaw.console.pages.visit import Visit
from wardlaw.console.pages.words import ago
from wardlaw.facts.person import Permission

SHORT_CHARS = 160

_Find = Annotated[str, QueryParameter(name="find", max_length=128)]
_Tier = Annotated[str, QueryParameter(name="tier", max_length=32)]
_Door = Annotated[str, QueryParameter(name="door", max_length=8)]
_Sort = Annotated[str, QueryParameter(name="sort", max_length=32)]
_Retired = Annotated[bool, QueryParameter(name="retired")]

_COLUMNS = (
    Column("title", mark("System"), is_sortable=True),
    Column("purpose", mark("Purpose")),
    Column("owner", mark("Owner"), ColumnKind.NAMED, is_sortable=True),
    Column("tier", mark("Tier"), ColumnKind.MARK, is_sortable=True),
    Column("stage", mark("Stage"), ColumnKind.MARK),
    Column("door", mark("At the door"), ColumnKind.MARK),
    Column("changed", mark("Last change"), is_sortable=True),
)


def system_path(system_id: str, *below: str) -> str:
    """Address of a system's page."""
    return "/".join((f"/systems/{quote(system_id, safe='')}", *below))


def short(text: str, chars: int = SHORT_CHARS) -> str:
    """A text that fits into a cell; the whole of it stands on its own page."""
    return text if len(text) <= chars else text[: chars - 1] + "…"


def door_word(standing: Mapping[str, Any] | None) -> Word:
    """How a system stands at the door, as a word."""
    if standing is None or standing["mode"] == "off":
        return Word(mark("Not looked at"))
    if standing["lives"]:
        return Word(mark("Open"), "good")
    return Word(mark("Closed"), "bad") if standing["mode"] == "enforce" else Word(mark("Noted only"), "wait")


def _row(kept: Mapping[str, Any], standing: Mapping[str, Any] | None, now: float) -> Row:
    one = kept["system"]
    tier, door = TIERS.get(one["tier"], Word(one["tier"])), door_word(standing)
    stage = Word(mark("Retired")) if kept["retired_at"] else STAGES.get(one["lifecycle"], Word(one["lifecycle"]))
    why = standing["why"] if standing is not None and not standing["lives"] else ""
    changed = datetime.fromtimestamp(kept["changed_at"], tz=UTC).isoformat(timespec="seconds")
    return {
        "title": Cell(short(one["title"]), system_path(one["id"]), one["id"]),
        "purpose": short(one["purpose"]),
        "owner": one["owner"],
        "tier": Cell(tier.word, style=tier.style),
        "stage": Cell(stage.word, style=stage.style),
        "door": Cell(door.word, system_path(one["id"], "gate"), short(why, 90), door.style),
        "changed": Cell(ago(kept["changed_at"], now), below=kept["changed_by"], is_named=True, style=changed),
    }


_ORDER = {
    "title": lambda kept: kept["system"]["title"].casefold(),
    "owner": lambda kept: kept["system"]["owner"],
    "tier": lambda kept: list(TIERS).index(kept["system"]["tier"]),
    "changed": lambda kept: -kept["changed_at"],
}


@get("/systems")
async def list_of_systems(
    request: Request[Any, Any, Any],
    *,
    find: _Find = "",
    tier: _Tier = "",
    door: _Door = "",
    sort: _Sort = "",
    retired: _Retired = False,
) -> Response[str]:
    """The register."""
    here = Visit(request)
    me = await here.me()
    kept = await here.get("systems", **({"retired": "true"} if retired else {}))
    standings = {one["system"]: one for one in await here.get("verdicts")}
    wanted = find.strip().casefold()
    fitting = [
        one
        for one in kept
        if (not tier or one["system"]["tier"] == tier)
        and (not door or _is_open(standings.get(one["system"]["id"])) is (door == "open"))
        and wanted in f"{one['system']['id']} {one['system']['title']} {one['system']['purpose']}".casefold()
    ]
    column = sort.removeprefix("-")
    if column in _ORDER:
        fitting.sort(key=_ORDER[column], reverse=sort.startswith("-"))
    asked = {name: value for name, value in (("find", find), ("tier", tier), ("door", door)) if value}
    asked |= {"retired": "true"} if retired else {}
    table = Table(
        name="ai-systems", caption=mark("AI systems"), columns=_COLUMNS, sort=sort if column in _ORDER else "",
        rows=[_row(one, standings.get(one["system"]["id"]), here.front.clock()) for one in fitting],
        empty=mark("Nothing fits these filters.") if kept else mark("No system is registered yet. Register one here, or:"),
        command="" if kept else 'wardlaw system add crm-bot --title "CRM bot" --owner person:… --purpose "…"',
    )  # fmt: skip
    if file := here.download(table):
        return file
    closed = sum(1 for one in standings.values() if one["mode"] == "enforce" and not one["lives"])
    return here.page(
        "systems.html", me=me, shelf=await shelf_of(here), title=mark("AI systems"), table=table, find=find, tier=tier, door=door, retired=retired,
        tiers=TIERS, address="/systems" + (f"?{urlencode(asked)}" if asked else ""), count=len(standings),
        closed=closed, may_add=me.may(Permission.REGISTER_SYSTEM),
    )  # fmt: skip


def _is_open(standing: Mapping[str, Any] | None) -> bool:
    return bool(standing and standing["lives"])


@get("/systems/new")
async def new_system(request: Request[Any, Any, Any]) -> Response[str]:
    """The form for a new system."""
    here = Visit(request)
    me = await here.me()
    return _form(here, me, {"owner": me.id, "environment": "production", "gate_mode": "warn"}, "")


@post("/systems/new")
async def add_system(request: Request[Any, Any, Any]) -> Response[str]:
    """Register a system; what was typed stays where it is refused."""
    here, form = Visit(request), await Filled.of(request)
    me = await here.me()
    body: dict[str, Any] = {"id": form.text("id"), "gate_mode": form.text("gate_mode") or "warn"}
    body |= fields_of(form)
    try:
        await here.change(form.first, "systems", body=body)
    except ApiAnswerError as error:
        return _form(here, me, body, error.words, status=error.status)
    return here.leave(system_path(body["id"], "questionnaire"), notice="saved")


def fields_of(form: Filled) -> dict[str, Any]:
    """The describing fields of a system that a form has."""
    return {
        one.id: form.lines(one.id) if one.listed else form.text(one.id)
        for _, part in PARTS
        for one in part
        if form.has(one.id)
    }


def _form(here: Visit, me: Any, values: Mapping[str, Any], problem: str, *, status: int = 200) -> Response[str]:
    return here.page(
        "system-new.html", status=status, me=me, title=mark("Register a system"), values=values, problem=problem,
        parts=PARTS, describing=DESCRIBING, modes=MODES,
    )  # fmt: skip


PLACE = Place(Area.GOVERNANCE, 20, "/systems", "boxes", mark("AI systems"), "y", (Permission.VIEW_DASHBOARDS,))
HANDLERS = (list_of_systems, new_system, add_system)
