"""Which passwords may be chosen: long ones that are not made of what everybody tries first. Nothing else is asked.

Source: NIST SP 800-63B-4, section 3.1.1.2: at least 15 characters where a password is the only factor, at least 64
allowed, no rules of composition, no change without a reason, a blocklist of common, repeated and expected values.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from importlib import resources

import msgspec

MIN_LENGTH = 15
"""Characters (code points) after normalising."""

MAX_LENGTH = 256
"""More than any password needs; a bound, so that nobody makes us digest megabytes."""

_OWN_LEFT = 6  # characters that must be left when everything common is taken out
_GOOD_LEFT = (12, 20)  # of them for a good and a very good one: about two and four words of one's own
_STEPS = (
    "01234567890123456789 abcdefghijklmnopqrstuvwxyz qwertyuiop asdfghjkl zxcvbnm qwertz azerty 1qaz2wsx3edc4rfv5tgb "
    "qazwsxedcrfvtgbyhnujm 1qa2ws3ed4rf5tg6yh7uj 1q2w3e4r5t6y7u8i9o0p q1w2e3r4t5y6u7i8o9p0"
)
_MIN_STEP = 4
_LOOKS_LIKE = str.maketrans({"@": "a", "4": "a", "3": "e", "1": "i", "!": "i", "0": "o", "$": "s", "5": "s", "7": "t"})


def normalised(password: str) -> str:
    """The form that is digested: the same whatever keyboard wrote it (UAX 15, NFKC)."""
    return unicodedata.normalize("NFKC", password)


def problem_of(password: str, about: tuple[str, ...] = ()) -> str:
    """Why a password may not be chosen, in words; empty when it may.

    Args:
        about: What an attacker would try for this person: their name, their id, what the installation is called.
    """
    text = normalised(password)
    if len(text) < MIN_LENGTH:
        return f"It has fewer than {MIN_LENGTH} characters. Several words that do not belong together are easy to keep."
    if len(text) > MAX_LENGTH:
        return f"It has more than {MAX_LENGTH} characters."
    plain = text.casefold()
    if plain in _words("leaked-passwords.txt"):
        return "It stands in public lists of the most common passwords."
    left = _own_left(plain, about)
    if left < _OWN_LEFT or len(set(left_over(plain))) < 5:
        return "It is made of what is tried first: common words, rows of keys, repetitions, your own or the installation's name."
    return ""


class Strength(msgspec.Struct, frozen=True):
    """How a password would stand against guessing: a rough measure, which knows nothing of where else it is used.

    Attributes:
        level: 0 too short, 1 may not be chosen, 2 just enough, 3 good, 4 very good.
        problem: Why it may not be chosen; empty when it may.
    """

    level: int
    problem: str = ""


def strength_of(password: str, about: tuple[str, ...] = ()) -> Strength:
    """The measure of a password: how many characters are its own once all that is common is taken out of it.

    Args:
        about: As for `problem_of`.
    """
    if problem := problem_of(password, about):
        return Strength(0 if len(normalised(password)) < MIN_LENGTH else 1, problem)
    left = _own_left(normalised(password).casefold(), about)
    return Strength(2 + sum(left >= bound for bound in _GOOD_LEFT))


def _own_left(plain: str, about: tuple[str, ...]) -> int:
    """Characters that are left of a lower-case text when common words, rows of keys and one's own name are taken out."""
    own = tuple(word for one in about for word in re.split(r"[\W_]+", one.casefold()) if len(word) >= 3)
    return min(len(_rest(form, own)) for form in (plain, plain.translate(_LOOKS_LIKE)))


def left_over(text: str) -> str:
    """A text without repetitions: ``abcabcabc`` is ``abc``."""
    for size in range(1, len(text)):
        if text == (text[:size] * (len(text) // size + 1))[: len(text)]:
            return text[:size]
    return text


def _rest(text: str, own: tuple[str, ...]) -> str:
    """What is left when common words, rows of keys and separators are taken out."""
    rest = left_over(text)
    for word in sorted({*_words("common-passwords.txt"), *own}, key=len, reverse=True):
        rest = rest.replace(word, " ")
    rest = _without_rows(rest)
    return re.sub(r"[\s\d_\W]+", "", rest)


def _without_rows(text: str) -> str:
    kept, place = [], 0
    forms = (_STEPS, _STEPS[::-1])
    while place < len(text):
        length = _MIN_STEP
        while place + length <= len(text) and any(text[place : place + length] in form for form in forms):
            length += 1
        if length > _MIN_STEP:
            place += length - 1
        else:
            kept.append(text[place])
            place += 1
    return "".join(kept)


@functools.cache
def _words(name: str) -> frozenset[str]:
    data = resources.files("wardlaw.governance") / "data" / name
    lines = data.read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))
