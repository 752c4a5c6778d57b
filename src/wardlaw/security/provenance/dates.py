"""Days in a text, in figures and in words of seven languages, as keys that compare whatever the spelling.

A day is ``d:MM-DD`` and, where a year is said, ``d:YYYY-MM-DD`` too. Of ``03/04/2025`` both readings are kept.
Not covered: relative days ("next Friday"), spelled-out numbers ("the third of May"), other calendars.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from wardlaw.facts.words import fold

_NAMES = (
    "january jan januar janvier enero gennaio janeiro januari jaenner",
    "february feb februar fevrier febrero febbraio fevereiro februari",
    "march mar marz maerz mars marzo marco maart",
    "april apr avril abril aprile",
    "may mai mayo maggio maio mei",
    "june jun juni juin junio giugno junho",
    "july jul juli juillet julio luglio julho",
    "august aug aout agosto augustus",
    "september sep sept septembre septiembre settembre setembro",
    "october oct oktober okt octobre octubre ottobre outubro",
    "november nov novembre noviembre novembro",
    "december dec dezember dez decembre diciembre dicembre dezembro",
)
_MONTHS = {name: month for month, names in enumerate(_NAMES, 1) for name in names.split()}
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_DAY = r"(\d{1,2})(?:st|nd|rd|th|er|\.|o)?"
_JOIN = r"\s*(?:to|until|till|through|and|bis|und|au|et|al|y|a|e|tot|en|-|–|,)\s*(?:the\s+|zum\s+|le\s+|el\s+|il\s+)?"
_YEAR = r"(?:[\s,]+(?:de\s+|of\s+)?(\d{4}))?"
_OF = r"\s+(?:of\s+|de\s+|del\s+)?"
_ISO = re.compile(r"\b(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)")
_FIGURES = re.compile(r"\b(\d{1,2})([./-])(\d{1,2})(?:\2(\d{4}|\d{2}))?(?![\d])")
_DAY_FIRST = re.compile(rf"\b{_DAY}(?:{_JOIN}{_DAY})?{_OF}({_MONTH})\b\.?{_YEAR}")
_MONTH_FIRST = re.compile(rf"\b({_MONTH})\.?\s+(?:the\s+)?{_DAY}\b(?:{_JOIN}{_DAY}\b)?{_YEAR}")
_MAY_HOLD_ONE = re.compile(r"\d")


def days_of(text: str) -> set[str]:
    """Keys of every day said in a text."""
    if not _MAY_HOLD_ONE.search(text):
        return set()
    return {key for year, month, day in _days(fold(text)) for key in _keys(year, month, day)}


def _keys(year: int, month: int, day: int) -> Iterator[str]:
    if 1 <= month <= 12 and 1 <= day <= 31:
        yield f"d:{month:02}-{day:02}"
        if year:
            yield f"d:{year:04}-{month:02}-{day:02}"


def _days(text: str) -> Iterator[tuple[int, int, int]]:
    for hit in _ISO.finditer(text):
        yield int(hit[1]), int(hit[2]), int(hit[3])
    for hit in _FIGURES.finditer(text):
        # Without a year only "24.12." is a day; "1.5" is a number and "4/5" a mark.
        if hit[4] or (hit[2] == "." and text[hit.end() : hit.end() + 1] == "."):
            year = int(hit[4] or 0)
            year += 2000 if 0 < year < 100 else 0
            yield year, int(hit[3]), int(hit[1])
            yield year, int(hit[1]), int(hit[3])
    for hit in _DAY_FIRST.finditer(text):
        for day in (hit[1], hit[2]):
            if day:
                yield int(hit[4] or 0), _MONTHS[hit[3]], int(day)
    for hit in _MONTH_FIRST.finditer(text):
        for day in (hit[2], hit[3]):
            if day:
                yield int(hit[4] or 0), _MONTHS[hit[1]], int(day)
