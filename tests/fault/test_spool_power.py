"""Power loss: every legal state of the disk at every moment, and what the spool had promised by then.

All writes and syncs of a writer are recorded. For each moment the disk is put together again from what had
been synced, once with nothing and once with some sectors of what had not; what was acknowledged must be there.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from tests.spooling import MEMORY, SMALL, committer, record

from wardlaw.store.spoolread import read_frames, recover

SECTOR = 512


@dataclass
class Recorder:
    """What reached the kernel, in order; files are known by inode."""

    folder: Path
    steps: list[tuple[str, int, Any]] = field(default_factory=list)

    def install(self, patch: pytest.MonkeyPatch, *, without: str = "") -> None:
        pwrite, pwritev = os.pwrite, os.pwritev
        fallocate, ftruncate = os.posix_fallocate, os.ftruncate

        def written(descriptor: int, data: bytes, offset: int) -> int:
            self.steps.append(("write", os.fstat(descriptor).st_ino, (offset, bytes(data))))
            return pwrite(descriptor, data, offset)

        def written_synced(descriptor: int, buffers: Sequence[bytes], offset: int, flags: int = 0) -> int:
            inode = os.fstat(descriptor).st_ino
            self.steps.append(("write", inode, (offset, b"".join(buffers))))
            count = pwritev(descriptor, buffers, offset, flags)
            if flags & os.RWF_DSYNC and without != "RWF_DSYNC":
                self.steps.append(("sync", inode, None))
            return count

        def allocated(descriptor: int, offset: int, size: int) -> None:
            self.steps.append(("size", os.fstat(descriptor).st_ino, offset + size))
            fallocate(descriptor, offset, size)

        def truncated(descriptor: int, size: int) -> None:
            self.steps.append(("size", os.fstat(descriptor).st_ino, size))
            ftruncate(descriptor, size)

        patch.setattr(os, "pwrite", written)
        patch.setattr(os, "pwritev", written_synced)
        patch.setattr(os, "posix_fallocate", allocated)
        patch.setattr(os, "ftruncate", truncated)
        for name in ("fsync", "fdatasync"):
            if name != without:
                patch.setattr(os, name, self._synced)
            else:
                patch.setattr(os, name, lambda _descriptor: None)

    def _synced(self, descriptor: int) -> None:
        inode = os.fstat(descriptor).st_ino
        if Path(f"/proc/self/fd/{descriptor}").resolve().is_dir():
            names = {entry.name: entry.inode() for entry in os.scandir(self.folder) if entry.is_file()}
            self.steps.append(("names", inode, names))
        else:
            self.steps.append(("sync", inode, None))

    def acknowledged(self, names: list[str]) -> None:
        self.steps.append(("ack", 0, names))


def _disk_at(steps: list[tuple[str, int, Any]], keeps: Callable[[int, int], bool]) -> dict[str, bytes]:
    """Files after a power cut behind the last step; ``keeps`` says which unsynced sectors made it."""
    durable: dict[int, bytearray] = {}
    pending: dict[int, list[tuple[str, Any]]] = {}
    names: dict[str, int] = {}
    for kind, inode, what in steps:
        if kind == "names":
            names = what
        elif kind == "sync":
            for change in pending.pop(inode, []):
                _apply(durable.setdefault(inode, bytearray()), change, lambda *_: True)
        elif kind in ("write", "size"):
            pending.setdefault(inode, []).append((kind, what))
    for inode, changes in pending.items():
        for change in changes:
            _apply(durable.setdefault(inode, bytearray()), change, keeps)
    return {name: bytes(durable.get(inode, b"")) for name, inode in names.items()}


def _apply(file: bytearray, change: tuple[str, Any], keeps: Callable[[int, int], bool]) -> None:
    kind, what = change
    if kind == "size":
        if keeps(0, what):
            del file[what:]
            file.extend(bytes(max(0, what - len(file))))
        return
    offset, data = what
    for start in range(offset // SECTOR * SECTOR, offset + len(data), SECTOR):
        first, last = max(start, offset), min(start + SECTOR, offset + len(data))
        if keeps(start, len(data)) and last <= len(file):
            file[first:last] = data[first - offset : last - offset]


def _some(seed: int) -> Callable[[int, int], bool]:
    """Keeps about half of the sectors, always the same ones for one seed."""
    return lambda start, size: bool(sha256(f"{seed}.{start}.{size}".encode()).digest()[0] & 1)


def _promises_hold(steps: list[tuple[str, int, Any]]) -> int:
    """Cut the power after every step; gives the number of disks looked at."""
    looked_at = 0
    for end in range(1, len(steps) + 1):
        if steps[end - 1][0] not in ("ack", "write", "sync"):
            continue
        promised = [name for kind, _, names in steps[:end] if kind == "ack" for name in names]
        for keeps in (lambda *_: False, _some(end), _some(-end)):
            with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
                for name, content in _disk_at(steps[:end], keeps).items():
                    Path(folder, name).write_bytes(content)
                recover(Path(folder))
                found = [frame.delta.decode() for frame in read_frames(Path(folder))]
            assert found[: len(promised)] == promised, f"after step {end} of {len(steps)}"
            looked_at += 1
    return looked_at


def _run(folder: Path, patch: pytest.MonkeyPatch, *, without: str = "") -> list[tuple[str, int, Any]]:
    (folder / "gw").mkdir()
    recorder = Recorder(folder / "gw")
    recorder.install(patch, without=without)
    count = 0
    for _start in range(2):
        writer = committer(folder)
        for size in (1, 3, 2, 20, 25, 1, 30, 2):
            names = [f"r{count + at}" for at in range(size)]
            count += size
            waiting = [record(blobs=(b"b" * 900,), delta=name.encode()) for name in names]
            while waiting:
                done = writer.commit(waiting)
                assert all(isinstance(one, str) for one in done)
                recorder.acknowledged(names[: len(done)])
                waiting, names = waiting[len(done) :], names[len(done) :]
        writer.close()
    return recorder.steps


@pytest.fixture
def folder() -> Any:
    with tempfile.TemporaryDirectory(dir=MEMORY) as name:
        yield Path(name)


def test_what_was_acknowledged_survives_a_power_cut_at_any_moment(folder: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        steps = _run(folder, patch)
    assert sum(len(names) for kind, _, names in steps if kind == "ack") == 168
    assert len(list((folder / "gw").glob("*.seg"))) > 3, f"rotation took place with {SMALL.segment_bytes} bytes"
    assert _promises_hold(steps) > 100


@pytest.mark.parametrize("without", ["RWF_DSYNC", "fsync"])
def test_the_model_notices_when_a_sync_is_left_out(folder: Path, without: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        steps = _run(folder, patch, without=without)
    with pytest.raises(AssertionError, match="after step"):
        _promises_hold(steps)


def test_every_acknowledgement_comes_after_the_sync_of_what_it_promises(folder: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        steps = _run(folder, patch)
    unsynced: set[int] = set()
    for kind, inode, _ in steps:
        match kind:
            case "write":
                unsynced.add(inode)
            case "sync":
                unsynced.discard(inode)
            case "ack":
                assert not unsynced
