from __future__ import annotations

import pytest

from tests.console_fakes import START, Api
from tests.unit.console.api.test_tail import add
from wardlaw.audit.envelope import RecordKind
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


def test_the_door_in_figures(api: Api) -> None:
    for leaf in range(3):
        add(api, leaf)
    add(api, 3, RecordKind.OUTCOME, sealed=False, added=2_000)
    add(api, 4, RecordKind.OUTCOME, sealed=False, added=40_000)
    told = api.ok("GET", "/door?since_ms=1&until_ms=5001", uid=api.person("risk", Role.RISK))
    assert (told["since_ms"], told["until_ms"], told["exchanges"]) == (0, 60_000, 2)
    assert 2_000 <= told["p50_us"] <= 2_400
    assert 40_000 <= told["p99_us"] <= 48_000
    assert [(one["clause"], one["wing"], one["count"]) for one in told["fired"]] == [("SEC-05", "security", 3)]
    assert told["fired"][0]["title"]
    assert told["detectors"] > 5
    assert told["clauses"]["security"] > 0 < told["clauses"]["governance"]
    usual = api.ok("GET", "/door", uid=api.person("other", Role.RISK))
    assert (usual["until_ms"] - usual["since_ms"], usual["fired"], usual["p99_us"]) == (3_600_000, [], 0)
