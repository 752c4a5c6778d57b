"""What a text said, as hashes by which pieces of it are known again elsewhere; the text itself is not kept.

Three gists, each bounded whatever the length of the text: its letters and digits in overlapping pieces of ten
(shingles; Broder, "On the resemblance and containment of documents", 1997), its addresses, and its words in overlapping
runs of six. Of a long text the beginning and the end are looked at.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import numpy as np
import numpy.typing as npt

from wardlaw.security.exfiltration import links
from wardlaw.security.fingerprint import canonical_codes
from wardlaw.security.fold import fold_text

GRAM_CHARS = 10
"""Letters and digits of a shingle: a telephone number; fewer are met by chance."""
RUN_WORDS = 6
MOST_CHARS = 131_072
"""Characters of a text that are looked at; its shingles take at most 1 MiB."""

_ODD = 0x9E3779B97F4A7C15  # any odd base would do, since nobody gains by a collision
_BASE, _BASE2, _BASE4 = (np.uint64(pow(_ODD, power, 1 << 64)) for power in (1, 2, 4))
_MOST_LINKS = 2_000
_WORD = re.compile(r"[^\s!-/:-@\[-`{-~]+")
# What stands beside words and is none: everything in ASCII but letters and digits, once folding has undone the rest.
_APART = bytes(code if code > 127 or chr(code).isalnum() else 32 for code in range(256))
_ADDRESS = re.compile(r"(?:https?:)?//[^\s<>\"'()\\]+", re.IGNORECASE)
_ENDS = ".,;:!?*_`'\")]}>|"

Grams = npt.NDArray[np.uint64]


def bounded(text: str) -> str:
    """A text, or the two ends of a long one."""
    half = MOST_CHARS // 2
    return text if len(text) <= MOST_CHARS else f"{text[:half]}\n{text[-half:]}"


def said_grams(text: str) -> Grams:
    """The shingles of a text without its addresses, sorted, each once."""
    plain = _ADDRESS.sub(" ", fold_text(bounded(text)))
    return np.unique(grams(plain.lower()))


def grams(lower: str) -> Grams:
    """The shingle at each letter or digit of a folded text in lower case, in order; empty for a short text."""
    codes = canonical_codes(lower).astype(np.uint64)
    if len(codes) < GRAM_CHARS:
        return np.empty(0, dtype=np.uint64)
    two = codes[:-1] * _BASE + codes[1:]
    four = two[:-2] * _BASE2 + two[2:]
    eight = four[:-4] * _BASE4 + four[4:]
    return eight[:-2] * _BASE2 + two[8:]


def said_links(text: str) -> tuple[frozenset[int], frozenset[str]]:
    """The addresses of a text, hashed, and the names of their hosts."""
    found: set[int] = set()
    hosts: set[str] = set()
    for place, link in enumerate(links(fold_text(bounded(text)).replace("\\/", "/"))):
        if place >= _MOST_LINKS:
            break
        found.add(link_key(link.url))
        hosts.add(host_of(link.url))
    return frozenset(found), frozenset(hosts)


def link_key(url: str) -> int:
    """By what an address is known again: without its scheme and what punctuation of a sentence follows it."""
    return hash(url.replace("&amp;", "&").removeprefix("https:").removeprefix("http:").rstrip(_ENDS))


def host_of(url: str) -> str:
    """The name of an address's host in lower case; empty where there is none."""
    try:
        return (urlsplit(url if "://" in url[:10] else f"https:{url}").hostname or "").rstrip(".")
    except ValueError:  # a bracket without its pair
        return ""


def words_of(text: str) -> list[bytes]:
    """The words of a text, folded and in lower case."""
    return fold_text(text).lower().encode().translate(_APART).split()


def word_spans(text: str) -> list[tuple[int, int]]:
    """Where the words stand; each the whole text where folding makes other words of them."""
    spans = [match.span() for match in _WORD.finditer(text)]
    count = len(words_of(text))
    return spans if len(spans) == count else [(0, len(text))] * count


def said_runs(text: str) -> frozenset[int]:
    """The runs of words of a text, hashed."""
    words = words_of(bounded(text))
    return frozenset(hash(tuple(words[at : at + RUN_WORDS])) for at in range(len(words) - RUN_WORDS + 1))
