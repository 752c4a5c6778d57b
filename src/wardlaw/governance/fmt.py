"""Clause files in one canonical form: keys in one order, one style, comments kept.

Formatting goes from the values that were read, so it can never change what a file means; a file with
problems is left alone. A comment keeps its words and stands above the entry it stood at.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator
from typing import Any

import cedarpy
import msgspec
import yaml

from wardlaw.facts.clause import Clause, Condition, Example, FilledForm, Test
from wardlaw.governance.clauses import (
    CLAUSE_KEYS,
    COMPARISONS,
    EXAMPLE_KEYS,
    EXAMPLES_SUFFIX,
    read_clauses,
    read_examples,
)
from wardlaw.governance.problems import Problem, Severity
from wardlaw.governance.tree import Node, NodeKind, read_tree

WIDTH = 110  # fits beside line numbers in a review

# Texts that need no quotes: begin with a letter, hold nothing YAML gives a meaning, and are no word
# that some reader of YAML 1.1 takes for a claim or for nothing.
_PLAIN = re.compile(r"""[A-Za-z](?:[A-Za-z0-9 _./()'"+;?!-]|,(?= ))*\Z""")
_PLAIN_IN_FLOW = re.compile(r"[A-Za-z][A-Za-z0-9_./-]*\Z")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
_WORDS = frozenset(("y", "n", "yes", "no", "on", "off", "true", "false", "null"))

Value = str | int | bool


class _Line(msgspec.Struct, frozen=True):
    """One line of output; ``path`` names the entry that begins here, ``""`` for none."""

    text: str
    path: str = ""


def format_source(text: str, *, source: str) -> tuple[str, tuple[Problem, ...]]:
    """A policy file in canonical form, by the ending of its name; see ``format_clauses``."""
    if source.endswith(".cedar"):
        return _format_cedar(text, source)
    return _format_examples(text, source) if source.endswith(EXAMPLES_SUFFIX) else format_clauses(text, source=source)


def _format_cedar(text: str, source: str) -> tuple[str, tuple[Problem, ...]]:
    try:
        return cedarpy.format_policies(text.replace("\r\n", "\n"), line_width=WIDTH).rstrip("\n") + "\n", ()
    except ValueError as error:
        message = f"This is not valid Cedar: {error}."
        hint = "Run `wardlaw policy check`; it names the line."
        return text, (Problem("WL-POL-023", Severity.ERROR, source, 1, 1, message, hint),)


def _format_examples(text: str, source: str) -> tuple[str, tuple[Problem, ...]]:
    examples, _, problems = read_examples(text, source=source)
    root, _ = read_tree(text, source=source)
    if problems or root is None:
        return text, problems
    lines: list[_Line] = []
    for name, items in examples.items():
        lines += [_Line("")] if lines else []
        lines.append(_Line(f"{name}:", f".{name}"))
        for place, example in enumerate(items):
            path = f".{name}.{place}"
            lines += _indent(_listed(list(_example(example, path)), path))
    return _with_comments(lines, _comments(text), _places(root)), ()


def format_clauses(text: str, *, source: str) -> tuple[str, tuple[Problem, ...]]:
    """A clause file in canonical form.

    Args:
        text: The file's text.
        source: Its name, for the problems.

    Returns:
        The formatted text and no problems; or the text as it was, and why it was left alone.
    """
    placed, problems = read_clauses(text, source=source)
    root, _ = read_tree(text, source=source)
    if problems or root is None:
        return text, problems
    as_list = root.kind is NodeKind.LIST
    lines: list[_Line] = []
    for place, item in enumerate(placed):
        entries = list(_clause(item.clause, f".{place}"))
        if as_list:
            lines += [_Line("")] if lines else []
            lines += _listed(entries, f".{place}")
        else:
            lines += entries
    return _with_comments(lines, _comments(text), _places(root if as_list else _as_list(root))), ()


def write_clause(clause: Clause) -> str:
    """A clause as a file of its own, in canonical form."""
    return "\n".join(line.text for line in _clause(clause, "")) + "\n"


def _clause(clause: Clause, path: str) -> Iterator[_Line]:
    for key in CLAUSE_KEYS:
        yield from _field(key, getattr(clause, key), f"{path}.{key}")


def _field(key: str, value: Any, path: str) -> Iterator[_Line]:
    """One key of a clause; nothing when it stands at its default."""
    match value:
        case Condition():
            yield from _condition(key, value, path)
        case FilledForm():
            yield _Line("form:", path)
            yield _Line(f"  template: {_scalar(value.template)}", f"{path}.template")
            pairs = [_Line(f"    {name}: {_any(item)}", f"{path}.fields.{name}") for name, item in value.fields.items()]
            yield _Line("  fields:" if pairs else "  fields: {}", f"{path}.fields")
            yield from pairs
        case False | None | "" | ():
            return
        case True:
            yield _Line(f"{key}: true", path)
        case int():
            if value:
                yield _Line(f"{key}: {_any(value)}", path)
        case str():
            yield from _text(key, value, path)
        case tuple() if key == "examples":
            yield _Line("examples:", path)
            for place, example in enumerate(value):
                yield from _indent(_listed(list(_example(example, f"{path}.{place}")), f"{path}.{place}"))
        case tuple():
            yield from _flow_list(key, value, path)


def _condition(key: str, condition: Condition, path: str) -> Iterator[_Line]:
    groups = [(name, tests) for name, tests in (("all", condition.all), ("any", condition.any)) if tests]
    if not groups:
        yield _Line(f"{key}: {{}}", path)
        return
    yield _Line(f"{key}:", path)
    for name, tests in groups:
        yield _Line(f"  {name}:", f"{path}.{name}")
        for place, test in enumerate(tests):
            yield from _indent(_test(test, f"{path}.{name}.{place}"), "    ")


def _test(test: Test, path: str) -> Iterator[_Line]:
    name = next(name for name in COMPARISONS if getattr(test, name) is not None)
    value = getattr(test, name)
    yield _Line(f"- {{attribute: {_scalar(test.attribute)}, {name}: {_any(value)}}}", path)


def _example(example: Example, path: str) -> Iterator[_Line]:
    for key in EXAMPLE_KEYS:
        value = getattr(example, key)
        if key == "context":
            if value:
                pairs = (f"{_scalar(name)}: {_any(item)}" for name, item in value.items())
                yield _Line(f"context: {{{', '.join(pairs)}}}", f"{path}.context")
        elif value and not (key == "principal" and value == Example.__struct_defaults__[0]):
            yield _Line(f"{key}: {_scalar(str(value), flow=False)}", f"{path}.{key}")


def _text(key: str, value: str, path: str) -> Iterator[_Line]:
    line = f"{key}: {_scalar(str(value), flow=False)}"
    if len(line) <= WIDTH:
        yield _Line(line, path)
    elif "\n" not in value and value == " ".join(value.split()):
        yield _Line(f"{key}: >-", path)
        for part in textwrap.wrap(value, WIDTH - 4, break_long_words=False, break_on_hyphens=False):
            yield _Line(f"  {part}")
    else:
        yield _Line(f"{key}: {_quoted(value)}", path)


def _flow_list(key: str, values: Iterable[str], path: str) -> Iterator[_Line]:
    words = [_scalar(str(value)) for value in values]
    line = f"{key}: [{', '.join(words)}]"
    if len(line) <= WIDTH:
        yield _Line(line, path)
        return
    yield _Line(f"{key}:", path)
    for place, word in enumerate(words):
        yield _Line(f"  - {word}", f"{path}.{place}")


def _any(value: Value | Iterable[str]) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return f"{value:_}"
    return _scalar(value) if isinstance(value, str) else f"[{', '.join(_scalar(word) for word in value)}]"


def _scalar(text: str, *, flow: bool = True) -> str:
    pattern = _PLAIN_IN_FLOW if flow else _PLAIN
    plain = (pattern.match(text) and not text.endswith(" ")) or (not flow and _DATE.match(text))
    return text if plain and text.lower() not in _WORDS else _quoted(text)


def _quoted(text: str) -> str:
    return msgspec.json.encode(text).decode()  # every JSON string is a double-quoted YAML string


def _listed(entries: list[_Line], path: str) -> list[_Line]:
    """Entries of a mapping as one item of a list; the item's comments are those of its first entry too."""
    first, *rest = entries
    return [_Line(f"- {first.text}", f"{path} {first.path}"), *_indent(rest)]


def _indent(lines: Iterable[_Line], by: str = "  ") -> Iterator[_Line]:
    for line in lines:
        yield _Line(f"{by}{line.text}", line.path)


class _Comment(msgspec.Struct, frozen=True):
    """A comment; ``own_line`` when nothing else stands on its line."""

    line: int
    text: str
    own_line: bool


def _comments(text: str) -> tuple[_Comment, ...]:
    """Every comment outside of scalars."""
    spans = [
        (token.start_mark.index, token.end_mark.index)
        for token in yaml.scan(text, Loader=yaml.SafeLoader)
        if isinstance(token, yaml.ScalarToken)
    ]
    found = []
    start = 0
    for number, line in enumerate(text.split("\n"), start=1):
        for match in re.finditer(r"(?:^|(?<=\s))#", line):
            place = start + match.start()
            if not any(first <= place < end for first, end in spans):
                own_line = not line[: match.start()].strip()
                found.append(_Comment(number, line[match.start() :].rstrip(), own_line))
                break
        start += len(line) + 1
    return tuple(found)


def _as_list(root: Node) -> Node:
    return Node(NodeKind.LIST, root.line, root.column, items=(root,))


def _places(root: Node) -> tuple[tuple[int, str], ...]:
    """Line and path of every entry, in order of the source."""
    found: list[tuple[int, str]] = []

    def walk(node: Node, path: str) -> None:
        for key, value in node.entries:
            found.append((key.line, f"{path}.{key.text}"))
            walk(value, f"{path}.{key.text}")
        for place, item in enumerate(node.items):
            found.append((item.line, f"{path}.{place}"))
            walk(item, f"{path}.{place}")

    walk(root, "")
    return tuple(found)


def _with_comments(lines: list[_Line], comments: tuple[_Comment, ...], places: tuple[tuple[int, str], ...]) -> str:
    """The lines with each comment above the entry it belongs to; what belongs to none stands at the end."""
    shown = {path for line in lines for path in line.path.split()}
    above: dict[str, list[str]] = {}
    last: list[str] = []
    for comment in comments:
        owner = _owner(comment, places, shown)
        (above.setdefault(owner, []) if owner else last).append(comment.text)
    written: list[str] = []
    for line in lines:
        indent = line.text[: len(line.text) - len(line.text.lstrip())]
        for path in line.path.split():
            written += [f"{indent}{words}" for words in above.get(path, ())]
        written.append(line.text)
    return "\n".join([*written, *last]) + "\n"


def _owner(comment: _Comment, places: tuple[tuple[int, str], ...], shown: set[str]) -> str:
    """Path of the entry a comment belongs to: the one that follows it, or the one whose line it ends."""
    if comment.own_line:
        return next((path for line, path in places if line > comment.line and path in shown), "")
    on_line = [path for line, path in places if line == comment.line and path in shown]
    before = [path for line, path in places if line < comment.line and path in shown]
    return on_line[-1] if on_line else before[-1] if before else ""
