from __future__ import annotations

import pytest

from tests.console_fakes import START, Api
from tests.unit.console.api.test_tail import add
from wardlaw.facts.person import Role


def test_counts_over_the_time_that_was_asked_for(api: Api) -> None:
    for leaf in range(3):
        add(api, leaf)
    risk = api.person("risk", Role.RISK)
    told = api.ok("GET", "/counts?since_ms=1&until_ms=5001&step_ms=5000", uid=risk)
    assert told["counts"] == [{"start_ms": 1, "effect": "cut", "count": 3}]
    usual = api.ok("GET", "/counts", uid=risk)
    assert usual["until_ms"] - usual["since_ms"] == 3_600_000
    assert usual["until_ms"] == int(START * 1000)


@pytest.mark.parametrize(
    "asked", ["since_ms=10&until_ms=10", "since_ms=10&until_ms=9", "since_ms=1&until_ms=500000&step_ms=1000"]
)
def test_too_many_steps_are_refused(api: Api, asked: str) -> None:
    assert api.error("GET", f"/counts?{asked}", uid=api.person("risk", Role.RISK)) == (400, "WL-API-020")
