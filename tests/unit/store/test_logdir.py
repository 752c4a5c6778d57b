"""The log directory: layout, atomic files, partial tiles, and what the verifier says about damage on disk."""

from __future__ import annotations

import errno
import os

import pytest

from wardlaw.audit.merkle import consistency_proof, inclusion_proof, verify_consistency, verify_inclusion
from wardlaw.audit.report import ProblemKind
from wardlaw.facts.errors import EvidenceError, UnavailableError
from wardlaw.store import logdir
from wardlaw.store.logdir import LogDirectory, LogWriter, lock_directory, verify_directory, write_minimum_index
from wardlaw.testing.memorylog import MemoryLog, log_key, make_entries

KEY = log_key().verifier
LOG = MemoryLog(make_entries(700))


def fill(path, *sizes):
    """A directory grown in steps, with a checkpoint at each."""
    directory = LogDirectory(path)
    writer = LogWriter.resume(directory, 0)
    done = 0
    for size in sizes:
        writer.append(LOG.entries[done:size], LOG.leaves[done:size])
        writer.publish(LOG.signed_at(size).note.encode(), cosigned=False)
        done = size
    return directory, writer


def files(path):
    return sorted(str(p.relative_to(path)) for p in path.rglob("*") if p.is_file())


def test_layout(tmp_path):
    fill(tmp_path, 10, 300)
    assert files(tmp_path) == [
        "checkpoint",
        "tile/0/000",
        "tile/0/001.p/44",
        "tile/1/000.p/1",
        "tile/entries/000",
        "tile/entries/001.p/44",
    ]


