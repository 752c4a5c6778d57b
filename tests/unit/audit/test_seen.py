"""A cut tail, a restored old copy and a second history are found by what others kept."""

from __future__ import annotations

import pytest

from wardlaw.audit.cosignature import cosign
from wardlaw.audit.note import NoteSignature
from wardlaw.audit.report import ProblemKind
from wardlaw.audit.verify import Expectations, Seen, verify_log
from wardlaw.testing.memorylog import MemoryLog, log_key, make_entries, make_entry, witness_key

ENTRIES = make_entries(600)
LOG = MemoryLog(ENTRIES)
KEY = log_key().verifier


def seen(signed, where="witness"):
    return Seen(where, signed.note.encode())


def verify(log, *others, keys=()):
    return verify_log(log, Expectations(KEY, seen=others, witness_keys=keys))


@pytest.mark.parametrize("size", [0, 1, 100, 256, 300, 512, 599, 600])
def test_every_earlier_head_is_consistent(size):
    assert verify(LOG, seen(LOG.signed_at(size))).is_sound


@pytest.mark.parametrize("kept", [599, 512, 300, 256, 0])
def test_a_cut_tail_is_found(kept):
    report = verify(MemoryLog(ENTRIES[:kept]), seen(LOG.signed))
    assert [(p.kind, p.where, p.index) for p in report.problems] == [(ProblemKind.LOG_SHRANK, "witness", kept)]
    assert f"It saw 600 records, the log has {kept}" in report.problems[0].message


@pytest.mark.parametrize("size", [300, 512, 600])
def test_a_fork_is_found(size):
    forged = list(ENTRIES)
    forged[100] = make_entry(100, note="forged")
    report = verify(MemoryLog(forged), seen(LOG.signed_at(100)), seen(LOG.signed_at(size), "syslog"))
    assert [(p.kind, p.where) for p in report.problems] == [(ProblemKind.LOG_FORKED, "syslog")]


def test_only_checkpoints_of_the_log_itself_count():
    report = verify(LOG, Seen("path", b"junk"), seen(MemoryLog(ENTRIES, key=log_key(9)).signed))
    assert [p.kind for p in report.problems] == [ProblemKind.SEEN_UNUSABLE] * 2


def test_nothing_is_said_about_roots_over_lost_records():
    log = MemoryLog(ENTRIES)
    del log.bundles[0], log.tiles[0, 0]
    report = verify(log, seen(LOG.signed_at(300)))
    assert {p.kind for p in report.problems} == {ProblemKind.BUNDLE_MISSING, ProblemKind.TILE_MISSING}


def test_the_newest_cosignature_counts_and_a_false_one_is_found():
    witness = witness_key()
    old = LOG.signed_at(300).note
    cosigned = old.with_signature(cosign(old, witness, at=77))
    report = verify(LOG, Seen("witness", cosigned.encode()), keys=(witness.verifier,))
    assert report.is_sound and report.notices[0].message == "Not witnessed since record 300; the log has 600 records."
    line = cosign(old, witness, at=77)
    forged = old.with_signature(NoteSignature(line.name, line.key_id, bytes(8) + line.signature[8:]))
    report = verify(LOG, Seen("witness", forged.encode()), keys=(witness.verifier,))
    assert [(p.kind, p.where) for p in report.problems] == [(ProblemKind.COSIGNATURE, "witness")]
