"""The small language of ``--where``: comparisons of fields, joined by ``and``, ``or``, ``not`` and parentheses.

Nothing is evaluated but this: a text becomes a tree of tests, a tree says yes or no about one record.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

import msgspec

from wardlaw.config.problem import nearest
from wardlaw.facts.errors import InputError

MOST_CHARS = 1_000
_MOST_DEPTH = 32
_TOKEN = re.compile(
    r"""\s*(?:
    (?P<quoted>"[^"]*"|'[^']*')
    |(?P<op>!=|<=|>=|=|<|>|~)
    |(?P<mark>[(),])
    |(?P<word>[^\s"'(),=!<>~]+)
    )""",
    re.VERBOSE,
)
_OPERATORS = ("=", "!=", "<", "<=", ">", ">=", "~")
_WORDS = ("and", "or", "not", "in")

Test = Callable[[Mapping[str, Any]], bool]


class _Token(msgspec.Struct, frozen=True):
    kind: str  # "text", "word", "op", "mark" or "end"
    text: str


def parse_where(text: str, fields: Sequence[str]) -> Test:
    """The test an expression stands for.

    Args:
        text: Such as ``effect in (deny, cut) and not route = scan``.
        fields: What may be asked about.

    Raises:
        InputError: It cannot be understood (WL-CLI-046).
    """
    if len(text) > MOST_CHARS:
        raise _wrong(f"it has more than {MOST_CHARS} characters")
    return _Parser(_tokens(text), fields).whole()


class _Parser:
    def __init__(self, tokens: list[_Token], fields: Sequence[str]) -> None:
        self._tokens = tokens
        self._fields = fields
        self._place = 0
        self._depth = 0

    def whole(self) -> Test:
        test = self._either()
        if self._next.kind != "end":
            raise _wrong(f"{self._next.text} was not expected here", "Join comparisons with and, or.")
        return test

    @property
    def _next(self) -> _Token:
        return self._tokens[self._place]

    def _take(self) -> _Token:
        token = self._next
        self._place += 1
        return token

    def _takes(self, kind: str, text: str) -> bool:
        token = self._next
        if token.kind == kind and token.text.lower() == text:
            self._place += 1
            return True
        return False

    def _either(self) -> Test:
        tests = [self._both()]
        while self._takes("word", "or"):
            tests.append(self._both())
        return tests[0] if len(tests) == 1 else lambda record: any(test(record) for test in tests)

    def _both(self) -> Test:
        tests = [self._one()]
        while self._takes("word", "and"):
            tests.append(self._one())
        return tests[0] if len(tests) == 1 else lambda record: all(test(record) for test in tests)

    def _one(self) -> Test:
        self._depth += 1
        if self._depth > _MOST_DEPTH:
            raise _wrong("it is nested too deeply")
        try:
            if self._takes("word", "not"):
                inner = self._one()
                return lambda record: not inner(record)
            if self._takes("mark", "("):
                inner = self._either()
                if not self._takes("mark", ")"):
                    raise _wrong("a parenthesis is not closed")
                return inner
            return self._comparison()
        finally:
            self._depth -= 1

    def _comparison(self) -> Test:
        token = self._take()
        if token.kind != "word" or token.text.lower() in _WORDS:
            raise _wrong(f"a field was expected, not {token.text or 'the end'}", f"One of {', '.join(self._fields)}.")
        field = token.text
        if field not in self._fields:
            choice = nearest(field, self._fields)
            hint = f"Did you mean {choice}?" if choice else f"One of {', '.join(self._fields)}."
            raise _wrong(f"there is no field {field}", hint)
        if self._takes("word", "in"):
            return self._among(field)
        operator = self._take()
        if operator.kind != "op":
            raise _wrong(f"after {field} a comparison was expected", f"One of {' '.join(_OPERATORS)}, or in (…).")
        wanted = self._value()
        return lambda record: _holds(record.get(field, ""), operator.text, wanted)

    def _among(self, field: str) -> Test:
        if not self._takes("mark", "("):
            raise _wrong("after in a list in parentheses was expected", "Such as in (deny, cut).")
        wanted = [self._value()]
        while self._takes("mark", ","):
            wanted.append(self._value())
        if not self._takes("mark", ")"):
            raise _wrong("a parenthesis is not closed")
        return lambda record: any(_holds(record.get(field, ""), "=", one) for one in wanted)

    def _value(self) -> str:
        token = self._take()
        if token.kind not in ("text", "word"):
            raise _wrong(f"a value was expected, not {token.text or 'the end'}", "Put texts with spaces in quotes.")
        return token.text


def _holds(actual: Any, operator: str, wanted: str) -> bool:
    match operator:
        case "=":
            return _equal(actual, wanted)
        case "!=":
            return not _equal(actual, wanted)
        case "~":
            return any(wanted.casefold() in one.casefold() for one in _texts(actual))
    left, right = _number(actual), _number(wanted)
    if left is None or right is None:
        return False
    return {"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right}[operator]


def _equal(actual: Any, wanted: str) -> bool:
    number, asked = _number(actual), _number(wanted)
    if number is not None and asked is not None:
        return number == asked
    # Only the asterisk is special; fnmatch's other signs are not.
    pattern = wanted.replace("[", "[[]").replace("?", "[?]")
    return any(fnmatchcase(one, pattern) for one in _texts(actual))


def _texts(actual: Any) -> list[str]:
    """The texts of a field; of a list each of them."""
    if isinstance(actual, list | tuple):
        return [str(one) for one in actual] or [""]
    return [str(actual)]


def _number(value: Any) -> float | None:
    if isinstance(value, bool):
        return None
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def _tokens(text: str) -> list[_Token]:
    found: list[_Token] = []
    place, end = 0, len(text.rstrip())
    while place < end:
        match = _TOKEN.match(text, place)
        if match is None:
            raise _wrong(f"it cannot be read from here on: {text[place : place + 20].strip()}")
        if match["quoted"] is not None:
            found.append(_Token("text", match["quoted"][1:-1]))
        else:
            kind = "op" if match["op"] else "mark" if match["mark"] else "word"
            found.append(_Token(kind, match[kind]))
        place = match.end()
    return [*found, _Token("end", "")]


def _wrong(why: str, hint: str = "") -> InputError:
    return InputError(
        "WL-CLI-046",
        f"--where cannot be understood: {why}.",
        hint or "Such as --where 'effect = deny and clause = SEC-*'; see docs/cli.md.",
    )
