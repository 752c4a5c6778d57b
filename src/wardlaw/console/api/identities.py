"""Identities that are no persons, one by one: how risky, since when, by what path to which data; and AI nobody allowed."""

from __future__ import annotations

from typing import Annotated

import msgspec
from litestar import get
from litestar.params import QueryParameter

from wardlaw.console.api.deps import ApiDependencies
from wardlaw.console.api.desk import Given, Turn
from wardlaw.console.api.doorlist import Door, beside, book_at_door, facts_at_door, see_door
from wardlaw.console.api.inventory import fresh_feeds, known_thing, listed
from wardlaw.console.api.paging import read_cursor, write_cursor
from wardlaw.facts.errors import InputError
from wardlaw.inventory.drawing import draw
from wardlaw.inventory.model import Account, App, Credential, Item
from wardlaw.inventory.reachgraph import ReachGraph, reach_graph
from wardlaw.inventory.rules import GrantFinding, find_in
from wardlaw.inventory.score import RiskScore, score
from wardlaw.inventory.shadow import ShadowVendor, with_standings
from wardlaw.inventory.timeline import Moment, timeline
from wardlaw.inventory.view import Freshness, freshness, kind_of
from wardlaw.store.approvalbook import approval_book
from wardlaw.store.doorseen import DOOR
from wardlaw.store.identities import belongings, graph_book, score_facts, shadow_vendors
from wardlaw.store.redrawing import refuse_undrawn
from wardlaw.store.thingquery import ThingQuery, find_thing
from wardlaw.store.vendorstanding import vendor_standings

_Name = Annotated[str, QueryParameter(max_length=512)]
_Cursor = Annotated[str, QueryParameter(max_length=4_096)]
_Limit = Annotated[int, QueryParameter(ge=1, le=500)]

KINDS = ("account", "app", "credential")


class Identity(msgspec.Struct, frozen=True):
    """One identity.

    Attributes:
        owner: Who answers for it; empty where nobody is known to.
        accounts: How many accounts have let an app in.
        used_at: Last use that was told, Unix seconds; 0 where none was.
    """

    item: Item
    score: RiskScore
    owner: str
    accounts: int
    used_at: float


class IdentityList(msgspec.Struct, frozen=True):
    """A page of identities, by directory, kind and id; ``next`` asks for the next one."""

    identities: tuple[Identity, ...]
    feeds: tuple[Freshness, ...]
    next: str = ""


class IdentityDetail(msgspec.Struct, frozen=True):
    """One identity with what rules find about it and what is its own."""

    identity: Identity
    findings: tuple[GrantFinding, ...]
    feeds: tuple[Freshness, ...]


class IdentityTimeline(msgspec.Struct, frozen=True):
    """What is known of one identity, oldest first."""

    item: Item
    moments: tuple[Moment, ...]
    feeds: tuple[Freshness, ...]


class DrawnGraph(msgspec.Struct, frozen=True):
    """The graph, and the same as an SVG file."""

    directory: str
    graph: ReachGraph
    svg: str
    feeds: tuple[Freshness, ...]


class ShadowReport(msgspec.Struct, frozen=True):
    """Every AI vendor something is known of."""

    vendors: tuple[ShadowVendor, ...]
    feeds: tuple[Freshness, ...]


@get("/inventory/identities", operation_id="identities.list", summary="Service accounts, agents, apps and keys")
async def list_identities(
    call: Given, *, kind: _Name = "", directory: _Name = "", find: _Name = "", limit: _Limit = 50, after: _Cursor = ""
) -> IdentityList:
    """Each with its risk, its owner and its last use."""

    def work(turn: Turn) -> IdentityList:
        query = ThingQuery(
            kind=kind,
            kinds=KINDS,
            directory=directory,
            find=find,
            acts_as=("nhi", "agent"),
            limit=limit,
            after=read_cursor(after),
        )
        page, door, _ = listed(turn, call.deps, query)
        feeds = (*fresh_feeds(turn), *freshness(door.runs))
        return IdentityList(_scored(turn, page.items, door), feeds, write_cursor(page.after))

    return await call.read(work)


@get("/inventory/identity", operation_id="identities.get", summary="One identity: its risk, part by part")
async def get_identity(call: Given, *, id: _Name = "", kind: _Name = "", directory: _Name = "") -> IdentityDetail:  # noqa: A002
    """The points of each part of its score and why, and what rules find about it."""

    def work(turn: Turn) -> IdentityDetail:
        if found := _at_door(turn, call.deps, id, kind=kind, directory=directory):
            door, item = found
            return IdentityDetail(_identity(turn, item, door), (), freshness(door.runs))
        item, book = known_thing(turn, id, kind=kind, directory=directory)
        about = f"{kind_of(item.thing)} {item.thing.id}"
        own = tuple(one for one in find_in(book) if one.about == about)
        return IdentityDetail(_identity(turn, item, Door((), ())), own, fresh_feeds(turn))

    return await call.read(work)


