"""Hashed n-grams of a text: where in a table of weights each of them stands.

Every place of a text gives four character n-grams (2 to 5) and every word four word n-grams (1 to 3, and a pair with
one word between). Rolling sums modulo 2 to the power of 32 stand for them, so that a text is hashed by a few dozen
operations on whole arrays.
"""

from __future__ import annotations

from typing import Final, TypeVar

import numpy as np
import numpy.typing as npt

ORDERS = 4  # n-grams that begin at one character, and at one word
CHUNK: Final = 3600  # characters hashed at once, about; chunks overlap by a window
MAX_WINDOW: Final = 600  # characters; a paragraph

Codes = npt.NDArray[np.uint32]
Table = npt.NDArray[np.int8]
Shift = npt.NDArray[np.uint32] | np.uint32
_Any = TypeVar("_Any", bound=np.generic)


# Odd constants from the fractional parts of the golden ratio and of square roots; any odd numbers would do. Arrays without
# dimensions, since numpy turns a scalar into one with each operation (0.6 µs of 2 on a thousand characters).
def _constant(value: int) -> Codes:
    return _frozen(np.array(value, np.uint32))


def _frozen(array: npt.NDArray[_Any]) -> npt.NDArray[_Any]:
    array.flags.writeable = False
    return array


_MIX, _ROLL, _HALF = _constant(0x9E3779B1), _constant(0x85EBCA6B), _constant(15)
_FIRST, _FOREIGN = _constant(1), _constant(128)
_PAIR, _TRIPLE, _GAP, _ONE = 0xC2B2AE35, 0x27D4EB2F, 0x165667B1, 0xD3A2646D

# Digits are one sign, control characters are white space.
_PLAIN = bytes(48 if 48 <= code <= 57 else 32 if code < 32 or code == 127 else code for code in range(256))
_IN_WORD = bytes(not (code < 128 and not chr(code).isalnum()) for code in range(256))
# Of ASCII: what is mixed is the code and one, so that no character is 0.
_ASCII_PLUS_ONE = bytes(_PLAIN[code] + 1 if code < 128 else 0 for code in range(256))
_SPAN = CHUNK + MAX_WINDOW + 16
_POWERS: Codes = _frozen(np.cumprod(np.full(_SPAN, _ROLL, np.uint32), dtype=np.uint32))
_BACK: Codes = _frozen(np.cumprod(np.full(_SPAN, pow(int(_ROLL), -1, 1 << 32), np.uint32), dtype=np.uint32))
# What the word at a place is multiplied by, for each kind of n-gram, and the one that follows it.
_OF_WORD: Codes = _frozen(np.array([[_ONE], [_PAIR], [_PAIR * _TRIPLE % 2**32], [_GAP]], np.uint32))
_OF_NEXT: Codes = _frozen(np.array([[int(_ROLL)], [int(_ROLL) * _TRIPLE % 2**32]], np.uint32))


def codes_of(lower: str) -> tuple[Codes, npt.NDArray[np.bool_]]:
    """Mixed codes of a text in lower case, a space before and five after, and which of them stand in a word."""
    padded = f" {lower}     "
    if padded.isascii():
        raw = padded.encode()
        plus_one = np.frombuffer(raw.translate(_ASCII_PLUS_ONE), np.uint8)
        return np.multiply(plus_one, _MIX, dtype=np.uint32), np.frombuffer(raw.translate(_IN_WORD), np.bool_)
    wide = np.frombuffer(padded.encode("utf-32-le", "surrogatepass"), np.uint32)
    raw = np.minimum(wide, _FOREIGN).astype(np.uint8).tobytes()
    plain = np.frombuffer(raw.translate(_PLAIN), np.uint8)
    codes = np.where(plain < _FOREIGN, plain, wide)
    return (codes + _FIRST) * _MIX, np.frombuffer(raw.translate(_IN_WORD), np.bool_)


def char_grams(mixed: Codes, shift: Shift) -> Codes:
    """Places in the table, a row for each length of n-gram, a column for each character of the text."""
    count = len(mixed) - 5
    grams = np.empty((ORDERS, count), np.uint32)
    rolled = mixed[:count]
    for order in range(ORDERS):
        row = np.multiply(rolled, _ROLL, out=grams[order])
        rolled = np.add(row, mixed[order + 1 : order + 1 + count], out=row)
    return np.right_shift(grams, shift, out=grams)


def word_grams(mixed: Codes, in_word: npt.NDArray[np.bool_], shift: Shift) -> tuple[npt.NDArray[np.intp], Codes]:
    """Where words begin, and their places in the table, a row for each kind."""
    edges = (in_word[1:] != in_word[:-1]).nonzero()[0]
    starts, count = edges[::2], len(edges) // 2
    # The sum of code times power up to a place; a word's own is the difference, moved back to the beginning.
    sums = np.add.accumulate(mixed * _POWERS[: len(mixed)], dtype=np.uint32).take(edges)
    words = np.zeros(count + 2, np.uint32)
    own = words[:count]
    np.subtract(sums[1::2], sums[::2], out=own)
    own *= _BACK.take(starts)
    own ^= own >> _HALF
    own *= _MIX
    # One word; it and the next; these and the third; the first and the third.
    grams = own * _OF_WORD
    grams[1:3] += words[1:-1] * _OF_NEXT
    grams[2:] += words[2:]
    return starts, np.right_shift(grams, shift, out=grams)


def shift_of(bits: int) -> Codes:
    """By how much an n-gram is shifted to be a place in a table of ``2 ** bits`` weights."""
    return np.array(32 - bits, np.uint32)


def grams_of(lower: str, bits: int) -> Codes:
    """Places in the table of all n-grams of ``lower``, in no order that means anything."""
    shift = shift_of(bits)
    mixed, in_word = codes_of(lower)
    return np.concatenate((char_grams(mixed, shift).ravel(), word_grams(mixed, in_word, shift)[1].ravel()))


def sums_of(table: Table, lower: str, bits: int) -> npt.NDArray[np.int32]:
    """Running sum of the weights of all n-grams that begin before each place of ``lower``."""
    shift = shift_of(bits)
    mixed, in_word = codes_of(lower)
    total = np.zeros(len(lower) + 2, np.int32)
    places = total[1:]
    table.take(char_grams(mixed, shift)).sum(axis=0, dtype=np.int32, out=places)
    starts, grams = word_grams(mixed, in_word, shift)
    places[starts] += table.take(grams).sum(axis=0, dtype=np.int32)
    return np.add.accumulate(total, dtype=np.int32)
