"""Answers read through a recoding."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence

import pytest

from wardlaw.gateway.recoded import RecodedAnswer
from wardlaw.gateway.wire.failure import BadUpstreamError
from wardlaw.gateway.wire.recoding import Recoding


class _Given:
    def __init__(self, *pieces: bytes, status: int = 200) -> None:
        self.status = status
        self.headers: Sequence[tuple[str, str]] = (("retry-after", "1"),)
        self._pieces = pieces
        self.closed = False

    async def pieces(self) -> AsyncIterator[bytes]:
        for piece in self._pieces:
            yield piece

    async def whole(self, limit_bytes: int) -> bytes:
        return b"".join(self._pieces)[:limit_bytes]

    async def close(self) -> None:
        self.closed = True


class _Pairs:
    """Gives out what came in pairs of two bytes, in upper case."""

    def __init__(self) -> None:
        self._held = b""

    def feed(self, data: bytes) -> bytes:
        self._held += data
        ready, self._held = self._held[: len(self._held) // 2 * 2], self._held[len(self._held) // 2 * 2 :]
        return ready.upper()

    def finish(self) -> bytes:
        if self._held == b"!":
            raise BadUpstreamError("WL-GW-204", "not complete")
        return self._held


async def _read(answer: RecodedAnswer) -> list[bytes]:
    return [piece async for piece in answer.pieces()]


def test_a_stream_goes_through_piece_by_piece_and_what_is_left_comes_last() -> None:
    given = RecodedAnswer(_Given(b"a", b"bc", b"de"), Recoding(stream=_Pairs))
    assert asyncio.run(_read(given)) == [b"AB", b"CD", b"e"]


def test_a_stream_that_is_not_complete_raises() -> None:
    with pytest.raises(BadUpstreamError):
        asyncio.run(_read(RecodedAnswer(_Given(b"ab!"), Recoding(stream=_Pairs))))


def test_whole_answers_and_refusals_have_a_way_each() -> None:
    recoding = Recoding(answer=lambda raw: b"answer " + raw, refusal=lambda status, raw: b"%d " % status + raw)
    assert asyncio.run(RecodedAnswer(_Given(b"x"), recoding).whole(9)) == b"answer x"
    assert asyncio.run(RecodedAnswer(_Given(b"x", status=400), recoding).whole(9)) == b"400 x"


def test_without_a_way_it_comes_as_it_is() -> None:
    given = _Given(b"x", b"y")
    answer = RecodedAnswer(given, Recoding())
    assert asyncio.run(_read(answer)) == [b"x", b"y"]
    assert asyncio.run(answer.whole(9)) == b"xy"
    assert answer.headers == given.headers
    asyncio.run(answer.close())
    assert given.closed
