"""The clauses that are published, as far as coverage asks: what each looks at, what it reads, and whether it can act."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from itertools import permutations
from typing import Any

import msgspec

from wardlaw.decision.policy import Policy
from wardlaw.decision.policyset import PolicySet
from wardlaw.facts.action import Action
from wardlaw.facts.attributes import BY_NAME
from wardlaw.facts.clause import Clause
from wardlaw.facts.effect import Mode
from wardlaw.facts.principal import PrincipalKind
from wardlaw.governance.implication import covers, never_true
from wardlaw.governance.renewal import clause_digest
from wardlaw.governance.running import BESIDE

_READ_OF_TEXTS = frozenset(("detectors", "provenance"))  # producers that must have read the content


class RunningClause(msgspec.Struct, frozen=True):
    """One published clause, a form or hand-written.

    Attributes:
        mode: The weakest of its policies: what only warns in part does not enforce.
        digest: Of its text, hex.
        refs: Provisions and controls it refers to.
        scope: Pairs of action and kind of principal it looks at.
        resources: Patterns of the resources it looks at; empty means all.
        reads_content: It depends on what detectors found in texts.
        missing: Attributes it asks for that nothing produces.
        overlapped_by: Another clause that stops everything it stops.
        is_dead: No request can match it.
        clause: The form; None when it was written by hand.
    """

    id: str
    title: str
    owner: str
    mode: Mode
    digest: str
    refs: tuple[str, ...]
    scope: frozenset[tuple[str, str]]
    resources: tuple[str, ...]
    reads_content: bool
    missing: tuple[str, ...]
    overlapped_by: str
    is_dead: bool
    clause: Clause | None


def running_clauses(clauses: Iterable[Clause], policies: PolicySet) -> tuple[RunningClause, ...]:
    """Every clause of a published set, by id.

    A version that is tried in shadow beside the one in force is no clause of its own: it takes nothing from that one.

    Args:
        clauses: The forms among them.
        policies: The set as the door reads it.
    """
    forms = {one.id: one for one in clauses}
    overlaps = _overlaps(tuple(forms.values()))
    by_clause: dict[str, list[Policy]] = {}
    for policy in policies.policies.values():
        if policy.forbid and policy.clause:
            by_clause.setdefault(policy.clause, []).append(policy)
    scopes = _scopes(policies)
    return tuple(
        _running(name, group, forms.get(name), scopes.get(name, frozenset()), overlaps.get(name, ""))
        for name, group in sorted(by_clause.items())
        if not _is_trial(name, group, by_clause)
    )


def _is_trial(name: str, group: list[Policy], known: Mapping[str, object]) -> bool:
    beside = name.endswith(BESIDE) and name.removesuffix(BESIDE) in known
    return beside and all(one.mode is Mode.SHADOW for one in group)


def _running(
    name: str, group: list[Policy], form: Clause | None, scope: frozenset[tuple[str, str]], overlapped_by: str
) -> RunningClause:
    reads = {attribute for policy in group for attribute in policy.attributes}
    weakest = next((mode for mode in (Mode.SHADOW, Mode.WARN) if any(one.mode is mode for one in group)), Mode.ENFORCE)
    notes = _notes(group[0])
    return RunningClause(
        id=name,
        title=form.title if form is not None else group[0].title,
        owner=form.owner if form is not None else str(notes.get("owner", "")),
        mode=weakest,
        digest=clause_digest(form) if form is not None else _digest(group),
        refs=form.refs if form is not None else _refs(notes),
        scope=scope,
        resources=form.resources if form is not None else (),
        reads_content=any(BY_NAME[one].producer in _READ_OF_TEXTS for one in reads if one in BY_NAME),
        missing=tuple(sorted(one for one in reads if one not in BY_NAME)),
        overlapped_by=overlapped_by,
        is_dead=form is not None and never_true(form),
        clause=form,
    )


def _scopes(policies: PolicySet) -> dict[str, frozenset[tuple[str, str]]]:
    found: dict[str, set[tuple[str, str]]] = {}
    for action in Action:
        for kind in PrincipalKind:
            for policy in policies.slice(action, kind).policies:
                found.setdefault(policy.clause, set()).add((action.value, kind.value))
    return {name: frozenset(pairs) for name, pairs in found.items()}


def _overlaps(forms: tuple[Clause, ...]) -> dict[str, str]:
    """By id, a clause that makes it needless. Two that say the same are each other's."""
    alive = [one for one in forms if not never_true(one)]
    found: dict[str, str] = {}
    for general, special in permutations(alive, 2):
        if special.id in found or set(general.actions).isdisjoint(special.actions):
            continue
        if general.mode is Mode.ENFORCE and covers(general, special):
            found[special.id] = general.id
    return found


def _notes(policy: Policy) -> Mapping[str, Any]:
    notes = policy.source.get("annotations")
    return notes if isinstance(notes, dict) else {}


def _refs(notes: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(part.strip() for part in str(notes.get("refs") or "").split(",") if part.strip())


def _digest(group: list[Policy]) -> str:
    return hashlib.sha256(msgspec.json.encode([one.source for one in group], order="sorted")).hexdigest()
