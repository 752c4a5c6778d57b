"""Pruning takes records away and leaves every proof; holds stop it."""

from __future__ import annotations

import msgspec
import pytest
from sqlalchemy import func, select

from wardlaw.audit.proof import verify_proof
from wardlaw.facts.errors import EvidenceError, InputError
from wardlaw.governance.retention import KeepingTerms
from wardlaw.governance.shipped import shipped_keeping
from wardlaw.store.database import reading, writing
from wardlaw.store.holds import LegalHold, place_hold
from wardlaw.store.keeping import kept_by_class
from wardlaw.store.logdir import LogDirectory, verify_directory
from wardlaw.store.logexport import prove_entry, prove_record
from wardlaw.store.retention import first_index_since, prunable_before, prune_records, prune_sealed
from wardlaw.store.sequencer import LogParts, Sequencer
from wardlaw.store.tables import RECORD, SEALED_PART
from wardlaw.testing.memorylog import log_key
from wardlaw.testing.spoolfill import SpoolFill

KEY = log_key()
KEYS = (KEY.verifier,)
TERMS = KeepingTerms(shipped_keeping(), {}, 2**53)
"""So late that nothing of any log here is within its class any more."""


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
    pruned = prune_records(engine, directory, before=600, keys=KEYS, terms=TERMS)
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
    prune_records(engine, directory, before=700, keys=KEYS, terms=TERMS)
    sequencer.close()
    fill.add(100)
    again = Sequencer(LogParts(engine, directory, tmp_path / "spool", KEY), now=lambda: 0.0)
    assert again.run_once() == 100
    again.close()
    assert verify_directory(directory.path, log_public_key=KEY.verifier).is_sound
    assert prune_records(engine, directory, before=600, keys=KEYS, terms=TERMS).minimum_index == 512


def test_what_is_not_published_cannot_be_pruned(engine, log, tmp_path):
    with pytest.raises(InputError, match="WL-AUD-041"):
        prune_records(engine, log[0], before=704, keys=KEYS, terms=TERMS)
    with pytest.raises(EvidenceError, match="WL-AUD-013"):
        prune_records(engine, LogDirectory(tmp_path / "absent"), before=0, keys=KEYS, terms=TERMS)


def test_a_legal_hold_stops_pruning(engine, log):
    with engine.begin() as connection:
        place_hold(connection, LegalHold("hold:1", "ab" * 16, "claim", "person:x", 1.0))
    with pytest.raises(InputError, match="WL-AUD-042"):
        prune_records(engine, log[0], before=600, keys=KEYS, terms=TERMS)
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
        assert prunable_before(connection, directory, at_ms=newest + 1, keys=KEYS, terms=TERMS) == 512
        middle = connection.execute(select(RECORD.c.at_ms).where(RECORD.c.leaf_index == 300)).scalar()
        limit = prunable_before(connection, directory, at_ms=middle, keys=KEYS, terms=TERMS)
        assert (
            limit == 256
            and connection.execute(select(func.max(RECORD.c.at_ms)).where(RECORD.c.leaf_index < limit)).scalar()
            < middle
        )
        with pytest.raises(InputError, match="WL-AUD-044"):
            prunable_before(connection, directory, at_ms=0, keys=KEYS, terms=TERMS)
    prune_records(engine, directory, before=600, keys=KEYS, terms=TERMS)
    with reading(engine) as connection, pytest.raises(InputError, match="WL-AUD-044"):
        prunable_before(connection, directory, at_ms=newest + 1, keys=KEYS, terms=TERMS)


def test_a_hold_is_met_before_anything_is_asked_for(engine, log):
    with writing(engine) as connection:
        subject = connection.execute(select(RECORD.c.subject).where(RECORD.c.leaf_index == 400)).scalar()
        place_hold(connection, LegalHold("hld_1", subject, "case", "person:a", 1.0))
    with reading(engine) as connection, pytest.raises(InputError, match="WL-AUD-042"):
        prunable_before(connection, log[0], at_ms=2**52, keys=KEYS, terms=TERMS)


DAY_MS = 86_400_000
AT_MS = 1_790_000_000_000
"""When the spools' records begin."""


def terms(days_later: float, **days: int) -> KeepingTerms:
    return KeepingTerms(shipped_keeping(), days, AT_MS + int(days_later * DAY_MS))


def test_a_record_within_its_class_is_never_pruned(engine, log):
    directory = log[0]
    for held, later in ((terms(182), 183.1), (terms(399, **{"log-183d": 400}), 400.1)):
        with reading(engine) as connection, pytest.raises(InputError, match="WL-RTN-001"):
            prunable_before(connection, directory, at_ms=AT_MS + 600, keys=KEYS, terms=held)
        with pytest.raises(InputError, match="WL-RTN-001"):
            prune_records(engine, directory, before=600, keys=KEYS, terms=held)
        free = msgspec.structs.replace(held, at_ms=AT_MS + int(later * DAY_MS))
        with reading(engine) as connection:
            assert prunable_before(connection, directory, at_ms=AT_MS + 600, keys=KEYS, terms=free) == 512
    assert count(engine, RECORD) == 703


def test_a_setting_below_the_floor_changes_nothing(engine, log):
    with pytest.raises(InputError, match="WL-RTN-001"):
        prune_records(engine, log[0], before=600, keys=KEYS, terms=terms(100, **{"log-183d": 1}))


def test_what_tells_how_clauses_came_to_be_stays_and_is_proven_when_the_log_around_it_went(engine, tmp_path):
    fill, directory = SpoolFill(tmp_path / "spool", "control"), LogDirectory(tmp_path / "log")
    fill.add(40)
    (law,) = fill.add(1, operation="policy.reload")
    fill.add(1, operation="keys.create")
    fill.add(700)
    sequencer = Sequencer(LogParts(engine, directory, tmp_path / "spool", KEY), now=lambda: 0.0)
    sequencer.run_once()
    sequencer.close()
    assert prune_records(engine, directory, before=512, keys=KEYS, terms=terms(200)).rows == 511
    with reading(engine) as connection:
        left = connection.execute(select(RECORD.c.leaf_index).where(RECORD.c.leaf_index < 512)).scalars().all()
        (kept,) = (one for one in kept_by_class(connection, terms(200)) if one.id == "doc-10y")
    assert (left, kept.records, kept.days) == ([40], 1, 3_653)
    proof = prove_entry(directory, 40, law, keys=KEYS)
    assert verify_proof(proof, law, log_key=KEY.verifier).index == 40
    with pytest.raises(EvidenceError, match="WL-RTN-003"):
        prove_entry(directory, 40, law.replace(b"reload", b"unload"), keys=KEYS)
    with pytest.raises(InputError, match="WL-AUD-017"):
        prove_entry(directory, 4_000, law, keys=KEYS)
    assert verify_directory(directory.path, log_public_key=KEY.verifier).is_sound
    assert prune_records(engine, directory, before=512, keys=KEYS, terms=terms(3_654)).rows == 1
