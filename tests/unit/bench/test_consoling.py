"""What looking costs the gateway: ratios within pairs."""

from __future__ import annotations

from bench.consoling import GatewayRound, figures
from bench.load import LoadResult


def test_ratios_are_within_pairs_and_every_wrong_answer_counts() -> None:
    quiet = [GatewayRound(LoadResult(100, 1.0, 2_000.0, 9_000.0, 0), 50_000.0) for _ in range(3)]
    busy = [GatewayRound(LoadResult(50, 1.0, p50, 9_000.0, 1), 30_000.0) for p50 in (2_000.0, 3_000.0, 8_000.0)]
    told = figures(quiet, busy, [10.0, 20.0, 30.0, 40.0], watched_s=2.0, errors=2)
    assert (told.pairs, told.cpu_ratio, told.p50_ratio) == (3, 1.2, 1.5)
    assert (told.pages_per_s, told.page_p50_ms, told.errors) == (2.0, 25.0, 5) or told.page_p50_ms in (20.0, 30.0)
