"""The canonical text of each clause of a set, and its digest: what people approve.

Comments, order of keys and the file's name have no part in it; everything that is enforced has, mode and examples too.
"""

from __future__ import annotations

import hashlib
import json

import cedarpy
import msgspec

from wardlaw.facts.clause import Clause, Example, Risk
from wardlaw.facts.clauselife import ClauseText, TextKind
from wardlaw.governance.cedartext import split_statements
from wardlaw.governance.check import Checked
from wardlaw.governance.compiled import CompiledClause

BASE = "BASE"
"""Under this name the base permits written by hand are one clause: what opens the door is approved like what shuts it."""


class WrittenText(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is kept of a clause written by hand, and of base permits."""

    cedar: str
    examples: tuple[Example, ...] = ()


class Retirement(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The wish that a clause ends: the digest of what is in force."""

    retires: str


def clause_texts(checked: Checked) -> dict[str, ClauseText]:
    """Every clause of a set, by id."""
    found = {item.id: _text_of(item) for item in checked.compiled}
    if checked.permits:
        cedar = "\n".join(sorted(checked.permits))
        found[BASE] = _made(BASE, TextKind.PERMITS, Risk.CRITICAL, WrittenText(cedar))
    return found


def retirement_of(content: ClauseText) -> ClauseText:
    """The wish that this text is no longer in force; as risky as the clause is."""
    return _made(content.clause, TextKind.RETIREMENT, content.risk, Retirement(content.digest))


def clause_of(content: ClauseText) -> Clause:
    """The structured clause of a text of kind ``FORM``."""
    return msgspec.json.decode(content.text, type=Clause)


def written_of(content: ClauseText) -> WrittenText:
    """The Cedar text and examples of a text of kind ``CEDAR`` or ``PERMITS``."""
    return msgspec.json.decode(content.text, type=WrittenText)


def is_its_digest(content: ClauseText) -> bool:
    """Whether the digest is the one of this text."""
    return content.digest == _digest(content.clause, content.kind, content.text)


def _text_of(item: CompiledClause) -> ClauseText:
    if item.clause is not None:
        return _made(item.id, TextKind.FORM, item.clause.risk, item.clause)
    return _made(item.id, TextKind.CEDAR, _written_risk(item.text), WrittenText(item.text, item.examples))


def _made(clause: str, kind: TextKind, risk: Risk, value: object) -> ClauseText:
    text = msgspec.json.encode(value, order="sorted").decode()
    return ClauseText(clause, kind, risk, text, _digest(clause, kind, text))


def _digest(clause: str, kind: TextKind, text: str) -> str:
    return hashlib.sha256(f"{kind.value}\n{clause}\n{text}".encode()).hexdigest()


def _written_risk(text: str) -> Risk:
    """The highest ``@risk`` of a clause's policies; high where one says none, since nobody judged it lower."""
    order = list(Risk)
    found = Risk.LOW
    for statement in split_statements(text):
        policies = json.loads(cedarpy.policies_to_json_str(statement.text))["staticPolicies"].values()
        for policy in policies:
            said = Risk(policy.get("annotations", {}).get("risk") or Risk.HIGH)
            found = max(found, said, key=order.index)
    return found
