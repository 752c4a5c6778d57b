"""Where copies were put, as labels of a session, and whether a later call speaks of such a place.

A place is known by the last part of its name, lower case: ``s3://bucket/out.csv`` is ``out.csv``, ``"dbo"."Copy"`` is
``copy``. The label holds a digest of it, since files are called after people.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterator, Sequence
from typing import Any

import orjson

from wardlaw.facts.exchange import Measures

BULK_COPIED, ROWS_COPIED, COPIED_TO = "copied:bulk", "copied:rows", "copied-to:"
"""Labels: many persons' rows went elsewhere; some did; and to where."""

BULK_ROWS, BULK_PERSONS = 1_000, 100  # as the starter clause on bulk data has them
_MOST_PLACES = 16
_ANYWHERE = COPIED_TO + "*"
_NAME_CHARS = 64
_MOST_CHARS = 200_000
_DIGEST_BYTES = 6
_PART = re.compile(r"[\w$@~-]+(?:\.[\w$@~-]+)*")


def place_label(target: str) -> str:
    """The label of a place; ``""`` for what has no name."""
    name = _last_part(target.lower())
    return COPIED_TO + _digest(name) if name else ""


def copy_labels(measures: Measures, targets: Sequence[str], taint: Collection[str]) -> tuple[str, ...]:
    """Labels of a session that has copied rows.

    Args:
        measures: Of the call that copies: rows asked for, persons in its arguments.
        targets: Where to, as the call has it.
        taint: Labels it carries already; beyond a bound, every place counts as one copied to.
    """
    rows, carried = measures.requested_rows, measures.carried_subjects
    # One row is a total or one person's; the place is marked all the same.
    labels = {ROWS_COPIED} if rows not in (0, 1) or carried else set()
    if rows < 0 or rows > BULK_ROWS or carried > BULK_PERSONS:
        labels.add(BULK_COPIED)
    places = [label for target in targets if (label := place_label(target))]
    known = sum(1 for label in taint if label.startswith(COPIED_TO))
    if not places or known + len(places) > _MOST_PLACES:
        places = [_ANYWHERE]
    return tuple(sorted(labels | set(places)))


def touches_copy(arguments: Sequence[str], taint: Collection[str]) -> bool:
    """Whether the arguments of calls (JSON texts) name a place that rows were copied to."""
    places = {label.removeprefix(COPIED_TO) for label in taint if label.startswith(COPIED_TO)}
    if not places:
        return False
    if "*" in places:
        return True
    if sum(map(len, arguments)) > _MOST_CHARS:
        return True  # more than is looked through: a place may be named anywhere in it
    return any(_digest(name) in places for text in arguments for name in set(_names(text)))


def _last_part(text: str) -> str:
    parts = [part for part in re.split(r"[/\\:\"'`\[\]\s]+", text) if part.strip(".@")]
    return parts[-1].strip(".")[:_NAME_CHARS] if parts else ""


def _digest(name: str) -> str:
    return hashlib.blake2b(name.encode("utf-8", "surrogatepass"), digest_size=_DIGEST_BYTES).hexdigest()


def _names(arguments: str) -> Iterator[str]:
    """Names in the texts of some arguments: whole, by their last part, and without what stands before the dots."""
    try:
        given = orjson.loads(arguments or "{}")
    except orjson.JSONDecodeError:
        given = arguments
    for text in _leaves(given):
        lower = text.lower()
        yield _last_part(lower)
        for part in _PART.findall(lower):
            yield part[:_NAME_CHARS]
            yield part.rpartition(".")[2][:_NAME_CHARS]


def _leaves(given: Any) -> Iterator[str]:
    pending = [given]
    while pending:
        value = pending.pop()
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            pending.extend((*value.keys(), *value.values()))
        elif isinstance(value, list):
            pending.extend(value)
