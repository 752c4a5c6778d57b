from __future__ import annotations

import json
from typing import Any

import pytest

COUNTS = {
    "counts": [{"start_ms": 0, "effect": "allow", "count": 1_200}, {"start_ms": 60_000, "effect": "cut", "count": 3}]
}
FIRED = [{"clause": "SEC-01", "title": "No injections", "wing": "security", "count": 3}]
DOOR = {"exchanges": 600, "p50_us": 1_600, "p99_us": 11_800, "fired": FIRED}


class Told:
    """A management API with figures."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, Any]]] = []

    def get(self, path: str, **query: Any) -> Any:
        self.asked.append((path, query))
        return COUNTS if path == "/counts" else DOOR


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Told:
    made = Told()
    monkeypatch.setattr("wardlaw.cli.commands.figures.connect", lambda _options: made)
    return made


def test_the_figures_of_a_day(command: Any, told: Told) -> None:
    done = command("figures", "--since", "2026-11-01", "--until", "2026-11-02")
    assert done.code == 0
    for words in (
        "1,203 decisions from 2026-11-01",
        "allow",
        "1,200",
        "p50 1.6 ms, p99 11.8 ms to 600",
        "No injections",
    ):
        assert words in done.out, words
    path, query = told.asked[0]
    assert (path, query["until_ms"] - query["since_ms"], query["step_ms"]) == ("/counts", 86_400_000, 24 * 60_000)
    assert told.asked[1][0] == "/door"


def test_everything_for_programs(command: Any, told: Told) -> None:
    found = json.loads(command("figures", "--json").out)
    assert (found["counts"], found["door"]) == (COUNTS, DOOR)
    assert told.asked[0][1]["step_ms"] in (60_000, 120_000)


def test_a_span_that_holds_nothing_is_refused(command: Any, told: Told) -> None:
    done = command("figures", "--since", "2026-11-02", "--until", "2026-11-01")
    assert (done.code, "WL-CLI-051" in done.err, told.asked) == (2, True, [])
