"""The exam in small, with exact seeds: alerts on benign days, and attacks that must be noticed.

The whole exam is ``exam.py``; its figures stand in docs/anomaly.md.
"""

from __future__ import annotations

import pytest
from bench.behaviour.exam import attacked, benign
from bench.behaviour.traffic import KINDS

from wardlaw.security.anomaly.image import MOST_BYTES


@pytest.mark.parametrize("kind", KINDS)
def test_benign_principals_stay_within_the_alert_budget(kind: str) -> None:
    rows = [benign(kind, 300 + number, 100) for number in range(3)]
    active, alerts = sum(row[0] for row in rows), sum(row[1] for row in rows)
    assert active > 180
    assert alerts == 0
    assert max(row[4] for row in rows) <= MOST_BYTES


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("attack", ["bulk", "probing"])
def test_loud_attacks_are_noticed_within_the_hour(kind: str, attack: str) -> None:
    found = attacked(kind, 600, attack)
    assert found is not None
    assert found[0] < 1 / 24


@pytest.mark.parametrize("kind", ["office", "finance", "batch", "ci"])
def test_a_strange_chain_at_night_is_noticed(kind: str) -> None:
    assert attacked(kind, 600, "night") is not None


@pytest.mark.parametrize("kind", KINDS)
def test_slow_poisoning_is_noticed_before_volume_has_tripled(kind: str) -> None:
    found = attacked(kind, 601, "poison")
    assert found is not None
    assert 1.03 ** found[0] < 3.0


@pytest.mark.parametrize("kind", KINDS)
def test_small_sips_are_noticed_within_a_month(kind: str) -> None:
    found = attacked(kind, 602, "sips")
    assert found is not None
    assert found[0] <= 30
