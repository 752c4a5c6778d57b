from __future__ import annotations

from wardlaw.console.pages.overview import PERIODS, decisions_of, period_of, sentence, series_of
from wardlaw.facts.effect import Effect

TOLD = {
    "since_ms": 60_000,
    "until_ms": 240_000,
    "step_ms": 60_000,
    "counts": [
        {"start_ms": 60_000, "effect": "allow", "count": 3},
        {"start_ms": 180_000, "effect": "cut", "count": 1},
        {"start_ms": 180_000, "effect": "of another version", "count": 9},
    ],
}


def test_counts_become_series_with_zeros_between() -> None:
    series = series_of(TOLD)
    assert series.at == (60, 120, 180)
    assert (series.counts["allow"], series.counts["cut"]) == ((3, 0, 0), (0, 0, 1))
    assert (series.all, series.total(Effect.ALLOW), series.total(Effect.DENY)) == (4, 3, 0)


def test_the_sentence_says_what_wants_somebody() -> None:
    series = series_of(TOLD)
    assert sentence(series, PERIODS[0], 0, None) == "4 requests in the last hour, every one decided."
    told = sentence(series, PERIODS[1], 1, 2)
    assert told.endswith("1 incident is open. 2 calls wait for somebody.")
    assert sentence(series_of(TOLD | {"counts": []}), PERIODS[0], 3, 3) == "Nothing came to the door in the last hour."


def test_periods_and_lines() -> None:
    assert period_of("24h").id == "24h"
    assert period_of("<b>").id == "1h"
    assert all(one.length_ms // one.step_ms <= 100 for one in PERIODS)
    lines = [{"kind": "decision", "canary": "", "id": 1}, {"kind": "outcome", "canary": "", "id": 2},
             {"kind": "decision", "canary": "can_1", "id": 3}, {"kind": "decision", "canary": "", "id": 4}]  # fmt: skip
    assert [one["id"] for one in decisions_of(lines)] == [4, 1]
