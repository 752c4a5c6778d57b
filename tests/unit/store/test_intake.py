"""What the sequencer takes from the spools, and what it refuses to take."""

from __future__ import annotations

import shutil

import msgspec
import pytest

from wardlaw.audit.envelope import decode, encode
from wardlaw.store.intake import Intake, find_spools
from wardlaw.testing.spoolfill import SpoolFill


def intake(root, **settings):
    made = Intake(root, keep_from=lambda _: None, **({"batch_frames": 100, "batch_bytes": 10**9} | settings))
    made.begin({})
    return made


def drain(source):
    taken = []
    for spool, records in source.batches():
        source.appended(spool, records)
        taken.append([(r.envelope.gateway, r.envelope.epoch, r.envelope.seq) for r in records])
    return taken


def test_spools_are_found_at_or_below_the_root(tmp_path):
    assert find_spools(tmp_path / "absent") == []
    SpoolFill(tmp_path, "b"), SpoolFill(tmp_path, "a")
    (tmp_path / "other").mkdir()
    assert find_spools(tmp_path) == [tmp_path / "a", tmp_path / "b"]
    assert find_spools(tmp_path / "a") == [tmp_path / "a"]


def test_batches_are_bounded_by_count_and_bytes(tmp_path):
    SpoolFill(tmp_path, ciphertext_bytes=640).add(10)
    assert [len(batch) for batch in drain(intake(tmp_path, batch_frames=4))] == [4, 4, 2]
    assert [len(batch) for batch in drain(intake(tmp_path, batch_bytes=2_000))] == [2, 2, 2, 2, 2]


def test_what_comes_while_a_batch_is_appended_is_left_for_the_next_look(tmp_path):
    fill = SpoolFill(tmp_path)
    fill.add(3)
    source = intake(tmp_path)
    seen = []
    for spool, records in source.batches():
        source.appended(spool, records)
        seen.append(len(records))
        fill.add(1)
    assert seen == [3]
    assert drain(source) == [[("gw-1", 1, 3)]]
    fill.add(8)
    full = intake(tmp_path, batch_frames=4)
    seen = []
    for spool, records in full.batches():
        full.appended(spool, records)
        seen.append(len(records))
    assert seen == [4, 4, 4]


def test_only_what_is_new_comes(tmp_path):
    fill = SpoolFill(tmp_path)
    fill.add(3)
    source = intake(tmp_path)
    assert drain(source) == [[("gw-1", 1, 0), ("gw-1", 1, 1), ("gw-1", 1, 2)]] and drain(source) == []
    fill.add(1)
    assert drain(source) == [[("gw-1", 1, 3)]]
    source.begin({"gw-1": (1, 1)})
    assert drain(source) == [[("gw-1", 1, 2), ("gw-1", 1, 3)]]


def test_an_emptied_spool_that_counts_anew_is_refused(tmp_path):
    for _ in range(3):
        fill = SpoolFill(tmp_path)
        fill.add(2)
        fill.close()
    source = intake(tmp_path)
    assert [record[2] for batch in drain(source) for record in batch] == [0, 1, 0, 1, 0, 1]
    shutil.rmtree(fill.directory)
    SpoolFill(tmp_path).add(2)
    assert drain(source) == []
    assert "WL-AUD-028" in source.errors[fill.directory]


class Lying(SpoolFill):
    """A spool whose envelopes do not say what the frames say."""

    def __init__(self, root, **changes):
        super().__init__(root, "liar", ciphertext_bytes=64)
        self._changes = changes

    def record(self, seq, operation=""):
        entry, blobs = super().record(seq, operation)
        if seq != 2:
            return entry, blobs
        if "blob" in self._changes:
            return entry, [self._changes["blob"]]
        if "blobs" in self._changes:
            return entry, self._changes["blobs"]
        if "raw" in self._changes:
            return self._changes["raw"], blobs
        return encode(msgspec.structs.replace(decode(entry), **self._changes)), blobs


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"gateway": "gw-1"}, "WL-AUD-026"),
        ({"epoch": 9}, "WL-AUD-026"),
        ({"seq": 1}, "WL-AUD-026"),
        ({"blob": b"another ciphertext"}, "WL-AUD-026"),
        ({"blobs": []}, "WL-AUD-026"),
        ({"raw": b"{}"}, "WL-AUD-001"),
    ],
)
def test_a_record_that_does_not_fit_its_place_waits(tmp_path, changes, code):
    Lying(tmp_path, **changes).add(4)
    SpoolFill(tmp_path, "z").add(1)
    source = intake(tmp_path, batch_frames=2)
    assert drain(source) == [[("liar", 1, 0), ("liar", 1, 1)], [("z", 1, 0)]]
    assert code in source.errors[tmp_path / "liar"]


def test_discard_deletes_what_was_appended_and_no_more(tmp_path):
    fill = SpoolFill(tmp_path)
    for _ in range(3):
        fill.add(2)
        fill.rotate()
    fill.add(1)
    source = intake(tmp_path)
    source.discard()
    assert len(list(fill.directory.glob("*.seg"))) == 4
    drain(source)
    assert source.has_covered
    source.discard()
    assert len(list(fill.directory.glob("*.seg"))) == 1 and not source.has_covered


def test_a_crash_before_the_discarding_is_made_good(tmp_path):
    fill = SpoolFill(tmp_path)
    fill.add(2)
    fill.rotate()
    fill.add(2)
    source = intake(tmp_path)
    source.begin({"gw-1": (1, 3)})
    assert drain(source) == [] and source.has_covered
    source.discard()
    assert len(list(fill.directory.glob("*.seg"))) == 1
