from __future__ import annotations

from typing import Any

import pytest

from wardlaw.cli.commands import detectors


class Answering:
    def __init__(self, standing: str) -> None:
        self.standing, self.posted = standing, []

    def get(self, path: str) -> dict[str, Any]:
        assert path == "/detectors"
        return {"standing": self.standing, "looser": ["built_in.secrets"] * (self.standing == "drifted")}

    def post(self, path: str) -> dict[str, Any]:
        self.posted.append(path)
        return {"standing": self.standing, "asked_by": "person:sec"}


@pytest.mark.parametrize(("standing", "code"), [("approved", 0), ("unapproved", 0), ("drifted", 1)])
def test_what_is_looser_is_shown(command: Any, monkeypatch: pytest.MonkeyPatch, standing: str, code: int) -> None:
    client = Answering(standing)
    monkeypatch.setattr(detectors, "connect", lambda _options: client)
    done = command("detectors", "status")
    assert done.code == code
    assert ("built_in.secrets" in done.out) == (standing == "drifted")
    assert "person:sec" in command("detectors", "loosen").out
    assert client.posted == ["/detectors/loosen"]
