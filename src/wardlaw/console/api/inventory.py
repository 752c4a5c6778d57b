"""The inventory of grants and non-human identities: what is known, how fresh it is, and runs that bring it."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from litestar import get, post
from litestar.params import FromPath, JSONBody, QueryParameter

from wardlaw.console.api.desk import Done, Given, Turn
from wardlaw.console.api.findings import settle_directory
from wardlaw.console.api.picture import draw, facts_of_apps, findings_of
from wardlaw.console.api.shapes import Line
from wardlaw.facts.errors import InputError
from wardlaw.inventory.activity import Activity
from wardlaw.inventory.aiapps import ai_vendor_of
from wardlaw.inventory.doorrules import LockedPrincipal
from wardlaw.inventory.model import App, FeedKind, Grant, Item, RunState, Sighting, SyncRun
from wardlaw.inventory.risk import ScopeRisk, scope_risk
from wardlaw.inventory.rules import GrantFinding
from wardlaw.inventory.view import Freshness, Inventory, account_of, app_of, freshness, kind_of
from wardlaw.store.activity import keep_activities
from wardlaw.store.inventory import begin_run, finish_run, last_watermark, list_runs, take
from wardlaw.store.watching import judge_new

_Name = Annotated[str, QueryParameter(max_length=512)]
_Only = Annotated[bool, QueryParameter()]
_Limit = Annotated[int, QueryParameter(ge=1, le=10_000)]
_Count = Annotated[int, QueryParameter(ge=1, le=10_000)]
_Slug = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$(?!\n)")]
_Watermark = Annotated[str, msgspec.Meta(max_length=4_096, pattern=r"^[!-~]*$(?!\n)")]
"""Where a feed goes on; Microsoft's places are longer than a line."""
_Platform = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9-]{0,31}$(?!\n)")]


class InventoryStatus(msgspec.Struct, frozen=True):
    """How fresh each feed is, how many things of each kind are there now, by directory, and whom the gateway refuses."""

    feeds: tuple[Freshness, ...]
    counts: dict[str, dict[str, int]]
    locked: tuple[LockedPrincipal, ...]


class ItemDetail(msgspec.Struct, frozen=True):
    """One thing, with the class of its scopes, the AI vendor it belongs to, and what rules find about it."""

    item: Item
    vendor: str
    risks: tuple[ScopeRisk, ...]
    findings: tuple[GrantFinding, ...]
    feeds: tuple[Freshness, ...]


class ItemList(msgspec.Struct, frozen=True):
    """Things, by directory, kind and id; ``total`` counts those beyond the limit too."""

    total: int
    items: tuple[Item, ...]
    feeds: tuple[Freshness, ...]


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
    """Part of what a run saw; of a log, the events themselves too."""

    sightings: Annotated[tuple[Sighting, ...], msgspec.Meta(max_length=2_000)]
    activities: Annotated[tuple[Activity, ...], msgspec.Meta(max_length=2_000)] = ()


class RunEnd(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a run ended: complete only when everything the feed has was read."""

    complete: bool
    gaps: Annotated[tuple[Line, ...], msgspec.Meta(max_length=100)] = ()
    watermark: _Watermark = ""
    covered_until: Annotated[float, msgspec.Meta(ge=0, le=4_102_444_800)] = 0.0


@get("/inventory", operation_id="inventory.status", summary="How fresh the inventory is")
async def inventory_status(call: Given) -> InventoryStatus:
    """Each feed with its last complete run and its gaps."""

    def work(turn: Turn) -> InventoryStatus:
        picture = draw(turn, call.deps)
        counts: dict[str, dict[str, int]] = {}
        for item in picture.inventory.items:
            own = counts.setdefault(item.directory, {})
            kind = kind_of(item.thing)
            own[kind] = own.get(kind, 0) + int(item.is_there)
        return InventoryStatus(freshness(picture.runs), counts, picture.locked)

    return await call.read(work)


@get("/inventory/items", operation_id="inventory.list", summary="Accounts, apps, grants, credentials, uses")
async def inventory_items(
    call: Given,
    *,
    kind: _Name = "",
    directory: _Name = "",
    about: _Name = "",
    gone: _Only = False,
    limit: _Limit = 200,
) -> ItemList:
    """What is there now; with ``gone`` also what was. ``about`` is the id of an account or app."""

    def work(turn: Turn) -> ItemList:
        picture = draw(turn, call.deps, directory)
        found = [
            item
            for item in picture.inventory.items
            if (gone or item.is_there)
            and (not kind or kind_of(item.thing) == kind)
            and (not about or about in (item.thing.id, account_of(item.thing), app_of(item.thing)))
        ]
        return ItemList(len(found), tuple(found[:limit]), freshness(picture.runs))

    return await call.read(work)


@get("/inventory/item", operation_id="inventory.get", summary="One thing, its risk and its findings")
async def inventory_item(call: Given, *, id: _Name = "", kind: _Name = "", directory: _Name = "") -> ItemDetail:  # noqa: A002
    """The first thing of that id; kind and directory narrow it."""

    def work(turn: Turn) -> ItemDetail:
        picture = draw(turn, call.deps, directory)
        inventory = picture.inventory
        item = next(
            (one for one in inventory.items if one.thing.id == id and (not kind or kind_of(one.thing) == kind)), None
        )
        if item is None:
            raise InputError("WL-INV-005", "Nothing of that id is known.", "See `wardlaw inventory list`.")
        about = f"{kind_of(item.thing)} {item.thing.id}"
        found = findings_of(turn, call.deps, picture)
        own = tuple(one for one in found if one.about == about and one.directory == item.directory)
        return ItemDetail(item, _vendor(item, inventory), _risks(item, inventory), own, freshness(picture.runs))

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
        events = keep_activities(turn.connection, run.directory, data.activities, now=turn.now)
        return Done(run, {"run": run.id, "sightings": len(data.sightings), "events": events})

    return await call.change(work)


@post("/inventory/runs/{run_id:str}/end", operation_id="inventory.end", summary="End a reading", status_code=200)
async def end_reading(call: Given, run_id: FromPath[str], data: JSONBody[RunEnd]) -> SyncRun:
    """Only a complete listing says of what it did not show that it is gone. Then rules and detectors look at it."""

    def work(turn: Turn) -> Done[SyncRun]:
        state = RunState.COMPLETE if data.complete else RunState.INCOMPLETE
        ended = SyncRun(
            "", "", "", "", FeedKind.LISTING, 0.0, "", state, turn.now, data.watermark, data.covered_until, data.gaps
        )
        run = finish_run(turn.connection, run_id, ended=ended)
        judge_new(turn.connection, run.directory, facts_of_apps(turn, call.deps, run.directory), now=turn.now)
        if run.kind is FeedKind.LISTING:  # what an event changes is found when somebody asks
            settle_directory(turn, call.deps, run.directory)
        facts: dict[str, Any] = {"run": run.id, "state": run.state.value, "seen": run.seen, "ended": run.ended}
        return Done(run, facts | {"gaps": len(run.gaps)})

    return await call.change(work)


def _vendor(item: Item, inventory: Inventory) -> str:
    wanted = app_of(item.thing)
    for one in inventory.items:
        if one.directory == item.directory and isinstance(one.thing, App) and one.thing.id == wanted:
            return ai_vendor_of(one.thing)
    return ""


def _risks(item: Item, inventory: Inventory) -> tuple[ScopeRisk, ...]:
    platform = inventory.platforms.get(item.directory, "")
    scopes = item.thing.scopes if isinstance(item.thing, Grant) else ()
    return tuple(scope_risk(platform, scope) for scope in scopes)
