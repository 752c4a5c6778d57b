from __future__ import annotations

import importlib.util
import json
import os
import signal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from tests.unit.cli.conftest import RecordingClient

import wardlaw.demo.stage
import wardlaw.demo.stories
from wardlaw.cli.commands import demo as command_file
from wardlaw.demo.stories import Result, Scene

GOOD_A = Result("A", "deny", "GOV-07", "dec_1", False, True, True, False, 0, {"sips_rows": 480})
GOOD_B = Result("B", "cut", "SEC-01", "dec_2", False, True, True, False, 0)


class Stage:
    """A stage on which nothing runs."""

    made: list[Stage] = []

    def __init__(self, folder: Path, *, model: str) -> None:
        self.folder, self.model, self.closed = folder, model, False
        Stage.made.append(self)

    def prepare(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)

    def start(self) -> None:
        return

    def people(self, _connect: object, _token: str) -> Scene:
        return Scene(("127.0.0.1", 1), {}, self.folder, self.folder, "s", str, lambda _kind, _text: None)

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def played(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The two stories end as told here."""
    ends: dict[str, Any] = {"A": GOOD_A, "B": GOOD_B}
    Stage.made = []
    created = SimpleNamespace(config=SimpleNamespace(control=SimpleNamespace(socket="x")), admin_token="t")

    def play(name: str) -> Any:
        def told(scene: Scene) -> Result:
            scene.say("ask", "x" * 200)
            scene.say("told", f"story {name} was played")
            scene.say("advice", "")
            if isinstance(ends[name], Exception):
                raise ends[name]
            return ends[name]

        return told

    monkeypatch.setattr(wardlaw.demo.stage, "Stage", Stage)
    monkeypatch.setattr(wardlaw.demo.stories, "play_bulk", play("A"))
    monkeypatch.setattr(wardlaw.demo.stories, "play_injection", play("B"))
    monkeypatch.setattr(command_file, "create_installation", lambda _folder: created)
    return ends


def test_the_result_is_what_was_observed(command: Any, played: dict[str, Any]) -> None:
    done = command("demo", "--json")
    assert done.code == 0
    stories = json.loads(done.out)["stories"]
    assert [story["id"] for story in stories] == ["A", "B"]
    assert {
        "id", "effect", "clause", "decision_id", "upstream_saw_injection", "connection_closed",
        "refused_afterwards", "secret_left", "rows_left",
    } <= set(stories[0])  # fmt: skip


def test_what_happens_is_shown_and_long_quotations_are_cut(command: Any, played: dict[str, Any]) -> None:
    done = command("demo")
    shown = done.out + done.err
    assert "story A was played" in shown
    assert "deny by GOV-07" in " ".join(shown.split())
    assert "x" * 150 not in shown


@pytest.mark.parametrize(
    ("story", "changes"),
    [
        ("A", {"effect": "allow"}),
        ("A", {"rows_left": 1}),
        ("B", {"effect": "deny"}),
        ("B", {"secret_left": True}),
        ("B", {"upstream_saw_injection": True}),
        ("B", {"refused_afterwards": False}),
    ],
)
def test_a_story_that_ends_badly_fails_the_command(
    command: Any, played: dict[str, Any], story: str, changes: dict[str, Any]
) -> None:
    good = {name: getattr(played[story], name) for name in Result.__struct_fields__}
    played[story] = Result(**good | changes)
    assert command("demo", "--json").code == 1


def test_everything_is_stopped_and_removed_whatever_happens(command: Any, played: dict[str, Any]) -> None:
    played["B"] = OSError("the line broke")
    assert command("demo").code == 70
    (stage,) = Stage.made
    assert stage.closed
    assert not stage.folder.exists()


def test_told_to_stop_it_stops_what_it_started(
    command: Any, played: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wardlaw.demo.stories, "play_injection", lambda _scene: os.kill(os.getpid(), signal.SIGTERM))
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(SystemExit) as caught:
        command("demo")
    assert caught.value.code == 128 + signal.SIGTERM
    (stage,) = Stage.made
    assert stage.closed
    assert not stage.folder.exists()
    assert signal.getsignal(signal.SIGTERM) == before


def test_what_is_kept_stays(command: Any, played: dict[str, Any], tmp_path: Path) -> None:
    done = command("demo", "--keep", str(tmp_path / "kept"))
    assert done.code == 0
    assert (tmp_path / "kept").is_dir()
    assert "audit verify" in done.out + done.err


def test_without_the_official_client_it_says_what_to_do(command: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name, *rest: None if name == "openai" else find(name, *rest)
    )
    done = command("demo")
    assert done.code == 69
    assert "WL-DMO-002" in done.err


def test_samples_go_through_the_door_that_is_running(command: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    client = RecordingClient()
    client.answers["/samples"] = {"principal": "user:sample"}
    monkeypatch.setattr(command_file, "connect", lambda _options: client)
    done = command("demo", "--here")
    assert (done.code, client.calls) == (0, [("POST", "/samples", {})])
    assert "user:sample" in done.out
