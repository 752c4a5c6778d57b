"""How a principal stands against its own past, for people: what is usual, what was seen, and why it alerts."""

from __future__ import annotations

import math

import msgspec

from wardlaw.facts.habit import HabitMeasure
from wardlaw.security.anomaly.event import Reading, Step
from wardlaw.security.anomaly.profile import Profile
from wardlaw.security.anomaly.reading import bounded_reading, broken_bounds, read_values

MEASURES: tuple[str, ...] = (
    "calls within a minute",
    "tokens within a minute",
    "records within a minute",
    "bytes within a minute",
    "calls within an hour",
    "tokens within an hour",
    "records within an hour",
    "bytes within an hour",
    "calls within a working day",
    "tokens within a working day",
    "records within a working day",
    "bytes within a working day",
    "unusually large calls within an hour",
    "different tools in a day",
    "different destinations in a day",
    "new destinations in a day",
    "new tool steps within an hour",
    "calls at unusual times within an hour",
    "refusals in a row",
    "refusals within an hour",
)
"""The statistics of ``WATCHED`` in its order, as a table names them."""


class Standing(msgspec.Struct, frozen=True):
    """What is known of a principal.

    Attributes:
        events: Judged calls and answers so far.
        active_days: Days that were learned.
        last_at: Unix seconds of the last event; 0 before the first.
        experienced: The burn-in is over.
        alerting: Something alerted on its last active day, or since it was last accepted: not learned.
        score: Of the day that is looked at, 0 usual to 1000 once in a million days.
        reasons: Sentences with figures, rarest first.
        measures: Every statistic.
    """

    events: int
    active_days: int
    last_at: float
    experienced: bool
    alerting: bool
    step: Step
    score: int
    reasons: tuple[str, ...]
    measures: tuple[HabitMeasure, ...]


def standing(profile: Profile) -> Standing:
    """How a principal stands: its last active day, together with the alert days before it nobody has accepted."""
    baselines = profile.baselines
    seen = [max(pair) for pair in zip(profile.peaks, profile.alert_peaks, strict=True)]
    reading = _read(profile, seen)
    return Standing(
        events=profile.events,
        active_days=baselines.days,
        last_at=profile.last if math.isfinite(profile.last) else 0.0,
        experienced=profile.is_experienced,
        alerting=is_alerting(profile),
        step=reading.step,
        score=round(reading.score * 1000),
        reasons=reading.reasons,
        measures=tuple(
            HabitMeasure(name, seen[place], baselines.typical(place), baselines.usual(place))
            for place, name in enumerate(MEASURES)
        ),
    )


def is_alerting(profile: Profile) -> bool:
    """Something alerted that nobody has accepted."""
    return profile.is_frozen or any(profile.alert_peaks)


def _read(profile: Profile, seen: list[float]) -> Reading:
    """The reading of a day's highest values; what had not come together at one moment may look rarer here."""
    reading = read_values(seen, profile.baselines, profile.settings, is_experienced=profile.is_experienced)
    broken = broken_bounds(seen, profile.settings.bounds)
    return bounded_reading(broken, reading) if broken else reading
