"""What pages say: sentences in English that are told in a reader's language where a page is rendered.

A page describes what it says and never asks in which language: ``say`` and its like give a string that reads English and
remembers its sentence; the renderer tells it by a catalogue (``translations``). Joining such strings by ``+`` or an
f-string keeps the English alone, so it is never done: ``say`` fills sentences, ``listed`` and ``joined`` join them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from gettext import NullTranslations

_PLACE = re.compile(r"%\((\w+)\)s|%%")
_ENGLISH = NullTranslations()


class Said(str):
    """A text of ours. As a string it is English; ``told`` gives it in another language.

    Args:
        tell: Says it with the sentences of a language.
    """

    __slots__ = ("_tell",)

    _tell: Callable[[NullTranslations], str]

    def __new__(cls, tell: Callable[[NullTranslations], str]) -> Said:
        made = super().__new__(cls, tell(_ENGLISH))
        made._tell = tell
        return made

    def told(self, words: NullTranslations) -> str:
        """The text in the language of these sentences."""
        return self._tell(words)


def mark(text: str) -> Said:
    """A text that stands alone: a heading, a state, a whole sentence."""
    return Said(lambda words: words.gettext(text) if text else "")


def say(text: str, **values: object) -> Said:
    """A sentence with values in its places: ``say("since %(day)s", day=…)``. Whole numbers get their thousands apart."""
    return Said(lambda words: filled(words.gettext(text), values, words))


def say_many(one: str, many: str, count: int, **values: object) -> Said:
    """A sentence about a count, which stands at ``%(n)s``: ``say_many("%(n)s scope", "%(n)s scopes", 3)``."""
    return Said(lambda words: filled(words.ngettext(one, many, count), {"n": count, **values}, words))


def listed(parts: Iterable[object]) -> Said:
    """Several things in a row: ``mail, files and chats``."""
    kept = tuple(parts)
    return Said(lambda words: _in_a_row([_told(one, words) for one in kept], words))


def joined(parts: Iterable[object], between: str = " · ") -> Said:
    """Things beside each other that make no sentence; empty ones are left out."""
    kept = tuple(parts)
    return Said(lambda words: between.join(text for one in kept if (text := _told(one, words))))


def opened(text: object) -> Said:
    """The same with a capital at its beginning, as a sentence or a cell begins."""
    return Said(lambda words: (told := _told(text, words))[:1].upper() + told[1:])


def filled(sentence: str, values: Mapping[str, object], words: NullTranslations) -> str:
    """A sentence with its values. A place that no value has stays as it is: a slip in a catalogue breaks no page."""

    def value_of(found: re.Match[str]) -> str:
        if found[0] == "%%":
            return "%"
        return _told(values[found[1]], words) if found[1] in values else found[0]

    return _PLACE.sub(value_of, sentence)


def _told(value: object, words: NullTranslations) -> str:
    if isinstance(value, Said):
        return value.told(words)
    return f"{value:,}" if isinstance(value, int) else str(value)


def _in_a_row(told: list[str], words: NullTranslations) -> str:
    if len(told) < 2:
        return told[0] if told else ""
    first = words.gettext(", ").join(told[:-1])
    return filled(words.gettext("%(first)s and %(last)s"), {"first": first, "last": told[-1]}, words)
