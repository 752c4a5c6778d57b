from __future__ import annotations

import pytest
from bench.figures import Spread, percentile, ranged, short
from hypothesis import given
from hypothesis import strategies as st


def test_percentiles_are_samples_by_nearest_rank() -> None:
    assert percentile([15, 20, 35, 40, 50], 0.3) == 20
    assert percentile([15, 20, 35, 40, 50], 0.4) == 20
    assert percentile([15, 20, 35, 40, 50], 0.5) == 35
    assert percentile([15, 20, 35, 40, 50], 1.0) == 50
    assert percentile([7], 0.0) == 7


@given(st.lists(st.integers(), min_size=1), st.floats(0, 1))
def test_enough_samples_lie_at_or_below_a_percentile(values: list[int], share: float) -> None:
    found = percentile(values, share)
    assert found in values
    assert sum(one <= found for one in values) >= share * len(values) - 1e-9


@pytest.mark.parametrize(("values", "share"), [([], 0.5), ([1], 1.1), ([1], -0.1)])
def test_percentiles_of_nothing_are_refused(values: list[int], share: float) -> None:
    with pytest.raises(ValueError, match="percentile"):
        percentile(values, share)


def test_spread() -> None:
    assert Spread.of([3, 1, 2]) == Spread(2, 1, 3, 3)
    assert Spread.of([]) is None


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "–"),
        (float("nan"), "–"),
        (0, "0"),
        (312.4, "312"),
        (2.345, "2.35"),
        (0.01234, "0.0123"),
        (12_345.6, "12,346"),
    ],
)
def test_short(value: float | None, text: str) -> None:
    assert short(value) == text


def test_ranges() -> None:
    assert ranged(None) == "–"
    assert ranged(Spread(312, 312, 312, 1)) == "312"
    assert ranged(Spread(312, 298, 340, 3)) == "312 (298–340)"
    assert ranged(Spread(3_120, 2_980, 3_400, 3), scale=1 / 1000) == "3.12 (2.98–3.40)"
