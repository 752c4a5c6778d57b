"""The management API's part of a reading, over a database alone."""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import Engine

from wardlaw.inventory.activity import Activity
from wardlaw.inventory.model import FeedKind, RunState, Sighting, SyncRun
from wardlaw.store.activity import keep_activities
from wardlaw.store.database import reading, writing
from wardlaw.store.inventory import begin_run, finish_run, get_run, last_watermark, list_items, take


class StoreClient:
    """What ``sync_feed`` speaks to; each run begins 100 s after the one before.

    Args:
        resumes: A listing goes on where the last one broke off.
        keeps_events: Events of logs are kept too.

    Attributes:
        events: How many were new.
    """

    def __init__(self, engine: Engine, *, resumes: bool = False, keeps_events: bool = False) -> None:
        self._keeps_events = keeps_events
        self.events = 0
        self._engine = engine
        self._resumes = resumes
        self._runs = 0

    def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        with writing(self._engine) as connection:
            if path == "/inventory/runs":
                self._runs += 1
                began = 1_790_000_000.0 + self._runs * 100
                kind = FeedKind(body["kind"])
                run = SyncRun(f"run_{self._runs}", body["directory"], body["platform"], body["feed"], kind, began, "p")
                begun = begin_run(connection, run, resume=self._resumes and body.get("resume", False))
                mark = last_watermark(connection, run.directory, run.feed)
                return {"run": msgspec.to_builtins(begun), "watermark": mark}
            run_id = path.split("/")[3]
            if path.endswith("/page"):
                told = msgspec.convert(body["sightings"], tuple[Sighting, ...])
                if self._keeps_events:
                    events = msgspec.convert(body.get("activities", []), tuple[Activity, ...])
                    self.events += keep_activities(connection, get_run(connection, run_id).directory, events, now=3e9)
                return msgspec.to_builtins(take(connection, run_id, told, place=body.get("place", "")))
            state = RunState.COMPLETE if body["complete"] else RunState.INCOMPLETE
            ended = SyncRun(
                "", "", "", "", FeedKind.LISTING, 0.0, "", state, 1.0, body["watermark"], body["covered_until"],
                tuple(body["gaps"]), place=body.get("place", ""),
            )  # fmt: skip
            return msgspec.to_builtins(finish_run(connection, run_id, ended=ended))

    def there(self) -> set[tuple[str, str]]:
        """What is there, by feed and id, with everything it says."""
        with reading(self._engine) as connection:
            return {
                (item.feed, msgspec.json.encode(item.thing).decode())
                for item in list_items(connection)
                if item.is_there
            }
