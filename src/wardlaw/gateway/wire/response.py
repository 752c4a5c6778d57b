"""The upstream's side of HTTP/1.1 without sockets: the bytes of a request, and the reading of its answer.

The grammar is llhttp's, the parser of Node.js, through httptools. Here stands what a client must hold besides: one
answer to one request, nothing before or after it, a head of bounded size, and a clear word whether the connection may
be used again.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

import httptools

HEAD_BYTES = 65_536  # several times the heads vendors send; more would be memory for the asking
_INTERIM = range(100, 200)
_WITHOUT_BODY = frozenset((204, 304))  # RFC 9112 section 6.3


class GarbledError(Exception):
    """The bytes are no answer to the request; the connection is of no use any more."""


class ResponseReader:
    """Reads one answer.

    Attributes:
        status: 0 until the head is complete.
        headers: Lower-case names, in order; complete with the head.
        pieces: What arrived of the body and was not taken yet.
        waiting_bytes: Size of these pieces.
        complete: The answer has ended as its head said it would.
        reusable: After it, the connection may carry another request.
    """

    __slots__ = (
        "_framed",
        "_head_bytes",
        "_packed",
        "_parser",
        "complete",
        "headers",
        "pieces",
        "reusable",
        "status",
        "waiting_bytes",
    )

    def __init__(self) -> None:
        self.status = 0
        self.headers: list[tuple[str, str]] = []
        self.pieces: deque[bytes] = deque()
        self.waiting_bytes = 0
        self.complete = False
        self.reusable = False
        self._framed = False
        self._packed = False
        self._head_bytes = 0
        self._parser = httptools.HttpResponseParser(self)

    def feed(self, data: bytes) -> None:
        """Take bytes as they arrive.

        Raises:
            GarbledError: They are not HTTP, the head is too large, or an upgrade nobody asked for.
        """
        if not self.status:
            self._head_bytes += len(data)
            if self._head_bytes > HEAD_BYTES and b"\r\n\r\n" not in data:
                raise GarbledError("a head without end")
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as error:
            self.reusable = False
            if not self.complete:
                raise GarbledError(f"no HTTP/1.1 ({type(error).__name__})") from error
        if self._packed:
            raise GarbledError("a body packed in a way nobody asked for")

    def end(self) -> None:
        """The upstream has closed its side: the end of a body that has no other.

        Raises:
            GarbledError: The answer, or the piece of it, was not complete.
        """
        self.reusable = False
        if self.complete:
            return
        if not self.status or self._framed:
            raise GarbledError("an end in the middle")
        self.complete = True

    def take(self) -> bytes | None:
        """The next piece of the body that is there."""
        if not self.pieces:
            return None
        piece = self.pieces.popleft()
        self.waiting_bytes -= len(piece)
        return piece

    # -- what the parser calls ------------------------------------------------------------------

    def on_message_begin(self) -> None:
        """Something begins; after a complete answer nothing may: whoever sent it answers something else."""
        self.reusable = False

    def on_header(self, name: bytes, value: bytes) -> None:
        """One line of the head, or a trailer, which nobody asked for."""
        if not self.status:
            self.headers.append((name.decode("latin-1").lower(), value.decode("latin-1")))

    def on_headers_complete(self) -> None:
        """The head is complete; that of an interim answer (100, 103) is passed over."""
        status: int = self._parser.get_status_code()
        if self.complete:
            return
        if status in _INTERIM:
            self.headers.clear()
            return
        self.status = status
        codings = [value.strip().lower() for name, value in self.headers if name == "transfer-encoding"]
        self._packed = codings not in ([], ["chunked"])
        self._framed = (
            bool(codings) or status in _WITHOUT_BODY or any(name == "content-length" for name, _ in self.headers)
        )

    def on_body(self, piece: bytes) -> None:
        """A piece of the body."""
        if not self.complete:
            self.pieces.append(piece)
            self.waiting_bytes += len(piece)

    def on_message_complete(self) -> None:
        """The answer has ended, unless it was an interim one."""
        if self.status and not self.complete:
            self.complete = True
            self.reusable = self._framed and bool(self._parser.should_keep_alive())


def request_bytes(prefix: bytes, path: str, headers: Iterable[tuple[str, str]], body: bytes) -> bytes:
    """A request.

    Args:
        prefix: What ``request_prefix`` gave.
        path: Path below it, without spaces and control characters: ours, not the caller's.
        headers: Names and values without control characters; checked where they are made.
        body: All of it.
    """
    lines = "".join([f"{name}: {value}\r\n" for name, value in headers])
    head = f"{path} HTTP/1.1\r\n{lines}content-length: {len(body)}\r\n".encode("latin-1")
    start, _, rest = prefix.partition(b"\n")
    return b"".join((start, head, rest, b"\r\n", body))


def request_prefix(
    base_path: str, host: str, headers: Iterable[tuple[str, str]] = (), *, method: str = "POST"
) -> bytes:
    """What all requests to one destination have in common: the line's start, and headers of its own.

    Raises:
        ValueError: A header would hold a control character.
    """
    lines = [("host", host), *headers]
    for name, value in lines:
        if any(ord(letter) < 32 or ord(letter) == 127 for letter in name + value):
            raise ValueError(name)
    return f"{method} {base_path}\n".encode("latin-1") + "".join([f"{n}: {v}\r\n" for n, v in lines]).encode("latin-1")
