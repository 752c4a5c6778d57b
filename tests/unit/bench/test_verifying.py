from __future__ import annotations

from pathlib import Path

from bench.verifying import measure


def test_a_log_is_written_and_verified_at_a_tenth_and_whole(tmp_path: Path) -> None:
    found = measure(3_000, tmp_path)
    assert (found.tenth.records, found.whole.records) == (300, 3_000)
    assert found.tenth.sound
    assert found.whole.sound
    assert 0 < found.whole.start_mb <= found.whole.peak_mb
