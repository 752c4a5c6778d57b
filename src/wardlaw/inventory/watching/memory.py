"""What is remembered of a directory and of each app between events: bounded, and ready to be kept.

Everything here has an upper size, so that neither a busy app nor a hostile one makes it grow; what is oldest goes first.
"""

from __future__ import annotations

from typing import TypeVar

import msgspec

from wardlaw.inventory.rules import DAY_S

HOUR_S = 3_600.0
HOURS_OF_WEEK = 168

MOST_APPS = 20_000  # of a directory
MOST_NETWORKS, MOST_AGENTS, MOST_OBJECTS, MOST_SCOPES = 64, 64, 256, 128  # of an app
MOST_HOLDERS = 512  # accounts of an app whose consent is remembered
MOST_SUSPECTS, MOST_OPEN = 16, 64
MOST_MACHINES, MOST_PERSON_NETWORKS, MOST_ACTORS = 8_192, 8_192, 1_024  # of a directory
PEAK_DAYS = 40
"""Days whose peaks are compared: more than a month, so that a month's end is held against the one before."""

_K = TypeVar("_K", bound=str | int)


class OpenAlarm(msgspec.Struct):
    """An alarm that was given; the same cause makes it grow."""

    first_at: float
    last_at: float
    count: int = 1


class Suspect(msgspec.Struct):
    """A network or user agent that set off an alarm: not learned until somebody says so, or it has stayed long."""

    first_at: float
    last_day: int
    days: int = 1


class DayPeak(msgspec.Struct):
    """The greatest hour of a day."""

    day: int
    items: int = 0
    bytes: int = 0
    exports: int = 0


class HourCount(msgspec.Struct):
    """What an app did in the hour that runs.

    Attributes:
        accounts: A few of those it acted for.
        fresh: Items moved for accounts that agreed within the hour.
        is_placed: It was looked up whether the hour was quiet before.
        is_quiet: It was: nobody ever used the app in it.
        held: Calls in a quiet hour, learned when it is over.
    """

    hour: int = 0
    items: int = 0
    bytes: int = 0
    exports: int = 0
    accounts: dict[str, int] = {}
    fresh: dict[str, int] = {}
    is_placed: bool = False
    is_quiet: bool = False
    held: int = 0


class Burst(msgspec.Struct):
    """Things an app touched for the first time, and surveying calls it made, in the ten minutes that run.

    Attributes:
        most_fresh: Of earlier windows.
        most_surveys: Of earlier windows.
        surveys_since: When it first made a call that looks around; 0 for never.
        touched: What a suspect touched in this window; it is not learned.
    """

    window: int = 0
    fresh: int = 0
    surveys: int = 0
    most_fresh: int = 0
    most_surveys: int = 0
    surveys_since: float = 0.0
    touched: dict[str, int] = {}


class AppMemory(msgspec.Struct):
    """One app.

    Attributes:
        is_newcomer: It came when the directory had been watched for a while; the others may have been there for years.
        is_counted: Its platform tells how much some of its calls moved.
        days: Distinct days on which it did something.
        networks: Number of the network to the day on which it was last seen.
        arrivals: Days on which a network was new after the first weeks, the latest few.
        objects: What it touched; given up once there are too many (``is_wide``).
        hours: Calls by hour of the week, Monday 0 o'clock UTC first.
        weeks: Distinct weeks in ``hours``.
        consents: Time and account of the latest consents.
        holders: Accounts that consented, and when.
        traces: Days on which it removed traces.
        used_scopes: Scope to the time of its first use.
        scope_days: Distinct days on which uses told their scopes.
    """

    first_at: float = 0.0
    last_at: float = 0.0
    first_used_at: float = 0.0
    used_at: float = 0.0
    last_day: int = 0
    days: int = 0
    calls: int = 0
    name: str = ""
    is_newcomer: bool = False
    is_counted: bool = False
    networks: dict[int, int] = {}
    arrivals: list[int] = []
    agents: dict[str, int] = {}
    sorts: dict[str, int] = {}
    objects: dict[str, int] = {}
    is_wide: bool = False
    hours: list[int] = []
    last_week: int = 0
    weeks: int = 0
    running: HourCount = msgspec.field(default_factory=HourCount)
    peaks: list[DayPeak] = []
    burst: Burst = msgspec.field(default_factory=Burst)
    consents: list[tuple[float, str]] = []
    holders: dict[str, float] = {}
    most_consents: int = 0
    by_device: dict[str, float] = {}
    traces: list[int] = []
    granted: dict[str, float] = {}
    used_scopes: dict[str, float] = {}
    scope_day: int = 0
    scope_days: int = 0
    suspects: dict[str, Suspect] = {}
    open: dict[str, OpenAlarm] = {}

    def age_days(self, at: float) -> float:
        """Days since it was first seen."""
        return (at - self.first_at) / DAY_S if self.first_at else 0.0


class DirectoryMemory(msgspec.Struct):
    """What concerns no single app.

    Attributes:
        clock: Time of the latest event.
        names: Name of each app, folded, to the client id that bore it first.
        people: Networks that people come from, by what apps on their own devices show.
        machines: When accounts that are no persons were last active.
        actors: Who has added credentials or roles, and when first.
        gone: Accounts seen to be suspended or deleted, and since when we knew.
    """

    first_at: float = 0.0
    clock: float = 0.0
    names: dict[str, str] = {}
    people: dict[int, int] = {}
    machines: dict[str, float] = {}
    actors: dict[str, float] = {}
    gone: dict[str, float] = {}


def remember(shelf: dict[_K, int], key: _K, day: int, most: int) -> None:
    """Note a key as seen on a day; of too many the ones not seen for longest go."""
    shelf[key] = day
    if len(shelf) > most:
        for old in sorted(shelf, key=shelf.__getitem__)[: most // 8 + 1]:
            del shelf[old]


def remember_at(shelf: dict[str, float], key: str, at: float, most: int) -> None:
    """As ``remember``, with a time."""
    shelf[key] = max(at, shelf.get(key, 0.0))
    if len(shelf) > most:
        for old in sorted(shelf, key=shelf.__getitem__)[: most // 8 + 1]:
            del shelf[old]
