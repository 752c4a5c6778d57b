"""The sequencer on both databases: order, replays, fencing, second places, restored backups."""

from __future__ import annotations

import shutil
import threading

import pytest
from sqlalchemy import event, func, select

from wardlaw.audit.checkpoint import open_checkpoint
from wardlaw.audit.cosignature import cosign, cosigned_at
from wardlaw.audit.report import ProblemKind
from wardlaw.facts.errors import ConfigError, EvidenceError, UnavailableError
from wardlaw.store.database import reading
from wardlaw.store.logdir import LogDirectory, verify_directory
from wardlaw.store.secondplace import WriteOncePlace
from wardlaw.store.sequencer import LogParts, Sequencer, SequencerSettings
from wardlaw.store.tables import RECORD, SEALED_PART
from wardlaw.testing.databases import sqlite_database
from wardlaw.testing.memorylog import log_key, witness_key
from wardlaw.testing.spoolfill import SpoolFill

KEY = log_key()


class Clock:
    """Time in a test's hand."""

    def __init__(self):
        self.at = 1_000.0

    def __call__(self):
        return self.at


class FakeWitness:
    """A second place that cosigns, or fails as told."""

    name = witness_key().name

    def __init__(self):
        self.sizes = []
        self.error = None
        self.kept = None

    def newest(self, origin):
        return self.kept

    def submit(self, signed, prove):
        if self.error is not None:
            raise self.error
        prove(self.sizes[-1] if self.sizes else 0, signed.checkpoint.size)
        self.sizes.append(signed.checkpoint.size)
        return cosign(signed.note, witness_key(), at=77)


@pytest.fixture
def engine(database):
    return database


@pytest.fixture
def lite(tmp_path):
    with sqlite_database(tmp_path) as made:
        yield made


@pytest.fixture
def build(tmp_path):
    made = []

    def _build(engine, *, log="log", settings=None, now=None, **parts):
        sequencer = Sequencer(
            LogParts(engine, LogDirectory(tmp_path / log), tmp_path / "spool", parts.pop("key", KEY), **parts),
            now=now or Clock(),
            settings=settings,
        )
        made.append(sequencer)
        return sequencer

    yield _build
    for sequencer in made:
        sequencer.close()


def verify(tmp_path, **expected):
    return verify_directory(tmp_path / "log", log_public_key=KEY.verifier, **expected)


def test_records_go_from_spools_to_rows_tiles_and_checkpoint(engine, build, tmp_path):
    first, second = SpoolFill(tmp_path / "spool", "a", ciphertext_bytes=64), SpoolFill(tmp_path / "spool", "b")
    entries = first.add(300)
    second.add(10)
    sequencer = build(engine)
    assert sequencer.run_once() == 310
    entries += first.add(5)
    assert sequencer.run_once() == 5 and sequencer.run_once() == 0
    report = verify(tmp_path)
    assert report.is_sound and report.records == 315
    assert report.gateways == (("a", 1, 304), ("b", 1, 9))
    with reading(engine) as connection:
        rows = connection.execute(select(RECORD).where(RECORD.c.gateway == "a").order_by(RECORD.c.leaf_index)).all()
        parts = connection.execute(select(SEALED_PART).order_by(SEALED_PART.c.leaf_index)).all()
    assert [bytes(row.envelope) for row in rows] == entries
    row = rows[7]
    assert (row.id, row.exchange, row.epoch, row.seq, row.at_ms) == ("dec_a_1_7", "exc_7", 1, 7, 1_790_000_000_007)
    assert (row.kind, row.effect, row.demanded, row.action, row.route) == (
        "decision",
        "allow",
        "allow",
        "ModelCall",
        "chat.completions",
    )
    assert len(parts) == 305 and bytes(parts[7].ciphertext) == first.record(7)[1][0]
    assert (parts[7].klass, parts[7].month, parts[7].subject) == ("inputs", "2026-11", "ab" * 16)
    assert sequencer.status().size == sequencer.status().published == 315