@get("/inventory/timeline", operation_id="identities.timeline", summary="What is known of one identity, in order")
async def identity_timeline(
    call: Given,
    *,
    id: _Name = "",  # noqa: A002
    kind: _Name = "",
    directory: _Name = "",
) -> IdentityTimeline:
    """First and last sights, consents, credentials, uses, and what rules find now."""

    def work(turn: Turn) -> IdentityTimeline:
        if at_door := _at_door(turn, call.deps, id, kind=kind, directory=directory):
            door, item = at_door
            return IdentityTimeline(item, timeline(door.belonging(item), at=turn.now), freshness(door.runs))
        item, book = known_thing(turn, id, kind=kind, directory=directory)
        own = belongings(turn.connection, item)
        about = f"{kind_of(item.thing)} {item.thing.id}"
        found = [one for one in find_in(book) if one.about == about]
        return IdentityTimeline(item, timeline(own, found, at=turn.now), fresh_feeds(turn))

    return await call.read(work)


@get("/inventory/graph", operation_id="identities.graph", summary="Who lets which app do what with which data")
async def identity_graph(call: Given, *, directory: _Name = "", about: _Name = "") -> DrawnGraph:
    """Of a directory, or of one account or app of it; the most powerful grants, and the rest folded."""

    def work(turn: Turn) -> DrawnGraph:
        feeds = fresh_feeds(turn)
        at_door = _at_door(turn, call.deps, about, kind="", directory=directory) if about else None
        if directory == DOOR or at_door or not (about or directory or feeds):
            door = see_door(turn, call.deps, uses=False)
            graph = reach_graph(book_at_door(door, about=about, at=turn.now), vendors={})
            title = f"{DOOR}: who may ask which models" + (f", around {about}" if about else "")
            return DrawnGraph(DOOR, graph, draw(graph, title=title), freshness(door.runs))
        name = directory or (feeds[0].directory if feeds else "")
        if about:
            name = known_thing(turn, about, kind="", directory=directory)[0].directory
        refuse_undrawn(turn.connection, name)
        if name not in {one.directory for one in feeds}:
            raise InputError(
                "WL-INV-091", "There is no such directory to draw.", "See `wardlaw inventory status` for their names."
            )
        book, vendors, total = graph_book(turn.connection, name, about=about, at=turn.now)
        title = f"{name}: who lets which app do what" + (f", around {about}" if about else "")
        if not (about or directory):  # what nobody narrows shows the gateway too
            keys = book_at_door(see_door(turn, call.deps, uses=False), about="", at=turn.now)
            book, total = beside(book, keys), total + len(keys.inventory.items)
        graph = reach_graph(book, vendors=vendors, total=total)
        return DrawnGraph(name, graph, draw(graph, title=title), feeds)

    return await call.read(work)


@get("/inventory/shadow-ai", operation_id="shadow.report", summary="AI vendors in use, and by whom")
async def shadow_report(call: Given, *, directory: _Name = "") -> ShadowReport:
    """From every source: grants, logs, extensions, clients of tool servers; each with how it stands to approvals."""

    def work(turn: Turn) -> ShadowReport:
        refuse_undrawn(turn.connection, directory)
        book = approval_book(turn.connection, directory)
        standings = vendor_standings(turn.connection, book, directory, at=turn.now)
        vendors = with_standings(shadow_vendors(turn.connection, directory), standings)
        return ShadowReport(vendors, fresh_feeds(turn))

    return await call.read(work)


def _at_door(turn: Turn, deps: ApiDependencies, id_: str, *, kind: str, directory: str) -> tuple[Door, Item] | None:
    """What the gateway has seen of that id; None where a directory has it, or the gateway has not."""
    if directory not in ("", DOOR) or (not directory and find_thing(turn.connection, id_, at=turn.now, kind=kind)):
        return None
    door = see_door(turn, deps)
    item = door.of(id_, kind)
    return None if item is None else (door, item)


def _scored(turn: Turn, items: tuple[Item, ...], door: Door) -> tuple[Identity, ...]:
    found: dict[int, Identity] = {}
    for place, item in enumerate(items):
        if item.directory == DOOR and item in door.items:
            facts = facts_at_door(door, item)
            found[place] = Identity(item, score(facts, at=turn.now), facts.owner, 0, facts.used_at)
    for directory in {item.directory for item in items} - {DOOR}:
        places = [place for place, item in enumerate(items) if item.directory == directory]
        own = [items[place] for place in places]
        for place, item, facts in zip(places, own, score_facts(turn.connection, directory, own), strict=True):
            used = max(facts.used_at, getattr(item.thing, "last_used_at", 0.0))
            found[place] = Identity(item, score(facts, at=turn.now), facts.owner, facts.accounts, used)
    return tuple(found[place] for place in sorted(found))


def _identity(turn: Turn, item: Item, door: Door) -> Identity:
    if not isinstance(item.thing, Account | App | Credential):
        raise InputError(
            "WL-INV-092",
            "That is no identity but something that one has.",
            "`wardlaw inventory show` shows grants and uses.",
        )
    return _scored(turn, (item,), door)[0]
