"""A finding in a file: where it stands, and a name by which it is known again after its lines have moved."""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence

import msgspec

from wardlaw.cli.scanning.judging import MASKED
from wardlaw.facts.finding import Finding, Level

_SHOWN = 48
_AROUND = 100  # characters of a line on each side that belong to the name; a minified file is one line
_SPACE = re.compile(r"\s+")


class Spotted(msgspec.Struct, frozen=True):
    """One finding in a file.

    Attributes:
        path: With slashes, below the current folder where it is.
        line: From 1; ``end_line`` and the columns (from 1, in characters; the end one past the last) alike.
        pointer: Place in a row or a configuration; ``""`` in running text.
        start: Offset in the text that was judged; for rows that is the text at ``pointer``.
        says: What it is, for a person.
        excerpt: What stands there; dots for secrets and personal data.
        fingerprint: The same after lines have moved; another one when what stands there changes.
    """

    path: str
    line: int
    column: int
    end_line: int
    end_column: int
    pointer: str
    start: int
    end: int
    kind: str
    rule: str
    level: Level
    score: int
    label: str
    detector: str
    version: str
    says: str
    excerpt: str
    fingerprint: str = ""


class Lines:
    """Lines and columns of the offsets of a text."""

    def __init__(self, text: str, *, first: int = 1) -> None:
        self._starts = [0, *(match.end() for match in re.finditer("\n", text))]
        self._first = first

    def place(self, offset: int) -> tuple[int, int]:
        """Line and column of an offset, both from 1."""
        index = bisect_right(self._starts, offset) - 1
        return self._first + index, offset - self._starts[index] + 1


def masked_excerpt(text: str, start: int, end: int, *, masks: bool) -> str:
    """What stands there, short, on one line; dots when it must not be shown."""
    if masks:
        return "•" * min(end - start, 8)
    shown = text[start:end]
    return repr(shown if len(shown) <= _SHOWN else shown[:_SHOWN] + "…")[1:-1]


def veiled(text: str, findings: Iterable[Finding]) -> str:
    """The text with dots for every character that belongs to somebody's secret or personal data."""
    shown = list(text)
    for one in findings:
        if one.kind in MASKED:
            shown[one.start : one.end] = "•" * (one.end - one.start)
    return "".join(shown)


def context(text: str, finding: Finding, others: Iterable[Finding] = ()) -> str:
    """What a finding is known by: its line without what is secret in it, and 16 bits of what stands there.

    The bits are enough to tell another value in the same place, and too few to guess a telephone number from.
    """
    low = max(text.rfind("\n", 0, finding.start) + 1, finding.start - _AROUND)
    ending = text.find("\n", finding.end)
    high = min(len(text) if ending < 0 else ending, finding.end + _AROUND)
    line = list(text[low:high])
    for one in (finding, *others):
        if one.kind in MASKED:
            for at in range(max(one.start, low), min(one.end, high)):
                line[at - low] = ""
    value = hashlib.sha256(text[finding.start : finding.end].encode("utf-8", "surrogatepass")).hexdigest()[:4]
    return _SPACE.sub(" ", "".join(line)).strip() + "\0" + value


def with_fingerprints(found: Sequence[tuple[Spotted, str]]) -> list[Spotted]:
    """The findings of one file, each with its name; ``found`` holds each with its context.

    Equal ones are numbered, so that one more of the same is a new one.
    """
    seen: Counter[str] = Counter()
    named: list[Spotted] = []
    for spotted, known_by in found:
        parts = f"{spotted.path}\0{spotted.kind}\0{spotted.rule}\0{known_by}"
        seen[parts] += 1
        digest = hashlib.sha256(f"{parts}\0{seen[parts]}".encode("utf-8", "surrogatepass")).hexdigest()[:32]
        named.append(msgspec.structs.replace(spotted, fingerprint=digest))
    return named
