"""The few lines of HTTP/1.1 a load generator needs: requests as bytes, answers read in any chunking."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec


class Head(msgspec.Struct, frozen=True):
    """The head of an answer."""

    status: int
    headers: dict[str, str]


class End(msgspec.Struct, frozen=True):
    """The answer is complete; the connection may be used again."""


class AnswerError(Exception):
    """What came is no answer we can read."""


def request_bytes(path: str, headers: Mapping[str, str], body: bytes, *, host: str = "127.0.0.1") -> bytes:
    """A POST with this body."""
    lines = [f"POST {path} HTTP/1.1", f"host: {host}", "content-type: application/json", f"content-length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join((*lines, "", "")).encode() + body


class AnswerParser:
    """Splits the bytes of a connection into heads, pieces of bodies, and ends."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._left = 0  # bytes of the body or of the chunk still to come
        self._state = "head"

    def feed(self, data: bytes) -> Iterator[Head | bytes | End]:
        """Take bytes; to be read to the end.

        Raises:
            AnswerError: The bytes are no HTTP/1.1 answer.
        """
        self._buffer += data
        while True:
            before = len(self._buffer), self._state
            match self._state:
                case "head":
                    head = self._read_head()
                    if head is not None:
                        yield head
                case "size":
                    self._read_size()
                case _:
                    piece = self._read_piece()
                    if piece:
                        yield piece
            if self._state == "end":
                self._state = "head"
                yield End()
            elif before == (len(self._buffer), self._state):
                return  # nothing more can be read of what is there

    def _read_piece(self) -> bytes:
        """What is there of the body, or of the chunk."""
        piece = bytes(self._buffer[: self._left])
        del self._buffer[: self._left]
        self._left -= len(piece)
        if not self._left:
            self._state = "end" if self._state == "body" else "size"
        return piece

    def _read_size(self) -> None:
        """The line before a chunk; after the last one the answer is at its end."""
        line = self._size_line()
        if not line:
            return  # not there yet, or the line end after a chunk
        self._left = _hex(line)
        if self._left:
            self._state = "chunk"
            return
        if not self._buffer.startswith(b"\r\n"):
            raise AnswerError("trailers after the last chunk")
        del self._buffer[:2]
        self._state = "end"

    def _read_head(self) -> Head | None:
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            return None
        lines = self._buffer[:end].decode("latin-1").split("\r\n")
        del self._buffer[: end + 4]
        version, _, rest = lines[0].partition(" ")
        if not version.startswith("HTTP/1.") or not rest[:3].isdigit():
            raise AnswerError(f"no HTTP answer: {lines[0][:80]!r}")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
        if headers.get("transfer-encoding", "").lower() == "chunked":
            self._state, self._left = "size", 0
        else:
            self._left = int(headers.get("content-length", "0"))
            self._state = "body" if self._left else "end"
        return Head(int(rest[:3]), headers)

    def _size_line(self) -> bytes | None:
        end = self._buffer.find(b"\r\n")
        if end < 0:
            return None
        line = bytes(self._buffer[:end])
        if line.strip() == b"0" and len(self._buffer) < end + 4:
            return None  # wait for the end of the last chunk
        del self._buffer[: end + 2]
        return line


def _hex(line: bytes) -> int:
    try:
        return int(line.partition(b";")[0], 16)
    except ValueError:
        raise AnswerError(f"no size of a chunk: {line[:40]!r}") from None
