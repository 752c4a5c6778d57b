"""The benchmark of the evidence report, on a log so small that it takes a moment."""

from __future__ import annotations

from pathlib import Path

from bench import bundling


def test_a_report_over_copies_of_decisions_verifies(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(bundling, "_MADE", 300)
    found = bundling.measure(900, tmp_path)
    assert found.decisions == 900
    assert found.proven_records > 0  # each stopped decision is another copy's, with an entry of its own
    assert found.steps >= 1
    assert found.seconds == found.count_s + found.rest_s