def test_restarts_lose_and_double_nothing(engine, build, tmp_path):
    fill = SpoolFill(tmp_path / "spool")
    total = 0
    for count in (0, 100, 156, 1, 255, 300):
        if count:
            fill.add(count)
        total += count
        sequencer = build(engine)
        assert sequencer.run_once() == count
        sequencer.close()
        report = verify(tmp_path)
        assert report.is_sound and report.records == total


def test_small_batches_give_the_same_log(lite, build, tmp_path):
    fill = SpoolFill(tmp_path / "spool", ciphertext_bytes=320)
    fill.add(100)
    settings = SequencerSettings(batch_frames=7, batch_bytes=1, checkpoint_s=0.0)
    assert build(lite, settings=settings).run_once() == 100
    assert verify(tmp_path).is_sound


def test_a_new_epoch_of_a_gateway_follows_the_old(lite, build, tmp_path):
    for _ in range(3):
        fill = SpoolFill(tmp_path / "spool")
        fill.add(4)
        fill.close()
    build(lite).run_once()
    assert verify(tmp_path).gateways == (("gw-1", 3, 3),)


def test_the_spool_is_let_go_only_after_the_checkpoint(lite, build, tmp_path, monkeypatch):
    fill = SpoolFill(tmp_path / "spool")
    fill.add(10)
    fill.rotate()
    fill.add(10)
    sequencer = build(lite)
    sequencer.start()

    def fail(note, *, cosigned):
        raise UnavailableError("WL-AUD-034", "no space")

    monkeypatch.setattr(sequencer._writer, "publish", fail)
    with pytest.raises(UnavailableError, match="no space"):
        sequencer.run_once()
    assert len(list(fill.directory.glob("*.seg"))) == 2
    monkeypatch.undo()
    assert sequencer.run_once() == 0  # starts anew and finishes
    assert len(list(fill.directory.glob("*.seg"))) == 1
    assert verify(tmp_path).records == 20


def test_what_the_state_still_needs_stays_in_the_spool(lite, build, tmp_path):
    fill = SpoolFill(tmp_path / "spool")
    for _ in range(3):
        fill.add(10)
        fill.rotate()
    fill.add(1)
    sequencer = build(lite, keep_from=lambda spool: (1, 10))
    sequencer.run_once()
    assert len(list(fill.directory.glob("*.seg"))) == 3


def test_replayed_spools_are_not_doubled(lite, build, tmp_path):
    fill = SpoolFill(tmp_path / "spool")
    fill.add(10)
    shutil.copytree(tmp_path / "spool", tmp_path / "copy")
    sequencer = build(lite)
    sequencer.run_once()
    fill.close()
    shutil.rmtree(tmp_path / "spool")
    shutil.copytree(tmp_path / "copy", tmp_path / "spool")
    assert sequencer.run_once() == 0
    assert verify(tmp_path).records == 10


def test_a_second_sequencer_fences_the_first_off(engine, build, tmp_path):
    fill = SpoolFill(tmp_path / "spool")
    fill.add(10)
    first = build(engine, log="log-of-the-first")
    first.start()
    second = build(engine)
    assert second.run_once() == 10
    fill.add(5)
    for _ in range(2):  # refused for good: it must not fence the second off in turn
        with pytest.raises(UnavailableError, match="WL-AUD-020"):
            first.run_once()
    assert second.run_once() == 5
    assert verify(tmp_path).records == 15


def test_the_folder_admits_one_sequencer(lite, build):
    build(lite).start()
    with pytest.raises(UnavailableError, match="WL-AUD-020"):
        build(lite).start()


