"""Handing what a file or a platform tells to the management API, as one run of one feed."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from wardlaw.cli.client import ManagementClient, quoted
from wardlaw.facts.errors import InputError
from wardlaw.inventory.activity import Activity
from wardlaw.inventory.importing.badrow import name_of
from wardlaw.inventory.model import App, FeedKind, Sighting
from wardlaw.inventory.view import account_of

LARGEST_BYTES = 48 * 1024
"""JSON of one grant or event; no honest one is larger."""

PAGE_BYTES = 3 * 1024 * 1024
"""JSON sent at once; the management API takes 4 MiB of a page."""

FEWEST_TOLD, MOST_TOLD = 250, 10_000
"""Things on a page. While one is taken in nobody else can write: a first listing takes some milliseconds for each thing where
one that tells what is known takes microseconds. So a page grows while the last one was quick, and shrinks when it was not."""

_QUICK_S, _SLOW_S = 0.25, 1.0

_MOST_GAPS, _GAP_CHARACTERS = 100, 256


class RunUpload:
    """One run: pages go out as they fill; what is never ended counts as cut off, and removes nothing.

    Args:
        feed: The directory, its platform, the feed, and what being absent from it means.
        clock: Seconds, to see how long a page takes.
        resume: A listing goes on where the last one broke off, if it may.

    Attributes:
        place: From where this run goes on; empty where it begins anew.
    """

    def __init__(
        self,
        client: ManagementClient,
        feed: tuple[str, str, str, FeedKind],
        *,
        clock: Callable[[], float] = time.monotonic,
        resume: bool = False,
    ) -> None:
        self._client = client
        self._clock = clock
        self._most = 1_000
        directory, platform, name, kind = feed
        body = {"directory": directory, "platform": platform, "feed": name, "kind": kind.value} | (
            {"resume": True} if resume else {}
        )
        begun = client.post("/inventory/runs", body)
        self.id: str = begun["run"]["id"]
        self.watermark: str = begun["watermark"]
        self.place: str = begun["run"].get("place", "")
        self.sent = 0
        self._added = 0
        self._places: deque[tuple[int, str]] = deque()
        self._page: list[Any] = []
        self._events: list[Any] = []
        self._sizes: list[int] = []
        self._bytes = 0
        self._begun = ("", 0)  # the account that is being told, and where on the page that began
        self._apps: dict[str, App] = {}

    def add(self, sightings: Iterable[Sighting], activities: Iterable[Activity] = ()) -> None:
        """Take sightings and events in; full pages are sent.

        Raises:
            InputError: One alone is larger than a page (WL-INV-006).
        """
        for sighting in sightings:
            if self._is_new(sighting):
                self._put(sighting)
        for activity in activities:
            size = _size_of(activity)
            self._make_room(size)
            self._events.append(msgspec.to_builtins(activity))
            self._bytes += size

    def mark(self, place: str) -> None:
        """Everything that was added tells what a listing has up to a place, from where another run may go on."""
        self._places.append((self._added, place))

    def _put(self, sighting: Sighting) -> None:
        size = _size_of(sighting)
        self._make_room(size)
        account = account_of(sighting.thing)
        if account and account != self._begun[0]:
            self._begun = (account, len(self._page))
        self._page.append(msgspec.to_builtins(sighting))
        self._sizes.append(size)
        self._bytes += size
        self._added += 1

    def end(
        self,
        *,
        complete: bool,
        gaps: Iterable[str] = (),
        watermark: str = "",
        covered_until: float = 0.0,
        keeps_place: bool = False,
    ) -> dict[str, Any]:
        """Send the rest and end the run; answers it as it then stands.

        Args:
            keeps_place: The next run may go on from the last place.
        """
        self._send()
        self._reached()
        said = [name_of(gap)[:_GAP_CHARACTERS] or "unnamed" for gap in gaps]
        if len(said) > _MOST_GAPS:
            said = [*said[: _MOST_GAPS - 1], f"{len(said) - _MOST_GAPS + 1} further gaps are not named."]
        body = {"complete": complete, "gaps": said, "watermark": watermark, "covered_until": covered_until}
        if keeps_place and self.place:
            body["place"] = self.place
        ended: dict[str, Any] = self._client.post(f"/inventory/runs/{quoted(self.id)}/end", body)
        return ended

    def _is_new(self, sighting: Sighting) -> bool:
        """Whether it says something this run has not said yet: listings of tokens tell each app with every token."""
        thing = sighting.thing
        if not isinstance(thing, App) or sighting.at or sighting.ended:
            return True
        if self._apps.get(thing.id) == thing:
            return False
        self._apps[thing.id] = thing
        return True

    def _make_room(self, size: int) -> None:
        if self._bytes + size > PAGE_BYTES or len(self._page) + len(self._events) >= self._most:
            self._send_full()
        if self._bytes + size > PAGE_BYTES:  # what was kept of the present account, and something large of it
            self._send()

    def _send_full(self) -> None:
        """Send the page up to where the present account begins: the store compares an account that it gets whole at once."""
        cut = self._begun[1] or len(self._page)
        kept, sizes = self._page[cut:], self._sizes[cut:]
        if (
            len(kept) > self._most // 2 or sum(sizes) > PAGE_BYTES // 2
        ):  # little would go out, and soon the next page would be full
            cut, kept, sizes = len(self._page), [], []
        self._page = self._page[:cut]
        self._send()
        self._page, self._sizes, self._bytes = kept, sizes, sum(sizes)
        self._begun = (self._begun[0], 0)

    def _send(self) -> None:
        if self._page or self._events:
            body: dict[str, Any] = {"sightings": self._page} | ({"activities": self._events} if self._events else {})
            if place := self._reached(len(self._page)):
                body["place"] = place
            began = self._clock()
            self._client.post(f"/inventory/runs/{quoted(self.id)}/page", body)
            took_s = self._clock() - began
            if took_s < _QUICK_S:
                self._most = min(self._most * 2, MOST_TOLD)
            elif took_s > _SLOW_S:
                self._most = max(self._most // 2, FEWEST_TOLD)
            self.sent += len(self._page)
            self._page, self._events, self._sizes, self._bytes = [], [], [], 0
            self._begun = (self._begun[0], 0)

    def _reached(self, more: int = 0) -> str:
        """The last place up to which everything is sent, with what goes out now; empty where that is not a new one."""
        found = ""
        while self._places and self._places[0][0] <= self.sent + more:
            _, found = self._places.popleft()
        self.place = found or self.place
        return found


def _size_of(told: Sighting | Activity) -> int:
    """Bytes of it on a page.

    Raises:
        InputError: It is larger than a page (WL-INV-006).
    """
    size = len(msgspec.json.encode(told)) + 1
    if size > LARGEST_BYTES:
        raise InputError("WL-INV-006", "One grant has more scopes than fit on a page.", "Look at it on its platform.")
    return size
