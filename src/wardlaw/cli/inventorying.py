"""Handing what a file or a platform tells to the management API, as one run of one feed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from wardlaw.cli.client import ManagementClient, quoted
from wardlaw.facts.errors import InputError
from wardlaw.inventory.activity import Activity
from wardlaw.inventory.importing.badrow import name_of
from wardlaw.inventory.model import FeedKind, Sighting

PAGE_BYTES = 48 * 1024
"""JSON sent at once; the management API takes 64 KiB."""

_MOST_GAPS, _GAP_CHARACTERS = 100, 256


class RunUpload:
    """One run: pages go out as they fill; what is never ended counts as cut off, and removes nothing.

    Args:
        feed: The directory, its platform, the feed, and what being absent from it means.
    """

    def __init__(self, client: ManagementClient, feed: tuple[str, str, str, FeedKind]) -> None:
        self._client = client
        directory, platform, name, kind = feed
        body = {"directory": directory, "platform": platform, "feed": name, "kind": kind.value}
        begun = client.post("/inventory/runs", body)
        self.id: str = begun["run"]["id"]
        self.watermark: str = begun["watermark"]
        self.sent = 0
        self._page: list[Any] = []
        self._events: list[Any] = []
        self._bytes = 0

    def add(self, sightings: Iterable[Sighting], activities: Iterable[Activity] = ()) -> None:
        """Take sightings and events in; full pages are sent.

        Raises:
            InputError: One alone is larger than a page (WL-INV-006).
        """
        for sighting in sightings:
            self._put(sighting, is_event=False)
        for activity in activities:
            self._put(activity, is_event=True)

    def _put(self, told: Sighting | Activity, *, is_event: bool) -> None:
        size = len(msgspec.json.encode(told)) + 1
        if size > PAGE_BYTES:
            raise InputError(
                "WL-INV-006", "One grant has more scopes than fit on a page.", "Look at it on its platform."
            )
        if self._bytes + size > PAGE_BYTES or len(self._page) + len(self._events) >= 1_000:
            self._send()
        (self._events if is_event else self._page).append(msgspec.to_builtins(told))
        self._bytes += size

    def end(
        self, *, complete: bool, gaps: Iterable[str] = (), watermark: str = "", covered_until: float = 0.0
    ) -> dict[str, Any]:
        """Send the rest and end the run; answers it as it then stands."""
        self._send()
        said = [name_of(gap)[:_GAP_CHARACTERS] or "unnamed" for gap in gaps]
        if len(said) > _MOST_GAPS:
            said = [*said[: _MOST_GAPS - 1], f"{len(said) - _MOST_GAPS + 1} further gaps are not named."]
        body = {"complete": complete, "gaps": said, "watermark": watermark, "covered_until": covered_until}
        ended: dict[str, Any] = self._client.post(f"/inventory/runs/{quoted(self.id)}/end", body)
        return ended

    def _send(self) -> None:
        if self._page or self._events:
            body = {"sightings": self._page} | ({"activities": self._events} if self._events else {})
            self._client.post(f"/inventory/runs/{quoted(self.id)}/page", body)
            self.sent += len(self._page)
            self._page, self._events, self._bytes = [], [], 0
