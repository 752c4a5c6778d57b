"""The inventory of grants and non-human identities: what is known, how fresh it is, and runs that bring it."""

from __future__ import annotations

from typing import Annotated, Any, TypeVar

import msgspec
from litestar import get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, JSONBody, QueryParameter

from wardlaw.console.api.deps import ApiDependencies
from wardlaw.console.api.desk import Call, Done, Given, Turn
from wardlaw.console.api.doorlist import Door, asked_of, concerns_door, go_on, is_beyond, see_door
from wardlaw.console.api.findings import settle_directory, tell_news
from wardlaw.console.api.paging import read_cursor, write_cursor
from wardlaw.console.api.picture import Picture, door_findings, draw_door, facts_of_apps
from wardlaw.console.api.shapes import Line
from wardlaw.facts.errors import InputError
from wardlaw.inventory.activity import Activity
from wardlaw.inventory.aiapps import ai_vendor_of
from wardlaw.inventory.doorrules import LockedPrincipal
from wardlaw.inventory.findings import PENDING
from wardlaw.inventory.model import FeedKind, Grant, Item, RunState, Sighting, SyncRun
from wardlaw.inventory.risk import ScopeRisk, scope_risk
from wardlaw.inventory.rules import Book, GrantFinding, find_in
from wardlaw.inventory.veiling import Veil
from wardlaw.inventory.view import Freshness, app_of, freshness, kind_of
from wardlaw.store.activity import keep_activities
from wardlaw.store.doorseen import DOOR
from wardlaw.store.findings import list_findings, revive_overdue
from wardlaw.store.inventory import begin_run, finish_run, get_run, last_watermark, list_runs, take
from wardlaw.store.pushes import PushCount, list_pushes
from wardlaw.store.redrawing import DueDrawing, drawings_due, refuse_undrawn
from wardlaw.store.suppressed import suppressed_in
from wardlaw.store.syncruns import telling_runs
from wardlaw.store.thingquery import (
    ThingPage,
    ThingQuery,
    count_kinds,
    count_things,
    find_thing,
    list_things,
)
from wardlaw.store.watching import judge_new

MAX_PAGE_BYTES = 4 * 1024 * 1024
"""A page of a run: ten thousand grants of some hundreds of bytes."""

_Name = Annotated[str, QueryParameter(max_length=512)]
_Only = Annotated[bool, QueryParameter()]
_Limit = Annotated[int, QueryParameter(ge=1, le=10_000)]
_Count = Annotated[int, QueryParameter(ge=1, le=10_000)]
_Cursor = Annotated[str, QueryParameter(max_length=4_096)]
_Slug = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$(?!\n)")]
_Watermark = Annotated[str, msgspec.Meta(max_length=4_096, pattern=r"^[!-~]*$(?!\n)")]
"""Where a feed goes on; Microsoft's places are longer than a line."""
_Where = Annotated[str, msgspec.Meta(max_length=4_096, pattern=r"^[ -~]*$(?!\n)")]
"""From where a listing may go on."""
_Platform = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9-]{0,31}$(?!\n)")]


class InventoryStatus(msgspec.Struct, frozen=True):
    """How fresh each feed is, how many things of each kind are there now, by directory, and whom the gateway refuses.

    Attributes:
        pushes: What became of deliveries that platforms sent by themselves.
        drawing: Directories that are being drawn anew after an upgrade; their lists and findings wait for it.
    """

    feeds: tuple[Freshness, ...]
    counts: dict[str, dict[str, int]]
    locked: tuple[LockedPrincipal, ...]
    pushes: tuple[PushCount, ...] = ()
    drawing: tuple[DueDrawing, ...] = ()


class ItemDetail(msgspec.Struct, frozen=True):
    """One thing, with the class of its scopes, the AI vendor it belongs to, and what rules find about it."""

    item: Item
    vendor: str
    risks: tuple[ScopeRisk, ...]
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
    """A reading of one feed begins.

    Attributes:
        resume: A listing goes on where the last one broke off, if that was less than a day ago.
    """

    directory: _Slug
    platform: _Platform
    feed: _Slug
    kind: FeedKind
    resume: bool = False


class RunBegun(msgspec.Struct, frozen=True):
    """The run, and where the last one of this feed left off; a listing that goes on says where in ``run.place``."""

    run: SyncRun
    watermark: str


