"""After an upgrade: was the published set made by this version, and are the clauses on disk still what was published?

A set is made anew only from clauses that were published; what somebody wrote since must go the ordinary way.
"""

from __future__ import annotations

import hashlib
import json

import cedarpy
import msgspec

from wardlaw.facts.clause import Clause
from wardlaw.facts.errors import ConfigError
from wardlaw.governance.bundle import Bundle, schema_digest
from wardlaw.governance.cedartext import split_statements
from wardlaw.governance.check import Checked
from wardlaw.governance.compile import base_permits, compile_clause
from wardlaw.governance.compiled import CompiledClause
from wardlaw.governance.handwritten import WrittenPolicy, compile_written

_SOURCE = "the published set"


def is_of_this_version(bundle: Bundle) -> bool:
    """Whether attribute table and compiler of this version would give the bundle's policies from its clauses."""
    if bundle.schema != schema_digest():
        return False
    try:
        ours = frozenset(
            statement
            for text in (base_permits(), *map(compile_clause, bundle.clauses))
            for statement in _statements(text)
        )
    except ConfigError:
        return False
    standing = _statements(bundle.text)
    known = {clause.id for clause in bundle.clauses}
    return ours <= standing and not any(_notes(one).get("clause") in known for one in standing - ours)


def differences(bundle: Bundle, checked: Checked) -> tuple[str, ...]:
    """Ids of the clauses and hand-written policies on disk that are not, to the letter, those that were published.

    Args:
        bundle: What is in force, by whichever version it was made.
        checked: What stands on disk.
    """
    before = {clause.id: clause_digest(clause) for clause in bundle.clauses}
    after = {clause.id: clause_digest(clause) for clause in checked.clauses}
    named = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
    by_hand = (item.text for item in checked.compiled if item.clause is None)
    on_disk = frozenset(statement for text in (*by_hand, *checked.permits) for statement in _statements(text))
    for statement in on_disk ^ _handwritten(bundle):
        notes = _notes(statement)
        named.add(notes.get("clause") or notes.get("id") or "a policy without id")
    return tuple(sorted(named))


def clause_digest(clause: Clause) -> str:
    """SHA-256 (hex) of a clause as its owner wrote it, its examples included; no compiler has a part in it."""
    return hashlib.sha256(msgspec.json.encode(clause, order="sorted")).hexdigest()


def published_set(bundle: Bundle) -> Checked:
    """The published set in the form sets are compared in; nothing of it can be put in force."""
    structured = tuple(
        CompiledClause(
            id=clause.id,
            title=clause.title,
            owner=clause.owner,
            wing=clause.wing,
            effect=clause.effect,
            mode=clause.mode,
            quarantine=clause.quarantine,
            text="",
            examples=clause.examples,
            source=_SOURCE,
            line=1,
            clause=clause,
        )
        for clause in bundle.clauses
    )
    # In the order of the bundle, so that a clause of several policies reads as it was written.
    by_hand = _handwritten(bundle)
    written = tuple(
        WrittenPolicy(notes.get("id", ""), notes, "effect" not in notes, one.text, _SOURCE, one.line)
        for one in split_statements(bundle.text)
        if one.text in by_hand and (notes := _notes(one.text))
    )
    compiled, _ = compile_written(written)
    permits = tuple(policy.text + "\n" for policy in written if policy.permit)
    return Checked("", tuple(sorted((*structured, *compiled), key=lambda item: item.id)), (), permits)


def _handwritten(bundle: Bundle) -> frozenset[str]:
    """The statements of a bundle that no compiler wrote."""
    clauses = {clause.id for clause in bundle.clauses}
    own = {_notes(statement).get("id") for statement in _statements(base_permits())}
    found = set()
    for statement in _statements(bundle.text):
        notes = _notes(statement)
        if notes.get("clause") not in clauses and notes.get("id") not in own:
            found.add(statement)
    return frozenset(found)


def _statements(text: str) -> frozenset[str]:
    return frozenset(statement.text for statement in split_statements(text))


def _notes(statement: str) -> dict[str, str]:
    """Annotations of one statement; empty when it does not parse (any more)."""
    try:
        parsed = json.loads(cedarpy.policies_to_json_str(statement))["staticPolicies"]
    except ValueError:
        return {}
    policies = list(parsed.values())
    return {name: value or "" for name, value in policies[0].get("annotations", {}).items()} if policies else {}
