"""A row of a file that could not be taken in, and reading values that others wrote."""

from __future__ import annotations

import hashlib
import math
from datetime import UTC, datetime

import msgspec

MOST_TEXT = 512
"""Characters of a name, id or scope; longer ones are no such thing."""

_LATEST = 4_102_444_800.0  # the year 2100: later is a mistake of unit


class BadRow(msgspec.Struct, frozen=True):
    """One row that was left out; ``line`` counts from 1, 0 for the file as a whole."""

    line: int
    why: str


class UnreadableError(ValueError):
    """A value is not what its column should hold; the text says why, without the value itself."""


def text_of(value: object, column: str) -> str:
    """A text of at most ``MOST_TEXT`` characters without control characters.

    Raises:
        UnreadableError: It is another kind of value, too long, or would not print.
    """
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise UnreadableError(f"{column} is not a text")
    text = str(value).strip()
    if len(text) > MOST_TEXT:
        raise UnreadableError(f"{column} has more than {MOST_TEXT} characters")
    if not text.isprintable():
        raise UnreadableError(f"{column} holds control characters")
    return text


def name_of(value: object) -> str:
    """A name that others chose, made fit to keep: whatever would not print is replaced, and it is cut to size.

    A platform's entry must not be left out because of its name: that would let an app hide behind it.
    """
    text = value.strip() if isinstance(value, str) else ""
    if not text.isprintable():
        text = "".join(char if char.isprintable() else "\ufffd" for char in text)
    return text[:MOST_TEXT]


def time_of(value: object, column: str) -> float:
    """Unix seconds from ISO 8601, Unix seconds or Unix milliseconds; 0 for nothing. A time without zone is UTC.

    Raises:
        UnreadableError: It is none of these.
    """
    if value is None or value == "":
        return 0.0
    number = _number(value)
    if number is None:
        try:
            read = datetime.fromisoformat(str(value).strip().replace(" UTC", "+00:00"))
        except ValueError as error:
            raise UnreadableError(f"{column} is no time (ISO 8601 or Unix seconds)") from error
        number = (read if read.tzinfo else read.replace(tzinfo=UTC)).timestamp()
    elif number > _LATEST:
        number /= 1000
    if not 0 <= number <= _LATEST:
        raise UnreadableError(f"{column} is a time before 1970 or after 2100")
    return number


def count_of(value: object, column: str) -> int:
    """A whole number that is not negative; 0 for nothing or ``-``.

    Raises:
        UnreadableError: It is none.
    """
    if value in (None, "", "-"):
        return 0
    number = _number(value)
    if number is None or number < 0 or number > 2**53:
        raise UnreadableError(f"{column} is no count")
    return int(number)


def day_of(at: float) -> str:
    """The day of a time, UTC; empty for no time."""
    return datetime.fromtimestamp(at, tz=UTC).strftime("%Y-%m-%d") if at else ""


def key_of(*parts: str) -> str:
    """One id from several texts, the same each time: 32 hex digits of SHA-256."""
    return hashlib.sha256("\x00".join(parts).encode()).hexdigest()[:32]


def _number(value: object) -> float | None:
    if isinstance(value, bool):
        return None
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None
