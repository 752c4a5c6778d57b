"""Each leaf of a call's arguments traced to where it came from.

The best origin that really explains a value counts, but what a person did not say and a text says is the text's: a
field's value that stands in prose too is judged by the reader of the trace (see ``judgement``). Nothing an agent says
about its arguments enters here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from wardlaw.facts.origin import Provenance, Source
from wardlaw.facts.toolclass import Argument, ArgumentRole, ToolClass
from wardlaw.facts.words import words_of
from wardlaw.security.provenance.dates import days_of
from wardlaw.security.provenance.session import Field, Session, is_short, singular, value_keys

MAX_LEAVES = 500  # of one call; real calls have a dozen
MAX_DEPTH = 12
MAX_VALUE = 65_536  # characters of one argument that are traced
_PIECES = 8  # words of a name that may stand in any order in the person's words
_FIELDS = frozenset((Provenance.NAMED_RECORD, Provenance.ASKED_FIELD, Provenance.FIELD))
_VERSION = re.compile(r"v\d{1,6}")
_KIND = frozenset(("type", "kind", "role", "format"))
UNDECLARED = ArgumentRole.TARGET  # of an argument the schema does not know: the strictest


class ArgumentLeaf(msgspec.Struct, frozen=True):
    """One scalar of the arguments; flags and nothing are left out. What the schema does not know speaks for nothing."""

    path: str
    role: ArgumentRole
    text: str
    declared: bool = True


class Trace(msgspec.Struct, frozen=True):
    """Where a value came from.

    Attributes:
        mask: Passages of prose that hold it, whatever its origin.
        soft: The record it comes from is picked out only by a title that anybody could have chosen.
    """

    origin: Provenance
    sources: tuple[Source, ...] = ()
    mask: int = 0
    soft: bool = False


class Arguments(msgspec.Struct, frozen=True):
    """The leaves of a call in the order of their paths; ``complete`` is False beyond the bounds."""

    leaves: tuple[ArgumentLeaf, ...]
    complete: bool = True


def leaves_of(tool: ToolClass, arguments: Any) -> Arguments:
    """Flatten arguments; total whatever they are, and the order of keys does not matter."""
    if not isinstance(arguments, Mapping):
        leaves = (
            [ArgumentLeaf("", UNDECLARED, str(arguments)[:MAX_VALUE], declared=False)] if arguments is not None else []
        )
        return Arguments(tuple(leaves), complete=arguments is None)
    found: list[ArgumentLeaf] = []
    for leaf in _walk(tool, arguments):
        if leaf is None or len(found) >= MAX_LEAVES:
            return Arguments(tuple(found), complete=False)
        found.append(leaf)
    return Arguments(tuple(found))


def _walk(tool: ToolClass, arguments: Mapping[Any, Any]) -> Iterator[ArgumentLeaf | None]:
    for name in sorted(arguments, key=str):
        known = tool.arguments.get(str(name))
        declared = known or Argument(str(name), UNDECLARED)
        pending: list[tuple[str, Any, ArgumentRole, int]] = [(str(name), arguments[name], declared.role, 0)]
        while pending:
            path, value, role, depth = pending.pop()
            if isinstance(value, Mapping | list | tuple):
                if depth >= MAX_DEPTH:
                    yield None
                else:
                    pending.extend(reversed(list(_inside(path, value, role, depth + 1))))
            elif value is not None and not isinstance(value, bool):
                text = value if isinstance(value, str) else _plain(value)
                if text.strip():
                    yield ArgumentLeaf(path, role, text, known is not None)
                if len(text) > MAX_VALUE:
                    yield None


def _inside(path: str, value: Any, role: ArgumentRole, depth: int) -> Iterator[tuple[str, Any, ArgumentRole, int]]:
    if isinstance(value, Mapping):
        for key in sorted(value, key=str):
            yield f"{path}.{key}", value[key], ArgumentRole.OPTION if key in _KIND else role, depth
    else:
        for place, child in enumerate(value):
            yield f"{path}[{place}]", child, role, depth


def _plain(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) and abs(value) < 1e6 else str(value)


def trace(session: Session, text: str, kinds: frozenset[str] = frozenset()) -> Trace:
    """Where a value as a whole came from.

    Args:
        kinds: What the value is an id of, when it is one: a number that counted mails is no file's.
    """
    keys = value_keys(text)
    if not keys:
        return Trace(Provenance.USER)  # only marks and spaces: says nothing
    phrase = keys[0].startswith("w:")
    words = words_of(text) if phrase else []
    mask = session.in_passages(words) if phrase else 0
    for key in () if phrase else keys:
        mask |= session.keys.get(key, 0)
    said = _said(session, keys, words)
    if said is not None:
        return Trace(said, mask=mask)
    for key in keys:
        field = session.fields.get(key)
        if field is not None and kinds and field.kinds and is_short(key):
            field = _of_kind(session, key, kinds) or Field(Provenance.FIELD, field.call)
        if field is not None:
            return Trace(field.origin, (session.source(field.call),), mask, field.soft)
    if mask:
        return Trace(session.worst(mask), session.sources(mask), mask)
    return Trace(Provenance.TEXT if session.overfull else Provenance.UNKNOWN)


def _of_kind(session: Session, key: str, kinds: frozenset[str]) -> Field | None:
    best: Field | None = None
    for kind in kinds:
        found = session.fields.get(f"{key}@{kind}")
        if found is not None and found.better(best):
            best = found
    return best


def _said(session: Session, keys: tuple[str, ...], words: list[str]) -> Provenance | None:
    """Provenance of a value that the person, or somebody trusted, said."""
    if not words:
        origins = [session.user_keys[key] for key in keys if key in session.user_keys]
        return max(origins, key=lambda origin: origin.rank) if origins else None
    if f" {' '.join(words)} " in session.user_text:
        return Provenance.USER
    if _VERSION.fullmatch(words[0]) and f" {' '.join((words[0][1:], *words[1:]))} " in session.user_text:
        return Provenance.USER  # "v2.4.0" of who said "version 2.4.0"
    if 1 < len(words) <= _PIECES and session.user_words.issuperset(words):
        return Provenance.USER
    return None


def trace_day(session: Session, text: str) -> Trace | None:
    """Where the days in a value came from; None when it says none."""
    days = {day for day in days_of(text) if len(day) == len("d:MM-DD")}
    if not days:
        return None
    mask = 0
    for day in days:
        mask |= session.keys.get(day, 0)
    if days & session.days:
        return Trace(Provenance.USER, mask=mask)
    for day in sorted(days):
        field = session.fields.get(day)
        if field is not None:
            return Trace(field.origin, (session.source(field.call),), mask)
    if mask:
        return Trace(session.worst(mask), session.sources(mask), mask)
    return Trace(Provenance.TEXT if session.overfull else Provenance.UNKNOWN)


def call_origin(session: Session, tool: ToolClass, arguments: Any) -> Provenance:
    """How a call came about, judged before its answer is known; the worst argument decides.

    A search for what the person named is ``USER``, for a field's value as trusted as the field; one that a text ordered
    is that text's. One without arguments is asked for when the person speaks of what it reads.
    """
    origins: set[Provenance] = set()
    brought = False
    for leaf in leaves_of(tool, arguments).leaves:
        if leaf.role in (ArgumentRole.OPTION, ArgumentRole.AMOUNT):
            continue
        found = trace_day(session, leaf.text) if leaf.role is ArgumentRole.WHEN else None
        found = found or trace(session, leaf.text)
        origins.add(found.origin)
        brought = brought or (found.mask != 0 and found.origin in _FIELDS)
    prose = [origin for origin in origins if origin.rank < Provenance.NAMED_TEXT.rank]
    if prose:
        return min(prose, key=lambda origin: origin.rank)
    if brought:
        return Provenance.FIELD  # a text that was read names it, and the person does not
    known = [origin for origin in origins if origin is not Provenance.UNKNOWN]
    if known:
        return max(known, key=lambda origin: origin.rank)
    spoken = tool.nouns | {singular(noun) for noun in tool.nouns}
    return Provenance.ASKED_FIELD if spoken & session.user_words else Provenance.UNKNOWN
