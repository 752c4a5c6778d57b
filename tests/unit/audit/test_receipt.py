"""Receipts: short enough for a header, bound to record, place and gateway."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from wardlaw.audit.merkle import leaf_hash, tree_root
from wardlaw.audit.receipt import receipt_claim, sign_batch, verify_receipt
from wardlaw.facts.errors import EvidenceError, Fault

KEY = Ed25519PrivateKey.from_private_bytes(b"g" * 32)
PUBLIC = KEY.public_key().public_bytes_raw()


def batch(count, gateway="gw-1"):
    leaves = [leaf_hash(str(i).encode()) for i in range(count)]
    return leaves, sign_batch(leaves, gateway=gateway, epoch=4, first_seq=100, sign=KEY.sign)


@pytest.mark.parametrize("count", [*range(1, 18), 511, 512])
def test_every_record_of_a_batch_has_a_receipt_that_holds(count):
    leaves, receipts = batch(count)
    for index, (leaf, receipt) in enumerate(zip(leaves, receipts, strict=True)):
        facts = verify_receipt(receipt, leaf, PUBLIC)
        assert (facts.gateway, facts.epoch, facts.seq, facts.count, facts.index) == (
            "gw-1",
            4,
            100 + index,
            count,
            index,
        )
        assert facts.root == tree_root(leaves)
        assert receipt_claim(receipt).seq == facts.seq


def test_a_receipt_fits_into_a_header():
    _, receipts = batch(512, gateway="g" * 64)
    assert max(map(len, receipts)) < 700
    assert all(c.isalnum() or c in "-_" for receipt in receipts for c in receipt)


def test_one_signature_covers_the_batch():
    calls = []
    leaves = [leaf_hash(b"a"), leaf_hash(b"b")]
    sign_batch(leaves, gateway="g", epoch=1, first_seq=1, sign=lambda m: calls.append(m) or KEY.sign(m))
    assert len(calls) == 1 and calls[0].startswith(b"wardlaw.dev/receipt/v1\ng\n1\n1\n2\n")


def test_any_flipped_bit_is_found():
    leaves, receipts = batch(5)
    raw = bytearray(urlsafe_b64decode(receipts[3] + "=" * (-len(receipts[3]) % 4)))
    for bit in range(len(raw) * 8):
        raw[bit // 8] ^= 1 << bit % 8
        text = urlsafe_b64encode(raw).rstrip(b"=").decode()
        with pytest.raises(EvidenceError, match="WL-AUD-016"):
            verify_receipt(text, leaves[3], PUBLIC)
        raw[bit // 8] ^= 1 << bit % 8


def test_another_record_or_key_is_refused():
    leaves, receipts = batch(5)
    with pytest.raises(EvidenceError, match="WL-AUD-016"):
        verify_receipt(receipts[0], leaves[1], PUBLIC)
    with pytest.raises(EvidenceError, match="WL-AUD-016"):
        verify_receipt(
            receipts[0], leaves[0], Ed25519PrivateKey.from_private_bytes(b"x" * 32).public_key().public_bytes_raw()
        )
    with pytest.raises(EvidenceError, match="WL-AUD-016"):
        verify_receipt(receipts[0], leaves[0], b"short")


@pytest.mark.parametrize("text", ["", "A", "AA", "AA==", "é", "!!!!", "AQ" + "A" * 30, "AUAA" * 40])
def test_junk_is_refused(text):
    with pytest.raises(EvidenceError, match="WL-AUD-016"):
        verify_receipt(text, bytes(32), PUBLIC)


@pytest.mark.parametrize(("count", "gateway"), [(0, "g"), (65_536, "g"), (1, "g" * 65)])
def test_impossible_batches_are_a_fault(count, gateway):
    with pytest.raises(Fault, match="WL-AUD-016"):
        sign_batch([bytes(32)] * count, gateway=gateway, epoch=1, first_seq=1, sign=KEY.sign)