def test_a_database_restored_from_an_old_backup_is_refused(tmp_path, build):
    fill = SpoolFill(tmp_path / "spool")
    fill.add(10)
    with sqlite_database(tmp_path) as engine:
        sequencer = build(engine)
        sequencer.run_once()
        sequencer.close()
    shutil.copy(tmp_path / "wardlaw.db", tmp_path / "backup.db")
    fill.add(10)
    with sqlite_database(tmp_path) as engine:
        sequencer = build(engine)
        sequencer.run_once()
        sequencer.close()
    for leftover in tmp_path.glob("wardlaw.db*"):
        leftover.unlink()
    shutil.copy(tmp_path / "backup.db", tmp_path / "wardlaw.db")
    with sqlite_database(tmp_path) as engine, pytest.raises(EvidenceError, match="WL-AUD-021"):
        build(engine).start()


def test_database_and_directory_restored_together_are_refused_by_the_second_place(tmp_path, build):
    (tmp_path / "worm").mkdir()
    place = WriteOncePlace(tmp_path / "worm", now=Clock())
    fill = SpoolFill(tmp_path / "spool")
    fill.add(10)
    with sqlite_database(tmp_path) as engine:
        sequencer = build(engine, places=(place,))
        sequencer.run_once()
        sequencer.close()
    with sqlite_database(tmp_path):
        pass
    shutil.copy(tmp_path / "wardlaw.db", tmp_path / "backup.db")
    shutil.copytree(tmp_path / "log", tmp_path / "log-backup")
    fill.add(10)
    with sqlite_database(tmp_path) as engine:
        sequencer = build(engine, places=(place,))
        sequencer.run_once()
        sequencer.close()
    for leftover in tmp_path.glob("wardlaw.db*"):
        leftover.unlink()
    shutil.copy(tmp_path / "backup.db", tmp_path / "wardlaw.db")
    shutil.rmtree(tmp_path / "log")
    shutil.copytree(tmp_path / "log-backup", tmp_path / "log")
    seen = place.newest(KEY.name)
    assert [p.kind for p in verify(tmp_path, seen=(seen,)).problems] == [ProblemKind.LOG_SHRANK]
    with sqlite_database(tmp_path) as engine, pytest.raises(EvidenceError, match="WL-AUD-022"):
        build(engine, places=(place,)).start()


def test_cosignatures_are_published_and_kept(engine, build, tmp_path):
    witness, clock = FakeWitness(), Clock()
    fill = SpoolFill(tmp_path / "spool")
    fill.add(10)
    sequencer = build(engine, places=(witness,), now=clock)
    sequencer.run_once()
    note = open_checkpoint((tmp_path / "log" / "checkpoint").read_bytes(), KEY.verifier).note
    assert cosigned_at(note, witness_key().verifier) == 77
    assert sequencer.status().witnessed == 10 and sequencer.status().witnessed_at_ms == 1_000_000
    report = verify(tmp_path, witness_public_keys=(witness_key().verifier,))
    assert report.is_sound and not report.notices


def test_a_witness_that_is_down_does_not_stop_the_log_but_shows(lite, build, tmp_path):
    witness, clock = FakeWitness(), Clock()
    fill = SpoolFill(tmp_path / "spool")
    fill.add(10)
    sequencer = build(lite, places=(witness,), now=clock)
    sequencer.run_once()
    witness.error = UnavailableError("WL-AUD-030", "down")
    fill.add(10)
    assert sequencer.run_once() == 10
    status = sequencer.status()
    assert (status.published, status.witnessed) == (20, 10) and "WL-AUD-030" in dict(status.places)[witness.name]
    report = verify(tmp_path, witness_public_keys=(witness_key().verifier,))
    assert report.is_sound
    assert [n.message for n in report.notices] == ["Not witnessed since record 10; the log has 20 records."]
    witness.error = None
    fill.add(1)
    sequencer.run_once()
    assert witness.sizes[-1] == 10  # the pause is not over
    clock.at += 2
    fill.add(1)
    sequencer.run_once()
    assert witness.sizes[-1] == 22 and not sequencer.status().places


