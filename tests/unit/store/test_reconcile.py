"""Before the first append: database, directory and second places must tell one story."""

from __future__ import annotations

import pytest

from tests.unit.store.test_treestate import grow
from wardlaw.audit.checkpoint import Checkpoint, sign_checkpoint
from wardlaw.audit.seen import Seen
from wardlaw.facts.errors import EvidenceError
from wardlaw.store.logdir import LogDirectory, LogWriter, verify_directory, write_minimum_index
from wardlaw.store.reconcile import compare_with_log, reconcile
from wardlaw.store.treestate import append_records, store_published, take_over
from wardlaw.testing.databases import sqlite_database
from wardlaw.testing.memorylog import MemoryLog, log_key, make_entries, make_entry

KEYS = (log_key().verifier,)
LOG = MemoryLog(make_entries(700))


@pytest.fixture
def engine(tmp_path):
    with sqlite_database(tmp_path) as made:
        yield made


@pytest.fixture
def directory(tmp_path):
    return LogDirectory(tmp_path / "log")


def stored(engine, size):
    state = take_over(engine)
    records, tree = grow(state, LOG.entries[:size])
    return append_records(engine, state, records, tree)


def publish(directory, size, *, note_size=None):
    writer = LogWriter.resume(directory, 0)
    writer.append(LOG.entries[:size], LOG.leaves[:size])
    if note_size is not None:
        writer.publish(LOG.signed_at(note_size).note.encode(), cosigned=False)


@pytest.mark.parametrize(("written", "published"), [(0, None), (100, None), (300, 100), (600, 300), (600, 600)])
def test_a_crash_at_any_step_is_finished(engine, directory, written, published):
    state = stored(engine, 600)
    if written:
        publish(directory, written, note_size=published)
    found = reconcile(engine, directory, state, KEYS)
    assert found.published == (published or 0)
    found.writer.append(LOG.entries[600:], LOG.leaves[600:])
    found.writer.publish(LOG.signed.note.encode(), cosigned=False)
    assert verify_directory(directory.path, log_public_key=KEYS[0]).is_sound


def test_damaged_tiles_are_rebuilt(engine, directory):
    state = stored(engine, 700)
    publish(directory, 700, note_size=700)
    for name in ("tile/0/002.p/188", "tile/1/000.p/2"):
        path = directory.path / name
        path.write_bytes(b"\0" * len(path.read_bytes()))
    reconcile(engine, directory, state, KEYS)
    assert verify_directory(directory.path, log_public_key=KEYS[0]).is_sound


def test_a_shorter_database_is_refused(engine, directory):
    state = stored(engine, 300)
    publish(directory, 600, note_size=600)
    with pytest.raises(EvidenceError, match=r"WL-AUD-021.*300 records, 600 were published"):
        reconcile(engine, directory, state, KEYS)


def test_a_tree_state_behind_its_own_checkpoint_is_refused(engine, directory):
    state = stored(engine, 300)
    state = store_published(
        engine, state, checkpoint=LOG.signed_at(301).note.encode(), witnessed_size=0, witnessed_at_ms=0
    )
    with pytest.raises(EvidenceError, match="WL-AUD-021"):
        reconcile(engine, directory, state, KEYS)


def test_another_history_of_the_same_length_is_refused(engine, directory):
    state = stored(engine, 300)
    forged = MemoryLog([*LOG.entries[:50], make_entry(50, note="forged"), *LOG.entries[51:300]])
    writer = LogWriter.resume(directory, 0)
    writer.append(forged.entries, forged.leaves)
    writer.publish(forged.signed.note.encode(), cosigned=False)
    with pytest.raises(EvidenceError, match="WL-AUD-024"):
        reconcile(engine, directory, state, KEYS)


def test_a_foreign_checkpoint_is_refused(engine, directory):
    state = stored(engine, 300)
    publish(directory, 300)
    writer = LogWriter.resume(directory, 256)
    foreign = sign_checkpoint(Checkpoint(log_key().name, 300, b"r" * 32), log_key(9))
    writer.publish(foreign.note.encode(), cosigned=False)
    with pytest.raises(EvidenceError, match="WL-AUD-011"):
        reconcile(engine, directory, state, KEYS)


def test_lost_tiles_of_pruned_records_are_told(engine, directory):
    state = stored(engine, 600)
    publish(directory, 600, note_size=600)
    write_minimum_index(directory, 256)
    (directory.path / "tile/1/000.p/2").unlink()
    with pytest.raises(EvidenceError, match="WL-AUD-025"):
        reconcile(engine, directory, state, KEYS)


def test_second_places_are_compared(directory):
    publish(directory, 600)
    for size in (0, 1, 300, 600):
        compare_with_log(Seen("witness", LOG.signed_at(size).note.encode()), directory, 600, KEYS)
    with pytest.raises(EvidenceError, match="WL-AUD-022"):
        compare_with_log(Seen("witness", LOG.signed_at(601).note.encode()), directory, 600, KEYS)
    other = sign_checkpoint(Checkpoint(log_key().name, 300, b"r" * 32), log_key())
    with pytest.raises(EvidenceError, match="WL-AUD-023"):
        compare_with_log(Seen("witness", other.note.encode()), directory, 600, KEYS)
    with pytest.raises(EvidenceError, match="WL-AUD-010"):
        compare_with_log(Seen("witness", b"junk"), directory, 600, KEYS)
