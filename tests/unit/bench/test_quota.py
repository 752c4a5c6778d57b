from __future__ import annotations

from bench.quota import read_against_quota


def test_a_reading_waits_for_the_quota_and_reads_all() -> None:
    found = read_against_quota(90, per_minute=60)
    assert (found.users, found.requests, found.grants) == (90, 91, 900)
    assert found.refused > 0
    assert found.floor_s == 91.0
    assert found.taken_s > 60.0