def test_a_fork_seen_by_a_witness_stops_the_log(lite, build, tmp_path):
    witness = FakeWitness()
    sequencer = build(lite, places=(witness,))
    sequencer.start()
    witness.error = EvidenceError("WL-AUD-023", "another history")
    SpoolFill(tmp_path / "spool").add(1)
    with pytest.raises(EvidenceError, match="WL-AUD-023"):
        sequencer.run_once()


def test_silence_is_made_visible(lite, build):
    witness, clock = FakeWitness(), Clock()
    sequencer = build(lite, places=(witness,), now=clock)
    sequencer.run_once()
    assert witness.sizes == [0]
    clock.at += 61
    sequencer.run_once()
    assert witness.sizes == [0, 0]


def test_a_damaged_spool_waits_and_the_others_go_on(lite, build, tmp_path):
    bad, good = SpoolFill(tmp_path / "spool", "a"), SpoolFill(tmp_path / "spool", "b")
    bad.add(5)
    good.add(5)
    segment = next(bad.directory.glob("*.seg"))
    data = bytearray(segment.read_bytes())
    data[70] ^= 1
    segment.write_bytes(data)
    bad.add(5)
    sequencer = build(lite)
    assert sequencer.run_once() == 5
    assert "WL-SPL-01" in dict(sequencer.status().spools)[str(bad.directory)]
    assert verify(tmp_path).is_sound


def test_after_rotation_the_new_key_signs(lite, build, tmp_path):
    new = log_key(44)
    SpoolFill(tmp_path / "spool").add(10)
    sequencer = build(lite)
    sequencer.run_once()
    sequencer.close()
    unaware = build(lite, key=new)
    with pytest.raises(EvidenceError, match="WL-AUD-011"):
        unaware.start()
    unaware.close()
    build(lite, key=new, former_keys=(KEY.verifier,)).start()
    assert verify_directory(tmp_path / "log", log_public_key=new.verifier).is_sound


def test_rows_changed_behind_the_log_are_found_at_start(lite, build, tmp_path):
    SpoolFill(tmp_path / "spool").add(10)
    sequencer = build(lite)
    sequencer.run_once()
    sequencer.close()
    with lite.begin() as connection:
        connection.exec_driver_sql("UPDATE record SET envelope = X'7b7d' WHERE leaf_index = 4")
    with pytest.raises(EvidenceError, match="WL-AUD-024"):
        build(lite).start()


def test_a_lost_directory_is_rebuilt(engine, build, tmp_path):
    fill = SpoolFill(tmp_path / "spool")
    fill.add(600)
    sequencer = build(engine)
    sequencer.run_once()
    sequencer.close()
    before = {p.relative_to(tmp_path / "log"): p.read_bytes() for p in (tmp_path / "log").rglob("*") if p.is_file()}
    shutil.rmtree(tmp_path / "log")
    sequencer = build(engine)
    sequencer.start()
    after = {p.relative_to(tmp_path / "log"): p.read_bytes() for p in (tmp_path / "log").rglob("*") if p.is_file()}
    assert before == after
    fill.add(10)
    assert sequencer.run_once() == 10 and verify(tmp_path).is_sound


def test_a_weak_database_is_refused(lite, build):
    @event.listens_for(lite, "connect")
    def weaken(connection, entry):
        connection.execute("PRAGMA synchronous=NORMAL")

    lite.dispose()
    with pytest.raises(ConfigError, match="WL-AUD-027"):
        build(lite).start()


def test_it_runs_until_told_to_stop(lite, build, tmp_path):
    fill = SpoolFill(tmp_path / "spool")
    fill.add(10)
    sequencer = build(lite, settings=SequencerSettings(poll_s=0.001))
    stop = threading.Event()
    thread = threading.Thread(target=sequencer.run, args=(stop,))
    thread.start()
    for _ in range(2_000):
        with reading(lite) as connection:
            if connection.execute(select(func.count()).select_from(RECORD)).scalar() == 10:
                break
        stop.wait(0.005)
    stop.set()
    thread.join(10)
    assert not thread.is_alive() and verify(tmp_path).records == 10
