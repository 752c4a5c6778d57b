"""Answers as bytes: what is one, what is none, and whether the connection may be used again."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wardlaw.gateway.wire.response import HEAD_BYTES, GarbledError, ResponseReader, request_bytes, request_prefix

PLAIN = b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello"
CHUNKED = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n"


def read(*parts: bytes, end: bool = False) -> ResponseReader:
    reader = ResponseReader()
    for part in parts:
        reader.feed(part)
    if end:
        reader.end()
    return reader


def body(reader: ResponseReader) -> bytes:
    found = b""
    while (piece := reader.take()) is not None:
        found += piece
    assert reader.waiting_bytes == 0
    return found


@pytest.mark.parametrize("answer", [PLAIN, CHUNKED], ids=["length", "chunked"])
@given(data=st.data())
def test_however_the_bytes_arrive_the_answer_is_the_same(answer: bytes, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.lists(st.integers(0, len(answer)), max_size=8)))
    edges = [0, *cuts, len(answer)]
    reader = read(*(answer[a:b] for a, b in itertools.pairwise(edges)))
    assert (reader.status, reader.complete, reader.reusable) == (200, True, True)
    assert body(reader) == b"hello"


@given(raw=st.binary(max_size=200))
def test_nothing_else_escapes_than_that_it_is_garbled(raw: bytes) -> None:
    for prefix in (b"", b"HTTP/1.1 200 OK\r\n", CHUNKED[:50]):
        try:
            read(prefix + raw, end=True)
        except GarbledError:
            continue


@pytest.mark.parametrize(
    "answer",
    [
        b"garbage\r\n\r\n",
        b"HTTP/1.1 200 OK\ncontent-length: 1\n\nx",
        b"HTTP/1.1 200 OK\r\ncontent-length : 1\r\n\r\nx",
        b"HTTP/1.1 200 OK\r\nx: a\r\n folded\r\ncontent-length: 1\r\n\r\nx",
        b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nx",
        b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: identity\r\n\r\nx",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\nx\r\n0\r\n\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nx: " + b"a" * (HEAD_BYTES + 10),
    ],
)
def test_what_could_be_read_in_two_ways_is_refused(answer: bytes) -> None:
    with pytest.raises(GarbledError):
        read(answer)


@pytest.mark.parametrize("answer", [b"", PLAIN[:30], PLAIN[:-1], CHUNKED[:-5], CHUNKED[:20]])
def test_an_end_in_the_middle_is_no_answer(answer: bytes) -> None:
    with pytest.raises(GarbledError):
        read(answer, end=True)


def test_a_body_that_lasts_until_the_end_ends_there_and_closes_the_connection() -> None:
    reader = read(b"HTTP/1.1 200 OK\r\nserver: old\r\n\r\nhel", b"lo")
    assert not reader.complete
    reader.end()
    assert (reader.complete, reader.reusable, body(reader)) == (True, False, b"hello")


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\nconnection: close\r\n\r\nhello",
        b"HTTP/1.0 200 OK\r\ncontent-length: 5\r\n\r\nhello",
        PLAIN + b"HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nbad",
        PLAIN + b"more",
    ],
)
def test_a_connection_that_closes_or_says_more_is_not_used_again(answer: bytes) -> None:
    reader = read(answer)
    assert (reader.complete, reader.reusable, body(reader)) == (True, False, b"hello")


def test_interim_answers_and_trailers_are_passed_over() -> None:
    early = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n"
    reader = read(early + PLAIN)
    assert (reader.status, reader.headers, body(reader)) == (200, [("content-length", "5")], b"hello")
    trailed = read(CHUNKED[:-2] + b"x-secret: 1\r\n\r\n")
    assert (trailed.headers, trailed.complete) == ([("transfer-encoding", "chunked")], True)


def test_an_answer_without_body_is_complete_with_its_head() -> None:
    reader = read(b"HTTP/1.1 204 No Content\r\n\r\n")
    assert (reader.status, reader.complete, reader.reusable) == (204, True, True)


def test_a_request_is_written_as_one_piece() -> None:
    prefix = request_prefix("/v1", "models.example:8443", [("authorization", "Bearer k")])
    assert request_bytes(prefix, "/chat/completions", [("accept", "application/json")], b"{}") == (
        b"POST /v1/chat/completions HTTP/1.1\r\naccept: application/json\r\ncontent-length: 2\r\n"
        b"host: models.example:8443\r\nauthorization: Bearer k\r\n\r\n{}"
    )


@pytest.mark.parametrize("value", ["a\r\nx: b", "a\nb", "a\x00", "\x7f"])
def test_a_header_with_a_line_break_is_never_written(value: str) -> None:
    with pytest.raises(ValueError, match="x-extra"):
        request_prefix("/v1", "here", [("x-extra", value)])
