"""Laws and standards: from an article over clauses and controls to a decision, with its proof checked in front of you."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Annotated, Any
from urllib.parse import quote, urlencode

from litestar import Request, Response, get
from litestar.params import FromPath, FromQuery, QueryParameter

from wardlaw.console.pages.inside import ApiAnswerError
from wardlaw.console.pages.lawtables import table_of_frameworks, table_of_provisions
from wardlaw.console.pages.messages import mark, say
from wardlaw.console.pages.navigation import Area, Place
from wardlaw.console.pages.standings import worst_of
from wardlaw.console.pages.views import shelf_of
from wardlaw.console.pages.visit import Visit
from wardlaw.facts.person import Permission

STEPS: Mapping[str, str] = {
    "record": mark("The record"),
    "proof": mark("The proof's form"),
    "leaf": mark("Its place in the log"),
    "path": mark("The way to the root"),
    "checkpoint": mark("The log's signature"),
    "witness": mark("An independent witness"),
}
MOST_TRAILS = 40
_State = Annotated[str, QueryParameter(name="state", max_length=32)]


@get("/frameworks")
async def list_of_frameworks(request: Request[Any, Any, Any]) -> Response[str]:
    """Every law, standard and list of risks that counts."""
    here = Visit(request)
    me = await here.me()
    table = table_of_frameworks(await here.get("frameworks"))
    if file := here.download(table):
        return file
    return here.page("frameworks.html", me=me, title=mark("Laws and standards"), table=table)


@get("/frameworks/{framework:str}")
async def show_framework(
    request: Request[Any, Any, Any], framework: FromPath[str], *, find: FromQuery[str] = "", state_wanted: _State = ""
) -> Response[str]:
    """Its provisions: from when each applies, what answers it, and how it stands today."""
    here = Visit(request)
    me = await here.me()
    told, covered = await asyncio.gather(
        here.get("frameworks", framework), here.get_if_there("coverage", framework=framework)
    )
    states = _states(framework, covered["clauses"] if covered else ())
    wanted = find.casefold()
    lines = [
        one
        for one in told["lines"]
        if wanted in f"{one['provision']['id']} {one['provision']['title']}".casefold()
        and (not state_wanted or states.get(one["provision"]["id"]) == state_wanted)
    ]
    table = table_of_provisions(framework, lines, states)
    if file := here.download(table):
        return file
    return here.page(
        "framework.html",
        me=me,
        title=told["framework"]["title"],
        shelf=await shelf_of(here),
        told=told,
        lines=lines,
        table=table,
        address=_with(f"/frameworks/{quote(framework, safe='')}", find=find, state=state_wanted),
        states=states,
        covered=covered,
        find=find,
        state=state_wanted,
        may_follow=me.may(Permission.VIEW_AUDIT_LOG),
    )


@get("/evidence/{asked:str}")
async def show_evidence(
    request: Request[Any, Any, Any], asked: FromPath[str], system: FromQuery[str] = ""
) -> Response[str]:
    """The trail from a provision, a control or a clause to its newest decision, whose proof is checked here and now."""
    here = Visit(request)
    me = await here.me()
    query = {"system": system} if system else {}
    trail = await here.get("evidence", asked, **query)
    shown = best_of(trail["clauses"])
    steps: Sequence[Mapping[str, Any]] = ()
    problem = ""
    if shown is not None:
        try:
            steps = await here.get("audit", "proofs", shown["decision"]["id"], "checked")
        except ApiAnswerError as error:
            problem = error.words
    return here.page(
        "evidence.html",
        me=me,
        title=say("Evidence for %(what)s", what=asked),
        asked=asked,
        system=system,
        trail=trail,
        trails=trail["clauses"][:MOST_TRAILS],
        left_out=max(0, len(trail["clauses"]) - MOST_TRAILS),
        shown=shown,
        steps=steps,
        names=STEPS,
        holds=bool(steps) and all(one["holds"] for one in steps if one["name"] != "witness"),
        problem=problem,
        framework=asked.partition(":")[0] if ":" in asked else "",
    )


def _with(path: str, **asked: str) -> str:
    given = {name: value for name, value in asked.items() if value}
    return f"{path}?{urlencode(given)}" if given else path


def best_of(trails: Sequence[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """The trail whose newest decision can be proven; else one with any decision; None where nothing happened."""
    with_decision = [one for one in trails if one["decision"] is not None]
    return max(with_decision, key=lambda one: (one["decision"]["is_proven"], one["decision"]["at"]), default=None)


def _states(framework: str, lines: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """The worst state of each provision over all systems."""
    found: dict[str, list[str]] = {}
    for one in lines:
        found.setdefault(one["clause"].removeprefix(f"{framework}:"), []).append(one["state"])
    return {name: worst_of(states) for name, states in found.items()}


PLACE = Place(Area.EVIDENCE, 2, "/frameworks", "book-open", mark("Laws & standards"), "", (Permission.VIEW_DASHBOARDS,))
HANDLERS = (list_of_frameworks, show_framework, show_evidence)
