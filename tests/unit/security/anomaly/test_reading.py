from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wardlaw.security.anomaly.baseline import Baselines, Prior
from wardlaw.security.anomaly.event import Reading, Step
from wardlaw.security.anomaly.reading import bounded_reading, broken_bounds, read_values
from wardlaw.security.anomaly.settings import DEFAULTS, Bounds
from wardlaw.security.anomaly.tail import combine, student_tail
from wardlaw.security.anomaly.watched import (
    DRIFTING,
    FLOORS,
    FOREIGN_HOURS,
    NEW_STEPS,
    RECORDS_HOUR,
    REFUSED_ROW,
    SIZES,
    WATCHED,
    Family,
)
from wardlaw.security.anomaly.words import figure


def known() -> Baselines:
    baselines = Baselines(Prior(), DEFAULTS)
    for day in range(30):
        baselines.learn([20.0 + day % 3 for _ in WATCHED], is_experienced=day >= 14)
    return baselines


def quiet() -> list[float]:
    return [0.0 for _ in WATCHED]


def read(values: list[float], baselines: Baselines | None = None, *, is_experienced: bool = True) -> Reading:
    return read_values(values, baselines or known(), DEFAULTS, is_experienced=is_experienced)


def test_a_usual_moment_calls_for_nothing() -> None:
    assert read([20.0 for _ in WATCHED]) == Reading()


def test_bulk_holds_and_says_how_much_and_what_is_usual() -> None:
    values = quiet()
    values[RECORDS_HOUR] = 4_100.0
    reading = read(values)
    assert reading.step is Step.HOLD
    assert reading.reasons[0].startswith("moved 4,100 records within about an hour; usual is at most ")
    assert reading.score > 0.8


@pytest.mark.parametrize("place", [NEW_STEPS, FOREIGN_HOURS])
def test_a_weak_signal_alone_never_alerts(place: int) -> None:
    values = quiet()
    values[place] = 1e9
    assert read(values).step is not Step.THROTTLE
    assert read(values).step is not Step.HOLD


def test_two_weak_signals_together_throttle() -> None:
    values = quiet()
    values[NEW_STEPS] = values[FOREIGN_HOURS] = 1e6
    reading = read(values)
    assert reading.step is Step.THROTTLE
    assert len(reading.reasons) == 2


def test_a_new_principal_is_watched_more_closely_and_no_more() -> None:
    reading = read([1e9 for _ in WATCHED], Baselines(Prior(), DEFAULTS), is_experienced=False)
    assert reading.step is Step.LOWER_THRESHOLDS
    assert reading.tail > DEFAULTS.throttle


def test_a_drift_throttles_by_itself_and_holds_only_with_something_else() -> None:
    baselines = known()
    baselines.drift = [DEFAULTS.drift_most for _ in DRIFTING]
    baselines.refresh()
    alone = read(quiet(), baselines)
    assert alone.step is Step.THROTTLE
    assert "above their usual level" in alone.reasons[0]
    values = quiet()
    values[REFUSED_ROW] = 400.0
    assert read(values, baselines).step is Step.HOLD


def test_a_passed_bound_holds_whoever_it_is() -> None:
    values = quiet()
    values[REFUSED_ROW] = 12.0
    sentences = broken_bounds(values, Bounds(refused_row=11))
    assert sentences == ("12 calls refused in a row; nobody may have more than 11",)
    assert broken_bounds(values, Bounds(refused_row=12)) == ()
    assert broken_bounds(values, Bounds(refused_row=0)) == ()
    reading = bounded_reading(sentences, Reading(seen=((0, 9.0, 3.0),)))
    assert (reading.step, reading.score, reading.reasons[1]) == (
        Step.HOLD, 1.0, "9 calls within about a minute; usual is at most 3"
    )  # fmt: skip
    assert reading.tell(1) == sentences


def plain(values: list[float], baselines: Baselines, *, is_experienced: bool) -> tuple[float, list[str]]:
    """Tail and sentences as the page of the method says them, without any shortcut."""
    tails: dict[Family, list[tuple[float, int, str]]] = {}
    for place, watch in enumerate(WATCHED):
        if values[place] > baselines.quiet[place]:
            mean, scale = baselines.expected[place]
            z = (math.log1p(values[place] / watch.unit) - mean) / scale
            usual = max(0.0, watch.unit * math.expm1(mean + 2 * scale))
            words = watch.words.format(seen=figure(values[place]), usual=figure(usual))
            tails.setdefault(watch.family, []).append(
                (SIZES[watch.family] * student_tail(z, baselines.freedom[place]), place, words)
            )
    for number, place in enumerate(DRIFTING):
        typical = figure(max(0.0, WATCHED[place].unit * math.expm1(baselines.expected[place][0])))
        what = ("calls", "tokens", "records", "bytes")[number]
        words = f"{what} have been above their usual level ({typical} a working day) for days"
        raw = SIZES[Family.DRIFT] * math.exp(-2.0 * baselines.drift[number])
        tails.setdefault(Family.DRIFT, []).append((raw, len(WATCHED) + number, words))
    rarest = [min(1.0, max(FLOORS[family], min(found)[0])) for family, found in tails.items()]
    tail = combine(rarest, families=len(Family))
    if not is_experienced:
        tail = max(tail, DEFAULTS.throttle * 1.001)
    named = sorted(one for found in tails.values() for one in found if one[0] < 0.01)
    return tail, [words for _, _, words in named[:8]] if tail <= DEFAULTS.lower else []


@given(
    st.lists(st.floats(0, 1e7), min_size=len(WATCHED), max_size=len(WATCHED)),
    st.lists(st.floats(0, DEFAULTS.drift_most), min_size=len(DRIFTING), max_size=len(DRIFTING)),
    st.booleans(),
)
@settings(max_examples=60, deadline=None)
def test_readings_are_those_of_the_plain_method(values: list[float], drift: list[float], is_experienced: bool) -> None:
    baselines = known()
    baselines.drift = drift
    baselines.refresh()
    reading = read(values, baselines, is_experienced=is_experienced)
    tail, sentences = plain(values, baselines, is_experienced=is_experienced)
    assert reading.tail == tail
    assert list(reading.reasons) == sentences


@pytest.mark.parametrize(("value", "words"), [(4_100.4, "4,100"), (9.0, "9"), (2.56, "2.6"), (0.0, "0")])
def test_figures_are_written_as_people_write_them(value: float, words: str) -> None:
    assert figure(value) == words
