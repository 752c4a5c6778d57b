"""The verifier names each thing that is wrong, and finds nothing wrong where nothing is."""

from __future__ import annotations

import tracemalloc
from typing import Any

import pytest

from wardlaw.audit.checkpoint import Checkpoint, sign_checkpoint
from wardlaw.audit.cosignature import cosign
from wardlaw.audit.merkle import leaf_hash
from wardlaw.audit.report import ProblemKind, VerifyReport, describe
from wardlaw.audit.tiles import encode_bundle
from wardlaw.audit.verify import Expectations, FormerKey, verify_log
from wardlaw.testing.memorylog import MemoryLog, log_key, make_entries, make_entry, witness_key

KEY = log_key().verifier
ENTRIES = make_entries(700)


@pytest.fixture
def log():
    return MemoryLog(ENTRIES)


def problems(log, **expected):
    return [(p.kind, p.where, p.index) for p in verify_log(log, Expectations(KEY, **expected)).problems]


def kinds(log, **expected):
    return {kind for kind, _, _ in problems(log, **expected)}


@pytest.mark.parametrize("size", [0, 1, 2, 255, 256, 257, 511, 512, 513, 700])
def test_a_sound_log_verifies(size):
    report = verify_log(MemoryLog(ENTRIES[:size]), Expectations(KEY))
    assert report.is_sound and report.records == size and report.checkpoint.size == size
    assert report.gateways == ((("gw-1", 1, size - 1),) if size else ())


def test_a_log_with_a_second_tile_level_verifies_and_its_damage_is_found():
    log = MemoryLog(make_entries(65_536 + 300))
    assert set(log.tiles) >= {(2, 0), (1, 0), (1, 1), (0, 256)}
    assert verify_log(log, Expectations(KEY)).is_sound
    log.tiles[1, 0] = bytes([log.tiles[1, 0][0] ^ 1]) + log.tiles[1, 0][1:]
    assert problems(log) == [(ProblemKind.TILE_CHANGED, "tile/1/000", 0)]


def test_a_flipped_bit_in_a_record_names_the_record(log):
    at = log.bundles[1].index(b'"seq":300')
    changed = bytearray(log.bundles[1])
    changed[at + 6] ^= 1
    log.bundles[1] = bytes(changed)
    assert problems(log) == [(ProblemKind.ENTRY_CHANGED, "tile/entries/001", 300)]


def test_a_flipped_bit_in_the_last_partial_bundle_names_the_record(log):
    log.bundles[2] = log.bundles[2].replace(b'"seq":699', b'"seq":698')
    assert problems(log) == [(ProblemKind.ENTRY_CHANGED, "tile/entries/002.p/188", 699)]


@pytest.mark.parametrize(
    ("tile", "where"), [((0, 1), "tile/0/001"), ((0, 2), "tile/0/002.p/188"), ((1, 0), "tile/1/000.p/2")]
)
def test_a_flipped_bit_in_a_tile_names_the_tile(log, tile, where):
    log.tiles[tile] = log.tiles[tile][:40] + bytes([log.tiles[tile][40] ^ 8]) + log.tiles[tile][41:]
    found = problems(log)
    assert [(kind, place) for kind, place, _ in found] == [(ProblemKind.TILE_CHANGED, where)]


def test_a_removed_record_is_found(log):
    log.bundles[1] = encode_bundle(ENTRIES[256:511])
    assert problems(log) == [(ProblemKind.BUNDLE_DAMAGED, "tile/entries/001", 256)]


def test_an_added_record_is_found(log):
    log.bundles[2] = encode_bundle([*ENTRIES[512:], make_entry(700)])
    assert problems(log) == [(ProblemKind.BUNDLE_DAMAGED, "tile/entries/002.p/188", 512)]


def test_truncated_and_missing_files_are_named(log):
    log.tiles[0, 0] = log.tiles[0, 0][:-1]
    log.tiles[1, 0] = log.tiles[1, 0][:32]
    del log.bundles[0]
    del log.tiles[0, 2]
    assert kinds(log) == {ProblemKind.TILE_DAMAGED, ProblemKind.BUNDLE_MISSING, ProblemKind.TILE_MISSING}
    assert [place for _, place, _ in problems(log)] == [
        "tile/0/000",
        "tile/entries/000",
        "tile/0/002.p/188",
        "tile/1/000.p/2",
    ]


def test_records_rewritten_with_their_tiles_do_not_have_the_signed_root(log):
    forged = list(ENTRIES)
    forged[5] = make_entry(5, note="forged")
    other = MemoryLog(forged)
    other.note = log.note
    assert problems(other) == [(ProblemKind.ROOT_DIFFERS, "checkpoint", -1)]


def test_checkpoint_problems_are_told_apart(log):
    log.note = None
    assert kinds(log) == {ProblemKind.CHECKPOINT_MISSING}
    log.note = b"junk"
    assert kinds(log) == {ProblemKind.CHECKPOINT_MALFORMED}
    log.note = sign_checkpoint(log.signed.checkpoint, log_key(7)).note.encode()
    assert kinds(log) == {ProblemKind.CHECKPOINT_SIGNATURE}


