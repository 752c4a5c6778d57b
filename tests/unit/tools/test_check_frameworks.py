from __future__ import annotations

import pytest
from tools import check_frameworks


def test_what_ships_is_sound(capsys: pytest.CaptureFixture[str]) -> None:
    assert check_frameworks.main() == 0
    assert "34 controls, 185 links: sound" in capsys.readouterr().out


def test_a_fault_fails_the_build(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(check_frameworks, "calendar_faults", lambda _framework: ("on a day 20 provisions apply.",))
    assert check_frameworks.main() == 1
    assert "eu-ai-act: on a day" in capsys.readouterr().out
