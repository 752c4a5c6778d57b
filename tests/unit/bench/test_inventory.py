from __future__ import annotations

from bench.inventory import measure


def test_a_small_inventory_is_listed_twice_and_asked(tmp_path) -> None:
    found = measure(2_000, tmp_path)
    assert (found.grants, found.database, found.changed, found.ended) == (2_000, "sqlite", 16, 10)
    assert len(found.asked_ms) == 18
    assert all(taken > 0 for taken in found.asked_ms.values())
    assert (found.sync.read.users, found.sync.read.requests, found.sync.read.grants) == (200, 201, 2_000)
    assert found.sync.work_s > 0
