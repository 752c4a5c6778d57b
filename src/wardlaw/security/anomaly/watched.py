"""The statistics a profile watches: the table everything else is indexed by.

Each is a value that grows with what happens; what is learned is the highest value of each active day, on a
logarithmic scale. A day is therefore the unit of every probability, however many calls it has.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec

MINUTE_S, HOUR_S = 60.0, 3_600.0
DAY_S = 86_400
WORKDAY_S = 28_800.0
"""Time constant of the slowest rate: a working day, so that only a twentieth is left the next morning."""


class Family(StrEnum):
    """Statistics that say the same thing in different ways; families are treated as independent of each other."""

    VOLUME = "volume"
    REACH = "reach"
    REFUSAL = "refusal"
    SEQUENCE = "sequence"
    TIME = "time"
    DRIFT = "drift"


FLOORS: dict[Family, float] = {
    Family.VOLUME: 0.0,
    Family.REACH: 0.0,
    Family.REFUSAL: 0.0,
    # Weak signals: people do work late and try a new tool. Alone they never reach an alert, two together do.
    Family.SEQUENCE: 1.5e-3,
    Family.TIME: 1.5e-3,
    # A slow rise is a matter of days: it throttles, and a hold needs something that happens now.
    Family.DRIFT: 8e-6,
}


class Watch(msgspec.Struct, frozen=True):
    """One statistic.

    Attributes:
        unit: Amount below which differences do not matter; the scale is ``log(1 + value / unit)``.
        spread: Day-to-day standard deviation on that scale before anything is known.
        typical: Highest value of an ordinary day of a principal nobody knows yet.
        words: Sentence with ``{seen}`` and ``{usual}``.
        is_late: Means nothing until a first week was seen (everything is new at the beginning).
        drifts: Also summed up over days against its baseline.
    """

    family: Family
    unit: float
    spread: float
    typical: float
    words: str
    is_late: bool = False
    drifts: bool = False


# Places in the table. The first twelve are rates: calls, tokens, records and bytes, within a minute, an hour, a day.
RECORDS_HOUR, BYTES_HOUR = 6, 7
LARGE = 12
TOOLS, DESTINATIONS, NEW_DESTINATIONS = 13, 14, 15
NEW_STEPS = 16
FOREIGN_HOURS = 17
REFUSED_ROW, REFUSED_HOUR = 18, 19

_V, _R = Family.VOLUME, Family.REACH

WATCHED: tuple[Watch, ...] = (
    Watch(_V, 5, 0.8, 10, "{seen} calls within about a minute; usual is at most {usual}"),
    Watch(_V, 2_000, 0.8, 8_000, "{seen} tokens within about a minute; usual is at most {usual}"),
    Watch(_V, 25, 0.8, 25, "moved {seen} records within about a minute; usual is at most {usual}"),
    Watch(_V, 20_000, 0.8, 40_000, "moved {seen} bytes within about a minute; usual is at most {usual}"),
    Watch(_V, 10, 0.8, 40, "{seen} calls within about an hour; usual is at most {usual}"),
    Watch(_V, 5_000, 0.8, 40_000, "{seen} tokens within about an hour; usual is at most {usual}"),
    Watch(_V, 25, 0.8, 40, "moved {seen} records within about an hour; usual is at most {usual}"),
    Watch(_V, 50_000, 0.8, 200_000, "moved {seen} bytes within about an hour; usual is at most {usual}"),
    Watch(_V, 20, 0.65, 100, "{seen} calls within about a working day; usual is at most {usual}", drifts=True),
    Watch(_V, 10_000, 0.65, 100_000, "{seen} tokens within about a working day; usual is at most {usual}", drifts=True),
    Watch(
        _V, 25, 0.65, 60, "moved {seen} records within about a working day; usual is at most {usual}", drifts=True
    ),
    Watch(
        _V, 100_000, 0.65, 500_000, "moved {seen} bytes within about a working day; usual is at most {usual}",
        drifts=True,
    ),
    Watch(_V, 5, 0.8, 5, "{seen} calls larger than nearly all before, within about an hour; usual is at most {usual}",
          is_late=True),
    Watch(_R, 2, 0.5, 5, "used {seen} different tools in a day; usual is at most {usual}"),
    Watch(_R, 2, 0.5, 4, "sent to {seen} different destinations in a day; usual is at most {usual}"),
    Watch(_R, 2, 0.8, 1, "sent to {seen} destinations never used before in a day; usual is at most {usual}",
          is_late=True),
    Watch(Family.SEQUENCE, 2, 0.8, 3,
          "took {seen} tool steps never taken before within about an hour; usual is at most {usual}", is_late=True),
    Watch(Family.TIME, 3, 1.0, 5,
          "{seen} calls within about an hour at a time of the week usually without; usual is at most {usual}",
          is_late=True),
    Watch(Family.REFUSAL, 4, 0.8, 2, "{seen} calls refused in a row; usual is at most {usual}"),
    Watch(Family.REFUSAL, 4, 0.6, 3, "{seen} calls refused within about an hour; usual is at most {usual}"),
)  # fmt: skip

DRIFTING: tuple[int, ...] = tuple(place for place, watch in enumerate(WATCHED) if watch.drifts)
SIZES: dict[Family, int] = {family: max(1, sum(watch.family is family for watch in WATCHED)) for family in Family}
"""Statistics of each family: what the rarest of them is corrected by. The drifts rise together and count as one."""
