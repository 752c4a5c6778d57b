"""Sensitive data by the names of fields and by what stands before it in prose."""

from __future__ import annotations

import re
from collections.abc import Iterator

from wardlaw.facts.words import fold, name_words
from wardlaw.security.provenance.vocabulary import SENSITIVE

SHORTEST, LONGEST = 4, 400  # characters of a value; shorter ones are found everywhere by chance
MOST = 1_000  # values remembered in a session
_SHORT = 6  # a shorter value counts only as a word of its own
_SEPARATORS = re.compile(r"[^a-z0-9]+")
_TOLD = re.compile(
    r"\b(password|passcode|passphrase|passwort|kennwort|contrasena|senha|wachtwoord|"
    r"(?:security|verification|confirmation|access|auth\w*|login|2fa|one-time)[ -]code|pin|api[ _-]?key|token)\b"
    r"[^\n.]{0,24}?(?:\bis\b|:|=|\blautet\b|\best\b|\bes\b)\s*[\"'`]?([^\s\"'`,;]{4,64})"
)
# "id" alone names rows; with "number" it names persons.
# Words that say little alone: a postal code, a kind of account, a page token.
_VAGUE = frozenset("code codigo codice token account card carta conta conto konto compte license licence".split())
_QUALIFYING = frozenset("security verification access auth login number no nr num credit debit bank driver api".split())
_NUMBERED = frozenset(("number", "no", "nr", "num"))


def compact(text: str) -> str:
    """Letters and figures only, folded: the form in which sensitive values are compared."""
    return _SEPARATORS.sub("", fold(text))


def of_field(key: str) -> str:
    """Class of the data in a field of this name, ``""`` for ordinary data."""
    words = frozenset(name_words(key))
    if not words:
        return ""
    if "id" in words and words & _NUMBERED:
        return "identity"
    for label, names in SENSITIVE.items():
        told = words & names
        if told and (not told <= _VAGUE or words & _QUALIFYING):
            return label
    return ""


def worth_keeping(code: str, label: str) -> bool:
    """Whether a value can be told from ordinary words: numbers of persons and accounts have figures in them."""
    if len(code) < SHORTEST:
        return False
    figures = any(char.isdigit() for char in code)
    return figures or (label in ("secret", "health") and len(code) >= _SHORT)


def in_prose(text: str) -> Iterator[tuple[str, str]]:
    """Secrets a text tells: "your security code is 463820"."""
    for hit in _TOLD.finditer(fold(text)):
        yield compact(hit[2]), "secret"


def held(text: str, codes: dict[str, str]) -> set[str]:
    """Classes of the remembered values that a text holds, whatever separators stand in them."""
    if not codes:
        return set()
    whole = compact(text)
    words = set(_SEPARATORS.split(fold(text)))
    return {label for code, label in codes.items() if (code in words if len(code) < _SHORT else code in whole)}


def asked_for(label: str, words: set[str]) -> bool:
    """Whether somebody's words name data of this class."""
    return not SENSITIVE.get(label, frozenset()).isdisjoint(words)
