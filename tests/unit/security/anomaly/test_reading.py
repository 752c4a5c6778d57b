from __future__ import annotations

import pytest

from wardlaw.security.anomaly.baseline import Baselines, Prior
from wardlaw.security.anomaly.event import Reading, Step
from wardlaw.security.anomaly.reading import bounded_reading, broken_bounds, figure, read_values
from wardlaw.security.anomaly.settings import DEFAULTS, Bounds
from wardlaw.security.anomaly.watched import DRIFTING, FOREIGN_HOURS, NEW_STEPS, RECORDS_HOUR, REFUSED_ROW, WATCHED


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
    reading = bounded_reading(sentences, Reading(reasons=("also",)))
    assert (reading.step, reading.score, reading.reasons[1]) == (Step.HOLD, 1.0, "also")


@pytest.mark.parametrize(("value", "words"), [(4_100.4, "4,100"), (9.0, "9"), (2.56, "2.6"), (0.0, "0")])
def test_figures_are_written_as_people_write_them(value: float, words: str) -> None:
    assert figure(value) == words
