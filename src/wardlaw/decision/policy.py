"""One compiled policy: what its annotations say and which facts its condition asks about."""

from __future__ import annotations

from typing import Any

import msgspec

from wardlaw.facts.effect import Effect, Mode
from wardlaw.facts.errors import ConfigError
from wardlaw.governance.approvals import LONGEST_MINUTES, MOST_APPROVERS, USUAL_MINUTES
from wardlaw.governance.exemptions import may_be_lifted

_MINUTES_DIGITS = 6


class Policy(msgspec.Struct, frozen=True):
    """A Cedar policy with its annotations parsed.

    Attributes:
        id: The ``@id``; unique in a set.
        forbid: False for a base permit.
        attributes: Context attributes its condition reads.
        quarantine_minutes: How long a quarantine on its ground stands; 0 until released.
        approvers: Persons who must approve what it holds: 1, or 2 for four eyes.
        expires_minutes: How long what it holds waits, and an approval of it stands.
        literals: Text literals in its condition, to tell which findings it rests on.
        boundaries: Numbers each Long attribute is compared with.
        opaque: Attributes used in any other way than a comparison with a literal.
        names_principal: Its scope or condition depends on *which* principal asks.
        names_resource: Its scope or condition depends on *which* resource is meant.
        duties: What answers owe by it; of policies that oblige.
        notice: What people are told.
        liftable: A waiver may take somebody out of it for a while.
        source: The policy in Cedar's JSON form.
    """

    id: str
    clause: str
    title: str
    forbid: bool
    mode: Mode
    effect: Effect
    security: bool
    advice: str
    redact: tuple[str, ...]
    quarantine: bool
    quarantine_minutes: int
    approvers: int
    expires_minutes: int
    attributes: frozenset[str]
    literals: frozenset[str]
    boundaries: dict[str, tuple[int, ...]]
    opaque: frozenset[str]
    names_principal: bool
    names_resource: bool
    liftable: bool
    duties: tuple[str, ...]
    notice: str
    source: dict[str, Any]


_COMPARISONS = frozenset(("==", "!=", "<", "<=", ">", ">="))


class _Reading:
    """Collects what a condition reads while walking Cedar's JSON form."""

    def __init__(self) -> None:
        self.attributes: set[str] = set()
        self.literals: set[str] = set()
        self.boundaries: dict[str, set[int]] = {}
        self.opaque: set[str] = set()
        self.variables: set[str] = set()

    def walk(self, node: Any) -> None:
        """Visit one node and everything below it."""
        match node:
            case {"Var": str(name)}:
                self.variables.add(name)
            case {"Value": str(text)}:
                self.literals.add(text)
            case {".": {"left": {"Var": "context"}, "attr": str(attribute)}}:
                self.attributes.add(attribute)
                self.opaque.add(attribute)
            case dict():
                for operator, operands in node.items():
                    if operator in _COMPARISONS and self._comparison(operands):
                        continue
                    self.walk(operands)
            case list():
                for item in node:
                    self.walk(item)
            case _:
                return

    def _comparison(self, operands: Any) -> bool:
        """Note ``context.x <op> number``; false when the operands have another shape."""
        left, right = operands.get("left"), operands.get("right")
        for attribute_side, number_side in ((left, right), (right, left)):
            match attribute_side, number_side:
                case (
                    {".": {"left": {"Var": "context"}, "attr": str(attribute)}},
                    {"Value": int(number)},
                ) if not isinstance(number, bool):
                    self.attributes.add(attribute)
                    self.boundaries.setdefault(attribute, set()).add(number)
                    return True
        return False


def read_policy(source: dict[str, Any]) -> Policy:
    """Read one policy from Cedar's JSON form.

    Raises:
        ConfigError: ``WL-DEC-002`` an annotation is missing or has an unknown value.
    """
    notes = source.get("annotations", {})
    identity = notes.get("id") or ""
    forbid = source["effect"] == "forbid"
    if not identity:
        raise ConfigError("WL-DEC-002", "A policy has no @id annotation.", "Give every policy a unique @id.")
    try:
        effect = Effect(notes.get("effect", "deny")) if forbid else Effect.ALLOW
        mode = Mode(notes.get("mode", "enforce"))
    except ValueError as error:
        raise ConfigError(
            "WL-DEC-002", f"Policy {identity}: {error}.", "Use an effect and a mode named in docs/clauses.md."
        ) from error
    if forbid and effect is Effect.ALLOW:
        raise ConfigError("WL-DEC-002", f"Policy {identity}: a forbid cannot allow.", "Name a stronger effect.")
    reading = _Reading()
    for condition in source.get("conditions", []):
        reading.walk(condition["body"])
    return Policy(
        id=identity,
        clause=notes.get("clause", identity),
        title=notes.get("title", ""),
        forbid=forbid,
        mode=mode,
        effect=effect,
        security=notes.get("wing", "governance") == "security",
        advice=notes.get("advice", ""),
        redact=tuple(part.strip() for part in notes.get("redact", "").split(",") if part.strip()),
        quarantine=notes.get("quarantine", "") == "true",
        quarantine_minutes=_minutes(notes.get("quarantine_minutes", "")),
        approvers=_approvers(notes.get("approvers", "")),
        expires_minutes=min(_minutes(notes.get("expires_minutes", "")) or USUAL_MINUTES, LONGEST_MINUTES),
        attributes=frozenset(reading.attributes),
        literals=frozenset(reading.literals),
        boundaries={name: tuple(sorted(numbers)) for name, numbers in reading.boundaries.items()},
        opaque=frozenset(reading.opaque),
        names_principal=_names_one(source["principal"]) or "principal" in reading.variables,
        names_resource=_names_one(source["resource"]) or "resource" in reading.variables,
        liftable=may_be_lifted(
            (ref.strip() for ref in notes.get("refs", "").split(",")), quarantine=notes.get("quarantine", "") == "true"
        ),
        duties=tuple(part.strip() for part in notes.get("duties", "").split(",") if part.strip()),
        notice=notes.get("notice", ""),
        source=source,
    )


def _minutes(text: str) -> int:
    """Minutes of a quarantine; what is no number means until released, which is the stricter reading."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _MINUTES_DIGITS else 0


def _approvers(text: str) -> int:
    """Persons who must approve; what is neither left out nor 1 means two, which is the stricter reading."""
    return 1 if text in ("", "1") else MOST_APPROVERS


def _names_one(scope: dict[str, Any]) -> bool:
    return scope["op"] in ("==", "in") or "in" in scope


def may_concern(source: dict[str, Any], *, action: str, principal_type: str) -> bool:
    """Whether a policy could match this action by this kind of principal; when unsure, true."""
    scope = source["principal"]
    kind = scope.get("entity_type") or scope.get("entity", {}).get("type")
    if kind is not None and kind != principal_type:
        return False
    scope = source["action"]
    match scope["op"]:
        case "==":
            return bool(scope["entity"]["id"] == action)
        case "in":
            named = scope.get("entities") or [scope["entity"]]
            return any(entity["id"] == action for entity in named)
        case _:
            return True
