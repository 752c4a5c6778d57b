"""Reading what invisible characters spell: the codes that are in use for them, one function for each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import permutations

_BYTE, _ASCII = 8, 7
_MOST_KINDS = 4  # digits of a code; with four, two bits each
_SHORTEST = 2
_LEAST_SCATTERED = 4


def bytes_of_selectors(run: str) -> str:
    """Variation selectors 1 to 256 as bytes; the first sixteen also as halves of bytes, or two of them as bits."""
    values = [ord(char) - 0xFE00 if char <= "\ufe0f" else ord(char) - 0xE0100 + 16 for char in run]
    whole = printable(bytes(values))
    if whole:
        return whole
    if max(values) < 16 and len(values) % 2 == 0:
        halves = printable(bytes(high << 4 | low for high, low in zip(values[::2], values[1::2], strict=True)))
        if halves:
            return halves
    return digits_of(run)


def digits_of(run: str) -> str:
    """Text spelled by two to four kinds of characters as digits of its bytes, whichever kind is which digit.

    With three kinds one may also stand between the letters and the other two be bits.
    """
    kinds = sorted(set(run))
    if not 2 <= len(kinds) <= _MOST_KINDS:
        return ""
    for spelled in _readings(run, kinds):
        if len(spelled) >= _SHORTEST:
            return spelled
    return ""


def _readings(run: str, kinds: Sequence[str]) -> Iterator[str]:
    if len(kinds) == 2:
        read = ["".join("1" if char == one else "0" for char in run) for one in reversed(kinds)]
        yield from (_from_bits(bits, _BYTE) for bits in read)
        # Seven random bits are a letter three times in four: only a longer text of whole letters is believed.
        if len(run) % _ASCII == 0 and len(run) >= _ASCII * _BYTE:
            yield from (_from_bits(bits, _ASCII) for bits in read)
        return
    if len(kinds) == 3:
        for apart in kinds:
            groups = [group for group in run.split(apart) if group]
            for one in set(kinds) - {apart}:
                yield _letters("".join("1" if char == one else "0" for char in group) for group in groups)
    for order in permutations("0123"[: len(kinds)]):
        digits = run.translate({ord(kind): digit for kind, digit in zip(kinds, order, strict=True)})
        yield _from_bits("".join(f"{int(digit):02b}" for digit in digits), _BYTE)


def _from_bits(bits: str, width: int) -> str:
    if len(bits) < width * _SHORTEST:
        return ""
    return printable(bytes(int(bits[at : at + width], 2) for at in range(0, len(bits) - width + 1, width)))


def _letters(groups: Iterator[str]) -> str:
    """One letter for each group of bits."""
    values = [int(group, 2) for group in groups if len(group) <= _BYTE * 2]
    return printable(bytes(values)) if values and max(values) < 256 and len(values) >= _LEAST_SCATTERED else ""


def printable(raw: bytes) -> str:
    """UTF-8 text where ``raw`` is such and can be printed; ``""`` otherwise. Zero bytes at the end are filling."""
    try:
        text = raw.rstrip(b"\0").decode()
    except UnicodeDecodeError:
        return ""
    return text if text.replace("\n", "").isprintable() else ""
