"""A language in which every sentence of ours stands in brackets, and what of a page stands outside of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from gettext import NullTranslations
from html.parser import HTMLParser
from typing import Any

from wardlaw.console.pages.inside import ApiAnswerError, InsideApi
from wardlaw.console.pages.messages import Said
from wardlaw.console.pages.translations import language_of

_SEGMENTS = re.compile(r"(%\(\w+\)s|%%)")
_SAID = re.compile("⟦[^⟧]*⟧")
_READ = ("title", "aria-label", "placeholder", "alt")
_UNREAD = ("script", "style", "code", "textarea", "kbd", "pre", "svg")
_VOID = ("input", "meta", "link", "br", "hr", "img", "use", "path", "col", "wbr")
# What is no language: times, units, names of formats, our own name.
_NEUTRAL = re.compile(
    r"\d{4}-\d\d-\d\d( \d\d:\d\d:\d\d [A-Z]+)?|\b\d+(\.\d+)? (ms|s)\b|[+]\d+ ms\b|\b(Wardlaw|CSV|JSON|YAML|PDF|ZIP|UTC|acme|AI|English|Cedar|uid|HTTP|SHA-256)\b"
)
_ROUND = " .,;:·–-+…()'\""
_CODE = re.compile(r"[-_.:@*\d\ufffd]")
_LETTERS = re.compile("[A-Za-z]")
_APART = re.compile(r"\s*[,;·()×→–/]\s*|: |\s{2,}")


class Pseudo(NullTranslations):
    """Puts brackets around each literal piece of a sentence, so that values stand outside."""

    def gettext(self, message: str) -> str:
        parts = _SEGMENTS.split(message)
        parts[::2] = [f"⟦{one}⟧" if one.strip() else one for one in parts[::2]]
        return "".join(parts)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self.gettext(msgid1 if n == 1 else msgid2)


PSEUDO = language_of("qps", Pseudo())


class HeardApi(InsideApi):
    """Keeps every text the API answered: what a page shows of these is data, and nobody's to translate."""

    def __init__(self, api: Any, heard: set[str] | None = None, *, is_unattended: bool = False) -> None:
        super().__init__(api, is_unattended=is_unattended)
        self.heard = set() if heard is None else heard

    def unattended(self) -> InsideApi:
        return HeardApi(self._api, self.heard, is_unattended=True)

    async def _ask(self, *args: Any, **kwargs: Any) -> Any:
        try:
            answer = await super()._ask(*args, **kwargs)
        except ApiAnswerError as error:
            if not isinstance(error.args[0], Said):
                self.heard.update((error.code, error.args[0], error.hint))
            raise
        self.heard.update(texts_in(answer))
        return answer


def texts_in(answer: Any) -> Iterator[str]:
    """Every text in decoded JSON, names of objects' fields too where they are data."""
    if isinstance(answer, str):
        yield answer
    elif isinstance(answer, dict):
        for name, one in answer.items():
            yield name
            yield from texts_in(one)
    elif isinstance(answer, list):
        for one in answer:
            yield from texts_in(one)


def misplaced(html: str) -> list[str]:
    """Attributes that machines read, with a text of ours in them: a class or an address is no text."""
    reading = _Reading()
    reading.feed(html)
    return reading.misplaced


def untold(html: str, data: Iterable[str]) -> list[str]:
    """Texts of a page in ``PSEUDO`` that are neither in brackets nor data."""
    reading = _Reading()
    reading.feed(html)
    # A page shows ids with spaces in place of signs, and texts without the signs that set commands off.
    told = "\n".join(data)
    known = re.sub(r"\s+", " ", f"{told}\n{told.replace('_', ' ').replace('`', '')}")
    runs = (_NEUTRAL.sub("  ", run).strip(_ROUND) for text in reading.texts for run in _SAID.split(text))
    pieces = (one.strip(_ROUND) for run in runs if run not in known for one in _APART.split(run))
    return [one for one in pieces if len(_LETTERS.findall(one)) > 1 and not _is_data(one, known)]


def _is_data(piece: str, known: str) -> bool:
    """It stands in an answer of the API, but for words in it that are codes: ids, addresses, names with signs in them."""
    words = [one for one in piece.split() if not _CODE.search(one)]
    return " ".join(piece.split()) in known or " ".join(words) in known


class _Reading(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.misplaced: list[str] = []
        self._within: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _VOID:
            self._within.append("code" if ("translate", "no") in attrs else tag)
        self.misplaced += [
            f"{tag} {name}={value}"
            for name, value in attrs
            if value and "⟦" in value and name not in _READ and not name.startswith("data-")
        ]
        self.texts += [value for name, value in attrs if name in _READ and value]

    def handle_endtag(self, tag: str) -> None:
        if self._within:
            self._within.pop()

    def handle_data(self, data: str) -> None:
        if data.strip() and not set(self._within) & set(_UNREAD):
            self.texts.append(data)
