"""Gaps, doubles and receipts without a record."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from wardlaw.audit.merkle import leaf_hash
from wardlaw.audit.receipt import sign_batch
from wardlaw.audit.report import ProblemKind
from wardlaw.audit.sequence import GatewayKey
from wardlaw.audit.verify import Expectations, verify_log
from wardlaw.testing.memorylog import MemoryLog, log_key, make_entries, make_entry

KEY = log_key().verifier
GATEWAY = Ed25519PrivateKey.from_private_bytes(b"g" * 32)
PUBLIC = GATEWAY.public_key().public_bytes_raw()


def verify(entries, *, damage=None, **expected):
    log = MemoryLog(entries)
    if damage:
        damage(log)
    return verify_log(log, Expectations(KEY, **expected))


def found(report):
    return [(p.kind, p.index) for p in report.problems]


def test_gateways_and_epochs_are_counted_apart():
    entries = [
        make_entry(seq, gateway=gateway, epoch=epoch)
        for epoch in (1, 2, 5)
        for seq in range(3)
        for gateway in ("a", "b")
    ]
    report = verify(entries)
    assert report.is_sound and report.gateways == (("a", 5, 2), ("b", 5, 2))


@pytest.mark.parametrize(
    ("seqs", "expected"),
    [
        ([0, 1, 3], [(ProblemKind.SEQ_GAP, 2)]),
        ([1, 2], [(ProblemKind.SEQ_GAP, 0)]),
        ([0, 1, 1, 2], [(ProblemKind.SEQ_DUPLICATE, 2)]),
        ([0, 2, 1, 3], [(ProblemKind.SEQ_GAP, 1), (ProblemKind.SEQ_DUPLICATE, 2)]),
    ],
)
def test_gaps_and_doubles_are_named(seqs, expected):
    assert found(verify([make_entry(seq) for seq in seqs])) == expected


def test_an_older_epoch_after_a_newer_is_out_of_order():
    entries = [make_entry(0, epoch=2), make_entry(0, epoch=1)]
    assert found(verify(entries)) == [(ProblemKind.SEQ_DUPLICATE, 1)]


def test_a_new_epoch_must_begin_at_its_beginning():
    entries = [make_entry(0), make_entry(4, epoch=2)]
    report = verify(entries)
    assert found(report) == [(ProblemKind.SEQ_GAP, 1)] and "4 missing" in report.problems[0].message


def test_damage_already_reported_is_not_reported_as_a_gap_too():
    def lose_bundle(log):
        del log.bundles[0]

    assert found(verify(make_entries(600), damage=lose_bundle)) == [(ProblemKind.BUNDLE_MISSING, 0)]


def test_damage_excuses_no_more_than_itself():
    def lose_bundle(log):
        del log.bundles[0]

    entries = [*make_entries(300), make_entry(400)]
    assert found(verify(entries, damage=lose_bundle)) == [(ProblemKind.BUNDLE_MISSING, 0), (ProblemKind.SEQ_GAP, 300)]


def test_a_pruned_log_may_begin_anywhere():
    def prune(log):
        del log.bundles[0]
        log.minimum = 256

    assert verify([make_entry(seq) for seq in range(500, 900)], damage=prune).is_sound


def receipts_for(entries):
    leaves = [leaf_hash(entry) for entry in entries]
    return sign_batch(leaves, gateway="gw-1", epoch=1, first_seq=0, sign=GATEWAY.sign)


def test_receipts_find_their_records():
    entries = make_entries(10)
    assert verify(entries, receipts=tuple(receipts_for(entries)), gateway_keys={"gw-1": (GatewayKey(PUBLIC),)}).is_sound


def test_a_receipt_whose_record_was_removed_or_changed_is_found():
    entries = make_entries(10)
    receipts = receipts_for(entries)
    report = verify(entries[:9], receipts=(receipts[9],), gateway_keys={"gw-1": (GatewayKey(PUBLIC),)})
    assert [(p.kind, p.where) for p in report.problems] == [(ProblemKind.RECEIPT_WITHOUT_RECORD, "gw-1 epoch 1 seq 9")]
    changed = [*entries[:9], make_entry(9, note="softened")]
    report = verify(changed, receipts=(receipts[9],), gateway_keys={"gw-1": (GatewayKey(PUBLIC),)})
    assert found(report) == [(ProblemKind.RECEIPT_FALSE, 9)]


def test_a_receipt_without_a_key_or_sense_is_told():
    entries = make_entries(2)
    report = verify(entries, receipts=(receipts_for(entries)[0], "junk"))
    assert found(report) == [(ProblemKind.RECEIPT_FALSE, -1), (ProblemKind.RECEIPT_FALSE, 0)]


FORMER = Ed25519PrivateKey.from_private_bytes(b"f" * 32)
FORMER_PUBLIC = FORMER.public_key().public_bytes_raw()
MADE_MS = 1_790_000_000_000  # of the first record; each is a millisecond later


def by_former(entries):
    leaves = [leaf_hash(entry) for entry in entries]
    return tuple(sign_batch(leaves, gateway="gw-1", epoch=1, first_seq=0, sign=FORMER.sign))


def with_former(until_ms):
    return {"gw-1": (GatewayKey(PUBLIC), GatewayKey(FORMER_PUBLIC, until_ms))}


def test_receipts_of_an_earlier_key_hold_for_the_records_of_its_time():
    entries = make_entries(10)
    receipts = by_former(entries)
    assert verify(entries, receipts=receipts, gateway_keys=with_former(MADE_MS + 9)).is_sound
    report = verify(entries, receipts=receipts, gateway_keys=with_former(MADE_MS + 6))
    assert found(report) == [(ProblemKind.RECEIPT_FALSE, index) for index in (7, 8, 9)]
    assert "replaced before" in report.problems[0].message


def test_receipts_of_the_key_in_force_hold_beside_earlier_ones():
    entries = make_entries(10)
    assert verify(entries, receipts=tuple(receipts_for(entries)), gateway_keys=with_former(1)).is_sound


def test_a_receipt_of_no_known_key_does_not_hold():
    entries = make_entries(2)
    report = verify(entries, receipts=by_former(entries)[:1], gateway_keys={"gw-1": (GatewayKey(PUBLIC),)})
    assert found(report) == [(ProblemKind.RECEIPT_FALSE, 0)]


def test_a_record_that_cannot_be_read_gives_no_receipt_of_an_earlier_key_its_time():
    entries = make_entries(1)
    entry = entries[0].replace(b'"v":1', b'"v":9')
    report = verify([entry], receipts=by_former([entry]), gateway_keys=with_former(MADE_MS + 9))
    assert found(report) == [(ProblemKind.RECEIPT_FALSE, 0)]
