"""The tiled layout against the examples of its specification."""

from __future__ import annotations

import pytest

from wardlaw.audit.merkle import inclusion_proof, verify_inclusion
from wardlaw.audit.tiles import (
    TileRef,
    bundle_path,
    decode_bundle,
    edge_tiles,
    encode_bundle,
    new_tiles,
    split_tile,
    tile_hash_reader,
    tile_path,
    tile_width,
)
from wardlaw.facts.errors import EvidenceError, Fault
from wardlaw.testing.memorylog import MemoryLog, make_entries


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (tile_path(0, 0), "tile/0/000"),
        (tile_path(1, 273, 17), "tile/1/273.p/17"),
        (tile_path(0, 1_234_067), "tile/0/x001/x234/067"),
        (bundle_path(1000), "tile/entries/x001/000"),
        (bundle_path(999, 1), "tile/entries/999.p/1"),
    ],
)
def test_paths(path, expected):
    assert path == expected


def test_a_log_of_70000_has_the_tiles_of_the_specification():
    tiles = list(new_tiles(0, 70_000))
    assert sum(t.level == 0 and t.width == 256 for t in tiles) == 273
    assert edge_tiles(70_000) == [TileRef(0, 273, 112), TileRef(1, 1, 17), TileRef(2, 0, 1)]
    assert set(edge_tiles(70_000)) < set(tiles)
    assert edge_tiles(256) == [TileRef(1, 0, 1)]
    assert edge_tiles(0) == []


def test_growth_writes_only_what_changed():
    assert list(new_tiles(300, 300)) == []
    assert list(new_tiles(300, 301)) == [TileRef(0, 1, 45)]
    assert list(new_tiles(300, 512)) == [TileRef(0, 1), TileRef(1, 0, 2)]
    assert tile_width(0, 5, 300) == 0


def test_bundle_round_trip():
    entries = [b"", b"a", b"x" * 65_535]
    assert decode_bundle(encode_bundle(entries), 3) == entries
    with pytest.raises(Fault, match="WL-AUD-002"):
        encode_bundle([b"x" * 65_536])


def test_a_full_bundle_stands_for_a_partial_one_and_nothing_else_does():
    entries = make_entries(256)
    assert decode_bundle(encode_bundle(entries), 10) == entries[:10]
    for damaged in (encode_bundle(entries[:9]), encode_bundle(entries[:11]), encode_bundle(entries[:10])[:-1]):
        with pytest.raises(EvidenceError, match="WL-AUD-003"):
            decode_bundle(damaged, 10)
    with pytest.raises(EvidenceError, match="WL-AUD-003"):
        decode_bundle(encode_bundle(entries[:10]) + b"\0", 10)
    with pytest.raises(EvidenceError, match="WL-AUD-003"):
        decode_bundle(encode_bundle([*entries, b"x"]), 256)


def test_tile_of_the_wrong_length_is_refused():
    with pytest.raises(EvidenceError, match="WL-AUD-003"):
        split_tile(bytes(95), 3)
    assert split_tile(bytes(range(256)) * 32, 1) == [bytes(range(32))]


def test_proofs_out_of_tiles():
    log = MemoryLog(make_entries(700))
    read = tile_hash_reader(700, lambda level, index, width: log.tiles[level, index])
    for index in (0, 255, 256, 511, 512, 699):
        proof = inclusion_proof(index, 700, read)
        assert proof == inclusion_proof(index, 700, log.reader())
        root = log.signed.checkpoint.root
        assert verify_inclusion(log.leaves[index], index=index, size=700, proof=proof, root=root)
    with pytest.raises(EvidenceError, match="WL-AUD-003"):
        read(0, 700)
    with pytest.raises(EvidenceError, match="WL-AUD-003"):
        read(8, 2)
