from __future__ import annotations

import math

import pytest

from wardlaw.security.anomaly.baseline import Baselines, Prior
from wardlaw.security.anomaly.settings import DEFAULTS
from wardlaw.security.anomaly.watched import DRIFTING, NEW_STEPS, WATCHED

RECORDS_DAY = 10


def taught(days: int, records: float = 200.0) -> Baselines:
    baselines = Baselines(Prior(), DEFAULTS)
    for day in range(days):
        baselines.learn(peaks(records * (1.2 if day % 2 else 0.8)), is_experienced=day >= DEFAULTS.burn_in_days)
    return baselines


def peaks(records: float) -> list[float]:
    made = [1.0 for _ in WATCHED]
    made[RECORDS_DAY] = records
    return made


def test_before_the_first_day_the_prior_speaks_widely() -> None:
    unknown = Baselines(Prior(), DEFAULTS)
    assert unknown.tail(RECORDS_DAY, 300) > 0.05
    assert unknown.tail(RECORDS_DAY, 1e9) < 1e-3


def test_a_learned_past_tells_usual_from_rare() -> None:
    known = taught(30)
    assert known.tail(RECORDS_DAY, 200) == pytest.approx(0.5, abs=0.1)
    assert known.tail(RECORDS_DAY, 2_000) < 1e-6
    assert 200 < known.usual(RECORDS_DAY) < 500
    assert known.typical(RECORDS_DAY) == pytest.approx(200, rel=0.1)


def test_late_statistics_wait_for_the_first_week() -> None:
    baselines = Baselines(Prior(), DEFAULTS)
    noisy = peaks(10)
    noisy[NEW_STEPS] = 500
    for _ in range(7):
        baselines.learn(noisy, is_experienced=False)
    assert baselines.means[NEW_STEPS] == Prior().means[NEW_STEPS]


def test_a_baseline_rises_by_its_cap_at_most_however_much_is_fed() -> None:
    known = taught(20)
    before = known.means[RECORDS_DAY]
    for day in range(1, 61):
        known.learn(peaks(1e9), is_experienced=True)
        assert known.means[RECORDS_DAY] <= before + day * DEFAULTS.rise_per_day + 1e-9
    assert math.exp(60 * DEFAULTS.rise_per_day) < 1.25


def test_a_spread_widens_by_its_cap_at_most() -> None:
    known = taught(30)
    scale = known.scales[RECORDS_DAY]
    for day in range(60):
        known.learn(peaks(1e6 if day % 2 else 0.0), is_experienced=True)
    assert known.scales[RECORDS_DAY] < 1.5 * scale


def test_days_above_the_baseline_add_up_and_days_below_take_away() -> None:
    known = taught(30)
    place = DRIFTING.index(RECORDS_DAY)
    for _ in range(4):
        known.sum_up(peaks(450))
    high = known.drift[place]
    assert high > 2.0
    assert known.drift_tail(place) < 0.05
    known.sum_up(peaks(200))
    assert 0.0 < known.drift[place] < high
    for _ in range(100):
        known.sum_up(peaks(1e9))
    assert known.drift[place] == DEFAULTS.drift_most


def test_one_enormous_day_is_not_a_drift() -> None:
    known = taught(30)
    known.sum_up(peaks(1e9))
    assert known.drift_tail(DRIFTING.index(RECORDS_DAY)) > 0.01


def test_what_a_person_accepts_is_usual_and_ten_times_it_is_not() -> None:
    known = taught(30)
    assert known.tail(RECORDS_DAY, 2_000) < 1e-6
    known.accept(peaks(2_000))
    assert known.tail(RECORDS_DAY, 2_000) > 0.1
    assert known.tail(RECORDS_DAY, 20_000) < 1e-4
    assert set(known.drift) == {0.0}


@pytest.mark.parametrize("place", [2, 3, 4])
@pytest.mark.parametrize("value", [math.nan, math.inf, -1.0, 1e9])
def test_a_baseline_no_traffic_can_have_made_is_refused(place: int, value: float) -> None:
    image = list(taught(20).image())
    image[place][0] = value  # type: ignore[index]
    if (place, value) == (4, 1e9):
        image[place] = image[place][:-1]  # type: ignore[index]  # too large a drift is cut, a missing one refused
    with pytest.raises(ValueError):
        Baselines(Prior(), DEFAULTS).restore(tuple(image))  # type: ignore[arg-type]
