"""Clauses as their owners write them: YAML to ``facts.clause.Clause``, every problem with its place."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import msgspec

from wardlaw.facts.action import Action
from wardlaw.facts.clause import Clause, Duty, Example, Risk, Wing
from wardlaw.facts.effect import Effect, Mode
from wardlaw.facts.principal import PrincipalKind
from wardlaw.governance.problems import Problem, in_order
from wardlaw.governance.reader import Located, Reader
from wardlaw.governance.tree import Node, NodeKind, read_tree

CLAUSE_ID = re.compile(r"[A-Z]{2,8}-[0-9]{2,4}\Z")
COMPARISONS = ("over", "at_least", "under", "equals", "one_of", "contains_any")

# In the order a clause is read and written; fmt keeps it.
CLAUSE_KEYS: tuple[str, ...] = (
    "id", "title", "text", "owner", "wing", "risk", "refs", "mode", "effect", "actions", "principals",
    "resources", "valid_from", "valid_to", "when", "unless", "redact", "quarantine", "quarantine_minutes", "approvers",
    "expires_minutes", "duties", "notice", "advice", "examples", "form",
)  # fmt: skip
REQUIRED = ("id", "title", "text", "owner", "wing", "risk", "effect", "actions", "when")
EXAMPLE_KEYS = ("name", "effect", "action", "principal", "resource", "context")
EXAMPLES_SUFFIX = ".examples.yaml"  # examples of hand-written clauses stand in files of this ending
TEST_KEYS = ("attribute", *COMPARISONS)


class PlacedClause(msgspec.Struct, frozen=True):
    """A clause and where its parts stand."""

    clause: Clause
    located: Located


def parse_clauses(text: str, *, source: str) -> tuple[tuple[Clause, ...], tuple[Problem, ...]]:
    """Read one file of clauses: one clause, or a list of them.

    Args:
        text: The file's text.
        source: Its name, for the problems.

    Returns:
        The clauses that could be read whole, and every problem by line. A clause with a problem is
        left out: half a rule must not be enforced as if it were the rule.
    """
    placed, problems = read_clauses(text, source=source)
    return tuple(item.clause for item in placed), problems


def read_clauses(text: str, *, source: str) -> tuple[tuple[PlacedClause, ...], tuple[Problem, ...]]:
    """As ``parse_clauses``, with the place of each part."""
    root, problems = read_tree(text, source=source)
    if root is None:
        return (), problems
    reader = Reader(source)
    nodes = root.items if root.kind is NodeKind.LIST else (root,)
    placed = []
    for node in nodes:
        before = len(reader.problems)
        values = _clause_values(reader, node)
        located = reader.located()
        if len(reader.problems) == before:
            placed.append(PlacedClause(msgspec.convert(values, Clause), located))
    return tuple(placed), in_order(reader.problems)


def read_examples(text: str, *, source: str) -> tuple[dict[str, tuple[Example, ...]], Located, tuple[Problem, ...]]:
    """Read the examples of hand-written clauses: a mapping of clause ids to lists of examples.

    Returns:
        Examples by clause id, their places (by clause id), and every problem.
    """
    root, problems = read_tree(text, source=source)
    if root is None:
        return {}, Located(source, {}), problems
    reader = Reader(source)
    if root.kind is not NodeKind.MAPPING:
        reader.report("WL-POL-006", root, "Expected clause ids, each with a list of examples.")
        return {}, Located(source, {}), in_order(reader.problems)
    found = {}
    for key, value in root.entries:
        reader.places[key.text] = (key.line, key.column)
        examples = _examples(reader, value, key.text)
        found[key.text] = tuple(msgspec.convert(item, Example) for item in examples)
    return found, reader.located(), in_order(reader.problems)


def _clause_values(reader: Reader, node: Node) -> dict[str, Any]:
    found = reader.fields(node, "", known=CLAUSE_KEYS, required=REQUIRED)
    values: dict[str, Any] = {}
    for name, value in found.items():
        read = _FIELDS[name](reader, value)
        if read is not None:
            values[name] = read
    return values


def _words(reader: Reader, node: Node) -> str | None:
    text = reader.text(node)
    if text == "":
        reader.report("WL-POL-006", node, "Expected text, found nothing.")
        return None
    return text


def _line(reader: Reader, node: Node) -> str | None:
    text = _words(reader, node)
    if text is not None and "\n" in text:
        reader.report("WL-POL-006", node, "Expected one line of text.", 'Put the rest into "text".')
        return None
    return text


def _id(reader: Reader, node: Node) -> str | None:
    text = reader.text(node)
    if text is not None and not CLAUSE_ID.match(text):
        reader.report(
            "WL-POL-007", node, f'"{text}" is not a clause id.', "Upper-case letters, a dash, a number: GOV-07."
        )
        return None
    return text


def _texts(name: str) -> Callable[[Reader, Node], tuple[str, ...]]:
    return lambda reader, node: reader.several(node, lambda item: _line(reader, item), path=name)


def _condition(name: str) -> Callable[[Reader, Node], dict[str, Any]]:
    def read(reader: Reader, node: Node) -> dict[str, Any]:
        found = reader.fields(node, name, known=("all", "any"))
        return {key: _tests(reader, value, f"{name}.{key}") for key, value in found.items()}

    return read


def _tests(reader: Reader, node: Node, path: str) -> list[dict[str, Any]]:
    nodes = node.items if node.kind is NodeKind.LIST else (node,)
    return [test for place, item in enumerate(nodes) if (test := _test(reader, item, f"{path}.{place}"))]


def _actions(reader: Reader, node: Node) -> tuple[Action, ...]:
    actions = reader.several(node, lambda item: reader.one_of(item, Action))
    if node.kind is NodeKind.LIST and not node.items:
        reader.report("WL-POL-006", node, "A clause without an action never applies.", "Name at least one action.")
    return actions


def _test(reader: Reader, node: Node, path: str) -> dict[str, Any] | None:
    found = reader.fields(node, path, known=TEST_KEYS, required=("attribute",))
    if not found:
        return None
    named = [name for name in COMPARISONS if name in found]
    if len(named) != 1:
        said = " and ".join(named) if named else "none"
        hint = f"Use exactly one of {', '.join(COMPARISONS)}."
        reader.report("WL-POL-009", node, f"A condition needs one comparison, found {said}.", hint)
        return None
    values: dict[str, Any] = {}
    for name, value in found.items():
        read = _TEST_FIELDS[name](reader, value)
        if name in ("one_of", "contains_any") and not read:
            reader.report("WL-POL-009", value, f'An empty "{name}" is never true.', "Name at least one value.")
        elif read is not None:
            values[name] = read
    return values


def _examples(reader: Reader, node: Node, path: str = "examples") -> list[dict[str, Any]]:
    nodes = node.items if node.kind is NodeKind.LIST else (node,)
    return [item for place, each in enumerate(nodes) if (item := _example(reader, each, f"{path}.{place}"))]


def _example(reader: Reader, node: Node, path: str) -> dict[str, Any]:
    found = reader.fields(node, path, known=EXAMPLE_KEYS, required=("name", "effect", "action"))
    before = len(reader.problems)
    readers: dict[str, Callable[[Node], Any]] = {
        "name": lambda value: _line(reader, value),
        "effect": lambda value: reader.one_of(value, Effect),
        "action": lambda value: reader.one_of(value, Action),
        "principal": lambda value: reader.one_of(value, PrincipalKind),
        "resource": lambda value: _line(reader, value),
        "context": lambda value: _context(reader, value, f"{path}.context"),
    }
    values = {name: readers[name](value) for name, value in found.items()}
    complete = {"name", "effect", "action"} <= values.keys() and len(reader.problems) == before
    return values if complete else {}


def _context(reader: Reader, node: Node, path: str) -> dict[str, Any]:
    if node.kind is not NodeKind.MAPPING:
        reader.report("WL-POL-006", node, "Expected attributes with values.")
        return {}
    values: dict[str, Any] = {}
    for key, value in node.entries:
        if reader.text(key) is None:
            continue
        reader.places[f"{path}.{key.text}"] = (value.line, value.column)
        if value.kind is NodeKind.LIST:
            values[key.text] = list(reader.several(value, reader.text))
        elif (read := reader.scalar(value)) is not None:
            values[key.text] = read
    return values


def _form(reader: Reader, node: Node) -> dict[str, Any] | None:
    found = reader.fields(node, "form", known=("template", "fields"), required=("template", "fields"))
    if len(found) != 2:
        return None
    return {
        "template": _line(reader, found["template"]) or "",
        "fields": _context(reader, found["fields"], "form.fields"),
    }


_FIELDS: dict[str, Callable[[Reader, Node], Any]] = {
    "id": _id,
    "title": _line,
    "text": _words,
    "owner": _line,
    "wing": lambda reader, node: reader.one_of(node, Wing),
    "risk": lambda reader, node: reader.one_of(node, Risk),
    "refs": _texts("refs"),
    "mode": lambda reader, node: reader.one_of(node, Mode),
    "effect": lambda reader, node: reader.one_of(node, Effect, but=(Effect.ALLOW,)),
    "actions": _actions,
    "principals": lambda reader, node: reader.several(node, lambda item: reader.one_of(item, PrincipalKind)),
    "resources": _texts("resources"),
    "valid_from": _line,
    "valid_to": _line,
    "when": _condition("when"),
    "unless": _condition("unless"),
    "redact": _texts("redact"),
    "quarantine": lambda reader, node: reader.claim(node),
    "quarantine_minutes": lambda reader, node: reader.number(node),
    "approvers": lambda reader, node: reader.number(node),
    "expires_minutes": lambda reader, node: reader.number(node),
    "duties": lambda reader, node: reader.several(node, lambda item: reader.one_of(item, Duty)),
    "notice": _line,
    "advice": _words,
    "examples": _examples,
    "form": _form,
}
_TEST_FIELDS: dict[str, Callable[[Reader, Node], Any]] = {
    "attribute": _line,
    "over": lambda reader, node: reader.number(node),
    "at_least": lambda reader, node: reader.number(node),
    "under": lambda reader, node: reader.number(node),
    "equals": lambda reader, node: reader.scalar(node),
    "one_of": lambda reader, node: reader.several(node, lambda item: _line(reader, item)),
    "contains_any": lambda reader, node: reader.several(node, lambda item: _line(reader, item)),
}
