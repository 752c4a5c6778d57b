"""Clauses: how each stands for each system, and everything of one of them."""

from __future__ import annotations

import asyncio
import difflib
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any
from urllib.parse import quote, urlencode

import msgspec
from litestar import Request, Response, get
from litestar.params import FromPath, FromQuery, QueryParameter

from wardlaw.console.pages.messages import mark, say
from wardlaw.console.pages.navigation import Area, Place
from wardlaw.console.pages.standings import COVERAGE, LIFE, coverage_word, life_word, worst_of
from wardlaw.console.pages.tables import Cell, Column, ColumnKind, Table
from wardlaw.console.pages.views import shelf_of
from wardlaw.console.pages.visit import Visit
from wardlaw.facts.person import Permission

MOST_SYSTEMS = 24
"""Columns of the matrix at once; more cannot be looked over."""

_GAP = (" ", "…")
_State = Annotated[str, QueryParameter(name="state", max_length=32)]

_COLUMNS = (
    Column("clause", mark("Clause")),
    Column("stage", mark("Stage"), ColumnKind.MARK, is_sortable=True),
    Column("coverage", mark("Coverage"), ColumnKind.MARK, is_sortable=True),
    Column("risk", mark("Risk"), ColumnKind.RISK, is_sortable=True),
    Column("needs", mark("Waits for")),
    Column("note", mark("Notice")),
)
_RISKS = ("critical", "high", "medium", "low")


class Matrix(msgspec.Struct, frozen=True):
    """Coverage as a table of tables: ``cells`` by clause, then system."""

    systems: tuple[str, ...]
    clauses: tuple[tuple[str, str], ...]
    cells: Mapping[str, Mapping[str, Mapping[str, Any]]]
    left_out: int


class Wish(msgspec.Struct, frozen=True):
    """What of the list is asked for, and in which order; ``has_words_first`` as the reader prefers."""

    find: str
    stage: str
    state: str
    sort: str
    has_words_first: bool


class Bar(msgspec.Struct, frozen=True):
    """One day of a small chart: ``height`` and ``x`` in the units of its drawing."""

    day: float
    count: int
    x: float
    height: float


def matrix_of(lines: Sequence[Mapping[str, Any]], titles: Mapping[str, str], *, find: str, state: str) -> Matrix:
    """Lines of coverage by clause and system; ``find`` narrows the systems, ``state`` keeps clauses that have it somewhere."""
    names = sorted({one["system"] for one in lines if find.casefold() in one["system"].casefold()})
    shown = tuple(names[:MOST_SYSTEMS])
    cells: dict[str, dict[str, Mapping[str, Any]]] = {}
    for one in lines:
        if one["system"] in shown:
            cells.setdefault(one["clause"], {})[one["system"]] = one
    kept = {name: row for name, row in cells.items() if not state or any(one["state"] == state for one in row.values())}
    clauses = tuple((name, titles.get(name, "")) for name in sorted(kept))
    return Matrix(shown, clauses, kept, len(names) - len(shown))


