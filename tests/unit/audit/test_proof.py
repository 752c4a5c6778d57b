"""Proof files: made, written, read and checked offline."""

from __future__ import annotations

import pytest

from wardlaw.audit.cosignature import cosign
from wardlaw.audit.proof import Proof, format_proof, make_proof, parse_proof, verify_proof
from wardlaw.facts.errors import EvidenceError, InputError
from wardlaw.testing.memorylog import MemoryLog, log_key, make_entries, witness_key

LOG = MemoryLog(make_entries(300))
COSIGNED = LOG.signed.note.with_signature(cosign(LOG.signed.note, witness_key(), at=99))


def proof_of(index, note=COSIGNED):
    return make_proof(index, size=300, note=note, read=LOG.reader())


@pytest.mark.parametrize("index", [0, 1, 255, 256, 299])
def test_round_trip(index):
    text = format_proof(proof_of(index))
    parsed = parse_proof(text.encode())
    assert parsed == proof_of(index)
    facts = verify_proof(
        parsed, LOG.entries[index], log_key=log_key().verifier, witness_keys=(witness_key().verifier,), quorum=1
    )
    assert (facts.index, facts.checkpoint.size, facts.witnessed) == (index, 300, ((witness_key().name, 99),))


def test_extra_data_is_kept():
    proof = Proof(3, (), COSIGNED, b"extra")
    assert parse_proof(format_proof(proof).encode()) == proof


def test_a_log_of_one_record_has_an_empty_path():
    one = MemoryLog(make_entries(1))
    proof = make_proof(0, size=1, note=one.signed.note, read=one.reader())
    text = format_proof(proof)
    assert parse_proof(text.encode()) == proof
    assert verify_proof(proof, one.entries[0], log_key=log_key().verifier).index == 0


def test_another_record_key_or_quorum_is_refused():
    proof = proof_of(7)
    with pytest.raises(EvidenceError, match="WL-AUD-015"):
        verify_proof(proof, LOG.entries[8], log_key=log_key().verifier)
    with pytest.raises(EvidenceError, match="WL-AUD-011"):
        verify_proof(proof, LOG.entries[7], log_key=log_key(5).verifier)
    with pytest.raises(EvidenceError, match="WL-AUD-015"):
        verify_proof(
            proof_of(7, LOG.signed.note),
            LOG.entries[7],
            log_key=log_key().verifier,
            witness_keys=(witness_key().verifier,),
            quorum=1,
        )
    with pytest.raises(InputError, match="WL-AUD-017"):
        proof_of(300)


GOOD = format_proof(proof_of(7))


@pytest.mark.parametrize(
    "text",
    [
        "",
        GOOD.replace("@v1", "@v2"),
        GOOD.replace("index 7", "index 07"),
        GOOD.replace("index 7\n", ""),
        GOOD.replace("index 7", "extra !\nindex 7"),
        GOOD.replace("index 7", "extra \nindex 7"),
        GOOD.replace("index 7\n", "index 7\nAAAA\n"),
        GOOD.replace("index 7\n", "index 7\n" + "A" * 43 + "=\n" * 1 + ("A" * 43 + "=\n") * 63),
        GOOD.replace("\n\n", "\n", 1),
        GOOD.replace("index", "índex"),
        GOOD + "x" * 200_000,
    ],
)
def test_malformed_files_are_refused(text):
    with pytest.raises(EvidenceError, match=r"WL-AUD-01[04]"):
        parse_proof(text.encode())
