"""An upstream's answer read through a recoding, piece by piece as it arrives."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

from wardlaw.gateway.upstream import UpstreamAnswer
from wardlaw.gateway.wire.recoding import Recoding


class RecodedAnswer:
    """An answer in another form than it came in.

    Args:
        answer: As it comes.
        recoding: What makes the other form.
    """

    def __init__(self, answer: UpstreamAnswer, recoding: Recoding) -> None:
        self._answer = answer
        self._recoding = recoding
        self.status: int = answer.status
        self.headers: Sequence[tuple[str, str]] = answer.headers

    async def pieces(self) -> AsyncIterator[bytes]:
        """The stream as it arrives, in the other form; raises ``BadUpstreamError`` where it has none."""
        if self._recoding.stream is None:
            async for piece in self._answer.pieces():
                yield piece
            return
        recoder = self._recoding.stream()
        async for piece in self._answer.pieces():
            if ready := recoder.feed(piece):
                yield ready
        if left := recoder.finish():
            yield left

    async def whole(self, limit_bytes: int) -> bytes:
        """The body in the other form; what is limited is its size as it came."""
        raw = await self._answer.whole(limit_bytes)
        if self.status >= 300:
            return raw if self._recoding.refusal is None else self._recoding.refusal(self.status, raw)
        return raw if self._recoding.answer is None else self._recoding.answer(raw)

    async def close(self) -> None:
        """Let go of it; aborts the upstream when the body has not ended."""
        await self._answer.close()
