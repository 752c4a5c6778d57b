"""Words of a text as they are compared: folded, without accents and invisible characters.

One spelling for both wings: a tool's name, a person's request and a document are cut into words the same way.
"""

from __future__ import annotations

import re
import unicodedata

_WORD = re.compile(r"[a-z0-9]+|[^\W_a-z0-9]+")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
# Letters that no decomposition takes apart (Unicode has none for them), written as they are replaced in addresses.
_APART = str.maketrans({"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ł": "l", "ı": "i", "’": "'", "‘": "'"})


def fold(text: str) -> str:
    """The text in lower case, compatibility forms resolved, accents and invisible characters taken out."""
    if text.isascii():
        return text.lower()
    apart = unicodedata.normalize("NFKD", text).casefold().translate(_APART)
    return "".join(char for char in apart if unicodedata.category(char) not in ("Mn", "Cf"))


def words_of(text: str) -> list[str]:
    """Words of a text, in order; an underscore parts words, an apostrophe too."""
    return _WORD.findall(fold(text))


def name_words(name: str) -> list[str]:
    """Words of an identifier in any of the usual spellings: ``sendMoney``, ``send_money``, ``send-money``."""
    return words_of(_CAMEL.sub(" ", name))
