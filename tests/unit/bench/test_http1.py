from __future__ import annotations

import pytest
from bench.http1 import AnswerError, AnswerParser, End, Head, request_bytes
from hypothesis import given
from hypothesis import strategies as st

WHOLE = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
EMPTY = b"HTTP/1.1 204 No Content\r\ncontent-length: 0\r\n\r\n"
CHUNKED = b"HTTP/1.1 403 Forbidden\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n1;x=y\r\n!\r\n0\r\n\r\n"


def read(parser: AnswerParser, data: bytes) -> tuple[list[int], bytes, int]:
    """Statuses, the bodies one after the other, and how many ended."""
    events = list(parser.feed(data))
    statuses = [one.status for one in events if isinstance(one, Head)]
    return statuses, b"".join(one for one in events if isinstance(one, bytes)), sum(isinstance(e, End) for e in events)


def test_answers_one_after_the_other() -> None:
    assert read(AnswerParser(), WHOLE + EMPTY + CHUNKED + WHOLE) == ([200, 204, 403, 200], b"hellohello!hello", 4)


@given(st.lists(st.integers(1, 40), max_size=40))
def test_any_chunking_reads_the_same(cuts: list[int]) -> None:
    data = WHOLE + CHUNKED + EMPTY + CHUNKED
    parser, statuses, body, ends = AnswerParser(), [], b"", 0
    for size in [*cuts, len(data)]:
        part, data = data[:size], data[size:]
        found = read(parser, part)
        statuses, body, ends = statuses + found[0], body + found[1], ends + found[2]
    assert (statuses, body, ends) == ([200, 403, 204, 403], b"hellohello!hello!", 4)


@pytest.mark.parametrize(
    "data", [b"SSH-2.0-x\r\n\r\n", b"HTTP/1.1 abc\r\n\r\n", CHUNKED.replace(b"\r\n5\r\n", b"\r\nzz\r\n")]
)
def test_what_is_no_answer_is_refused(data: bytes) -> None:
    with pytest.raises(AnswerError):
        list(AnswerParser().feed(data))


def test_requests() -> None:
    assert request_bytes("/v1/x", {"authorization": "Bearer k"}, b"{}") == (
        b"POST /v1/x HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: 2\r\n"
        b"authorization: Bearer k\r\n\r\n{}"
    )
