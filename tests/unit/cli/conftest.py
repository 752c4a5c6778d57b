"""Running commands in this process, and a management API that answers what it is told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from wardlaw.cli.run import run


class Done(NamedTuple):
    code: int
    out: str
    err: str


@pytest.fixture
def command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], no_color: None
) -> Callable[..., Done]:
    """Run a command line in an empty folder."""
    del no_color
    monkeypatch.chdir(tmp_path)
    for name in ("WARDLAW_CONFIG", "WARDLAW_TOKEN", "WARDLAW_URL", "WARDLAW_DEBUG"):
        monkeypatch.delenv(name, raising=False)

    def call(*words: str) -> Done:
        capfd.readouterr()
        code = run(words)
        said = capfd.readouterr()
        return Done(code, said.out, said.err)

    return call


class RecordingClient:
    """Notes each call and answers from a table by path."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, str, Any]] = []
        self.answers: dict[str, Any] = {
            "/grants/judge": {"judged": 0, "left": 0, "after": ["", ""], "rulings": []},
        }

    def call(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        self.calls.append((method, path, body))
        return self.answers.get(path.partition("?")[0], {"id": "x"})

    def get(self, path: str, **query: str | int) -> Any:
        return self.call("GET", path, query or None)

    def post(self, path: str, body: dict[str, Any] | None = None) -> Any:
        return self.call("POST", path, body)

    def patch(self, path: str, body: dict[str, Any]) -> Any:
        return self.call("PATCH", path, body)

    def delete(self, path: str) -> Any:
        return self.call("DELETE", path)


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> RecordingClient:
    """What commands reach instead of the management API."""
    client = RecordingClient()
    for module in (
        "key",
        "person",
        "token",
        "session",
        "secret",
        "quarantine",
        "approvals",
        "waiver",
        "serious",
        "appeal",
        "breakglass",
        "habits",
        "view",
        "inventory",
        "findings",
        "nhi",
        "shadow",
        "mcp",
        "credential",
        "tools",
        "incidents",
        "explain",
        "tail",
        "audit",
        "policy",
        "policylife",
    ):
        monkeypatch.setattr(f"wardlaw.cli.commands.{module}.connect", lambda _options: client)
    return client
