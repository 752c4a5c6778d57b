from __future__ import annotations

from wardlaw.audit.checkpoint import Checkpoint, sign_checkpoint
from wardlaw.audit.cosignature import cosign
from wardlaw.audit.merkle import leaf_hash, tree_root
from wardlaw.audit.note import KeyType, Note, signer_key
from wardlaw.audit.proof import Proof, format_proof
from wardlaw.audit.proofsteps import proof_steps

ENTRIES = [b"first", b"second"]
KEY = signer_key("log.example", b"k" * 32)
WITNESS = signer_key("witness.example", b"w" * 32, KeyType.COSIGNATURE)
OTHER = signer_key("log.example", b"o" * 32)
HASHES = [leaf_hash(entry) for entry in ENTRIES]


def proof(*, witnessed: bool = False) -> str:
    note = sign_checkpoint(Checkpoint("log.example", 2, tree_root(HASHES)), KEY).note
    if witnessed:
        note = Note(note.text, (*note.signatures, cosign(note, WITNESS, at=1_790_000_000)))
    return format_proof(Proof(1, (HASHES[0],), note))


def names(steps) -> list[tuple[str, bool]]:
    return [(one.name, one.holds) for one in steps]


def test_every_step_holds_from_the_record_to_the_witness() -> None:
    steps = proof_steps(
        proof(witnessed=True), b"second", log_keys=(OTHER.verifier, KEY.verifier), witness_keys=(WITNESS.verifier,)
    )
    assert names(steps) == [("record", True), ("leaf", True), ("path", True), ("checkpoint", True), ("witness", True)]
    assert "2026-09-21" in steps[-1].detail
    assert HASHES[1].hex() in steps[1].detail


def test_a_changed_record_another_key_and_a_broken_file_do_not_hold() -> None:
    assert names(proof_steps(proof(), b"forged", log_keys=(KEY.verifier,)))[-1] == ("path", False)
    assert names(proof_steps(proof(), b"second", log_keys=(OTHER.verifier,)))[-1] == ("checkpoint", False)
    assert names(proof_steps(proof(), b"second", log_keys=()))[-1] == ("checkpoint", False)
    assert names(proof_steps("no proof", b"second", log_keys=(KEY.verifier,)))[-1] == ("proof", False)
    missing = proof_steps(proof(), b"second", log_keys=(KEY.verifier,), witness_keys=(WITNESS.verifier,))
    assert names(missing)[-1] == ("witness", False)
