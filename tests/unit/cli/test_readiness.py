"""What a process and its supervisor agree on."""

from __future__ import annotations

import os
import signal

import pytest

from wardlaw.cli.readiness import READY_FD, ending_signals, tell_ready


def test_one_byte_says_ready() -> None:
    readable, writable = os.pipe()
    tell_ready({READY_FD: str(writable)})
    assert os.read(readable, 2) == b"1"
    os.close(readable)
    tell_ready({})


def test_under_a_supervisor_only_sigterm_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    ignored: list[object] = []
    monkeypatch.setattr(signal, "signal", lambda *arguments: ignored.append(arguments))
    assert ending_signals({READY_FD: "3"}) == (signal.SIGTERM,)
    assert ignored == [(signal.SIGINT, signal.SIG_IGN)]
    assert ending_signals({}) == (signal.SIGINT, signal.SIGTERM)
