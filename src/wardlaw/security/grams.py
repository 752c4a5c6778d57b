"""Hashed n-grams of a text: where in a table of weights each of them stands.

Every place of a text gives four character n-grams (2 to 5) and every word four word n-grams (1 to 3, and a pair with
one word between). Rolling sums modulo 2 to the power of 32 stand for them, so that a text is hashed by a few dozen
operations on whole arrays.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

ORDERS = 4  # n-grams that begin at one character, and at one word
CHUNK: Final = 3600  # characters hashed at once, about; chunks overlap by a window
MAX_WINDOW: Final = 600  # characters; a paragraph

Codes = npt.NDArray[np.uint32]
Table = npt.NDArray[np.int8]

# Odd constants from the fractional parts of the golden ratio and of square roots; any odd numbers would do.
_MIX = np.uint32(0x9E3779B1)
_ROLL = np.uint32(0x85EBCA6B)
_PAIR, _TRIPLE, _GAP, _ONE = np.uint32(0xC2B2AE35), np.uint32(0x27D4EB2F), np.uint32(0x165667B1), np.uint32(0xD3A2646D)
_HALF = np.uint32(15)


def _frozen(array: npt.NDArray[np.generic]) -> npt.NDArray[np.generic]:
    array.flags.writeable = False
    return array


# Digits are one sign, control characters are white space.
_PLAIN = bytes(48 if 48 <= code <= 57 else 32 if code < 32 or code == 127 else code for code in range(256))
_PLAIN_CODES: Codes = np.frombuffer(_PLAIN, np.uint8).astype(np.uint32)
_MIXED: Codes = (_PLAIN_CODES + np.uint32(1)) * _MIX
_IN_WORD = np.array([not (code < 128 and not chr(code).isalnum()) for code in range(256)])
_SPAN = CHUNK + MAX_WINDOW + 16
_POWERS: Codes = np.cumprod(np.full(_SPAN, _ROLL, np.uint32), dtype=np.uint32)
_BACK: Codes = np.cumprod(np.full(_SPAN, pow(int(_ROLL), -1, 1 << 32), np.uint32), dtype=np.uint32)
for _array in (_PLAIN_CODES, _MIXED, _IN_WORD, _POWERS, _BACK):
    _frozen(_array)


def codes_of(lower: str) -> tuple[Codes, npt.NDArray[np.bool_]]:
    """Mixed codes of a text in lower case, a space before and five after, and which of them stand in a word."""
    padded = f" {lower}     "
    if padded.isascii():
        small = np.frombuffer(padded.encode(), np.uint8)
        return _MIXED[small], _IN_WORD[small]
    wide = np.frombuffer(padded.encode("utf-32-le", "surrogatepass"), np.uint32)
    low = np.minimum(wide, np.uint32(255))
    plain = np.where(wide < 128, _PLAIN_CODES[low], wide)
    return (plain + np.uint32(1)) * _MIX, _IN_WORD[low]


def char_grams(mixed: Codes, shift: np.uint32) -> Codes:
    """Places in the table, a row for each length of n-gram, a column for each character of the text."""
    count = len(mixed) - 5
    grams = np.empty((ORDERS, count), np.uint32)
    rolled = mixed[:count]
    for order in range(ORDERS):
        row = np.multiply(rolled, _ROLL, out=grams[order])
        rolled = np.add(row, mixed[order + 1 : order + 1 + count], out=row)
    return np.right_shift(grams, shift, out=grams)


def word_grams(mixed: Codes, in_word: npt.NDArray[np.bool_], shift: np.uint32) -> tuple[npt.NDArray[np.intp], Codes]:
    """Where words begin, and their places in the table, a row for each kind."""
    edges = np.flatnonzero(in_word[1:] != in_word[:-1])
    starts, ends = edges[::2], edges[1::2]
    # The sum of code times power up to a place; a word's own is the difference, moved back to the beginning.
    sums = np.cumsum(mixed * _POWERS[: len(mixed)], dtype=np.uint32)
    words = np.zeros(len(starts) + 2, np.uint32)
    own = (sums[ends] - sums[starts]) * _BACK[starts]
    words[:-2] = (own ^ (own >> _HALF)) * _MIX
    here, following, third = words[:-2], words[1:-1], words[2:]
    grams = np.empty((ORDERS, len(here)), np.uint32)
    pair = here * _PAIR
    grams[0] = here * _ONE
    np.add(pair, following * _ROLL, out=grams[1])
    np.add(grams[1] * _TRIPLE, third, out=grams[2])
    np.add(here * _GAP, third, out=grams[3])
    return starts, grams >> shift


def sums_of(table: Table, lower: str, bits: int) -> npt.NDArray[np.int32]:
    """Running sum of the weights of all n-grams that begin before each place of ``lower``."""
    shift = np.uint32(32 - bits)
    mixed, in_word = codes_of(lower)
    total = np.zeros(len(lower) + 2, np.int32)
    places = total[1:]
    table.take(char_grams(mixed, shift)).sum(axis=0, dtype=np.int32, out=places)
    starts, grams = word_grams(mixed, in_word, shift)
    places[starts] += table.take(grams).sum(axis=0, dtype=np.int32)
    return np.cumsum(total, dtype=np.int32)
