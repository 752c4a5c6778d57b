from __future__ import annotations

import json
from typing import Any

import pytest

from wardlaw.cli.commands.tail import as_record, text_line

DECISION = {
    "leaf_index": 7, "at_ms": 1_790_000_000_000, "id": "dec_1", "kind": "decision", "exchange": "exc_1",
    "route": "chat.completions", "effect": "allow", "demanded": "deny", "clauses": ["SEC-02"], "code": "clause",
    "action": "ModelCall", "principal": "user:ada", "resource": "model:gpt", "result": "", "status": 0,
}  # fmt: skip
OUTCOME = {
    **DECISION, "leaf_index": 8, "id": "out_1", "kind": "outcome", "effect": "", "demanded": "", "clauses": [],
    "code": "", "principal": "", "resource": "", "action": "", "result": "complete", "status": 200,
}  # fmt: skip


class Tailed:
    """A management API with two pages of the log; then the person presses ctrl-c."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.pages = [{"lines": [DECISION], "next": 7}, {"lines": [], "next": 7}, {"lines": [OUTCOME], "next": 8}]

    def get(self, path: str, **query: Any) -> Any:
        assert path == "/tail"
        self.asked.append(query)
        if not self.pages:
            raise KeyboardInterrupt
        return self.pages.pop(0)


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> Tailed:
    made = Tailed()
    monkeypatch.setattr("wardlaw.cli.commands.tail.connect", lambda _options: made)
    return made


def test_the_newest_are_shown_and_that_is_all(command: Any, log: Tailed) -> None:
    done = command("tail", "--last", "5")
    assert done.code == 0
    assert log.asked == [{"last": 5}]
    assert "allow     (demanded deny) SEC-02  user:ada ModelCall model:gpt  dec_1" in done.out


def test_following_goes_on_until_interrupted_and_ends_well(command: Any, log: Tailed) -> None:
    done = command("tail", "--follow", "--json")
    assert (done.code, done.err) == (0, "")
    lines = [json.loads(line) for line in done.out.splitlines()]
    assert [(one["record"], one["kind"]) for one in lines] == [(7, "decision"), (8, "outcome")]
    assert lines[0]["clause"] == ["SEC-02"]
    assert [query.get("after") for query in log.asked] == [None, 7, 7, 8]


def test_only_what_was_asked_for(command: Any, log: Tailed) -> None:
    done = command("tail", "--follow", "--where", "kind = outcome and status < 300")
    assert "complete 200" in done.out
    assert "dec_1" not in done.out
    assert command("tail", "--where", "color = red").code == 2


def test_lines_are_coloured_by_effect() -> None:
    line = text_line(as_record({**DECISION, "effect": "cut", "demanded": "cut"}))
    assert any("red" in str(span.style) for span in line.spans)
    failed = text_line(as_record({**OUTCOME, "result": "fault", "status": 500}))
    assert any("red" in str(span.style) for span in failed.spans)
