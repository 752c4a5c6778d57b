"""The numbers a profile works with. They stand here and nowhere else; docs/anomaly.md says what each was measured at."""

from __future__ import annotations

import msgspec


class Bounds(msgspec.Struct, frozen=True):
    """What nobody does, known or new: passing one is a hold at once. 0 switches a bound off."""

    refused_row: int = 50
    records_hour: int = 100_000
    bytes_hour: int = 10_000_000_000


class Settings(msgspec.Struct, frozen=True):
    """How profiles learn and when they speak.

    Attributes:
        burn_in_days: Active days before statistics may throttle or hold.
        burn_in_events: Events before they may.
        memory_days: Active days a baseline remembers, once it is full.
        rise_per_day: Most a baseline may rise in an active day, in logarithms: 0.002 is 6 % in a month.
        fall_per_day: Most it may fall: a quiet August must not make September an alarm.
        widen_per_day: Most the spread may grow in an active day, as a share of the variance.
        drift_slack: Standard deviations above the baseline that are not yet drift.
        drift_most: Most the sum over days may reach: how long it takes to calm down.
        relearn_days: Active days without caps after a person accepted a change.
        lower: Tail probability from which detectors' thresholds should be lowered.
        throttle: … from which to throttle: a fifth of the alert budget of one in 1,000 principal-days.
        hold: … from which to hold.
    """

    bounds: Bounds = Bounds()
    burn_in_days: int = 14
    burn_in_events: int = 100
    memory_days: int = 30
    rise_per_day: float = 0.002
    fall_per_day: float = 0.01
    widen_per_day: float = 0.003
    drift_slack: float = 0.75
    drift_most: float = 6.6
    relearn_days: int = 10
    lower: float = 1e-2
    throttle: float = 2e-4
    hold: float = 1e-5


DEFAULTS = Settings()
