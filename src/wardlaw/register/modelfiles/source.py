"""Bytes by ranges, and one after another: a file of many gigabytes is never held."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from wardlaw.register.modelfiles.seen import Rule, StopLooking

_CHUNK = 1 << 18
_LINE = 1 << 16  # bytes of one name or number
LONG_LINE = 1 << 28  # bytes of one text, in which protocol 0 writes whole arrays


class Ranged(Protocol):
    """Something that has bytes at offsets."""

    @property
    def size(self) -> int:
        """In bytes."""
        ...

    def read(self, at: int, count: int) -> bytes:
        """Up to ``count`` bytes from an offset; fewer only at the end."""
        ...


class BytesSource:
    """Bytes in memory."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self.size = len(content)

    def read(self, at: int, count: int) -> bytes:
        """Up to ``count`` bytes from an offset."""
        return self._content[at : at + count] if at >= 0 and count > 0 else b""


class PartSource:
    """A range of another source."""

    def __init__(self, whole: Ranged, start: int, size: int) -> None:
        self._whole, self._start = whole, start
        self.size = max(0, min(size, whole.size - start))

    def read(self, at: int, count: int) -> bytes:
        """Up to ``count`` bytes from an offset."""
        if at < 0 or at >= self.size:
            return b""
        return self._whole.read(self._start + at, min(count, self.size - at))


def chunks(source: Ranged, at: int = 0) -> Iterator[bytes]:
    """The bytes from an offset on, a piece at a time."""
    while piece := source.read(at, _CHUNK):
        yield piece
        at += len(piece)


class Tape:
    """Bytes one after another, as a loader reads them, with the position."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._held = b""
        self._next = 0
        self._before = 0

    @property
    def position(self) -> int:
        """Bytes that were read."""
        return self._before + self._next

    def _more(self) -> bool:
        piece = next(self._pieces, b"")
        if not piece:
            return False
        self._before += self._next
        self._held = self._held[self._next :] + piece
        self._next = 0
        return True

    def peek(self, count: int) -> bytes:
        """The bytes that come next, not taken."""
        while len(self._held) - self._next < count and self._more():
            pass
        return self._held[self._next : self._next + count]

    def byte(self) -> int:
        """The next byte; -1 at the end."""
        if self._next >= len(self._held) and not self._more():
            return -1
        value = self._held[self._next]
        self._next += 1
        return value

    def take(self, count: int) -> bytes:
        """Exactly so many bytes.

        Raises:
            StopLooking: The file ends before.
        """
        end = self._next + count
        if end <= len(self._held):
            taken = self._held[self._next : end]
            self._next = end
            return taken
        parts = [self._held[self._next :]]
        missing = count - len(parts[0])
        self._next = len(self._held)
        while missing:
            if not self._more():
                raise StopLooking(Rule.DAMAGED, "it ends in the middle of a value", self.position)
            parts.append(self._held[:missing])
            self._next = len(parts[-1])
            missing -= len(parts[-1])
        return b"".join(parts)

    def skip(self, count: int) -> None:
        """Pass so many bytes without keeping them."""
        while count > 0:
            here = len(self._held) - self._next
            if count <= here:
                self._next += count
                return
            count -= here
            self._next = len(self._held)
            if not self._more():
                raise StopLooking(Rule.DAMAGED, "it ends in the middle of a value", self.position)

    def line(self, limit: int = _LINE) -> bytes:
        """Up to a line's end, which is taken and not given.

        Raises:
            StopLooking: No line ends within the limit, or the file does before.
        """
        parts: list[bytes] = []
        size = 0
        while True:
            end = self._held.find(b"\n", self._next)
            if end >= 0:
                parts.append(self._held[self._next : end])
                self._next = end + 1
                return b"".join(parts)
            parts.append(self._held[self._next :])
            size += len(parts[-1])
            self._next = len(self._held)
            if size > limit or not self._more():
                raise StopLooking(Rule.DAMAGED, "a line does not end", self.position)
