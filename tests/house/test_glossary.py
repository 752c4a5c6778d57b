"""One class for each noun of the house."""

from __future__ import annotations

import ast
from collections import defaultdict

from tests.house.sources import SRC, name_of, python_files, tree

NOUNS = {
    "Principal", "Agent", "Action", "Resource", "Tool", "Grant", "Scope", "Finding", "Taint", "Decision", "Effect",
    "Reason", "Obligation", "Clause", "Control", "PolicySet", "Tripwire", "Canary", "CallApproval", "GrantApproval",
    "SignOff", "Waiver", "System", "Gate", "Verdict", "Evidence", "Record", "Checkpoint", "Proof", "Connector",
    "Incident",
}  # fmt: skip


def test_each_noun_is_defined_once() -> None:
    places: dict[str, list[str]] = defaultdict(list)
    for path in python_files(SRC):
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.ClassDef):
                places[node.name].append(name_of(path))
    ground = {name for name, files in places.items() if any("/facts/" in file for file in files)}
    twice = {name: files for name, files in places.items() if name in NOUNS | ground and len(files) > 1}
    assert twice == {}
    assert len(ground) > 30  # the nouns were really read


def test_the_rooms_are_those_of_the_drawing() -> None:
    rooms = {path.name for path in SRC.iterdir() if path.is_dir() and (path / "__init__.py").exists()}
    drawn = {
        "facts", "security", "governance", "decision", "audit", "evidence", "inventory", "register", "config",
        "store", "adapters", "state", "console", "gateway", "connectors", "witness", "demo", "cli", "testing",
        "documents", "frameworks",
    }  # fmt: skip
    assert rooms == drawn
