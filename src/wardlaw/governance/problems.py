"""What is wrong with a policy source, where, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from enum import StrEnum

import msgspec


class Severity(StrEnum):
    """``ERROR`` keeps a policy set from being published; ``WARNING`` is for a person to look at."""

    ERROR = "error"
    WARNING = "warning"


class Problem(msgspec.Struct, frozen=True):
    """One finding of ``policy check``.

    Attributes:
        code: ``WL-POL-NNN``; documented in ``docs/errors/pol.md``.
        source: Name of the file as it was given.
        line: Line, counted from 1.
        column: Column, counted from 1.
        message: What is wrong, in one sentence.
        hint: The next step.
    """

    code: str
    severity: Severity
    source: str
    line: int
    column: int
    message: str
    hint: str = ""

    def __str__(self) -> str:
        tail = f" {self.hint}" if self.hint else ""
        return f"{self.source}:{self.line}:{self.column}: {self.severity.value} {self.code}: {self.message}{tail}"


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """``Did you mean …?`` for the nearest known word, the list when it is short, else nothing."""
    options = sorted(set(known))
    lowered = {option.lower(): option for option in options}
    # 0.6 is difflib's own default: two of five letters may differ.
    close = get_close_matches(word.lower(), list(lowered), n=1, cutoff=0.6)
    if close:
        return f'Did you mean "{lowered[close[0]]}"?'
    if 0 < len(options) <= 12:  # a longer list does not fit a line of an error
        return f"Known: {', '.join(options)}."
    return ""


def in_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Problems by file, line and column; each said once."""
    return tuple(sorted(set(problems), key=lambda p: (p.source, p.line, p.column, p.code, p.message)))


def has_errors(problems: Iterable[Problem]) -> bool:
    """Whether any of them keeps the set from being published."""
    return any(problem.severity is Severity.ERROR for problem in problems)
