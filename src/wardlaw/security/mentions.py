"""Places and companies a text mentions by what stands around them, and websites that somebody calls theirs.

They are personal data only beside a person, so that ``people`` reports them with the lowest score of all.
Not covered: places and companies that stand by themselves, save countries and great cities.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import re2

from wardlaw.security.rules import people as words

PART_OF_PLACES = frozenset("new north south west east united nan suite flat unit room building".split())
"""Common words that are parts of names of places too."""
_GIVEN_NO_PLACE = words.GIVEN - words.PLACES
_TOWN = r"\p{Lu}\p{L}+(?:[ -](?:(?:de|del|la|am|an der|sur|upon|nad|i|do|di) )?\p{Lu}\p{L}+){0,3}"
_FORMS = (
    "Inc|Ltd|LLC|PLC|GmbH|AG|Corp|Corporation|Group|Associates|Partners|Bank|Holdings|Systems|Software|Technologies|Solutions|"
    "Orchestra|University|Foundation"
)
# What tells a place or a company: where somebody is, whom somebody works for, the form of a company.
_CONTEXT: tuple[tuple[str, str], ...] = (
    ("organisation", rf"\b((?:\p{{Lu}}[\w&'.-]*,? (?:and |& )?){{1,4}}(?:{_FORMS})\b\.?)"),
    (
        "organisation",
        (
            r"\b(?:[Ww]ork(?:s|ed|ing)? (?:for|at)|CEO of|employee of|employed (?:by|at)|[Cc]ompany:|[Ee]mployer:|[Oo]rganisation:|support|"
            r"career at|job at) (\p{Lu}[\w&'-]*(?: (?:and |& )?\p{Lu}[\w&'-]*){0,3})"
        ),
    ),
    (
        "organisation",
        r"\b(?:[Aa]ddress of|[Cc]ustomers? of|[Oo]ffices? of|[Pp]roducts of|[Ss]hares? of|CEO at|year at) (\p{Lu}[\w&'-]*(?: (?:and |& )?\p{Lu}[\w&'-]*){0,3})",
    ),
    (
        "organisation",
        r"\b(\p{Lu}[\w&'-]+(?: \p{Lu}[\w&'-]+){0,2}) (?:office|headquarters|employees|shareholders|customers)\b",
    ),
    (
        "organisation",
        r"(?:^|[.!?\n>] ?)(\p{Lu}[\w&'-]+(?: \p{Lu}[\w&'-]+){0,2}) (?:was founded|is the brainchild|is an? (?:\p{L}+ ){0,3}(?:company|agency|bank|firm|charity|startup|start-up|manufacturer|provider|non-profit|nonprofit))\b",
    ),
    (
        "website",
        r"(?i:\b(?:my|our|his|her|their|personal) (?:web ?site|site|page|homepage|blog|profile)(?: is| at|:)?|(?:^|\n)[> ]*(?:web ?site|homepage|blog|url|web):)\s{0,3}((?i:https?://|www\.)[^\s<>\"']{4,200})",
    ),
    (
        "place",
        rf"\b(?:in|from|to|at|near|visit|visited|through|around|live in|born in|Where:|City:|Country:|Location:|Town:) ({_TOWN}(?: \d{{4,5}})?)",
    ),
    ("place", rf"\b((?i:{'|'.join(sorted(words.PLACES, key=len, reverse=True))}))\b"),
)


@cache
def _contexts() -> tuple[tuple[str, re2._Regexp], ...]:
    options = re2.Options()
    options.log_errors = False
    return tuple((label, re2.compile(pattern, options)) for label, pattern in _CONTEXT)


def mentioned(text: str) -> Iterator[tuple[int, int, str]]:
    """Towns and countries somebody is in, comes from or goes to, and companies by their form or by who works there."""
    for label, pattern in _contexts():
        for match in pattern.finditer(text):
            if label == "website":
                yield *match.span(1), label
                continue
            first = bare(match[1].split()[0])
            common = first in words.COMMON and first not in PART_OF_PLACES
            if match[1][0].isupper() and not common and not (label == "place" and first in _GIVEN_NO_PLACE):
                yield *match.span(1), label


def bare(word: str) -> str:
    """A word in lower case without what clings to it."""
    return word.strip(".,'").lower().removesuffix("'s")
