from __future__ import annotations

from pathlib import Path

from wardlaw.store.spoolread import read_frames
from wardlaw.testing.spoolfill import SpoolFill


def test_what_was_added_can_be_read(tmp_path: Path) -> None:
    fill = SpoolFill(tmp_path, ciphertext_bytes=64)
    entries = fill.add(3) + fill.add(2)
    fill.close()
    frames = list(read_frames(tmp_path / "gw-1"))
    assert [frame.envelope for frame in frames] == entries
    assert [frame.seq for frame in frames] == [0, 1, 2, 3, 4]
    assert {len(frame.blobs[0]) for frame in frames} == {64}


def test_a_new_instance_is_a_new_epoch(tmp_path: Path) -> None:
    for _ in range(2):
        fill = SpoolFill(tmp_path)
        fill.add(2)
        fill.rotate()
        fill.add(1)
        fill.close()
    epochs = [(frame.epoch, frame.seq) for frame in read_frames(tmp_path / "gw-1")]
    first = epochs[0][0]
    assert epochs == [(first, 0), (first, 1), (first, 2), (first + 1, 0), (first + 1, 1), (first + 1, 2)]
