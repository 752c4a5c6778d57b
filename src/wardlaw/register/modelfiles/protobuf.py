"""Protocol buffers without their schema: fields by number, within bounds.

Source: the encoding page of Protocol Buffers; only what ONNX and TensorFlow write.
"""

from __future__ import annotations

from collections.abc import Iterator

from wardlaw.register.modelfiles.seen import Rule, StopLooking
from wardlaw.register.modelfiles.source import PartSource, Ranged

_VARINT, _EIGHT, _BYTES, _FOUR = 0, 1, 2, 5


def fields(message: Ranged) -> Iterator[tuple[int, int | PartSource]]:
    """Each field of a message: its number, and a number or the range of its bytes.

    Raises:
        StopLooking: It is no message.
    """
    at, size = 0, message.size
    window, begin = message.read(0, 4096), 0
    while at < size:
        if at - begin > len(window) - 32 and begin + len(window) < size:
            window, begin = message.read(at, 4096), at
        key, at = _varint(window, at - begin, begin)
        number, kind = key >> 3, key & 7
        if number == 0:
            raise StopLooking(Rule.DAMAGED, "a field without a number", at)
        if kind == _VARINT:
            value, at = _varint(window, at - begin, begin)
            yield number, value
        elif kind == _BYTES:
            length, at = _varint(window, at - begin, begin)
            if length > size - at:
                raise StopLooking(Rule.HEADER, "a field is longer than its message", at)
            yield number, PartSource(message, at, length)
            at += length
            window, begin = message.read(at, 4096), at
        elif kind in (_EIGHT, _FOUR):
            at += 8 if kind == _EIGHT else 4
        else:
            raise StopLooking(Rule.DAMAGED, "a field of no kind", at)
    if at != size:
        raise StopLooking(Rule.DAMAGED, "a message ends in the middle of a field", at)


def _varint(window: bytes, place: int, begin: int) -> tuple[int, int]:
    value = 0
    for step in range(10):
        if place + step >= len(window):
            raise StopLooking(Rule.DAMAGED, "a message ends in the middle of a number", begin + place)
        byte = window[place + step]
        value |= (byte & 0x7F) << (7 * step)
        if byte < 0x80:
            return value, begin + place + step + 1
    raise StopLooking(Rule.DAMAGED, "a number does not end", begin + place)


def text(part: int | PartSource) -> str:
    """A field as text; the first 4,096 bytes of it."""
    return part.read(0, 4_096).decode("utf-8", "replace") if isinstance(part, PartSource) else ""
