"""The exam in small, with exact seeds: alerts on benign days, and attacks that must be noticed.

The whole exam is ``exam.py``; its figures stand in docs/anomaly.md.
"""

from __future__ import annotations

import pytest
from bench.behaviour.exam import attacked, benign, burst
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
def test_loud_attacks_are_noticed_within_the_hour(kind: str) -> None:
    delays = burst(kind, 600)
    for attack in ("bulk", "probing", "places", "sessions"):
        delay = delays[attack]
        assert delay is not None, attack
        assert delay < 3_600, attack
    if kind != "agent":
        assert delays["night"] is not None


@pytest.mark.parametrize("kind", KINDS)
def test_slow_poisoning_is_noticed_before_volume_has_tripled(kind: str) -> None:
    found = attacked(kind, 601, "poison")
    assert found is not None
    assert 1.03**found < 3.0


@pytest.mark.parametrize("kind", KINDS)
def test_small_sips_are_noticed_within_a_month(kind: str) -> None:
    found = attacked(kind, 602, "sips")
    assert found is not None
    assert found <= 30
