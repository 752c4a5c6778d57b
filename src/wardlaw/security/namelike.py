"""How much a word looks like a part of somebody's name, by its letters alone.

Lists of names end somewhere; the letters of "Szöllösy" or "Okonkwo" tell a name that no list holds. The word's
groups of two to four letters are places in a small table of 8-bit weights (``rules/namegrams.py``, written by
``tools/train_names``, where its figures stand). It says what a word looks like, not what it is: "Rowan" may be a tree.
Not covered: scripts other than Latin.
"""

from __future__ import annotations

import unicodedata
import zlib
from base64 import b85decode
from functools import cache, lru_cache

from wardlaw.security.rules import namegrams

_SIZES = (2, 3, 4)
_LONGEST = 24  # letters; longer words are no names
_KEPT = 4096
SHORTEST = 3  # letters; initials and particles say nothing


def letters(word: str) -> str:
    """``word`` in lower case without accents; empty when it has other signs than Latin letters."""
    plain = "".join(char for char in unicodedata.normalize("NFKD", word.lower()) if not unicodedata.combining(char))
    plain = plain.translate(_SPELT)
    return plain if plain.isascii() and plain.isalpha() else ""


def places(plain: str, bits: int) -> list[int]:
    """The table's places of a word's groups of letters, its ends marked."""
    marked = f"^{plain}$"
    mask = (1 << bits) - 1
    return [
        zlib.crc32(marked[at : at + size].encode()) & mask
        for size in _SIZES
        for at in range(len(marked) - size + 1)
    ]  # fmt: skip


@lru_cache(_KEPT)
def likeness(word: str) -> float:
    """Log-odds that ``word`` is a part of a name rather than an ordinary word; 0 when its letters say nothing."""
    plain = letters(word)
    if not SHORTEST <= len(plain) <= _LONGEST:
        return 0.0
    table, found = _table(), places(plain, namegrams.BITS)
    return float(namegrams.BIAS + namegrams.UNIT * sum(table[place] for place in found) / len(found) ** 0.5)


@cache
def _table() -> tuple[int, ...]:
    return tuple(byte - 256 if byte > 127 else byte for byte in b85decode("".join(namegrams.WEIGHTS.split())))


_SPELT = str.maketrans({"ß": "ss", "ø": "o", "đ": "d", "ł": "l", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d", "ı": "i"})
