"""Server-sent events, read in any chunking and written in one form.

Source: WHATWG HTML, section 9.2 (event stream format and its interpretation).
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from wardlaw.gateway.wire.failure import BadUpstreamError

MAX_EVENT_BYTES = 1024 * 1024
"""Largest event. Real chunks have below 10 KB; a whole tool call in one event stays below this too."""

DONE = b"[DONE]"
DONE_EVENT = b"data: [DONE]\n\n"

_FIELDS = frozenset({b"data", b"event", b"id", b"retry"})
_BOM = b"\xef\xbb\xbf"


class SseEvent(msgspec.Struct, frozen=True):
    """One event: its data lines joined by a line feed, and its name (``b""`` when it has none)."""

    data: bytes
    name: bytes = b""


class SseParser:
    """Splits the bytes of an event stream into events.

    Bytes are kept as they come until an event is complete, so a character that is split over two chunks
    does no harm; whether the data is UTF-8 is for the reader of the data to find.
    """

    def __init__(self, *, max_event_bytes: int = MAX_EVENT_BYTES) -> None:
        self._max = max_event_bytes
        self._buffer = bytearray()
        self._skip_line_feed = False
        self._at_start = True

    def feed(self, data: bytes) -> Iterator[SseEvent]:
        """The events that ``data`` completes; to be read to the end, since reading them takes the data in.

        Raises:
            BadUpstreamError: WL-GW-202 what comes is not an event stream, WL-GW-203 an event is too large.
        """
        data = self._one_line_end(data)
        buffer = self._buffer
        searched = max(0, len(buffer) - 1)
        buffer += data
        if self._at_start:
            if len(buffer) < len(_BOM) and _BOM.startswith(buffer):
                return
            if buffer.startswith(_BOM):
                del buffer[: len(_BOM)]
                searched = 0
            self._at_start = False
        while (end := buffer.find(b"\n\n", searched)) >= 0:
            block = bytes(buffer[:end])
            del buffer[: end + 2]
            searched = 0
            if len(block) > self._max:
                self._refuse_size()
            event = _read_block(block)
            if event is not None:
                yield event
        if len(buffer) > self._max:
            self._refuse_size()

    def finish(self) -> bytes:
        """What was left of an event when the stream ended; ``b""`` when it ended cleanly."""
        left = bytes(self._buffer).strip(b"\n")
        self._buffer.clear()
        return b"" if all(line.startswith(b":") for line in left.split(b"\n") if line) else left

    def _one_line_end(self, data: bytes) -> bytes:
        """CR LF, CR and LF all end a line; a CR LF may be split over two chunks."""
        if self._skip_line_feed and data:
            self._skip_line_feed = False
            if data.startswith(b"\n"):
                data = data[1:]
        if b"\r" in data:
            self._skip_line_feed = data.endswith(b"\r")
            data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        return data

    def _refuse_size(self) -> None:
        raise BadUpstreamError(
            "WL-GW-203",
            f"The upstream sent an event of more than {self._max} bytes.",
            "Try again; if it stays, look at the upstream.",
        )


def _read_block(block: bytes) -> SseEvent | None:
    """The event of one block of lines; ``None`` when it has no data (a comment that keeps the line open)."""
    if block.startswith(b"data: ") and b"\n" not in block:
        return SseEvent(block[6:])
    data: list[bytes] = []
    name = b""
    for line in block.split(b"\n"):
        field, _, value = line.partition(b":")
        if not field:
            continue  # an empty line or a comment
        if field not in _FIELDS:
            raise BadUpstreamError(
                "WL-GW-202",
                "The upstream sent something that is not an event stream.",
                "Check that its address ends in the API's base path.",
            )
        value = value.removeprefix(b" ")
        if field == b"data":
            data.append(value)
        elif field == b"event":
            name = value
    return SseEvent(b"\n".join(data), name) if data else None


def format_event(data: bytes) -> bytes:
    """One event with this data."""
    if b"\n" in data or b"\r" in data:
        data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n").replace(b"\n", b"\ndata: ")
    return b"data: " + data + b"\n\n"


def format_named_event(name: str, data: bytes) -> bytes:
    """One event with a name, which must be of the protocol's own words."""
    return b"event: " + name.encode() + b"\n" + format_event(data)
