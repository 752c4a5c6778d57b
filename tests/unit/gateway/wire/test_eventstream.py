"""The binary framing: AWS's published messages, any chunking, and every kind of damage."""

from __future__ import annotations

import base64
import json
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wardlaw.gateway.wire.eventstream import EventStreamReader, EventStreamRecoder, aws_refusal
from wardlaw.gateway.wire.failure import BadUpstreamError

# Of the event stream test vectors in the AWS SDKs: an empty message; one with a text header and a payload.
EMPTY = bytes.fromhex("000000100000000005c248eb7d98c8ff")
ONE = b"\x00\x00\x00=\x00\x00\x00 \x07\xfd\x83\x96\x0ccontent-type\x07\x00\x10application/json{'foo':'bar'}\x8d\x9c\x08\xb1"


def header(name: str, value: str) -> bytes:
    return bytes([len(name)]) + name.encode() + b"\x07" + len(value).to_bytes(2, "big") + value.encode()


def message(payload: bytes, **headers: str) -> bytes:
    """A message; ``message_type`` stands for ``:message-type``."""
    block = b"".join(header(":" + name.replace("_", "-"), value) for name, value in headers.items())
    prelude = (len(block) + len(payload) + 16).to_bytes(4, "big") + len(block).to_bytes(4, "big")
    framed = prelude + zlib.crc32(prelude).to_bytes(4, "big") + block + payload
    return framed + zlib.crc32(framed).to_bytes(4, "big")


def chunk(event: dict[str, object]) -> bytes:
    inner = base64.b64encode(json.dumps(event).encode()).decode()
    payload = json.dumps({"bytes": inner, "p": "abcdefgh"}).encode()
    return message(payload, event_type="chunk", content_type="application/json", message_type="event")


def test_the_published_messages() -> None:
    empty, one = list(EventStreamReader().feed(EMPTY + ONE))
    assert (empty.headers, empty.payload) == ({}, b"")
    assert (one.headers, one.payload) == ({"content-type": "application/json"}, b"{'foo':'bar'}")


def test_headers_of_every_type_are_passed_over() -> None:
    values = {0: b"", 1: b"", 2: b"x", 3: b"xx", 4: b"x" * 4, 5: b"x" * 8, 6: b"\x00\x02xx", 8: b"x" * 8, 9: b"x" * 16}
    block = b"".join(b"\x01" + bytes([97 + kind, kind]) + value for kind, value in values.items()) + header("z", "last")
    prelude = (len(block) + 16).to_bytes(4, "big") + len(block).to_bytes(4, "big")
    framed = prelude + zlib.crc32(prelude).to_bytes(4, "big") + block
    (found,) = EventStreamReader().feed(framed + zlib.crc32(framed).to_bytes(4, "big"))
    assert found.headers == {"z": "last"}


@given(st.lists(st.integers(1, 40), max_size=30))
def test_any_chunking_gives_the_same_events(sizes: list[int]) -> None:
    events = [{"type": "message_start", "message": {"id": "m"}}, {"type": "ping"}, {"type": "message_stop"}]
    whole = b"".join(chunk(event) for event in events)
    expected = b"".join(
        f"event: {one['type']}\ndata: {json.dumps(one, separators=(',', ':'))}\n\n".encode() for one in events
    )
    recoder, out, at = EventStreamRecoder(), b"", 0
    for size in [*sizes, len(whole)]:
        out += recoder.feed(whole[at : at + size])
        at += size
    assert out + recoder.finish() == expected


@given(st.integers(0, len(ONE) - 1), st.integers(1, 255))
def test_no_changed_byte_goes_unnoticed(at: int, change: int) -> None:
    damaged = ONE[:at] + bytes([ONE[at] ^ change]) + ONE[at + 1 :]
    reader = EventStreamReader()
    with pytest.raises(BadUpstreamError) as caught:
        list(reader.feed(damaged))
    assert caught.value.code == "WL-GW-210"


def test_a_stream_that_ends_within_a_message_is_not_complete() -> None:
    recoder = EventStreamRecoder()
    recoder.feed(chunk({"type": "ping"})[:-1])
    with pytest.raises(BadUpstreamError) as caught:
        recoder.finish()
    assert caught.value.code == "WL-GW-204"


def test_a_message_that_is_too_large_is_refused_before_it_is_there() -> None:
    prelude = (50_000_000).to_bytes(4, "big") + (0).to_bytes(4, "big")
    with pytest.raises(BadUpstreamError) as caught:
        list(EventStreamReader().feed(prelude + zlib.crc32(prelude).to_bytes(4, "big")))
    assert caught.value.code == "WL-GW-203"


def test_an_exception_is_an_error_event_without_its_words() -> None:
    given_ = message(b'{"message":"at arn:secret"}', exception_type="throttlingException", message_type="exception")
    told = EventStreamRecoder().feed(given_)
    assert told.startswith(b"event: error\n")
    assert b"throttlingException" in told
    assert b"arn:secret" not in told


def test_events_nobody_knows_are_left_out() -> None:
    assert EventStreamRecoder().feed(message(b"{}", event_type="metadata", message_type="event")) == b""


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"{}",
        b'{"bytes":"%%"}',
        b'{"bytes":5}',
        b'{"bytes":"W10="}',
        b'{"bytes":"e30="}',
        b'{"bytes":"eyJ0eXBlIjoiYVxuYiJ9"}',
    ],
)
def test_chunks_that_cannot_be_read_end_the_stream(payload: bytes) -> None:
    with pytest.raises(BadUpstreamError) as caught:
        EventStreamRecoder().feed(message(payload, event_type="chunk", message_type="event"))
    assert caught.value.code == "WL-GW-210"


@pytest.mark.parametrize("block", [b"\x05ab", b"\x01a\x0a", b"\x01a\x07\x00\x09x", header("a", "1") + header("a", "2")])
def test_headers_that_cannot_be_read_end_the_stream(block: bytes) -> None:
    prelude = (len(block) + 16).to_bytes(4, "big") + len(block).to_bytes(4, "big")
    framed = prelude + zlib.crc32(prelude).to_bytes(4, "big") + block
    with pytest.raises(BadUpstreamError):
        list(EventStreamReader().feed(framed + zlib.crc32(framed).to_bytes(4, "big")))


def test_errors_of_aws_are_worded_as_the_surface_has_them() -> None:
    told = json.loads(aws_refusal(400, b'{"message":"messages: at least one is required"}'))
    assert told["error"] == {"type": "invalid_request_error", "message": "messages: at least one is required"}
    assert aws_refusal(400, b"<html>") == b"<html>"
    assert aws_refusal(400, b'{"code":1}') == b'{"code":1}'
