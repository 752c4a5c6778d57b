"""What AI vendors say was used, by key and day."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

from wardlaw.connectors.feed import FeedPage
from wardlaw.inventory.activity import Activity, Deed
from wardlaw.inventory.importing.badrow import UnreadableError, day_of, key_of
from wardlaw.inventory.model import Sighting, Use

DAY_S = 86_400.0
LOOK_BACK_S = 30 * DAY_S
"""Read at first; both vendors answer for at most 31 days in one page."""

REREAD_S = 2 * DAY_S
"""Read again each time: figures of a day are still corrected on the next."""


class Tally(msgspec.Struct):
    """What one key did on one day, over all kinds of use."""

    calls: int = 0
    tokens: int = 0


class UseTally:
    """Counts use by place (project or workspace), key and day.

    A ``Use`` stands for each: ``account`` is the id of the key as its credential has it, ``app`` that of the project or
    workspace, ``calls`` and ``tokens`` what the vendor counted (Anthropic counts no calls). Use without a key, such as in a
    vendor's own playground, has the key ``none``.
    """

    def __init__(self) -> None:
        self._found: dict[tuple[str, str, float], Tally] = {}

    def add(self, place: str, key: str, begin: float, *, calls: int, tokens: int) -> None:
        """Some use on the day that begins then."""
        tally = self._found.setdefault((place or "default", key or "none", begin), Tally())
        tally.calls += calls
        tally.tokens += tokens

    def pages(self, *, method: str, now: float) -> Iterator[FeedPage]:
        """What was counted; a day that is over is also an event."""
        sightings: list[Sighting] = []
        activities: list[Activity] = []
        latest = 0.0
        for (place, key, begin), tally in sorted(self._found.items()):
            day, end = day_of(begin), begin + DAY_S
            used = Use(key_of("vendor use", place, key, day), key, place, day, tally.calls, 0, begin, tally.tokens)
            sightings.append(Sighting(used))
            latest = max(latest, min(end, now))
            if end <= now - REREAD_S:
                # Once only, when its figures stand: the same event twice counts once, with what it said first.
                event = key_of("vendor use event", place, key, day)
                told = Activity(
                    event, begin, Deed.USE, account=key, app=place, method=method, calls=tally.calls, credential=key
                )
                activities.append(told)
        mark = repr(latest) if latest else ""
        yield FeedPage(tuple(sightings), tuple(activities), watermark=mark, covered_until=latest)


def count_days(pages: Iterable[list[Any]], count: Callable[[Any], None], *, of: str) -> list[str]:
    """Count every day of a report; answers the gaps, one for each that was not understood.

    Args:
        count: Counts one day, or raises what says that it cannot be read.
        of: What a day is called in a gap.
    """
    gaps: list[str] = []
    for days in pages:
        for day in days:
            try:
                count(day)
            except (UnreadableError, AttributeError, TypeError, KeyError) as error:
                gaps.append(f"{of} was not understood: {str(error)[:100]}.")
    return gaps


def day_begin(at: float) -> float:
    """The begin of a day, UTC."""
    return at - at % DAY_S


def use_window(mark: float, now: float) -> float:
    """From when use is read: 30 days back, or four days before where the last run ended.

    Two of them are read again for their figures; the other two are those that became events since.
    """
    earliest = day_begin(now - LOOK_BACK_S)
    return max(day_begin(mark - 2 * REREAD_S), earliest) if mark else earliest


def rfc3339(at: float) -> str:
    """A time as RFC 3339 writes it."""
    return datetime.fromtimestamp(at, tz=UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def counted(told: Mapping[str, object], *names: str) -> int:
    """The sum of what stands under some names; a vendor leaves out what it did not count."""
    return sum(value for name in names if isinstance(value := told.get(name), int) and not isinstance(value, bool))
