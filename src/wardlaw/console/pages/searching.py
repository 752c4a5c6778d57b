"""One field for everything: an id goes straight there, words are looked for wherever this person may look."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Mapping
from typing import Annotated, Any
from urllib.parse import quote

import msgspec
from litestar import Request, Response, get
from litestar.params import QueryParameter

from wardlaw.console.pages.messages import mark
from wardlaw.console.pages.visit import Visit

MOST = 8
"""Of each kind; more and one reads a list instead of an answer."""

_Asked = Annotated[str, QueryParameter(name="q", max_length=200)]

_STRAIGHT = (
    (re.compile(r"rec_\w+|dec_\w+"), "/decisions/{}"),
    (re.compile(r"inc_\w+"), "/incidents/{}"),
    (re.compile(r"apr_\w+"), "/approvals/{}"),
    (re.compile(r"wvr_\w+"), "/waivers/{}"),
    (re.compile(r"[A-Z]{3}-\d{2,3}"), "/policies/{}"),
)


class Found(msgspec.Struct, frozen=True):
    """One answer: its name for people, what it is called, where it is."""

    title: str
    id: str
    href: str


class Kind(msgspec.Struct, frozen=True):
    """A kind of thing to look among: where it is read, where its list is in the answer, how one of it is shown."""

    label: str
    path: tuple[str, ...]
    within: tuple[str, ...]
    show: Callable[[Mapping[str, Any]], Found]
    by_api: bool = False


def _href(base: str, name: str) -> str:
    return f"{base}/{quote(name, safe='')}"


def _clause(one: Mapping[str, Any]) -> Found:
    return Found(str(one.get("title") or one["clause"]), one["clause"], _href("/policies", one["clause"]))


def _system(one: Mapping[str, Any]) -> Found:
    system = one["system"]
    return Found(system["purpose"], system["id"], _href("/systems", system["id"]))


def _identity(one: Mapping[str, Any]) -> Found:
    directory, thing = one["item"]["directory"], one["item"]["thing"]
    where = f"/grants/identity?directory={quote(directory)}&kind={quote(thing['kind'])}&id={quote(thing['id'])}"
    return Found(str(thing.get("name") or thing["id"]), thing["id"], where)


def _incident(one: Mapping[str, Any]) -> Found:
    return Found(one["detail"] or one["kind"], one["id"], _href("/incidents", one["id"]))


def _person(one: Mapping[str, Any]) -> Found:
    return Found(one["name"], one["id"], _href("/people", one["id"]))


def _framework(one: Mapping[str, Any]) -> Found:
    return Found(one["title"], one["id"], _href("/frameworks", one["id"]))


KINDS = (
    Kind(mark("Clauses"), ("policy", "life"), ("clauses",), _clause),
    Kind(mark("AI systems"), ("systems",), (), _system),
    Kind(mark("Identities"), ("inventory", "identities"), ("identities",), _identity, by_api=True),
    Kind(mark("Incidents"), ("incidents",), (), _incident, by_api=True),
    Kind(mark("People"), ("persons",), (), _person),
    Kind(mark("Laws and standards"), ("frameworks",), (), _framework),
)


def straight(asked: str) -> str:
    """Where an id leads; empty when it is none."""
    for pattern, where in _STRAIGHT:
        if pattern.fullmatch(asked):
            return where.format(asked)
    return ""


async def look(here: Visit, kind: Kind, asked: str) -> tuple[Found, ...]:
    """What of a kind fits; nothing where this person may not look."""
    query: dict[str, str | int] = {"find": asked, "limit": MOST} if kind.by_api else {}
    told = await here.get_if_allowed(*kind.path, **query)
    for name in kind.within:
        told = (told or {}).get(name)
    found = (kind.show(one) for one in told or ())
    wanted = asked.casefold()
    fitting = [one for one in found if kind.by_api or wanted in f"{one.title} {one.id}".casefold()]
    return tuple(fitting[:MOST])


@get("/search")
async def search(request: Request[Any, Any, Any], asked: _Asked = "") -> Response[str]:
    """What fits, by kind."""
    here = Visit(request)
    me = await here.me()
    asked = asked.strip()
    if asked and (where := straight(asked)):
        return here.leave(where)
    results = await asyncio.gather(*(look(here, kind, asked) for kind in KINDS)) if asked else []
    shown = [(kind.label, found) for kind, found in zip(KINDS, results, strict=False) if found]
    return here.page("search.html", me=me, title=mark("Search"), asked=asked, results=shown)


HANDLERS = (search,)
