"""Putting the text of one clause into the file that holds it, and leaving everything else in that file as it stands."""

from __future__ import annotations

from collections.abc import Mapping

from wardlaw.facts.errors import InputError
from wardlaw.governance.fmt import format_clauses
from wardlaw.governance.tree import Node, NodeKind, read_tree

_YAML = (".yaml", ".yml")


def with_clause(sources: Mapping[str, str], clause: str, text: str) -> tuple[str, str]:
    """The file of a clause, with its new text in the place of the old one.

    Args:
        sources: Text of every file, by name.
        clause: Id of the clause.
        text: One clause as a file of its own.

    Returns:
        Name and whole text of the file; of a clause that no file holds yet, those of a file of its own.

    Raises:
        InputError: It stands where it cannot be replaced alone (WL-LIF-022).
    """
    formatted, problems = format_clauses(text, source=clause)
    new = text if problems else formatted
    for name in sorted(sources):
        if not name.endswith(_YAML) or name.endswith(".examples.yaml"):
            continue
        root, _ = read_tree(sources[name], source=name)
        if root is None:
            continue
        if root.kind is NodeKind.MAPPING and _id_of(root) == clause:
            return name, new
        if root.kind is NodeKind.LIST:
            for place, item in enumerate(root.items):
                if _id_of(item) == clause:
                    return name, _spliced(sources[name], root, place, new)
    fresh = f"{clause.lower()}.yaml"
    if fresh in sources:
        raise InputError("WL-LIF-022", f"{fresh} is there already and holds something else.", "Rename that file.")
    return fresh, new


def _spliced(text: str, root: Node, place: int, new: str) -> str:
    """A list of clauses in which one item is another text; comments before the next item stay where they are."""
    lines = text.split("\n")
    begin = root.items[place].line - 1
    following = root.items[place + 1].line - 1 if place + 1 < len(root.items) else len(lines)
    end = following
    while end > begin + 1 and (not lines[end - 1].strip() or lines[end - 1].lstrip().startswith("#")):
        end -= 1
    head = lines[begin]
    if not head.lstrip().startswith("- "):
        raise InputError(
            "WL-LIF-022",
            "The clause stands in a file whose layout does not let it be replaced alone.",
            "Run `wardlaw policy fmt` first, or change it in its file.",
        )
    margin = head[: len(head) - len(head.lstrip())]
    first, *rest = new.rstrip("\n").split("\n")
    item = [f"{margin}- {first}", *[f"{margin}  {line}".rstrip() for line in rest]]
    return "\n".join([*lines[:begin], *item, *lines[end:]])


def _id_of(node: Node) -> str:
    if node.kind is not NodeKind.MAPPING:
        return ""
    return next((value.text for key, value in node.entries if key.text == "id"), "")
