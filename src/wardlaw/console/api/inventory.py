"""The inventory of grants and non-human identities: what is known, how fresh it is, and runs that bring it."""

from __future__ import annotations

import base64
from typing import Annotated, Any

import msgspec
from litestar import get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, JSONBody, QueryParameter

from wardlaw.console.api.desk import Done, Given, Turn
from wardlaw.console.api.shapes import Line, MaybeLine
from wardlaw.facts.errors import InputError
from wardlaw.inventory.aiapps import ai_vendor_of
from wardlaw.inventory.model import FeedKind, Grant, Item, RunState, Sighting, SyncRun
from wardlaw.inventory.risk import ScopeRisk, scope_risk
from wardlaw.inventory.rules import Book, GrantFinding, find_in
from wardlaw.inventory.view import Freshness, app_of, freshness, kind_of
from wardlaw.store.inventory import begin_run, finish_run, last_watermark, list_runs, take
from wardlaw.store.syncruns import telling_runs
from wardlaw.store.thingquery import (
    Cursor,
    ThingQuery,
    count_kinds,
    count_things,
    find_thing,
    list_things,
    standing_findings,
)

_Name = Annotated[str, QueryParameter(max_length=512)]
_Only = Annotated[bool, QueryParameter()]
_Limit = Annotated[int, QueryParameter(ge=1, le=10_000)]
_Count = Annotated[int, QueryParameter(ge=1, le=10_000)]
_Cursor = Annotated[str, QueryParameter(max_length=4_096)]
_Slug = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$(?!\n)")]
_Platform = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9-]{0,31}$(?!\n)")]


class InventoryStatus(msgspec.Struct, frozen=True):
    """How fresh each feed is, and how many things of each kind are there now, by directory."""

    feeds: tuple[Freshness, ...]
    counts: dict[str, dict[str, int]]


class ItemDetail(msgspec.Struct, frozen=True):
    """One thing, with the class of its scopes, the AI vendor it belongs to, and what rules find about it."""

    item: Item
    vendor: str
    risks: tuple[ScopeRisk, ...]
    findings: tuple[GrantFinding, ...]
    feeds: tuple[Freshness, ...]


class FindingList(msgspec.Struct, frozen=True):
    """Findings, gravest first; ``total`` counts those beyond the limit too. ``feeds`` says what they rest on."""

    total: int
    findings: tuple[GrantFinding, ...]
    feeds: tuple[Freshness, ...]


class ItemList(msgspec.Struct, frozen=True):
    """Things, by directory, kind and id.

    Attributes:
        total: All that fulfil what was asked, on every page.
        next: What the next page is asked for with; empty on the last.
    """

    total: int
    items: tuple[Item, ...]
    feeds: tuple[Freshness, ...]
    next: str = ""


class RunRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A reading of one feed begins."""

    directory: _Slug
    platform: _Platform
    feed: _Slug
    kind: FeedKind


class RunBegun(msgspec.Struct, frozen=True):
    """The run, and where the last one of this feed left off."""

    run: SyncRun
    watermark: str


class Page(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Part of what a run saw."""

    sightings: Annotated[tuple[Sighting, ...], msgspec.Meta(max_length=2_000)]


