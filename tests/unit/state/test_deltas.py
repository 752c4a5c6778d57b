from __future__ import annotations

import pytest

from wardlaw.facts.errors import EvidenceError
from wardlaw.state.deltas import Freed, Probed, Quarantined, Reserved, decode_delta, encode_delta, join

RESERVED = Reserved(1, 2, b"p", b"", b"s", 1.5, 1, 20, (b"12345678",), 30)
FREED = Freed(1, 3, (b"p",))


def test_deltas_come_back() -> None:
    changes = [RESERVED, FREED, Probed(1, 4, b"p", b"o", b"s", 2.0, 1), Quarantined(1, 5, (b"p",), "é", 0.0, 2.5)]
    assert decode_delta(encode_delta(*changes)) == changes
    assert decode_delta(b"") == []


def test_joined_deltas_are_one_in_order() -> None:
    assert join([]) == join([b"", b""]) == b""
    assert join([b"", encode_delta(FREED)]) == encode_delta(FREED)
    assert join([encode_delta(RESERVED), b"", encode_delta(FREED, RESERVED)]) == encode_delta(RESERVED, FREED, RESERVED)


@pytest.mark.parametrize(
    "junk", [b"\xff", b"\xc0", b"\x91\xc0", b"\x91\x92\xa1z\x01", b"\x91\x93\xa1f\x01\x02", encode_delta(RESERVED)[:-1]]
)
def test_junk_is_evidence_that_does_not_verify(junk: bytes) -> None:
    with pytest.raises(EvidenceError) as error:
        decode_delta(junk)
    assert error.value.code == "WL-STA-002"


@pytest.mark.parametrize("count", [1, 7, 14, 15, 16, 40])
def test_however_many_are_joined_all_are_there_in_order(count: int) -> None:
    changes = [FREED if place % 3 else RESERVED for place in range(count)]
    joined = join([encode_delta(change) for change in changes])
    assert decode_delta(joined) == changes
    assert decode_delta(join([joined, encode_delta(FREED)])) == [*changes, FREED]
