from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from wardlaw.governance.pace import Pace, free_again_at


def test_a_burst_then_the_pace_and_each_address_by_itself() -> None:
    pace = Pace(burst=3, per_s=0.5)
    assert [pace.take("a", now=0.0) for _ in range(4)] == [True, True, True, False]
    assert pace.take("b", now=0.0)
    assert not pace.take("a", now=1.9)
    assert pace.take("a", now=2.0)
    assert not pace.take("a", now=2.0)


def test_addresses_make_room() -> None:
    pace = Pace(burst=1, per_s=1.0, most=10)
    for number in range(100):
        pace.take(str(number), now=0.0)
    assert len(pace) == 10


@given(st.lists(st.floats(0, 1_000), max_size=60), st.integers(1, 5), st.floats(0.1, 2))
def test_no_order_of_times_lets_more_in_than_burst_and_pace(times, burst, per_s) -> None:
    pace = Pace(burst=burst, per_s=per_s)
    taken = sum(pace.take("a", now=at) for at in times)
    assert taken <= burst + max(times, default=0.0) * per_s + 1e-6


def test_one_more_may_be_filed_when_the_oldest_of_the_last_ones_is_old_enough() -> None:
    filed = (10.0, 30.0, 20.0)
    assert free_again_at(filed, most=4, window_s=100.0, now=40.0) == 0.0
    assert free_again_at(filed, most=3, window_s=100.0, now=40.0) == 110.0
    assert free_again_at(filed, most=2, window_s=100.0, now=40.0) == 120.0
    assert free_again_at(filed, most=3, window_s=100.0, now=110.0) == 0.0
    assert free_again_at((), most=1, window_s=100.0, now=0.0) == 0.0


@given(st.lists(st.integers(0, 500), max_size=40), st.integers(1, 5), st.integers(1, 90))
def test_no_window_ever_holds_more_than_may_be_filed(asked, most, window) -> None:
    taken: list[float] = []
    for at in sorted(map(float, asked)):
        free = free_again_at(taken, most=most, window_s=float(window), now=at)
        if not free:
            taken.append(at)
        else:
            assert free_again_at(taken, most=most, window_s=float(window), now=free) == 0.0
    for start in taken:
        assert sum(start <= at < start + window for at in taken) <= most