class RunEnd(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a run ended: complete only when everything the feed has was read."""

    complete: bool
    gaps: Annotated[tuple[Line, ...], msgspec.Meta(max_length=100)] = ()
    watermark: MaybeLine = ""
    covered_until: Annotated[float, msgspec.Meta(ge=0, le=4_102_444_800)] = 0.0


@get("/inventory", operation_id="inventory.status", summary="How fresh the inventory is")
async def inventory_status(call: Given) -> InventoryStatus:
    """Each feed with its last complete run and its gaps."""

    def work(turn: Turn) -> InventoryStatus:
        return InventoryStatus(fresh_feeds(turn), count_kinds(turn.connection))

    return await call.read(work)


async def provide_wanted(
    *, kind: _Name = "", directory: _Name = "", about: _Name = "", find: _Name = "", gone: _Only = False
) -> ThingQuery:
    """What to look for."""
    return ThingQuery(kind=kind, directory=directory, about=about, find=find, gone=gone)


@get(
    "/inventory/items",
    operation_id="inventory.list",
    summary="Accounts, apps, grants, credentials, uses",
    dependencies={"wanted": Provide(provide_wanted)},
)
async def inventory_items(
    call: Given, *, wanted: NamedDependency[ThingQuery], limit: _Limit = 200, after: _Cursor = ""
) -> ItemList:
    """What is there now; with ``gone`` also what was. ``about`` is the id of an account or app, ``find`` part of a name or
    id, ``after`` what the page before gave as ``next``."""

    def work(turn: Turn) -> ItemList:
        query = msgspec.structs.replace(wanted, limit=limit, after=read_cursor(after))
        page = list_things(turn.connection, query)
        total = count_things(turn.connection, query)
        return ItemList(total, page.items, fresh_feeds(turn), write_cursor(page.after))

    return await call.read(work)


@get("/inventory/item", operation_id="inventory.get", summary="One thing, its risk and its findings")
async def inventory_item(call: Given, *, id: _Name = "", kind: _Name = "", directory: _Name = "") -> ItemDetail:  # noqa: A002
    """The first thing of that id; kind and directory narrow it."""

    def work(turn: Turn) -> ItemDetail:
        item, book = known_thing(turn, id, kind=kind, directory=directory)
        about = f"{kind_of(item.thing)} {item.thing.id}"
        own = tuple(one for one in find_in(book) if one.about == about)
        return ItemDetail(item, _vendor(item, book), _risks(item, book), own, fresh_feeds(turn))

    return await call.read(work)


@get("/inventory/findings", operation_id="inventory.findings", summary="What rules find in the inventory")
async def inventory_findings(
    call: Given, *, directory: _Name = "", rule: _Name = "", limit: _Count = 500
) -> FindingList:
    """Gravest first, each with its evidence and the next step."""

    def work(turn: Turn) -> FindingList:
        found = standing_findings(turn.connection, at=turn.now, directory=directory, rule=rule, limit=limit)
        return FindingList(found.total, found.findings, fresh_feeds(turn))

    return await call.read(work)


@get("/inventory/runs", operation_id="inventory.runs", summary="Readings of feeds, newest first")
async def inventory_runs(call: Given, *, limit: _Count = 50) -> tuple[SyncRun, ...]:
    """Each with its state, its gaps, and what it saw and ended."""
    return await call.read(lambda turn: list_runs(turn.connection, limit=limit))


@post("/inventory/runs", operation_id="inventory.begin", summary="Begin a reading of a feed")
async def begin_reading(call: Given, data: JSONBody[RunRequest]) -> RunBegun:
    """A run that never ends counts as cut off; it removes nothing."""

    def work(turn: Turn) -> Done[RunBegun]:
        run = SyncRun(
            turn.new_id("run_"), data.directory, data.platform, data.feed, data.kind, turn.now, turn.person.id
        )
        watermark = last_watermark(turn.connection, data.directory, data.feed)
        begin_run(turn.connection, run)
        return Done(RunBegun(run, watermark), {"run": run.id, "directory": run.directory, "feed": run.feed})

    return await call.change(work)


@post("/inventory/runs/{run_id:str}/page", operation_id="inventory.take", summary="Part of it", status_code=200)
async def take_page(call: Given, run_id: FromPath[str], data: JSONBody[Page]) -> SyncRun:
    """Pages may come in any order, and again."""

    def work(turn: Turn) -> Done[SyncRun]:
        run = take(turn.connection, run_id, data.sightings)
        return Done(run, {"run": run.id, "sightings": len(data.sightings)})

    return await call.change(work)


@post("/inventory/runs/{run_id:str}/end", operation_id="inventory.end", summary="End a reading", status_code=200)
async def end_reading(call: Given, run_id: FromPath[str], data: JSONBody[RunEnd]) -> SyncRun:
    """Only a complete listing says of what it did not show that it is gone."""

    def work(turn: Turn) -> Done[SyncRun]:
        state = RunState.COMPLETE if data.complete else RunState.INCOMPLETE
        ended = SyncRun(
            "", "", "", "", FeedKind.LISTING, 0.0, "", state, turn.now, data.watermark, data.covered_until, data.gaps
        )
        run = finish_run(turn.connection, run_id, ended=ended)
        facts: dict[str, Any] = {"run": run.id, "state": run.state.value, "seen": run.seen, "ended": run.ended}
        return Done(run, facts | {"gaps": len(run.gaps)})

    return await call.change(work)


def write_cursor(after: Cursor | None) -> str:
    """Where a page ended, as a caller gives it back; empty for the last page."""
    return "" if after is None else base64.urlsafe_b64encode(msgspec.json.encode(after)).decode()


def read_cursor(text: str) -> Cursor | None:
    """Where a page begins.

    Raises:
        InputError: It is none that a page gave (WL-INV-090).
    """
    if not text:
        return None
    try:
        after: Cursor = msgspec.json.decode(base64.urlsafe_b64decode(text.encode()), type=Cursor)
    except (ValueError, msgspec.MsgspecError) as error:
        raise InputError(
            "WL-INV-090", "There is no page that begins so.", "Give `after` what the page before gave as `next`."
        ) from error
    return after


def known_thing(turn: Turn, id_: str, *, kind: str, directory: str) -> tuple[Item, Book]:
    """The first thing of an id, with what surrounds it.

    Raises:
        InputError: There is none (WL-INV-005).
    """
    found = find_thing(turn.connection, id_, at=turn.now, kind=kind, directory=directory)
    if found is None:
        raise InputError("WL-INV-005", "Nothing of that id is known.", "See `wardlaw inventory list`.")
    return found


def fresh_feeds(turn: Turn) -> tuple[Freshness, ...]:
    """How current every feed is."""
    return freshness(telling_runs(turn.connection))


def _vendor(item: Item, book: Book) -> str:
    return ai_vendor_of(book.app(item)) if app_of(item.thing) else ""


def _risks(item: Item, book: Book) -> tuple[ScopeRisk, ...]:
    platform = book.inventory.platforms.get(item.directory, "")
    scopes = item.thing.scopes if isinstance(item.thing, Grant) else ()
    return tuple(scope_risk(platform, scope) for scope in scopes)
