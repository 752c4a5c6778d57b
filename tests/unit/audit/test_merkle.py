"""The tree against the test vectors of RFC 6962's reference implementation and against pymerkle."""

from __future__ import annotations

import pytest
from pymerkle import InmemoryTree

from wardlaw.audit.merkle import (
    EMPTY_ROOT,
    Accumulator,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    leaf_hashes,
    node_hash,
    perfect_root,
    right_edge_at,
    root_at,
    tree_root,
    verify_consistency,
    verify_inclusion,
)
from wardlaw.facts.errors import EvidenceError, InputError

# Leaves and roots published with the Certificate Transparency reference implementation.
CT_LEAVES = [
    bytes.fromhex(h)
    for h in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
CT_ROOTS = (
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)


def reader(leaves):
    return lambda level, index: perfect_root(leaves[index << level : (index + 1) << level])


@pytest.mark.parametrize("count", range(1, 9))
def test_root_equals_the_published_one(count):
    assert tree_root(leaf_hashes(CT_LEAVES[:count])).hex() == CT_ROOTS[count - 1]


def test_empty_tree_is_the_hash_of_nothing():
    assert tree_root([]) == EMPTY_ROOT
    assert root_at(0, reader([])) == EMPTY_ROOT
    assert EMPTY_ROOT.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def test_leaf_and_node_are_parted():
    left, right = leaf_hash(b"a"), leaf_hash(b"b")
    assert node_hash(left, right) != leaf_hash(left + right)


@pytest.mark.parametrize("count", [1, 2, 3, 5, 8, 13, 64, 65])
def test_pymerkle_gives_the_same_roots_and_proofs(count):
    entries = [f"entry {i}".encode() for i in range(count)]
    leaves = leaf_hashes(entries)
    oracle = InmemoryTree(algorithm="sha256")
    for entry in entries:
        oracle.append_entry(entry)
    assert oracle.get_root() == tree_root(leaves)
    for old in range(1, count + 1):
        assert oracle.get_root(old) == root_at(old, reader(leaves))
    for index in range(count):
        theirs = [bytes(digest) for digest in oracle.prove_inclusion(index + 1, count).path]
        assert theirs == [leaves[index], *inclusion_proof(index, count, reader(leaves))]


def test_every_proof_of_small_trees_verifies_and_no_other():
    leaves = leaf_hashes([bytes([i]) for i in range(20)])
    read = reader(leaves)
    for size in range(1, 21):
        root = root_at(size, read)
        for index in range(size):
            proof = inclusion_proof(index, size, read)
            assert verify_inclusion(leaves[index], index=index, size=size, proof=proof, root=root)
            assert not verify_inclusion(leaves[index - 1], index=index, size=size, proof=proof, root=root) or size == 1
            assert not verify_inclusion(leaves[index], index=index, size=size, proof=[*proof, root], root=root)
            assert not verify_inclusion(leaves[index], index=index, size=size, proof=proof[:-1], root=root) or not proof
        for old in range(size + 1):
            proof = consistency_proof(old, size, read)
            old_root = root_at(old, read)
            assert verify_consistency(old, size, old_root=old_root, new_root=root, proof=proof)
            assert not verify_consistency(old, size, old_root=b"x" * 32, new_root=root, proof=proof)
            assert not verify_consistency(old, size, old_root=old_root, new_root=b"x" * 32, proof=proof) or old == 0
            assert not verify_consistency(old, size, old_root=old_root, new_root=root, proof=[*proof, root])


def test_an_empty_old_log_needs_the_empty_root_and_an_empty_proof():
    root = tree_root(leaf_hashes([b"a", b"b"]))
    assert verify_consistency(0, 2, old_root=EMPTY_ROOT, new_root=root, proof=[])
    assert not verify_consistency(0, 2, old_root=root, new_root=root, proof=[])
    assert not verify_consistency(0, 0, old_root=root, new_root=root, proof=[])
    assert not verify_consistency(3, 2, old_root=root, new_root=root, proof=[])
    assert not verify_consistency(1, 2, old_root=root, new_root=root, proof=[])


def test_out_of_range_is_refused():
    with pytest.raises(InputError, match="WL-AUD-017"):
        inclusion_proof(3, 3, reader([]))
    with pytest.raises(InputError, match="WL-AUD-017"):
        consistency_proof(4, 3, reader([]))
    assert not verify_inclusion(b"", index=3, size=3, proof=[], root=b"")


@pytest.mark.parametrize("size", [0, 1, 7, 8, 255, 256, 300])
def test_right_edge_restores_the_accumulator(size):
    leaves = leaf_hashes([str(i).encode() for i in range(size + 3)])
    whole = Accumulator()
    for digest in leaves[:size]:
        whole.append(digest)
    assert whole.right_edge == right_edge_at(size, reader(leaves))
    restored = Accumulator.restore(size, whole.right_edge)
    copied = restored.copy()
    for digest in leaves[size:]:
        restored.append(digest)
    assert restored.root() == tree_root(leaves)
    assert copied.root() == whole.root()
    copied.extend(leaves[size:])
    assert (copied.size, copied.right_edge) == (restored.size, restored.right_edge)


def test_accumulator_refuses_what_does_not_fit():
    with pytest.raises(EvidenceError, match="WL-AUD-024"):
        Accumulator.restore(3, bytes(32))
    tree = Accumulator()
    tree.append(bytes(32))
    with pytest.raises(InputError, match="WL-AUD-017"):
        tree.append_perfect(1, bytes(32))
