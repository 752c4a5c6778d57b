from __future__ import annotations

from collections.abc import Iterator

import pytest

from wardlaw.cli.scanning.parallel import ordered


def double(items: list[int]) -> list[int]:
    return [2 * item for item in items]


def fail(items: list[int]) -> list[int]:
    raise ValueError(items)


@pytest.mark.parametrize("jobs", [1, 2])
def test_order_is_kept(jobs: int) -> None:
    assert list(ordered(double, range(101), jobs=jobs, batch=4)) == [2 * item for item in range(101)]


@pytest.mark.parametrize("jobs", [1, 2])
def test_little_is_read_ahead(jobs: int) -> None:
    taken = 0

    def endless() -> Iterator[int]:
        nonlocal taken
        while True:
            taken += 1
            yield taken

    made = ordered(double, endless(), jobs=jobs, batch=3)
    assert [next(made) for _ in range(10)] == [2 * item for item in range(1, 11)]
    assert taken <= 10 + jobs * 5 * 3
    made.close()  # type: ignore[attr-defined]


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_failure_is_not_swallowed(jobs: int) -> None:
    with pytest.raises(ValueError):
        list(ordered(fail, range(10), jobs=jobs, batch=2))
