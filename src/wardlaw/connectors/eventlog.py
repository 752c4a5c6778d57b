"""Reading a log that goes on: where a run begins, and pages of events with where the next run goes on."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from wardlaw.connectors.feed import FeedPage
from wardlaw.inventory.activity import Activity
from wardlaw.inventory.importing.badrow import UnreadableError
from wardlaw.inventory.model import Sighting

OVERLAP_S = 3_600.0
"""Events are written late; each run reads the last hour of the one before again, which changes nothing twice."""


class LogEntry:
    """What one entry of a log tells; most tell an activity alone, some nothing but their time.

    Attributes:
        at: Of an entry that tells nothing, Unix seconds, so that the next run need not read it again.
    """

    def __init__(self, *activities: Activity, sightings: Iterable[Sighting] = (), at: float = 0.0) -> None:
        self.activities = activities
        self.sightings = tuple(sightings)
        self.at = max([at, *(one.at for one in activities)])


def begin_of(watermark: str, overlap_s: float = OVERLAP_S) -> float:
    """Unix seconds from which a log is read; 0 for its beginning, also where the watermark is none of ours."""
    return max(mark_of(watermark) - overlap_s, 0.0)


def mark_of(watermark: str) -> float:
    """The time a watermark stands for; 0 where it is empty or none of ours."""
    try:
        at = float(watermark or 0.0)
    except ValueError:
        return 0.0
    return at if math.isfinite(at) and at > 0 else 0.0


def event_pages(pages: Iterable[Iterable[Any]], read: Callable[[Any], LogEntry], watermark: str) -> Iterator[FeedPage]:
    """Pages of a log, and at the end where the next run goes on. An entry that is not understood is a gap.

    Args:
        read: What an entry tells; UnreadableError where it is none.
    """
    latest = mark_of(watermark)
    for entries in pages:
        gaps: list[str] = []
        activities: list[Activity] = []
        sightings: list[Sighting] = []
        for entry in entries:
            try:
                told = read(entry)
            except (UnreadableError, AttributeError, TypeError, KeyError) as error:
                gaps.append(f"An entry was not understood: {str(error)[:100]}.")
                continue
            activities += told.activities
            sightings += told.sightings
            latest = max(latest, told.at)
        yield FeedPage(tuple(sightings), tuple(activities), tuple(gaps))
    yield FeedPage(watermark=repr(latest) if latest else "", covered_until=latest)