def worst_by_clause(lines: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Of each clause the state that wants somebody most, over all systems."""
    found: dict[str, str] = {}
    for one in lines:
        known = found.get(one["clause"])
        found[one["clause"]] = one["state"] if known is None else worst_of((known, one["state"]))
    return found


def bars_of(
    firings: Iterable[Mapping[str, Any]], today: int, *, days: int = 30, height: float = 40.0
) -> tuple[Bar, ...]:
    """One bar for each day up to ``today`` (days since 1970)."""
    counts: dict[int, int] = {}
    for one in firings:
        counts[one["day"]] = counts.get(one["day"], 0) + one["count"]
    top = max(counts.values(), default=0) or 1
    return tuple(
        Bar(day * 86_400_000.0, counts.get(day, 0), place * 8.0, round(height * counts.get(day, 0) / top, 1))
        for place, day in enumerate(range(today - days + 1, today + 1))
    )


def changed_lines(before: str, after: str, *, around: int = 3) -> tuple[tuple[str, str], ...]:
    """Lines of two texts with what happened to each: ``+``, ``-`` or a space; ``…`` stands for lines far from any change."""
    found = [(line[:1], line[2:]) for line in difflib.ndiff(before.splitlines(), after.splitlines()) if line[0] != "?"]
    near = {place for at, (sign, _) in enumerate(found) if sign != " " for place in range(at - around, at + around + 1)}
    told: list[tuple[str, str]] = []
    for place, line in enumerate(found):
        if place in near:
            told.append(line)
        elif not told or told[-1] != _GAP:
            told.append(_GAP)
    return tuple(told) if near else ()


@get("/policies")
async def list_of_clauses(
    request: Request[Any, Any, Any],
    *,
    view: FromQuery[str] = "list",
    state_wanted: _State = "",
    stage: FromQuery[str] = "",
    find: FromQuery[str] = "",
    sort: FromQuery[str] = "",
) -> Response[str]:
    """Every clause, as a list by stage or as a matrix of clauses and systems."""
    here = Visit(request)
    me = await here.me()
    life, told = await asyncio.gather(here.get("policy", "life"), here.get("coverage"))
    titles = {one["clause"]: one["title"] for one in life["clauses"]}
    states = worst_by_clause(told["clauses"])
    wish = Wish(find, stage, state_wanted, sort, here.has_words_first)
    table = _table(life["clauses"], states, wish)
    if file := here.download(table):
        return file
    return here.page(
        "policies.html",
        me=me,
        title=mark("Policies & clauses"),
        shelf=await shelf_of(here),
        life=life,
        told=told,
        table=table,
        view=view if view in ("list", "matrix") else "list",
        state=state_wanted,
        stage_wanted=stage,
        find=find,
        address=_address(view=view, state=state_wanted, stage=stage, find=find),
        matrix=matrix_of(told["clauses"], titles, find=find, state=state_wanted),
        counts=_counts(told["clauses"]),
        states=COVERAGE,
        stages=LIFE,
        may=_may(me.permissions),
    )


@get("/policies/{clause:str}")
async def show_clause(
    request: Request[Any, Any, Any], clause: FromPath[str], version: FromQuery[int] = 0
) -> Response[str]:
    """What a clause says, what it is compiled to, what it did; and its whole life."""
    here = Visit(request)
    me = await here.me()
    life, reading, history, effect, trail, waivers = await asyncio.gather(
        here.get("policy", "life"),
        here.get_if_there("policy", "clauses", clause, "reading", version=max(version, 0)),
        here.get_if_there("policy", "clauses", clause),
        here.get_if_there("policy", "clauses", clause, "effect"),
        here.get_if_there("evidence", clause),
        here.get_if_allowed("waivers"),
    )
    standing = next((one for one in life["clauses"] if one["clause"] == clause), None)
    if standing is None and reading is None:
        await here.get("policy", "clauses", clause, "reading")  # says that there is none, in the words of the API
    firings = effect["firings"] if effect else []
    today = int(here.front.clock() // 86_400)
    return here.page(
        "clause.html",
        me=me,
        title=(reading or standing or {}).get("title") or clause,
        clause=clause,
        standing_now=standing,
        reading_now=reading,
        history=history,
        versions=sorted(history["versions"], key=lambda one: -one["version"]) if history else [],
        effect_now=effect,
        bars=bars_of(firings, today),
        fired=sum(one["count"] for one in firings),
        by_place=_by_place(firings),
        latest=sorted(firings, key=lambda one: -one["last_at"])[:5],
        trail=trail,
        waivers=[one for one in waivers or () if one["waiver"]["clause"] == clause],
        is_on=life["is_on"],
        may=_may(me.permissions),
        now=here.front.clock(),
    )


def _may(permissions: frozenset[str]) -> dict[str, bool]:
    wanted = {
        "author": Permission.AUTHOR_POLICY,
        "approve": Permission.APPROVE_POLICY,
        "publish": Permission.PUBLISH_POLICY,
        "audit": Permission.VIEW_AUDIT_LOG,
        "ask_waiver": Permission.REQUEST_EXCEPTION,
    }
    return {name: one.value in permissions for name, one in wanted.items()}


def _counts(lines: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    found = dict.fromkeys(COVERAGE, 0)
    for one in lines:
        found[one["state"]] = found.get(one["state"], 0) + 1
    return found


def _by_place(firings: Iterable[Mapping[str, Any]]) -> list[tuple[str, str, int]]:
    """Resources and surfaces where a clause matched most."""
    found: dict[tuple[str, str], int] = {}
    for one in firings:
        key = (one["resource"], one["route"])
        found[key] = found.get(key, 0) + one["count"]
    return [(*key, count) for key, count in sorted(found.items(), key=lambda one: -one[1])[:6]]


def _table(clauses: Iterable[Mapping[str, Any]], states: Mapping[str, str], wish: Wish) -> Table:
    wanted = wish.find.casefold()
    kept = [
        one
        for one in clauses
        if (not wish.stage or one["state"] == wish.stage)
        and (not wish.state or states.get(one["clause"]) == wish.state)
        and wanted in f"{one['clause']} {one['title']}".casefold()
    ]
    orders = {
        "stage": lambda one: life_word(one["state"]).rank,
        "coverage": lambda one: coverage_word(states.get(one["clause"], "")).rank,
        "risk": lambda one: _RISKS.index(one["risk"]) if one["risk"] in _RISKS else len(_RISKS),
    }
    order = orders.get(wish.sort.removeprefix("-"))
    if order is not None:
        kept.sort(key=order, reverse=wish.sort.startswith("-"))
    rows = [
        {
            "clause": _named(one, words=wish.has_words_first),
            "stage": Cell(life_word(one["state"]).word, style=life_word(one["state"]).style, below=_version(one)),
            "coverage": Cell(
                coverage_word(states.get(one["clause"], "")).word,
                style=coverage_word(states.get(one["clause"], "")).style,
            ),
            "risk": one["risk"],
            "needs": one["needs"] if one["state"] == "in review" else "",
            "note": "; ".join(one["drifted"]),
        }
        for one in kept
    ]
    return Table(
        name="clauses",
        caption=mark("Clauses"),
        columns=_COLUMNS,
        rows=rows,
        empty=mark("No clause is so."),
        command="wardlaw policy new --list",
        sort=wish.sort if order is not None else "",
    )


def _named(one: Mapping[str, Any], *, words: bool) -> Cell:
    """Title and id, in the reader's order."""
    title = one["title"] or one["clause"]
    first, second = (title, one["clause"]) if words else (one["clause"], title)
    return Cell(first, _href(one["clause"]), below=second)


def _version(one: Mapping[str, Any]) -> str:
    if not one["version"]:
        return ""
    if one["enforced"] in (0, one["version"]):
        return say("version %(n)s", n=one["version"])
    return say("version %(n)s, version %(other)s in force", n=one["version"], other=one["enforced"])


def _address(**filters: str) -> str:
    """This view again, for what is added to its address."""
    return "/policies?" + urlencode({name: value for name, value in filters.items() if value})


def _href(clause: str) -> str:
    return f"/policies/{quote(clause, safe='')}"


PLACE = Place(Area.GOVERNANCE, 1, "/policies", "scale", mark("Policies & clauses"), "p", (Permission.VIEW_DASHBOARDS,))
HANDLERS = (list_of_clauses, show_clause)
