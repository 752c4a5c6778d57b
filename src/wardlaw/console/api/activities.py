"""Events of platforms' logs, as they are kept."""

from __future__ import annotations

from typing import Annotated

import msgspec
from litestar import get
from litestar.params import QueryParameter

from wardlaw.console.api.desk import Given, Turn
from wardlaw.console.api.paging import read_place, write_place
from wardlaw.inventory.activity import Activity
from wardlaw.store.activity import list_activities
from wardlaw.store.syncruns import FeedsOf

_Name = Annotated[str, QueryParameter(max_length=64)]
_Cursor = Annotated[str, QueryParameter(max_length=4_096)]
_Limit = Annotated[int, QueryParameter(ge=1, le=10_000)]
_Since = Annotated[float, QueryParameter(ge=0, le=4_102_444_800)]


class ToldActivity(msgspec.Struct, frozen=True):
    """An event, with the directory and platform whose log told it."""

    directory: str
    platform: str
    activity: Activity


class ActivityPage(msgspec.Struct, frozen=True):
    """Events by directory and id; ``next`` asks for the next page, and is empty on the last."""

    events: tuple[ToldActivity, ...]
    next: str = ""


@get("/inventory/events", operation_id="inventory.events", summary="Events of platforms' logs")
async def inventory_events(
    call: Given, *, directory: _Name = "", since: _Since = 0.0, limit: _Limit = 1_000, after: _Cursor = ""
) -> ActivityPage:
    """Those of the last `inventory.activity_days`; ``since`` in Unix seconds."""

    def work(turn: Turn) -> ActivityPage:
        place = read_place(after)
        kept = list_activities(turn.connection, directory=directory, since=since, after=place, limit=limit + 1)
        page = kept[:limit]
        platforms = {name: FeedsOf(turn.connection, name).platforms[name] for name in {one.directory for one in page}}
        told = tuple(ToldActivity(one.directory, platforms[one.directory], one.activity) for one in page)
        last = (page[-1].directory, page[-1].activity.id) if len(kept) > limit else None
        return ActivityPage(told, write_place(last))

    return await call.read(work)
