"""What every connector keeps: it names its feeds and reads one, page by page."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Protocol, runtime_checkable

import msgspec

from wardlaw.facts.errors import UnavailableError
from wardlaw.inventory.activity import Activity
from wardlaw.inventory.importing.badrow import UnreadableError
from wardlaw.inventory.model import FeedKind, Sighting


class Feed(msgspec.Struct, frozen=True):
    """One thing a platform can be asked for."""

    name: str
    kind: FeedKind


class FeedPage(msgspec.Struct, frozen=True):
    """What one request told.

    Attributes:
        activities: The events themselves, of a feed that is a log.
        gaps: What is missing from this page. A page with a gap makes the run incomplete.
        notes: What the platform does not tell this organisation at all; said, but no gap of this run.
        watermark: Where the next run goes on, once this one is complete; empty where it stays.
        covered_until: Unix seconds; 0 for a listing.
        place: Of a listing, from where a run that breaks off after this page may go on; empty to leave it where it was.
    """

    sightings: tuple[Sighting, ...] = ()
    activities: tuple[Activity, ...] = ()
    gaps: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    watermark: str = ""
    covered_until: float = 0.0
    place: str = ""


class Connector(Protocol):
    """Reads one organisation on one platform. It never writes: its credential need not be able to."""

    platform: str

    def feeds(self) -> tuple[Feed, ...]:
        """What can be read."""

    def read(self, feed: Feed, watermark: str) -> Iterator[FeedPage]:
        """The pages of a feed; the feed is whole when the iterator ends of itself and no page had gaps.

        Args:
            watermark: Of the last complete run of an event feed; empty for the first.

        Raises:
            UnavailableError: The rest could not be read (WL-INV-010).
        """


@runtime_checkable
class GoesOn(Protocol):
    """A connector that can read the rest of a listing that broke off."""

    def read_on(self, feed: Feed, place: str) -> Iterator[FeedPage]:
        """The pages after a place; as ``Connector.read``.

        Raises:
            LostPlaceError: Nothing is known of the place any more; the listing begins anew.
        """


def page_of(entries: Sequence[Any], read: Callable[[Any], list[Sighting]]) -> FeedPage:
    """A page of what its entries tell; one that cannot be understood is a gap."""
    sightings: list[Sighting] = []
    gaps: list[str] = []
    for entry in entries:
        try:
            sightings.extend(read(entry))
        except (UnreadableError, AttributeError, TypeError, KeyError) as error:
            gaps.append(f"An entry was not understood: {str(error)[:100]}.")
    return FeedPage(tuple(sightings), gaps=tuple(gaps))


def not_read(what: str, why: str) -> UnavailableError:
    """The error for a page that could not be read."""
    return UnavailableError(
        "WL-INV-010",
        f"{what} could not be read to its end: {why}.",
        "Nothing was taken for gone. Check credential and rights on the platform, then `wardlaw inventory sync` again.",
    )
