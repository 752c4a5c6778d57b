"""Statements of an SQL text without their comments, where every database reads them alike.

Databases differ in where a string or a comment ends: MySQL runs ``/*! … */`` and lets ``#`` begin a comment, takes a
backslash before a quote for an escape, and ``--1`` for arithmetic; PostgreSQL nests comments and has ``$$`` strings;
Oracle has ``q'[…]'``. Whoever hides a statement there is seen by one and not by the other. Nobody here knows which
database will read the text, so a text that two of them would cut differently is not read at all.
"""

from __future__ import annotations

import re

MAX_CHARS = 20_000  # reading takes up to 2 s for the worst of them
MAX_NESTING = 40
MAX_STATEMENTS = 50

_PLAIN = re.compile(r"[^'\"`\\\[\]()#$;:/*\-\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\U0010ffff]+")
_DOLLAR = re.compile(r"\$(?:\d|\w*\$)?")
_ORACLE_QUOTE = re.compile(r"(?<![A-Za-z0-9_])[nN]?[qQ]\Z")
_QUOTES = "'\"`"


class UnreadableSqlError(ValueError):
    """Databases may read it differently, or it is too long or too deep."""


def statements(sql: str) -> tuple[str, ...]:
    """The statements in order, each without comments and the semicolon at its end; empty ones left out.

    Raises:
        UnreadableSqlError: Not every database would read it so.
    """
    if len(sql) > MAX_CHARS:
        raise UnreadableSqlError
    return _Cutter(sql).cut()


class _Cutter:
    def __init__(self, sql: str) -> None:
        self._sql = sql
        self._at = 0
        self._nesting = 0
        self._parts: list[str] = []
        self._done: list[str] = []

    def cut(self) -> tuple[str, ...]:
        sql = self._sql
        while self._at < len(sql):
            plain = _PLAIN.match(sql, self._at)
            if plain is not None:
                self._keep(plain.end())
                continue
            self._special(sql[self._at])
        self._end()
        return tuple(self._done)

    def _special(self, char: str) -> None:
        if char in _QUOTES:
            self._string(char)
        elif char == "[":
            self._bracket()
        elif char in "()":
            self._nesting += 1 if char == "(" else -1
            if self._nesting > MAX_NESTING:
                raise UnreadableSqlError
            self._keep(self._at + 1)
        elif char == ";":
            self._end()
            self._at += 1
        elif self._sql.startswith("--", self._at):
            self._line_comment()
        elif self._sql.startswith("/*", self._at):
            self._block_comment()
        elif char == "$":
            self._dollar()
        elif char == ":" and self._sql.startswith(":=", self._at):
            raise UnreadableSqlError  # gathers what it sees in a variable
        elif char in "/*-:]" or char.isalnum():
            self._keep(self._at + 1)
        else:
            raise UnreadableSqlError

    def _keep(self, end: int) -> None:
        self._parts.append(self._sql[self._at : end])
        self._at = end

    def _end(self) -> None:
        text = "".join(self._parts).strip()
        self._parts.clear()
        self._nesting = 0
        if text:
            self._done.append(text)
        if len(self._done) > MAX_STATEMENTS:
            raise UnreadableSqlError

    def _string(self, quote: str) -> None:
        sql, start = self._sql, self._at
        if quote == "'" and _ORACLE_QUOTE.search(sql[max(0, start - 3) : start]):
            raise UnreadableSqlError
        end = start + 1
        while True:
            end = sql.find(quote, end)
            if end < 0 or sql[end - 1] == "\\":
                raise UnreadableSqlError
            if not sql.startswith(quote, end + 1):
                break
            end += 2
        if quote == "`" and _cuts_differently(sql[start + 1 : end]):
            raise UnreadableSqlError
        self._keep(end + 1)

    def _bracket(self) -> None:
        """A quoted name to some, the place in a list to others: the same to both while nothing is quoted in it."""
        end = self._sql.find("]", self._at)
        if end < 0 or _cuts_differently(self._sql[self._at + 1 : end]):
            raise UnreadableSqlError
        self._keep(end + 1)

    def _line_comment(self) -> None:
        end = self._sql.find("\n", self._at)
        end = len(self._sql) if end < 0 else end
        comment = self._sql[self._at + 2 : end]
        if (comment and not comment[0].isspace()) or "\r" in comment.rstrip("\r"):
            raise UnreadableSqlError
        self._parts.append(" ")
        self._at = end

    def _block_comment(self) -> None:
        end = self._sql.find("*/", self._at + 2)
        comment = self._sql[self._at + 2 : end]
        if end < 0 or "/*" in comment or comment[:1] == "!" or comment[:2] == "M!":
            raise UnreadableSqlError
        self._parts.append(" ")
        self._at = end + 2

    def _dollar(self) -> None:
        dollar = _DOLLAR.match(self._sql, self._at)
        if dollar is None or dollar[0].endswith("$"):
            raise UnreadableSqlError
        self._keep(dollar.end())


def _cuts_differently(name: str) -> bool:
    return any(mark in name for mark in ("'", '"', "`", ";", "--", "/*", "#", "\n"))
