"""``wardlaw replay`` against a management API that answers what it is told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.unit.cli.conftest import RecordingClient

from wardlaw.console.api.deps import ReplayPart
from wardlaw.decision.replay import ReplayReport, Tally, UnreadRecord

CLAUSE = """- id: GOV-70
  title: Bulk
  text: Not more than 100 people at once.
  owner: dpo
  wing: governance
  risk: high
  effect: deny
  actions: [ModelCall]
  when: {all: [{attribute: dataSubjects, over: 100}]}
  examples:
    - {name: many, effect: deny, action: ModelCall, context: {dataSubjects: 101}}
    - {name: few, effect: allow, action: ModelCall, context: {dataSubjects: 100}}
"""
WORDS = ("replay", "--since", "24h", "--with", "draft")


class Parts(RecordingClient):
    """Answers with one part after another."""

    def __init__(self, *reports: ReplayReport) -> None:
        super().__init__()
        self.parts = [
            ReplayPart(10, 10 + len(reports), 11 + place, report) for place, report in enumerate(reports)
        ]  # fmt: skip

    def call(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        self.calls.append((method, path, body))
        return msgspec.to_builtins(self.parts[len(self.calls) - 1])


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    def serve(*reports: ReplayReport) -> Parts:
        client = Parts(*reports)
        monkeypatch.setattr("wardlaw.cli.commands.replay.connect", lambda _options: client)
        (tmp_path / "draft" / "deep").mkdir(parents=True, exist_ok=True)
        (tmp_path / "draft" / "deep" / "a.yaml").write_text(CLAUSE, encoding="utf-8")
        return client

    return serve


def test_parts_are_asked_for_one_after_another_and_added_up(command: Any, served: Any) -> None:
    client = served(ReplayReport(judged=2), ReplayReport(judged=3, total=Tally(stopped=1)))
    done = command(*WORDS, "--json")
    assert done.code == 1, done.err
    assert json.loads(done.out)["report"]["judged"] == 5
    first, second = (body for _, _, body in client.calls)
    assert first["sources"] == {"deep/a.yaml": CLAUSE}
    assert (first["begin"], first["end"], second["begin"], second["end"]) == (0, 0, 11, 12)
    assert first["until_ms"] - first["since_ms"] == 86_400_001


def test_exit_codes(command: Any, served: Any) -> None:
    served(ReplayReport(judged=2))
    assert command(*WORDS).code == 0
    served(ReplayReport(judged=2, total=Tally(allowed=1), unread=1, unreadable=(UnreadRecord("dec_1", 1, "spoilt"),)))
    done = command(*WORDS)
    assert done.code == 4
    assert "dec_1 (record 1): spoilt" in done.out


@pytest.mark.parametrize(
    ("more", "code"),
    [(("--until", "2d"), "WL-CLI-051"), (("--examples", "101"), "WL-CLI-051"), (("--since", "x"), "WL-CLI-050")],
)
def test_what_is_no_question(command: Any, served: Any, more: tuple[str, ...], code: str) -> None:
    client = served()
    given = {"--since": "24h"} | dict([more])
    done = command("replay", "--with", "draft", *(word for pair in given.items() for word in pair))
    assert (done.code, code in done.err) == (2, True)
    assert client.calls == []


def test_a_draft_with_errors_is_told_before_anybody_is_asked(command: Any, served: Any, tmp_path: Path) -> None:
    client = served()
    (tmp_path / "draft" / "b.yaml").write_text("- id: x", encoding="utf-8")
    done = command(*WORDS)
    assert (done.code, "WL-CLI-006" in done.err) == (3, True)
    assert client.calls == []


@pytest.mark.parametrize("dates", ['valid_from: "2999-01-01"', 'valid_to: "2001-01-01"'])
def test_clauses_out_of_their_time_are_told(command: Any, served: Any, tmp_path: Path, dates: str) -> None:
    served(ReplayReport(judged=1))
    text = CLAUSE.replace("  actions:", f"  {dates}\n  actions:")
    (tmp_path / "draft" / "deep" / "a.yaml").write_text(text, encoding="utf-8")
    done = command(*WORDS)
    assert "it judged none of this" in done.err, (done.out, done.err)
