"""What was decided: the list with its filters, and the way to the next page of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any
from urllib.parse import urlencode

import msgspec
from litestar import Request, Response, get
from litestar.di import NamedDependency, Provide
from litestar.params import QueryParameter

from wardlaw.console.pages.downloads import is_taken
from wardlaw.console.pages.messages import mark
from wardlaw.console.pages.navigation import Area, Place
from wardlaw.console.pages.tables import Cell, Column, ColumnKind, Row, Table
from wardlaw.console.pages.views import shelf_of
from wardlaw.console.pages.visit import Visit
from wardlaw.console.pages.words import action_words, reason_words
from wardlaw.facts.person import Permission

PAGE_ROWS = 50
FILE_ROWS = 500
"""Rows of a downloaded file: as many as the API gives at once."""

_DAY_MS = 86_400_000
PERIODS = (
    ("", mark("All time"), 0),
    ("1h", mark("Last hour"), 3_600_000),
    ("24h", mark("Last day"), _DAY_MS),
    ("7d", mark("Last week"), 7 * _DAY_MS),
    ("30d", mark("Last 30 days"), 30 * _DAY_MS),
)

_Place = Annotated[int, QueryParameter(ge=-1, le=2**53)]
_Word = Annotated[str, QueryParameter(max_length=128)]
_Text = Annotated[str, QueryParameter(max_length=256)]


class Wanted(msgspec.Struct, frozen=True):
    """Which decisions are looked for; an empty field asks nothing.

    Attributes:
        day: ISO date, instead of a period.
    """

    effect: str = ""
    principal: str = ""
    route: str = ""
    clause: str = ""
    code: str = ""
    period: str = ""
    day: str = ""

    @property
    def address(self) -> str:
        """This list as an address."""
        query = urlencode({name: value for name, value in msgspec.structs.asdict(self).items() if value})
        return f"/decisions?{query}" if query else "/decisions"

    def asked(self, now_ms: int) -> dict[str, str | int]:
        """As the API is asked."""
        fields = ("effect", "principal", "route", "clause", "code")
        found: dict[str, str | int] = {name: value for name in fields if (value := getattr(self, name))}
        length = next((ms for name, _, ms in PERIODS if name == self.period), 0)
        if length and not self.day:
            found["since_ms"] = now_ms - length
        if begin := _begin_ms(self.day):
            found |= {"since_ms": begin, "until_ms": begin + _DAY_MS}
        return found


async def provide_wanted(
    *,
    effect: _Word = "",
    principal: _Text = "",
    route: _Word = "",
    clause: _Word = "",
    code: _Word = "",
    period: _Word = "",
) -> Wanted:
    """From the address."""
    return Wanted(effect, principal.strip(), route.strip(), clause.strip(), code, period)


@get("/decisions", dependencies={"wanted": Provide(provide_wanted)})
async def list_of_decided(
    request: Request[Any, Any, Any], wanted: NamedDependency[Wanted], *, day: _Word = "", before: _Place = -1
) -> Response[str]:
    """Decisions, newest first."""
    here = Visit(request)
    me = await here.me()
    wanted = msgspec.structs.replace(wanted, day=day if _begin_ms(day) else "")
    is_file = is_taken(request.query_params)
    limit = FILE_ROWS if is_file else PAGE_ROWS
    asked = wanted.asked(int(here.front.clock() * 1000))

    async def part(place: str) -> Table:
        rows = await here.get("decisions", **asked, limit=limit, before=int(place))
        return decisions_table(rows, wanted, is_full=len(rows) == limit, is_file=is_file)

    table = await part(str(before))
    if file := here.download(table, further=part):
        return file
    return here.page(
        "decisions.html",
        me=me,
        shelf=await shelf_of(here),
        title=mark("Decisions"),
        table=table,
        wanted=wanted,
        periods=PERIODS,
        before=before,
    )


def decisions_table(rows: list[Mapping[str, Any]], wanted: Wanted, *, is_full: bool, is_file: bool) -> Table:
    """The list; in files the names of things and times as machines read them."""
    columns = (
        Column("time", mark("Time"), ColumnKind.TEXT if is_file else ColumnKind.MOMENT),
        Column("decision", mark("Decision"), ColumnKind.EFFECT),
        Column("who", mark("Who"), ColumnKind.NAMED),
        Column("what", mark("What")),
        Column("reason", mark("Reason")),
        Column("route", mark("Route")),
        *((Column("id", mark("Id"), ColumnKind.CODE),) if is_file else ()),
    )
    join = "&" if "?" in wanted.address else "?"
    return Table(
        name="decisions",
        caption=mark("Decisions"),
        columns=columns,
        rows=[_file_row(one) if is_file else _row(one) for one in rows],
        empty=mark("No decision fits.")
        if wanted.address != "/decisions"
        else mark("Nothing came to the door yet. Make a key:"),
        command="" if wanted.address != "/decisions" else "wardlaw key create my-app --principal user:me",
        older=f"{wanted.address}{join}before={rows[-1]['leaf_index']}" if is_full else "",
    )


def _row(one: Mapping[str, Any]) -> Row:
    clauses = one["clauses"]
    why: str = ", ".join(clauses[:3]) or (reason_words(one["code"]) if one["code"] else mark("none objected"))
    return {
        "time": one["at_ms"],
        "decision": Cell(one["effect"], href=f"/decisions/{one['id']}"),
        "who": Cell(
            (one["principal"] or one["subject"][:16])[:120] or mark("erased"),
            below=mark("a canary of ours") if one["canary"] else "",
        ),
        "what": Cell(action_words(one["action"]), below=one["resource"][:120]),
        "reason": Cell(why, href=f"/policies/{clauses[0]}" if clauses else ""),
        "route": one["route"],
    }


def _file_row(one: Mapping[str, Any]) -> Row:
    at = datetime.fromtimestamp(one["at_ms"] / 1000, UTC)
    return {
        "time": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "decision": one["effect"],
        "who": one["principal"] or one["subject"],
        "what": f"{one['action']} {one['resource']}".strip(),
        "reason": " ".join(one["clauses"]) or one["code"],
        "route": one["route"],
        "id": one["id"],
    }


def _begin_ms(day: str) -> int:
    """When a day begins, UTC; 0 for what is none."""
    try:
        begin = datetime.strptime(day, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        return 0
    return max(0, int(begin.timestamp() * 1000))


PLACE = Place(Area.DOOR, 2, "/decisions", "door-open", mark("Decisions"), "d", (Permission.VIEW_AUDIT_LOG,))
HANDLERS = (list_of_decided,)
