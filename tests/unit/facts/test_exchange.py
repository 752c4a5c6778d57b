from __future__ import annotations

import hashlib

import msgspec

from wardlaw.facts.exchange import Channel, Segment


def test_a_segment_is_known_by_the_digest_of_its_text() -> None:
    segment = Segment(0, Channel.USER, "/x", "grüße")
    assert segment.sha256 == hashlib.sha256("grüße".encode()).digest()
    assert segment.sha256 is segment.sha256
    assert len(Segment(0, Channel.USER, "/x", "ä\ud800").sha256) == 32


def test_the_digest_is_no_part_of_the_value() -> None:
    asked, other = Segment(0, Channel.USER, "/x", "one"), Segment(0, Channel.USER, "/x", "one")
    assert asked.sha256
    assert asked == other
    assert msgspec.json.encode(asked) == msgspec.json.encode(other)
    assert msgspec.structs.replace(asked, text="two").sha256 != asked.sha256
