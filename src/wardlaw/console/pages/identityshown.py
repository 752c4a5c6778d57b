"""One identity: its risk part by part, its story, what it reaches as a drawing, and what rules find."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import urlencode

import msgspec
from litestar import Request, Response, get
from litestar.params import QueryParameter

from wardlaw.console.pages.grantlist import TABS, identity_href
from wardlaw.console.pages.grantwords import DATA, KINDS, rule_words, short
from wardlaw.console.pages.messages import mark
from wardlaw.console.pages.views import shelf_of
from wardlaw.console.pages.visit import Visit
from wardlaw.facts.person import Permission
from wardlaw.inventory.drawing import Drawing, PlacedNode, laid_out
from wardlaw.inventory.reachgraph import Column, ReachGraph

_Word = Annotated[str, QueryParameter(max_length=512)]

_PARTS = {
    "privilege": mark("What it may"),
    "data": mark("What it reaches"),
    "reach": mark("How many let it in"),
    "publisher": mark("Who made it"),
    "ai": mark("AI"),
    "age": mark("Age"),
    "endless": mark("No end"),
    "dormancy": mark("Not used"),
    "owner": mark("Owner"),
}


class DrawnNode(msgspec.Struct, frozen=True):
    """A node of the drawing and where it leads; empty for what stands for several."""

    node: PlacedNode
    href: str


@get("/grants/identity")
async def show_identity(
    request: Request[Any, Any, Any],
    *,
    directory: _Word = "",
    kind: _Word = "",
    id: _Word = "",  # noqa: A002
) -> Response[str]:
    """One identity, and the keys of it that can be revoked."""
    here = Visit(request)
    me = await here.me()
    told = await here.get("inventory", "identity", id=id, kind=kind, directory=directory)
    identity = told["identity"]
    thing, place = identity["item"]["thing"], identity["item"]["directory"]
    story = await here.get("inventory", "timeline", id=id, kind=kind, directory=place)
    graph = await _graph(here, place, thing)
    title = str(thing.get("name") or thing["id"])
    can_go = place != "gateway" and thing["kind"] in ("app", "credential") and me.may(Permission.REVOKE_NHI)
    return here.page(
        "identity.html", me=me, title=mark("Identity"), tabs=TABS, identity=identity, thing=thing, directory=place,
        called=short(title, 300), findings=told["findings"], moments=story["moments"], kinds=KINDS, rule_words=rule_words,
        parts=_PARTS, graph=graph, can_go=can_go, can_lock=me.may(Permission.KILL_CONNECTION),
    )  # fmt: skip


@get("/grants/graph")
async def show_graph(request: Request[Any, Any, Any], *, directory: _Word = "", about: _Word = "") -> Response[str]:
    """Who lets which app do what with which data, of a whole directory."""
    here = Visit(request)
    me = await here.me()
    query = {name: value for name, value in (("directory", directory), ("about", about)) if value}
    told = await here.get("inventory", "graph", **query)
    return here.page(
        "reach.html", me=me, shelf=await shelf_of(here), title=mark("Reach"), tabs=TABS, directory=told["directory"], about=about,
        graph=drawn(told["graph"], told["directory"]),
        directories=sorted({one["directory"] for one in told["feeds"]}),
    )  # fmt: skip


def drawn(told: Mapping[str, Any], directory: str) -> dict[str, Any]:
    """A graph laid out for a page, with where each node leads, and the same as lines of a table."""
    graph = msgspec.convert(told, ReachGraph)
    laid: Drawing = laid_out(graph)
    names = {node.key: node.whole for node in laid.nodes}
    lines = [(names[edge.source], names[edge.target], edge.grants, edge.level) for edge in graph.edges]
    return {
        "laid": laid,
        "nodes": [DrawnNode(node, _href(node, directory)) for node in laid.nodes],
        "lines": sorted(lines, key=lambda one: (-one[3], -one[2], one[0], one[1])),
        "grants": graph.grants,
        "total": graph.total,
    }


async def _graph(here: Visit, directory: str, thing: Mapping[str, Any]) -> dict[str, Any] | None:
    """What surrounds an account or an app; a key has no drawing of its own."""
    about = thing["id"] if thing["kind"] in ("account", "app") else thing.get("account", "")
    if not about:
        return None
    told = await here.get("inventory", "graph", directory=directory, about=about)
    return drawn(told["graph"], directory) if told["graph"]["edges"] else None


def _href(node: PlacedNode, directory: str) -> str:
    id_ = node.key[2:]
    if node.folded or not id_:
        return ""
    match node.column:
        case Column.WHO:
            return identity_href(directory, "account", id_)
        case Column.APP:
            return identity_href(directory, "app", id_)
        case Column.SCOPE:
            return ""
        case Column.DATA:
            return "/grants?" + urlencode({"directory": directory, "reaches": id_}) if id_ in DATA else ""


HANDLERS = (show_identity, show_graph)
