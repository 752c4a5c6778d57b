"""Saved views: the filters of a list under a name, as chips above it; kept on the server for whoever saves them."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlencode

import msgspec
from litestar import Request, Response, post
from litestar.params import URLEncodedBody

from wardlaw.console.pages.entrance import inside_path
from wardlaw.console.pages.visit import Visit

_Form = URLEncodedBody[dict[str, str]]
_PASSING = ("notice", "format", "table", "as", "after", "before")
"""What stands in an address and belongs to the moment, not to what somebody looks for."""


class Chip(msgspec.Struct, frozen=True):
    """One saved view; ``is_shown`` when the page shows just that."""

    name: str
    href: str
    is_shown: bool


class Shelf(msgspec.Struct, frozen=True):
    """What a page shows of the saved views of its list; ``query`` is what would be saved now."""

    place: str
    query: str
    chips: tuple[Chip, ...]


async def shelf_of(here: Visit, place: str = "") -> Shelf:
    """The views of the page that is asked for; ``place`` names it where a form of it is answered at another address."""
    place = place or here.request.url.path
    query = lasting(here.request.url.query)
    told = await here.get("views", place=place)
    chips = tuple(Chip(one["name"], _address(place, one["query"]), one["query"] == query) for one in told)
    return Shelf(place, query, chips)


def lasting(query: str) -> str:
    """An address's filters, without what is empty and what belongs to the moment."""
    pairs = [(name, value) for name, value in parse_qsl(query) if name not in _PASSING and value]
    return urlencode(pairs)


def _address(place: str, query: str) -> str:
    return inside_path(f"{place}?{query}" if query else place)


@post("/views/save")
async def save_view(request: Request[Any, Any, Any], data: _Form) -> Response[str]:
    """Keep the filters under a name, and go back to the list."""
    here = Visit(request)
    await here.me()
    place, query = data.get("place", ""), lasting(data.get("query", ""))
    body = {"place": place, "name": data.get("name", "").strip(), "query": query}
    made = await here.change(data, "views", body=body)
    return here.leave(_address(made["place"], made["query"]), notice="saved")


@post("/views/remove")
async def remove_view(request: Request[Any, Any, Any], data: _Form) -> Response[str]:
    """Let one go, and go back to the list."""
    here = Visit(request)
    await here.me()
    body = {"place": data.get("place", ""), "name": data.get("name", "")}
    gone = await here.change(data, "views", "remove", body=body)
    return here.leave(_address(gone["place"], lasting(data.get("query", ""))), notice="removed")


HANDLERS = (save_view, remove_view)
