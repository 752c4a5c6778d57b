"""Answers that come in another form than the surface reads: bytes in, bytes out, before anything is judged.

What is judged and released is only what comes out here, so nothing that was lost on the way can reach a caller.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import msgspec


class StreamRecoder(Protocol):
    """One stream on its way from one form into another."""

    def feed(self, data: bytes) -> bytes:
        """What these bytes complete, in the other form.

        Raises:
            BadUpstreamError: They cannot be read, or say something the other form has no word for.
        """

    def finish(self) -> bytes:
        """What is left when the upstream's body has ended; a stream that is not complete stays incomplete.

        Raises:
            BadUpstreamError: As :meth:`feed`.
        """


class Recoding(msgspec.Struct, frozen=True, kw_only=True):
    """How the answers of an upstream become answers of a surface; ``None`` where they are that already.

    Attributes:
        stream: Makes a recoder for one stream.
        answer: A whole answer of status 2xx.
        refusal: Status and body of any other.
    """

    stream: Callable[[], StreamRecoder] | None = None
    answer: Callable[[bytes], bytes] | None = None
    refusal: Callable[[int, bytes], bytes] | None = None