class Page(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Part of what a run saw; of a log, the events themselves too."""

    sightings: Annotated[tuple[Sighting, ...], msgspec.Meta(max_length=10_000)]
    activities: Annotated[tuple[Activity, ...], msgspec.Meta(max_length=10_000)] = ()
    place: _Where = ""


class RunEnd(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a run ended: complete only when everything the feed has was read."""

    complete: bool
    gaps: Annotated[tuple[Line, ...], msgspec.Meta(max_length=100)] = ()
    watermark: _Watermark = ""
    covered_until: Annotated[float, msgspec.Meta(ge=0, le=4_102_444_800)] = 0.0
    place: _Where = ""


_Told = TypeVar("_Told", Page, RunEnd)


@get("/inventory", operation_id="inventory.status", summary="How fresh the inventory is")
async def inventory_status(call: Given) -> InventoryStatus:
    """Each feed with its last complete run and its gaps."""

    def work(turn: Turn) -> InventoryStatus:
        door = draw_door(turn, call.deps)
        counts = count_kinds(turn.connection) | _counted(door)
        feeds = (*fresh_feeds(turn), *freshness(door.runs))
        drawing = drawings_due(turn.connection)
        return InventoryStatus(feeds, counts, door.locked, list_pushes(turn.connection), drawing)

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
    id, ``after`` what the page before gave as ``next``. What the gateway has seen comes last."""

    def work(turn: Turn) -> ItemList:
        query = msgspec.structs.replace(wanted, limit=limit, after=read_cursor(after))
        page, door, total = listed(turn, call.deps, query)
        if wanted.directory != DOOR:
            total += count_things(turn.connection, query)
        feeds = () if wanted.directory == DOOR else fresh_feeds(turn)
        return ItemList(total, page.items, (*feeds, *freshness(door.runs)), write_cursor(page.after))

    return await call.read(work)


@get("/inventory/item", operation_id="inventory.get", summary="One thing, its risk and its findings")
async def inventory_item(call: Given, *, id: _Name = "", kind: _Name = "", directory: _Name = "") -> ItemDetail:  # noqa: A002
    """The first thing of that id; kind and directory narrow it."""

    def work(turn: Turn) -> ItemDetail:
        known = find_thing(turn.connection, id, at=turn.now, kind=kind, directory=directory)
        # A month of records is looked through only for what no table knows.
        if known is None and (found := _one_at_the_door(turn, call, id, kind=kind, directory=directory)):
            return found
        item, book = known or known_thing(turn, id, kind=kind, directory=directory)
        own = (*(one for one in find_in(book) if one.about == _about(item)), *_kept_of(turn, item))
        return ItemDetail(item, _vendor(item, book), _risks(item, book), _once(own), fresh_feeds(turn))

    return await call.read(work)


@get("/inventory/runs", operation_id="inventory.runs", summary="Readings of feeds, newest first")
async def inventory_runs(call: Given, *, limit: _Count = 50) -> tuple[SyncRun, ...]:
    """Each with its state, its gaps, and what it saw and ended."""
    return await call.read(lambda turn: list_runs(turn.connection, limit=limit))


@post("/inventory/runs", operation_id="inventory.begin", summary="Begin a reading of a feed")
async def begin_reading(call: Given, data: JSONBody[RunRequest]) -> RunBegun:
    """A run that never ends counts as cut off; it removes nothing."""

    def work(turn: Turn) -> Done[RunBegun]:
        if data.directory == DOOR:
            raise InputError(
                "WL-INV-117", f"{DOOR} is what the gateway itself has seen.", "Give the directory another name."
            )
        run = SyncRun(
            turn.new_id("run_"), data.directory, data.platform, data.feed, data.kind, turn.now, turn.person.id
        )
        watermark = last_watermark(turn.connection, data.directory, data.feed)
        run = begin_run(turn.connection, run, resume=data.resume)
        return Done(RunBegun(run, watermark), {"run": run.id, "directory": run.directory, "feed": run.feed})

    return await call.change(work)


@post(
    "/inventory/runs/{run_id:str}/page",
    operation_id="inventory.take",
    summary="Part of it",
    status_code=200,
    request_max_body_size=MAX_PAGE_BYTES,
)
async def take_page(call: Given, run_id: FromPath[str], data: JSONBody[Page]) -> SyncRun:
    """Pages may come in any order, and again."""

    def work(turn: Turn) -> Done[SyncRun]:
        page = kept_out(turn, call, run_id, data)
        run = take(turn.connection, run_id, page.sightings, place=page.place)
        events = keep_activities(turn.connection, run.directory, page.activities, now=turn.now)
        return Done(run, {"run": run.id, "sightings": len(data.sightings), "events": events})

    return await call.change(work)


@post("/inventory/runs/{run_id:str}/end", operation_id="inventory.end", summary="End a reading", status_code=200)
async def end_reading(call: Given, run_id: FromPath[str], data: JSONBody[RunEnd]) -> SyncRun:
    """Only a complete listing says of what it did not show that it is gone. Then rules and detectors look at it."""

    def work(turn: Turn) -> Done[SyncRun]:
        state = RunState.COMPLETE if data.complete else RunState.INCOMPLETE
        ended = SyncRun(
            "", "", "", "", FeedKind.LISTING, 0.0, "", state, turn.now, data.watermark, data.covered_until,
            kept_out(turn, call, run_id, data).gaps, place=data.place,
        )  # fmt: skip
        run = finish_run(turn.connection, run_id, ended=ended)
        known_apps = facts_of_apps(turn, call.deps, run.directory)
        tell_news(turn, call.deps, judge_new(turn.connection, run.directory, known_apps, now=turn.now))
        tell_news(turn, call.deps, revive_overdue(turn.connection, run.directory, now=turn.now))
        if run.kind is FeedKind.LISTING:  # what an event changes is found when somebody asks
            settle_directory(turn, call.deps, run.directory)
        facts: dict[str, Any] = {"run": run.id, "state": run.state.value, "seen": run.seen, "ended": run.ended}
        return Done(run, facts | {"gaps": len(run.gaps)})

    return await call.change(work)


def kept_out(turn: Turn, call: Call, run_id: str, told: _Told) -> _Told:
    """What a reading tells, with pseudonyms for the names that an erasure keeps out."""
    directory = get_run(turn.connection, run_id).directory
    aliases = suppressed_in(turn.connection, directory, told, call.deps.log.name_tag)
    return Veil(aliases, directory).over(told) if aliases else told


def listed(turn: Turn, deps: ApiDependencies, query: ThingQuery) -> tuple[ThingPage, Door, int]:
    """A page of what the directories and then the gateway have; the gateway's part of it, and how much that is in all."""
    if query.directory != DOOR:
        refuse_undrawn(turn.connection, query.directory)
    page = ThingPage((), None) if is_beyond(query) else list_things(turn.connection, query)
    if not concerns_door(query):
        return page, Door((), ()), 0
    # What stands on a later page is counted here, and a month of decisions for it only where days of use are.
    door = see_door(turn, deps, uses=page.after is None or query.kind in ("", "use"))
    found = asked_of(door, query)
    return go_on(page, found, query), door, len(found)


def known_thing(turn: Turn, id_: str, *, kind: str, directory: str) -> tuple[Item, Book]:
    """The first thing of an id, with what surrounds it.

    Raises:
        InputError: There is none (WL-INV-005).
        UnavailableError: It may be among what is not drawn yet (WL-INV-122).
    """
    refuse_undrawn(turn.connection, directory)
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


def _about(item: Item) -> str:
    return f"{kind_of(item.thing)} {item.thing.id}"


def _kept_of(turn: Turn, item: Item) -> list[GrantFinding]:
    """What is kept of findings about a thing, those of approvals and detectors among them, that waits for somebody."""
    return [
        GrantFinding(
            one.rule, one.weight, one.directory, one.about, one.account, one.app, one.evidence, one.remedy
        )
        for one in list_findings(turn.connection, item.directory, about=_about(item))
        if one.state in PENDING
    ]  # fmt: skip


def _once(found: tuple[GrantFinding, ...]) -> tuple[GrantFinding, ...]:
    """Each rule's word once; the first, which was worked out now."""
    return tuple({one.rule: one for one in reversed(found)}.values())[::-1]


def _counted(picture: Picture) -> dict[str, dict[str, int]]:
    counts: dict[str, dict[str, int]] = {}
    for item in picture.inventory.items:
        own = counts.setdefault(item.directory, {})
        kind = kind_of(item.thing)
        own[kind] = own.get(kind, 0) + int(item.is_there)
    return counts


def _one_at_the_door(turn: Turn, call: Call, id_: str, *, kind: str, directory: str) -> ItemDetail | None:
    """What the gateway has seen of that id; None where it has not, or another directory is meant."""
    if directory not in ("", DOOR):
        return None
    picture = draw_door(turn, call.deps)
    for item in picture.inventory.items:
        if item.thing.id == id_ and (not kind or kind_of(item.thing) == kind):
            own = tuple(one for one in door_findings(picture, at=turn.now) if one.about == _about(item))
            return ItemDetail(item, "", (), own, freshness(picture.runs))
    return None
