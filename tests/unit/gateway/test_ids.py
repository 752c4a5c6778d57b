"""Ids sort by time and differ by randomness."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from wardlaw.gateway.ids import RandomPool, make_id

_TIMES = st.integers(0, 2**47).map(lambda milliseconds: milliseconds / 1000)


@given(_TIMES, _TIMES, st.binary(min_size=10, max_size=10))
def test_ids_sort_as_their_times_do(first: float, second: float, random: bytes) -> None:
    earlier, later = (make_id("dec", at=at, random=random) for at in sorted((first, second)))
    assert earlier <= later


def test_an_id_has_its_prefix_and_32_hex_digits() -> None:
    made = make_id("exc", at=1_790_000_000.0, random=bytes(10))
    assert made.startswith("exc_")
    assert len(made) == 4 + 32


def test_randomness_tells_ids_of_one_moment_apart() -> None:
    assert make_id("dec", at=1.0, random=bytes(10)) != make_id("dec", at=1.0, random=b"\1" * 10)


def test_a_pool_gives_every_byte_once() -> None:
    given = iter(range(10))
    pool = RandomPool(lambda count: bytes([next(given)]) * count)
    taken = [pool.take(1_000) for _ in range(8)]
    assert [set(part) for part in taken] == [{0}, {0}, {0}, {0}, {1}, {1}, {1}, {1}]
    assert len(pool.take(10_000)) == 10_000
