"""Problems of a configuration file, reported all at once."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

import msgspec

from wardlaw.facts.errors import ConfigError


class ConfigProblem(msgspec.Struct, frozen=True):
    """One thing that is wrong with the configuration.

    Attributes:
        code: Section of ``docs/errors/cfg.md``.
        path: Dotted key; ``""`` for the file as a whole.
        where: ``file:line``, ``env NAME`` or ``flag --set``.
        message: What is wrong, without secrets.
        hint: What to do.
    """

    code: str
    path: str
    where: str
    message: str
    hint: str = ""

    def __str__(self) -> str:
        key = f" {self.path}:" if self.path else ""
        hint = f". {self.hint}" if self.hint else ""
        return f"{self.where}:{key} {self.message}{hint} [{self.code}]"


class ConfigProblemsError(ConfigError):
    """The configuration cannot be used; ``problems`` lists everything that is wrong with it."""

    def __init__(self, problems: Iterable[ConfigProblem]) -> None:
        self.problems = tuple(sorted(problems, key=_line))
        first = self.problems[0]
        if len(self.problems) == 1:
            message = f"{first.where}: {first.path + ': ' if first.path else ''}{first.message}."
            super().__init__(first.code, message, first.hint)
            return
        lines = "\n".join(f"  {problem}" for problem in self.problems)
        super().__init__(
            first.code, f"The configuration has {len(self.problems)} problems:\n{lines}", "Mend each line."
        )


def _line(problem: ConfigProblem) -> tuple[str, int]:
    place, _, line = problem.where.rpartition(":")
    return (place, int(line)) if line.isdigit() else (problem.where, 0)


def nearest(word: str, choices: Iterable[str]) -> str:
    """The choice most like the word, or ``""`` when none is near.

    The cutoff 0.6 is the default of ``difflib``; it finds one or two wrong letters in short keys.
    """
    found = difflib.get_close_matches(word, list(choices), n=1, cutoff=0.6)
    return found[0] if found else ""
