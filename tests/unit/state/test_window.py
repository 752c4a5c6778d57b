from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from wardlaw.state.window import SLOT_S, Window

steps = st.lists(st.tuples(st.floats(0, 30), st.integers(0, 5)), max_size=60)


@given(steps)
def test_exact_below_the_bound(events: list[tuple[float, int]]) -> None:
    window, now, seen = Window(60.0, 1_000), 0.0, []
    for step, count in events:
        now += step
        seen.append((now, count))
        assert window.add(now, count) == sum(n for t, n in seen if t > now - 60.0)


@given(steps, st.integers(1, 6))
def test_beyond_the_bound_never_below_the_truth_nor_far_above(events: list[tuple[float, int]], bound: int) -> None:
    window, now, seen = Window(60.0, bound), 0.0, []
    for step, count in events:
        now += step
        seen.append((now, count))
        total = window.add(now, count)
        assert total >= sum(n for t, n in seen if t > now - 60.0)
        assert total <= sum(n for t, n in seen if t > now - 60.0 - 2 * SLOT_S)
    assert len(window.entries) <= bound + 60.0 / SLOT_S + 1


def test_the_edge_is_out() -> None:
    window = Window(60.0, 10)
    window.add(0.0, 2)
    assert window.count(59.999) == 2
    assert window.count(60.0) == 0


def test_a_restart_keeps_everything_for_one_more_span() -> None:
    window = Window(60.0, 10)
    window.add(1_000.0, 2)
    window.add(1_010.0, 3)
    window.restart(5.0)
    assert (window.count(64.9), window.count(65.0)) == (5, 0)
    empty = Window(60.0, 10)
    empty.restart(5.0)
    assert list(empty.entries) == []
