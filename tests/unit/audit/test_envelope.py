"""The envelope: one value, one text; nothing else is read."""

from __future__ import annotations

import hashlib
import hmac

import msgspec
import pytest

from wardlaw.audit.envelope import (
    Envelope,
    Position,
    RecordKind,
    SealedPart,
    commitment,
    decode,
    encode,
    position,
    positions,
)
from wardlaw.facts.errors import EvidenceError, Fault

FULL = Envelope(
    kind=RecordKind.DECISION,
    id="dec_1",
    exchange="exc_1",
    at=1_790_000_000_123,
    gateway="gw-1",
    epoch=2,
    seq=9,
    subject="ab" * 16,
    effect="deny",
    demanded="cut",
    action="ToolCall",
    route="chat.completions",
    policies="c" * 64,
    clauses=("GOV-07", "SEC-01"),
    code="clause",
    facts={"status": 403, "bytes": 12, "aaa": "x\u2028é\n"},
    sealed=(SealedPart(klass="inputs", commit="d" * 64, ct_sha256="e" * 64, bytes=99, month="2026-11"),),
)


def test_encoding_is_sorted_and_compact():
    data = encode(FULL)
    assert data == msgspec.json.encode(FULL, order="sorted")
    assert data == encode(decode(data)) and decode(data) == FULL
    assert b": " not in data and b'"facts":{"aaa"' in data
    assert data.decode("utf-8")


def test_declared_order_is_sorted_order():
    for struct in (Envelope, SealedPart):
        names = [field.encode_name for field in msgspec.structs.fields(struct)]
        assert names == sorted(names)


@pytest.mark.parametrize(
    "change",
    [
        lambda d: d.replace(b'"v":1', b'"v":2'),
        lambda d: d.replace(b'"v":1', b'"v":1,"w":1'),
        lambda d: d.replace(b'"v":1', b'"v":1,"v":1'),
        lambda d: d.replace(b'"seq":9', b'"seq": 9'),
        lambda d: d.replace(b'"seq":9', b'"seq":9.0'),
        lambda d: d.replace(b'"seq":9', b'"seq":"9"'),
        lambda d: d.replace(b'"seq":9,', b""),
        lambda d: d.replace(b'"kind":"decision"', b'"kind":"other"'),
        lambda d: d.replace(b"\\n", b"\\u000a"),
        lambda d: d.replace(b"GOV-07", b"GOV\xff07"),
        lambda d: d + b" ",
        lambda d: d[:-1],
        lambda d: b"",
        lambda d: b"[]",
    ],
)
def test_only_the_canonical_text_is_read(change):
    with pytest.raises(EvidenceError, match="WL-AUD-001"):
        decode(change(encode(FULL)))


def test_position_is_read_from_the_top_level_alone():
    tricky = msgspec.structs.replace(FULL, facts={"seq": 1, "epoch": 7, "gateway": '"seq":3'})
    assert position(encode(tricky)) == Position("gw-1", 2, 9)
    assert positions([encode(tricky), encode(FULL)]) == [Position("gw-1", 2, 9)] * 2
    assert positions([encode(FULL), b"{}"]) is None
    with pytest.raises(EvidenceError, match="WL-AUD-001"):
        position(b'{"seq":1}')


def test_a_record_no_bundle_can_hold_is_a_fault():
    with pytest.raises(Fault, match="WL-AUD-002"):
        encode(msgspec.structs.replace(FULL, facts={"x": "y" * 66_000}))


def test_commitment_is_hmac_sha256():
    assert commitment(b"s" * 32, b"text") == hmac.new(b"s" * 32, b"text", hashlib.sha256).hexdigest()
    assert commitment(b"t" * 32, b"text") != commitment(b"s" * 32, b"text")
