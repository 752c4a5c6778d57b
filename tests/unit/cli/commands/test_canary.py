from __future__ import annotations

from typing import Any

import pytest

RUN = {
    "id": "crn_1", "canary": "can_1", "clause": "OPS-02", "route": "scan", "example": "Endless", "at": 1_790_000_000.0,
    "outcome": "pass", "decision": "dec_1", "took_us": 8_049, "detail": "deny by OPS-02.", "order": "cor_1", "incident": "",
}  # fmt: skip
FAILED = RUN | {"route": "chat.completions", "outcome": "fail", "detail": "It went through.", "incident": "inc_1"}
VIEW = {
    "clause": "OPS-02",
    "route": "scan",
    "effect": "deny",
    "example": "Endless",
    "why": "",
    "last": RUN,
    "how": "one request",
    "waits": False,
}


class Canaries:
    """A management API whose canaries take two looks."""

    def __init__(self, *runs: dict[str, Any], takes: int = 2) -> None:
        self.runs, self.takes = list(runs), takes
        self.asked: list[tuple[str, Any]] = []

    def get(self, path: str, **query: Any) -> Any:
        self.asked.append((path, query))
        if path == "/canaries":
            return [
                VIEW,
                VIEW | {"route": "decide", "last": None},
                VIEW | {"last": None, "why": "no request can", "how": ""},
            ]
        if path == "/canaries/history":
            return self.runs
        self.takes -= 1
        done = self.takes <= 0
        return {"order": {"id": "cor_1", "done_at": 5.0 if done else 0.0}, "runs": self.runs if done else []}

    def post(self, path: str, body: Any) -> Any:
        self.asked.append((path, body))
        return {"id": "cor_1", "done_at": 0.0}


@pytest.fixture
def use(monkeypatch: pytest.MonkeyPatch) -> Any:
    def give(made: Canaries) -> Canaries:
        monkeypatch.setattr("wardlaw.cli.commands.canary.connect", lambda _options: made)
        monkeypatch.setattr("wardlaw.cli.commands.canary._LOOK_S", 0.0)
        return made

    return give


def test_running_waits_for_what_comes_of_it(command: Any, use: Any) -> None:
    made = use(Canaries(RUN))
    done = command("canary", "run", "OPS-02")
    assert done.code == 0
    assert made.asked[0] == ("/canaries/orders", {"clause": "OPS-02"})
    assert "deny by OPS-02." in done.out
    assert "1 pass" in done.out


def test_a_clause_that_did_not_stop_its_own_ends_with_findings(command: Any, use: Any) -> None:
    use(Canaries(RUN, FAILED))
    done = command("canary", "run")
    assert done.code == 1
    assert "1 pass, 1 fail" in done.out


def test_an_order_that_nobody_takes_is_told(command: Any, use: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    use(Canaries(takes=10**9))
    monkeypatch.setattr("wardlaw.cli.commands.canary._TAKEN_S", 0.0)
    done = command("canary", "run")
    assert done.code == 69
    assert "WL-CAN-013" in done.err


def test_lists_say_what_was_proved_and_why_not(command: Any, use: Any) -> None:
    use(Canaries(RUN, FAILED))
    assert "not run yet" in command("canary", "list").out
    shown = command("canary", "show", "OPS-02").out
    assert "OPS-02 on scan: must deny" in shown
    assert "not expressible: no request can" in shown
    told = command("canary", "history", "OPS-02", "--limit", "5").out
    assert "inc_1" in told


def test_a_plan_says_what_proves_each_clause_or_why_nothing_can(command: Any, use: Any) -> None:
    made = use(Canaries())
    shown = command("canary", "plan").out
    assert "one request" in shown
    assert "no request can" in shown
    assert "1 clauses stop something; 1 have a canary." in shown
    made.get = lambda _path, **_query: [VIEW | {"how": "", "why": "no request can"}]  # type: ignore[method-assign]
    assert "None proves OPS-02" in command("canary", "plan").out
