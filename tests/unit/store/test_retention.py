"""Pruning takes records away and leaves every proof; holds stop it."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from wardlaw.audit.proof import verify_proof
from wardlaw.facts.errors import EvidenceError, InputError
from wardlaw.store.database import reading, writing
from wardlaw.store.holds import LegalHold, place_hold
from wardlaw.store.logdir import LogDirectory, verify_directory
from wardlaw.store.logexport import prove_record
from wardlaw.store.retention import first_index_since, prunable_before, prune_records, prune_sealed
from wardlaw.store.sequencer import LogParts, Sequencer
from wardlaw.store.tables import RECORD, SEALED_PART
from wardlaw.testing.memorylog import log_key
from wardlaw.testing.spoolfill import SpoolFill

KEY = log_key()
KEYS = (KEY.verifier,)


@pytest.fixture
def engine(database):
    return database


@pytest.fixture
def log(engine, tmp_path):
    quiet = SpoolFill(tmp_path / "spool", "a-quiet-gateway")
    quiet.add(3)
    fill = SpoolFill(tmp_path / "spool", "busy", ciphertext_bytes=64)
    fill.add(700)
    directory = LogDirectory(tmp_path / "log")
    sequencer = Sequencer(LogParts(engine, directory, tmp_path / "spool", KEY), now=lambda: 0.0)
    sequencer.run_once()
    yield directory, fill, sequencer
    sequencer.close()


def count(engine, table):
    with reading(engine) as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar()


def test_pruned_records_are_gone_and_everything_still_verifies(engine, log):
    directory = log[0]
    entry, proof = prove_record(directory, 5, keys=KEYS)
    pruned = prune_records(engine, directory, before=600, keys=KEYS)
    assert (pruned.minimum_index, pruned.bundles) == (512, 2)
    assert pruned.rows == 511  # the newest row of the quiet gateway stays: its count goes on from there
    assert count(engine, RECORD) == 703 - 511 and count(engine, SEALED_PART) == 703 - 512
    report = verify_directory(directory.path, log_public_key=KEY.verifier)
    assert report.is_sound and report.minimum_index == 512 and report.records == 703 - 512
    assert verify_proof(proof, entry, log_key=KEY.verifier).index == 5
    with pytest.raises(InputError, match="WL-AUD-043"):
        prove_record(directory, 5, keys=KEYS)
    late, proof = prove_record(directory, 600, keys=KEYS)
    assert verify_proof(proof, late, log_key=KEY.verifier).index == 600


def test_after_pruning_the_log_goes_on(engine, log, tmp_path):
    directory, fill, sequencer = log
    prune_records(engine, directory, before=700, keys=KEYS)
    sequencer.close()
    fill.add(100)
    again = Sequencer(LogParts(engine, directory, tmp_path / "spool", KEY), now=lambda: 0.0)
    assert again.run_once() == 100
    again.close()
    assert verify_directory(directory.path, log_public_key=KEY.verifier).is_sound
    assert prune_records(engine, directory, before=600, keys=KEYS).minimum_index == 512


def test_what_is_not_published_cannot_be_pruned(engine, log, tmp_path):
    with pytest.raises(InputError, match="WL-AUD-041"):
        prune_records(engine, log[0], before=704, keys=KEYS)
    with pytest.raises(EvidenceError, match="WL-AUD-013"):
        prune_records(engine, LogDirectory(tmp_path / "absent"), before=0, keys=KEYS)


def test_a_legal_hold_stops_pruning(engine, log):
    with engine.begin() as connection:
        place_hold(connection, LegalHold("hold:1", "ab" * 16, "claim", "person:x", 1.0))
    with pytest.raises(InputError, match="WL-AUD-042"):
        prune_records(engine, log[0], before=600, keys=KEYS)
    assert log[0].minimum_index() == 0 and count(engine, RECORD) == 703
    assert prune_sealed(engine, klass="inputs", before_month="2027-01") == 0


def test_sealed_parts_go_by_class_and_month(engine, log):
    assert prune_sealed(engine, klass="content", before_month="2027-01") == 0
    assert prune_sealed(engine, klass="inputs", before_month="2026-11") == 0
    assert prune_sealed(engine, klass="inputs", before_month="2026-12") == 700
    assert count(engine, RECORD) == 703
    assert verify_directory(log[0].path, log_public_key=KEY.verifier).is_sound


def test_first_index_since(engine, log):
    assert first_index_since(engine, 0) == 0
    assert first_index_since(engine, 1_790_000_000_500) == 503
    assert first_index_since(engine, 1_900_000_000_000) == 703


def test_what_may_go_is_told_before_it_goes(engine, log):
    directory = log[0]
    with reading(engine) as connection:
        newest = connection.execute(select(func.max(RECORD.c.at_ms))).scalar()
        assert prunable_before(connection, directory, at_ms=newest + 1, keys=KEYS) == 512
        middle = connection.execute(select(RECORD.c.at_ms).where(RECORD.c.leaf_index == 300)).scalar()
        limit = prunable_before(connection, directory, at_ms=middle, keys=KEYS)
        assert (
            limit == 256
            and connection.execute(select(func.max(RECORD.c.at_ms)).where(RECORD.c.leaf_index < limit)).scalar()
            < middle
        )
        with pytest.raises(InputError, match="WL-AUD-044"):
            prunable_before(connection, directory, at_ms=0, keys=KEYS)
    prune_records(engine, directory, before=600, keys=KEYS)
    with reading(engine) as connection, pytest.raises(InputError, match="WL-AUD-044"):
        prunable_before(connection, directory, at_ms=newest + 1, keys=KEYS)


def test_a_hold_is_met_before_anything_is_asked_for(engine, log):
    with writing(engine) as connection:
        subject = connection.execute(select(RECORD.c.subject).where(RECORD.c.leaf_index == 400)).scalar()
        place_hold(connection, LegalHold("hld_1", subject, "case", "person:a", 1.0))
    with reading(engine) as connection, pytest.raises(InputError, match="WL-AUD-042"):
        prunable_before(connection, log[0], at_ms=2**53, keys=KEYS)
