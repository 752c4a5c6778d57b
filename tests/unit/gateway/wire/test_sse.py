from __future__ import annotations

import pytest

from wardlaw.gateway.wire.failure import BadUpstreamError
from wardlaw.gateway.wire.sse import SseEvent, SseParser, format_event


def _feed(*chunks, **options):
    parser = SseParser(**options)
    events = [event for chunk in chunks for event in parser.feed(chunk)]
    return events, parser.finish()


def test_plain_events():
    assert _feed(b"data: a\n\ndata:b\n\n") == ([SseEvent(b"a"), SseEvent(b"b")], b"")


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_line_ends_comments_and_several_lines(end):
    text = b": hello\n\nevent: x\nid: 1\nretry: 5\n: c\ndata: a\ndata: b\ndata\n\n".replace(b"\n", end)
    assert _feed(text)[0] == [SseEvent(b"a\nb\n", b"x")]
    assert _feed(*(text[at : at + 1] for at in range(len(text))))[0] == [SseEvent(b"a\nb\n", b"x")]


def test_a_byte_order_mark_is_skipped_even_when_split():
    assert _feed(b"\xef", b"\xbb", b"\xbfdata: a\n\n")[0] == [SseEvent(b"a")]


def test_characters_split_over_chunks():
    text = "data: grüße 😀\n\n".encode()
    assert _feed(*(text[at : at + 1] for at in range(len(text))))[0] == [SseEvent("grüße 😀".encode())]


def test_half_an_event_is_reported():
    assert _feed(b"data: a\n\ndata: b\n") == ([SseEvent(b"a")], b"data: b")
    assert _feed(b"data: a\n\n\n\n")[1] == b""
    assert _feed(b"data: a\n\n: bye\n")[1] == b""


def test_an_event_without_data_is_none():
    assert _feed(b"event: ping\n\nid: 3\n\n")[0] == []


@pytest.mark.parametrize("text", [b"<html>\n\n", b'{"choices":[]}\n\n', b"data: a\nfoo: b\n\n", b" data: a\n\n"])
def test_garbage_is_refused(text):
    with pytest.raises(BadUpstreamError) as caught:
        _feed(text)
    assert (caught.value.code, caught.value.http_status) == ("WL-GW-202", 502)


@pytest.mark.parametrize("text", [b"data: " + b"x" * 100, b"data: " + b"x" * 100 + b"\n\n", b": c\n" * 30])
def test_an_event_has_a_size(text):
    with pytest.raises(BadUpstreamError) as caught:
        _feed(text, max_event_bytes=64)
    assert caught.value.code == "WL-GW-203"


def test_format_is_read_back():
    for data in (b"a", b"", b"a\nb", b"a\r\nb"):
        expected = data.replace(b"\r\n", b"\n")
        assert _feed(format_event(data))[0] == [SseEvent(expected)]
