"""The bounded memories: distinct counts, quantiles, known keys, the week."""

from __future__ import annotations

import random

import pytest

from wardlaw.security.anomaly.distinct import EXACT, Distinct
from wardlaw.security.anomaly.familiar import Familiar, step_key
from wardlaw.security.anomaly.quantiles import Quantiles
from wardlaw.security.anomaly.rhythm import HOURS, Rhythm

COVERS = ("distinct", "quantiles", "familiar", "rhythm")


def test_few_keys_are_counted_exactly() -> None:
    counter = Distinct()
    assert [counter.add(key) for key in (7, 7, 8, 7, 9)] == [1, 1, 2, 2, 3]
    assert counter.registers is None


@pytest.mark.parametrize("wanted", [EXACT, EXACT + 1, 100, 1_000, 20_000])
def test_many_keys_are_counted_within_a_third_and_never_fewer_than_before(wanted: int) -> None:
    counter = Distinct()
    rng = random.Random(wanted)
    counts = [counter.add(rng.getrandbits(32)) for _ in range(wanted)]
    assert counts == sorted(counts)
    assert counter.count == pytest.approx(wanted, rel=0.33)
    assert len(counter.exact) * 4 + len(counter.registers or b"") <= 128


def test_sequential_keys_are_spread_as_well_as_random_ones() -> None:
    counter = Distinct()
    for key in range(5_000):
        counter.add(key)
    assert counter.count == pytest.approx(5_000, rel=0.33)


def test_quantiles_stay_close_in_bounded_memory() -> None:
    sketch, rng = Quantiles(), random.Random(5)
    seen = [rng.lognormvariate(7, 1) for _ in range(3_000)]
    for size in seen:
        sketch.add(size)
    turns, levels = sketch.image()
    assert sum(map(len, levels)) <= 384
    for share in (0.25, 0.5, 0.9, 0.95):
        found = sketch.at(share)
        rank = sum(size <= found for size in seen) / len(seen)
        assert rank == pytest.approx(share, abs=0.05)
    assert Quantiles.revive((turns, levels)).at(0.9) == sketch.at(0.9)


def test_an_empty_sketch_knows_no_size() -> None:
    assert Quantiles().at(0.95) == 0.0
    assert Quantiles().weight() == 0


def test_old_sizes_fade_from_a_sketch() -> None:
    sketch = Quantiles()
    for size in [10] * 5_000 + [1_000] * 20_000:
        sketch.add(size)
    assert sketch.at(0.5) == pytest.approx(1_000, rel=0.1)
    assert sketch.weight() < 10_000


def test_a_full_table_forgets_the_rarest_first() -> None:
    table = Familiar(4)
    for key in (1, 1, 1, 2, 2, 3, 4, 5):
        table.learn(key)
    assert set(table.counts) == {1, 2, 5}
    for key in range(100, 1_000):
        table.learn(key)
        assert len(table.counts) <= 4


def test_a_step_has_a_direction() -> None:
    a, b = 0x1122334455667788, 0x99AABBCCDDEEFF00
    assert len({step_key(a, b), step_key(b, a), step_key(0, a), step_key(a, a)}) == 4
    assert 0 <= step_key(2**64 - 1, 2**64 - 1) < 2**32


def test_working_hours_become_usual_and_the_night_stays_foreign() -> None:
    rhythm = Rhythm()
    monday = 96  # the epoch began on a Thursday
    for week in range(2):
        for day in range(5):
            for hour in range(9, 17):
                rhythm.learn(week * HOURS + monday + day * 24 + hour)
    assert rhythm.foreign(2 * HOURS + monday + 10) == 0.0
    assert rhythm.foreign(2 * HOURS + monday + 3) == 1.0
    assert rhythm.foreign(2 * HOURS + monday + 17) < rhythm.foreign(2 * HOURS + monday + 20)


def test_what_is_no_longer_done_becomes_foreign_again() -> None:
    rhythm = Rhythm()
    for week in range(1, 5):
        rhythm.learn(week * HOURS + 30)
    assert rhythm.foreign(30) == 0.0
    for week in range(5, 40):
        rhythm.learn(week * HOURS + 100)
    assert rhythm.foreign(30) > 0.5


@pytest.mark.parametrize(
    "broken",
    [
        lambda: Distinct.revive(([], b"\xff" * 128, 3.0)),
        lambda: Distinct.revive(([], b"12", 3.0)),
        lambda: Distinct.revive((list(range(99)), b"", 3.0)),
        lambda: Distinct.revive(([], b"", float("nan"))),
        lambda: Quantiles.revive((0, [])),
        lambda: Quantiles.revive((0, [b"123"])),
        lambda: Familiar.revive(b"1234", 8),
        lambda: Familiar.revive(bytes(50), 8),
        lambda: Rhythm(b"short"),
    ],
)
def test_images_of_another_shape_are_refused(broken: object) -> None:
    with pytest.raises(ValueError):
        broken()  # type: ignore[operator]
