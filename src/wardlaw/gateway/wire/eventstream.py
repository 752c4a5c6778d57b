"""The binary framing of AWS event streams, read into the server-sent events it carries.

A message is two lengths with a CRC of their own, headers, a payload, and a CRC of all of it. Both are checked: what was
changed on the way is no answer.

Source: AWS SDKs reference, "Amazon event stream specification"; Amazon Bedrock API reference, ``ResponseStream``
(2026-11).
"""

from __future__ import annotations

import base64
import binascii
import re
import zlib
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
import orjson

from wardlaw.gateway.wire.dialect import ANTHROPIC
from wardlaw.gateway.wire.failure import BadUpstreamError
from wardlaw.gateway.wire.sse import MAX_EVENT_BYTES, format_named_event

_PRELUDE = 12  # total length, length of the headers, CRC of these two; four bytes each
_OVERHEAD = _PRELUDE + 4
# Sizes of header values by their type; 6 and 7, bytes and text, say their length themselves.
_SIZES = {0: 0, 1: 0, 2: 1, 3: 2, 4: 4, 5: 8, 8: 8, 9: 16}
_NAME = re.compile(r"[a-z][a-z_]{0,63}")  # of an event of the Messages API


class Message(msgspec.Struct, frozen=True):
    """One message: its headers that are text, and its payload."""

    headers: Mapping[str, str]
    payload: bytes


class EventStreamReader:
    """Splits the bytes of an event stream into messages, in any chunking.

    Args:
        max_bytes: Largest message.
    """

    def __init__(self, *, max_bytes: int = MAX_EVENT_BYTES * 2) -> None:
        self._max = max_bytes  # an event grows by a third in base64
        self._buffer = bytearray()

    def feed(self, data: bytes) -> Iterator[Message]:
        """The messages that ``data`` completes; to be read to the end.

        Raises:
            BadUpstreamError: WL-GW-203 a message is too large, WL-GW-210 a checksum does not fit, or the bytes are
                no message.
        """
        buffer = self._buffer
        buffer += data
        while len(buffer) >= _PRELUDE:
            total, headers = int.from_bytes(buffer[:4], "big"), int.from_bytes(buffer[4:8], "big")
            if zlib.crc32(buffer[:8]) != int.from_bytes(buffer[8:_PRELUDE], "big"):
                raise _broken("a length whose checksum does not fit")
            if total > self._max:
                raise BadUpstreamError(
                    "WL-GW-203",
                    f"The upstream sent an event of more than {self._max} bytes.",
                    "Try again; if it stays, look at the upstream.",
                )
            if total < _OVERHEAD + headers:
                raise _broken("a message shorter than its parts")
            if len(buffer) < total:
                return
            whole = bytes(buffer[:total])
            del buffer[:total]
            if zlib.crc32(whole[:-4]) != int.from_bytes(whole[-4:], "big"):
                raise _broken("a message whose checksum does not fit")
            yield Message(_headers(whole[_PRELUDE : _PRELUDE + headers]), whole[_PRELUDE + headers : -4])

    @property
    def is_clean(self) -> bool:
        """Whether nothing is left of a message that has not ended."""
        return not self._buffer


class EventStreamRecoder:
    """Bedrock's stream of an Anthropic model as the events of the Messages API."""

    def __init__(self) -> None:
        self._reader = EventStreamReader()

    def feed(self, data: bytes) -> bytes:
        """The events these bytes complete."""
        return b"".join([_event(message) for message in self._reader.feed(data)])

    def finish(self) -> bytes:
        """Nothing follows; a message that has begun must have ended."""
        if not self._reader.is_clean:
            raise BadUpstreamError(
                "WL-GW-204",
                "The upstream's stream ended in the middle of an event; the answer is not complete.",
                "Try again; what was released before is not a complete answer.",
            )
        return b""


def aws_refusal(status: int, raw: bytes) -> bytes:
    """An error of AWS as the Messages API words it; what cannot be read stays as it came and is not passed on."""
    try:
        doc = orjson.loads(raw)
    except orjson.JSONDecodeError:
        return raw
    message = next((doc[name] for name in ("message", "Message") if name in doc), None) if type(doc) is dict else None
    if type(message) is not str:
        return raw
    return ANTHROPIC.body(status, {"message": message})


def _event(message: Message) -> bytes:
    kind = message.headers.get(":message-type", "")
    if kind in ("exception", "error"):
        what = message.headers.get(":exception-type") or message.headers.get(":error-code") or kind
        error = {"type": "api_error", "message": f"The upstream reported {what}."}
        return format_named_event("error", orjson.dumps({"type": "error", "error": error}))
    if kind != "event" or message.headers.get(":event-type") != "chunk":
        return b""  # an event nobody knows is left out: nobody could judge it
    inner = _inner(message.payload)
    name = inner.get("type")
    if type(name) is not str or not _NAME.fullmatch(name):
        raise _broken("a chunk without the name of an event")
    return format_named_event(name, orjson.dumps(inner))


def _inner(payload: bytes) -> dict[str, Any]:
    """The event that a chunk carries."""
    try:
        doc = orjson.loads(payload)
        inner = orjson.loads(base64.b64decode(doc["bytes"], validate=True))
    except (orjson.JSONDecodeError, binascii.Error, KeyError, TypeError, ValueError):
        raise _broken("a chunk that cannot be read") from None
    if type(inner) is not dict:
        raise _broken("a chunk that is not an object")
    return inner


def _headers(block: bytes) -> dict[str, str]:
    """The headers that are text, by name; the others are passed over."""
    found: dict[str, str] = {}
    at = 0
    try:
        while at < len(block):
            end = at + 1 + block[at]
            name, form = block[at + 1 : end].decode(), block[end]
            at = end + 1
            if form in (6, 7):
                size = int.from_bytes(block[at : at + 2], "big")
                at += 2
                if form == 7:
                    if name in found:
                        raise _broken("two headers of one name")
                    found[name] = block[at : at + size].decode()
            else:
                size = _SIZES[form]
            at += size
    except (IndexError, KeyError, UnicodeDecodeError):
        raise _broken("headers that cannot be read") from None
    if at != len(block):
        raise _broken("headers that are cut off")
    return found


def _broken(what: str) -> BadUpstreamError:
    return BadUpstreamError("WL-GW-210", f"The upstream sent {what}.", "Try again; if it stays, look at the upstream.")