@pytest.mark.parametrize("steps", [(700,), (1, 2, 255, 256, 257, 600, 700), (256, 512, 700), (100, 700)])
def test_steps_do_not_matter(tmp_path, steps):
    directory, _ = fill(tmp_path, *steps)
    assert verify_directory(tmp_path, log_public_key=KEY).is_sound
    for (level, index), data in LOG.tiles.items():
        assert directory.tile(level, index, len(data) // 32) == data


def test_partial_files_of_published_sizes_stay_until_the_full_one_is_published(tmp_path):
    _, writer = fill(tmp_path, 10, 20)
    assert {"tile/0/000.p/10", "tile/0/000.p/20"} <= set(files(tmp_path))
    writer.append(LOG.entries[20:256], LOG.leaves[20:256])
    assert "tile/0/000.p/20" in files(tmp_path)
    writer.publish(LOG.signed_at(256).note.encode(), cosigned=False)
    assert not any(".p/" in name and "/0/" in name for name in files(tmp_path))


@pytest.mark.parametrize("size", [256, 512])
def test_resume_continues_from_what_is_on_disk(tmp_path, size):
    fill(tmp_path, 100, size)
    writer = LogWriter.resume(LogDirectory(tmp_path), size)
    writer.append(LOG.entries[size:], LOG.leaves[size:])
    writer.publish(LOG.signed.note.encode(), cosigned=True)
    assert verify_directory(tmp_path, log_public_key=KEY).is_sound


def test_resume_without_its_tiles_is_refused(tmp_path):
    fill(tmp_path, 300)
    (tmp_path / "tile/1/000.p/1").unlink()
    with pytest.raises(EvidenceError, match="WL-AUD-003"):
        LogWriter.resume(LogDirectory(tmp_path), 256)


def test_proofs_out_of_the_directory(tmp_path):
    directory, _ = fill(tmp_path, 300, 700)
    read = directory.hash_reader(700)
    proof = inclusion_proof(299, 700, read)
    assert verify_inclusion(LOG.leaves[299], index=299, size=700, proof=proof, root=LOG.signed.checkpoint.root)
    path = consistency_proof(300, 700, read)
    old = LOG.signed_at(300).checkpoint.root
    assert verify_consistency(300, 700, old_root=old, new_root=LOG.signed.checkpoint.root, proof=path)
    (tmp_path / "tile/0/000").unlink()
    with pytest.raises(EvidenceError, match="WL-AUD-003"):
        inclusion_proof(5, 700, read)


def flip(path):
    data = bytearray(path.read_bytes())
    data[100] ^= 4
    path.write_bytes(data)


def cut(path):
    path.write_bytes(path.read_bytes()[:-1])


@pytest.mark.parametrize(
    ("name", "damage", "kind"),
    [
        ("tile/entries/001", flip, ProblemKind.ENTRY_CHANGED),
        ("tile/0/001", flip, ProblemKind.TILE_CHANGED),
        ("tile/0/002.p/188", cut, ProblemKind.TILE_DAMAGED),
        ("tile/entries/002.p/188", cut, ProblemKind.BUNDLE_DAMAGED),
        ("tile/1/000.p/2", os.unlink, ProblemKind.TILE_MISSING),
        ("tile/entries/000", os.unlink, ProblemKind.BUNDLE_MISSING),
        ("checkpoint", os.unlink, ProblemKind.CHECKPOINT_MISSING),
        ("checkpoint", cut, ProblemKind.CHECKPOINT_MALFORMED),
    ],
)
def test_damage_on_disk_is_named(tmp_path, name, damage, kind):
    fill(tmp_path, 700)
    damage(tmp_path / name)
    found = verify_directory(tmp_path, log_public_key=KEY).problems
    assert [p.kind for p in found] == [kind]


def test_the_checkpoint_kept_as_witnessed_is_compared_too(tmp_path):
    _, writer = fill(tmp_path, 300)
    writer.append(LOG.entries[300:], LOG.leaves[300:])
    writer.publish(LOG.signed.note.encode(), cosigned=True)
    (tmp_path / "checkpoint").write_bytes(LOG.signed_at(300).note.encode())
    kinds = {p.kind for p in verify_directory(tmp_path, log_public_key=KEY).problems}
    assert kinds == {ProblemKind.LOG_SHRANK}


def test_an_empty_or_strange_folder_has_no_checkpoint(tmp_path):
    for path in (tmp_path, tmp_path / "absent"):
        report = verify_directory(path, log_public_key=KEY)
        assert [p.kind for p in report.problems] == [ProblemKind.CHECKPOINT_MISSING]
    (tmp_path / "checkpoint").mkdir()
    assert LogDirectory(tmp_path).checkpoint() is None


def test_minimum_index(tmp_path):
    directory = LogDirectory(tmp_path)
    assert directory.minimum_index() == 0
    write_minimum_index(directory, 512)
    assert directory.minimum_index() == 512
    (tmp_path / "minimum-index").write_bytes(b"x" * 50)
    assert directory.minimum_index() == -1


def test_every_file_is_synced_before_its_name_and_the_checkpoint_comes_last(tmp_path, monkeypatch):
    done = []
    real_fsync, real_replace = os.fsync, os.replace
    monkeypatch.setattr(os, "fsync", lambda fd: (done.append(os.readlink(f"/proc/self/fd/{fd}")), real_fsync(fd))[1])
    monkeypatch.setattr(os, "replace", lambda a, b: (done.append(str(b)), real_replace(a, b))[1])
    fill(tmp_path, 300)
    for place, name in enumerate(done):
        if not name.endswith(".tmp") and name.startswith(f"{tmp_path}/") and not os.path.isdir(name):
            folder, base = os.path.split(name)
            assert f"{folder}/.{base}.tmp" in done[:place], "content before the name"
            assert folder in done[place:], "the name itself is made durable"
    assert done.index(f"{tmp_path}/checkpoint") > max(i for i, n in enumerate(done) if "/tile/" in n)


def test_short_writes_are_completed(tmp_path, monkeypatch):
    real = os.write
    monkeypatch.setattr(os, "write", lambda fd, data: real(fd, bytes(data[:7])))
    fill(tmp_path, 30)
    monkeypatch.undo()
    assert verify_directory(tmp_path, log_public_key=KEY).is_sound


def test_a_full_disk_is_one_clear_error_and_leaves_no_half_file(tmp_path, monkeypatch):
    directory, writer = fill(tmp_path, 300)
    before = files(tmp_path)

    def full(descriptor, data):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(logdir.os, "write", full)
    with pytest.raises(UnavailableError, match=r"WL-AUD-034.*No space left"):
        writer.append(LOG.entries[300:600], LOG.leaves[300:600])
    monkeypatch.undo()
    assert files(tmp_path) == before and verify_directory(tmp_path, log_public_key=KEY).is_sound
    assert directory.checkpoint() == LOG.signed_at(300).note.encode()


def test_the_lock(tmp_path):
    held = lock_directory(tmp_path / "log")
    with pytest.raises(UnavailableError, match="WL-AUD-020"):
        lock_directory(tmp_path / "log")
    os.close(held)
    os.close(lock_directory(tmp_path / "log"))
    (tmp_path / "file").write_text("")
    with pytest.raises(UnavailableError, match="WL-AUD-034"):
        lock_directory(tmp_path / "file")
