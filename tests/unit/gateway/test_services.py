from __future__ import annotations

import pytest

from wardlaw.gateway import services
from wardlaw.gateway.services import Stopwatch


def test_the_upstreams_time_is_not_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr(services.time, "perf_counter", lambda: now[0])
    watch = Stopwatch()
    now[0] += 0.002
    watch.leave()
    now[0] += 1.5
    watch.back()
    now[0] += 0.001
    watch.leave()
    now[0] += 0.5
    watch.back()
    assert watch.total_s == pytest.approx(2.003)
    assert watch.overhead_us == pytest.approx(3_000, abs=1)
