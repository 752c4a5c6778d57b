"""From the values of a moment to a reading: tails, their combination, the step and the words."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import compress
from math import log1p
from operator import gt

from wardlaw.security.anomaly.baseline import Baselines
from wardlaw.security.anomaly.event import Reading, Step
from wardlaw.security.anomaly.settings import Bounds, Settings
from wardlaw.security.anomaly.tail import RAREST, combine, score_of, student_tail
from wardlaw.security.anomaly.watched import (
    BYTES_HOUR,
    DRIFTING,
    FLOORS,
    RECORDS_HOUR,
    REFUSED_ROW,
    SIZES,
    WATCHED,
    Family,
)
from wardlaw.security.anomaly.words import figure

_NAMED_BELOW = 0.01  # a statistic is named when its family alone is this rare
_MOST_NAMED = 8  # sentences; the rarest say enough
_FAMILIES = len(Family)
_ROWS = tuple((watch.family, SIZES[watch.family], FLOORS[watch.family], watch.unit) for watch in WATCHED)
_PLACES = range(len(WATCHED))
_DRIFTS_FROM = len(WATCHED)
_CAPPED = 1.001  # just above the throttle (the hold, where peers speak): what a new principal's reading is capped at


def broken_bounds(values: Sequence[float], bounds: Bounds) -> tuple[str, ...]:
    """Sentences for the absolute bounds that were passed."""
    looked_at = (
        (values[REFUSED_ROW], bounds.refused_row, "{} calls refused in a row; nobody may have more than {}"),
        (values[RECORDS_HOUR], bounds.records_hour, "moved {} records within about an hour; nobody may move over {}"),
        (values[BYTES_HOUR], bounds.bytes_hour, "moved {} bytes within about an hour; nobody may move over {}"),
    )
    return tuple(words.format(figure(value), figure(bound)) for value, bound, words in looked_at if 0 < bound < value)


def read_values(values: Sequence[float], baselines: Baselines, settings: Settings, *, is_experienced: bool) -> Reading:
    """The reading of a moment.

    Args:
        values: One value for each statistic of ``WATCHED``.
        is_experienced: The burn-in is over; before, nothing above ``LOWER_THRESHOLDS`` comes out, or nothing above
            ``THROTTLE`` where peers tell what is usual.
    """
    rarest: dict[Family, float] = {}
    named: list[tuple[float, int]] = []
    quiet, expected, freedom = baselines.quiet, baselines.expected, baselines.freedom
    for place in compress(_PLACES, map(gt, values, quiet)):
        family, size, floor, unit = _ROWS[place]
        mean, scale = expected[place]
        raw = size * student_tail((log1p(values[place] / unit) - mean) / scale, freedom[place])
        tail = max(floor, raw)
        if tail < rarest.get(family, 1.0):
            rarest[family] = tail
        if raw < _NAMED_BELOW:
            named.append((raw, place))
    if baselines.is_drifting:
        _add_drift(baselines, rarest, named)
    tail = combine(rarest.values(), families=_FAMILIES)
    if not is_experienced:
        tail = max(tail, (settings.hold if baselines.is_led else settings.throttle) * _CAPPED)
    step = _step(tail, settings)
    if step is Step.NONE:
        return Reading(score_of(tail), step, tail)
    named.sort()
    usuals, typicals = baselines.usuals, baselines.typicals
    seen = tuple(
        [
            (place, values[place], usuals[place])
            if place < _DRIFTS_FROM
            else (place, 0.0, typicals[DRIFTING[place - _DRIFTS_FROM]])
            for _, place in named[:_MOST_NAMED]
        ]
    )
    return Reading(score_of(tail), step, tail, (), seen)


def bounded_reading(sentences: tuple[str, ...], reading: Reading) -> Reading:
    """A hold for the bounds that were passed, beside what the statistics say."""
    return Reading(1.0, Step.HOLD, RAREST, sentences, reading.seen)


def _add_drift(baselines: Baselines, rarest: dict[Family, float], named: list[tuple[float, int]]) -> None:
    for place in range(len(DRIFTING)):
        raw = min(1.0, SIZES[Family.DRIFT] * baselines.drift_tail(place))
        tail = max(FLOORS[Family.DRIFT], raw)
        if tail < rarest.get(Family.DRIFT, 1.0):
            rarest[Family.DRIFT] = tail
        if raw < _NAMED_BELOW:
            named.append((raw, _DRIFTS_FROM + place))


def _step(tail: float, settings: Settings) -> Step:
    if tail <= settings.hold:
        return Step.HOLD
    if tail <= settings.throttle:
        return Step.THROTTLE
    return Step.LOWER_THRESHOLDS if tail <= settings.lower else Step.NONE
