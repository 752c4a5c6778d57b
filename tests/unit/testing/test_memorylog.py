from __future__ import annotations

from wardlaw.audit.merkle import tree_root
from wardlaw.testing.memorylog import LOG_NAME, WITNESS_NAME, MemoryLog, log_key, make_entries, make_entry, witness_key


def test_the_checkpoint_is_over_what_the_log_holds() -> None:
    log = MemoryLog(make_entries(300))
    assert log.size == 300
    assert log.signed.checkpoint.root == tree_root(log.leaves)
    assert log.signed_at(120).checkpoint.root == tree_root(log.leaves[:120])


def test_tiles_and_bundles_exist_as_wide_as_the_log() -> None:
    log = MemoryLog(make_entries(300))
    first, second = log.tile(0, 0, 256), log.tile(0, 1, 44)
    assert first is not None
    assert second is not None
    assert (len(first), len(second)) == (256 * 32, 44 * 32)
    assert log.bundle(0, 256) is not None
    assert log.tile(1, 0, 1) == log.reader()(8, 0)


def test_entries_differ_in_place_and_note() -> None:
    assert make_entry(1) != make_entry(2)
    assert make_entry(1, note="x") != make_entry(1)
    assert len(set(make_entries(5))) == 5


def test_other_seeds_are_other_keys_of_the_same_name() -> None:
    assert log_key().name == log_key(9).name == LOG_NAME
    assert log_key().verifier != log_key(9).verifier
    assert witness_key().name == WITNESS_NAME