def test_a_signed_size_beyond_the_records_is_found(log):
    log.note = sign_checkpoint(Checkpoint(KEY.name, 701, log.signed.checkpoint.root), log_key()).note.encode()
    log.entries.append(b"")  # the fake's size must allow the question
    assert ProblemKind.BUNDLE_DAMAGED in kinds(log)


def test_a_record_that_is_no_envelope_is_found():
    log = MemoryLog([*ENTRIES[:3], b"junk", *ENTRIES[4:6]])
    assert problems(log) == [(ProblemKind.ENTRY_UNREADABLE, "record 3", 3)]


def test_pruned_records_leave_their_hashes(log):
    del log.bundles[0]
    log.minimum = 256
    report = verify_log(log, Expectations(KEY))
    assert report.is_sound and report.records == 444 and report.minimum_index == 256
    log.minimum = 255
    assert kinds(log) == {ProblemKind.BUNDLE_MISSING}
    log.minimum = 10_000
    assert kinds(log) == {ProblemKind.MINIMUM_INDEX, ProblemKind.BUNDLE_MISSING}


def test_the_last_partial_bundle_is_never_pruned(log):
    del log.bundles[2]
    log.minimum = 700
    assert kinds(log) == {ProblemKind.BUNDLE_MISSING}


def test_witnesses_are_read_and_their_silence_is_told(log):
    witness = witness_key()
    report = verify_log(log, Expectations(KEY, witness_keys=(witness.verifier,)))
    assert report.is_sound
    assert [(n.kind, n.message) for n in report.notices] == [
        (ProblemKind.NOT_WITNESSED, "It never cosigned; the log has 700 records.")
    ]
    log.note = log.signed.note.with_signature(cosign(log.signed.note, witness, at=5)).encode()
    report = verify_log(log, Expectations(KEY, witness_keys=(witness.verifier,)))
    assert report.is_sound and not report.notices
    assert [(w.name, w.size, w.at) for w in report.witnessed] == [(witness.name, 700, 5)]


def test_a_wholly_damaged_log_is_bounded():
    entries = make_entries(1_300)
    log, other = MemoryLog(entries), MemoryLog([leaf_hash(e) for e in entries])
    log.bundles = other.bundles
    report = verify_log(log, Expectations(KEY))
    assert len(report.problems) == 1_000 and report.further == 300


def test_memory_does_not_grow_with_the_log():
    def peak(size):
        log = MemoryLog(make_entries(size))
        tracemalloc.start()
        assert verify_log(log, Expectations(KEY)).is_sound
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    assert peak(16_384) < 1.5 * peak(2_048)


FORMER = log_key(7)
MADE_MS = 1_790_000_000_000  # of the first record; each is a millisecond later


def verify_former(log: MemoryLog, **fields: Any) -> VerifyReport:
    former = FormerKey(FORMER.verifier, **fields)
    return verify_log(log, Expectations(KEY, former_keys=(FormerKey(log_key(8).verifier, may_head=True), former)))


def test_an_older_copy_verifies_with_the_key_of_its_time_and_says_so() -> None:
    log = MemoryLog(ENTRIES[:300], key=FORMER)
    report = verify_former(log, may_head=True, until_ms=MADE_MS + 299)
    assert report.is_sound
    assert [(one.kind, one.where) for one in report.notices] == [(ProblemKind.FORMER_KEY, "checkpoint")]
    assert "in force until 2026-" in report.notices[0].message
    assert any("former key" in line for line in describe(report))


def test_a_log_in_use_signed_by_a_former_key_does_not_verify() -> None:
    log = MemoryLog(ENTRIES[:300], key=FORMER)
    assert [one.kind for one in verify_former(log).problems] == [ProblemKind.CHECKPOINT_SIGNATURE]


def test_a_former_key_signs_nothing_that_was_made_after_its_end() -> None:
    log = MemoryLog(ENTRIES[:300], key=FORMER)
    report = verify_former(log, may_head=True, until_ms=MADE_MS + 297)
    assert [(one.kind, one.index) for one in report.problems] == [
        (ProblemKind.RECORD_AFTER_KEY, 298),
        (ProblemKind.RECORD_AFTER_KEY, 299),
    ]


def test_a_false_signature_of_the_key_in_force_is_not_excused_by_a_former_one() -> None:
    log = MemoryLog(ENTRIES[:3], key=FORMER)
    good = MemoryLog(ENTRIES[:2]).signed.note.signatures[0]  # over another text
    log.note = log.signed.note.with_signature(good).encode()
    problems = verify_former(log, may_head=True, until_ms=MADE_MS + 9).problems
    assert [one.kind for one in problems] == [ProblemKind.CHECKPOINT_SIGNATURE]


def test_a_copy_changed_since_does_not_verify_with_a_former_key_either() -> None:
    log = MemoryLog(ENTRIES[:300], key=FORMER)
    log.bundles[0] = log.bundles[0][:-1] + bytes([log.bundles[0][-1] ^ 1])
    assert not verify_former(log, may_head=True, until_ms=MADE_MS + 299).is_sound
