"""Columns that hold names of people, told by the names, whatever the column is called or when it is called nothing."""

from __future__ import annotations

from collections.abc import Sequence

from wardlaw.security.namelike import likeness

LEAST = 5  # values; fewer names say little, and nobody's bulk is made of them
_MOST_WORDS = 4
_LOOKED_AT = 40
_SHARE, _MEAN = 0.7, 0.4  # cities and job titles of two words stay below both: -0.06 and 0.5 at most, measured


def holds_names(values: Sequence[str]) -> bool:
    """Whether most of the values are a given name and a family name."""
    if len(values) < LEAST:
        return False
    looked = list(dict.fromkeys(values))[:_LOOKED_AT]
    if len(looked) < LEAST:
        return False
    scores = [_score(value) for value in looked]
    named = [score for score in scores if score is not None]
    if len(named) < _SHARE * len(looked):
        return False
    return sum(named) >= _MEAN * len(named) and sum(score > 0 for score in named) >= _SHARE * len(looked)


def _score(value: str) -> float | None:
    words = value.replace(",", " ").split()
    if not 2 <= len(words) <= _MOST_WORDS or not all(word[:1].isupper() for word in words):
        return None
    if any(char.isdigit() for char in value):
        return None
    return sum(likeness(word.strip(".")) for word in words) / len(words)
