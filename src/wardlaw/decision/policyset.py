"""A set of policies, parsed once and sliced by (action, kind of principal).

Cedar evaluates every policy of a set on each call, about 0.9 µs each (measured, cedarpy 4.12.2), so a
set is cut into slices at load. Cedar itself only answers allow or deny and skips a policy that
errors; both are mended here: obligations are forbids whose ``@effect`` names what they demand, and
any error is reported so that the caller denies.
"""

from __future__ import annotations

import hashlib
import json
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import Any

import cedarpy
import msgspec
import orjson

from wardlaw.decision.context import Facts, build_context, make_reader
from wardlaw.decision.policy import Policy, may_concern, read_policy
from wardlaw.facts.action import Action
from wardlaw.facts.effect import Effect, Mode
from wardlaw.facts.errors import ConfigError
from wardlaw.facts.principal import PrincipalKind

_MEMO_LIMIT = 4096  # verdicts kept per slice; one is a few hundred bytes, so a worker stays under 10 MB
_RATES = frozenset(("callsPerMinute",))
_NO_ENTITIES = cedarpy.Entities.from_json_str("[]")


class Matched(msgspec.Struct, frozen=True):
    """What the three sets of a slice said.

    Attributes:
        permitted: A permit matched in the enforced set, whatever the forbids say.
        forbids: Enforced forbids that matched, by id.
        observed: Warn and shadow forbids that matched, by id.
        errors: Engine errors, in words; any of them must deny.
    """

    permitted: bool
    forbids: tuple[str, ...]
    observed: tuple[str, ...]
    errors: tuple[str, ...]


class _Part:
    """One parsed Cedar set of a slice; it is given only the attributes its policies read."""

    def __init__(self, policies: list[Policy]) -> None:
        self.empty = not policies
        self._attributes = tuple(sorted({name for policy in policies for name in policy.attributes}))
        self._handle = cedarpy.PolicySet.from_json_str(
            json.dumps({"staticPolicies": {p.id: p.source for p in policies}, "templates": {}, "templateLinks": []})
        )

    def ask(self, request: dict[str, Any], context: dict[str, Any]) -> tuple[bool, tuple[str, ...], tuple[str, ...]]:
        """Allowed, ids of the policies that decided, errors."""
        # What is missing is left out, so that the engine reports it and the decision denies.
        needed = orjson.dumps({name: context[name] for name in self._attributes if name in context}).decode()
        answer = cedarpy.is_authorized_batch([{**request, "context": needed}], self._handle, _NO_ENTITIES)[0]
        diagnostics = answer.diagnostics
        return answer.allowed, tuple(sorted(diagnostics.reasons)), tuple(str(e) for e in diagnostics.errors)


class _Reader:
    """Reads the attributes of a slice; equal readings are of requests that no policy of it can tell apart.

    A number that policies only compare with literals matters by its place among them alone.

    Raises:
        KeyError: An attribute nothing produces.
    """

    def __init__(self, attributes: Sequence[str], boundaries: Mapping[str, tuple[int, ...]]) -> None:
        compared = [name for name in attributes if name in boundaries]
        # With each literal and its successor as edges, being below, at and above it are three places.
        self._edges = [sorted({edge for one in boundaries[name] for edge in (one, one + 1)}) for name in compared]
        self._numbers = make_reader(compared)
        self._others = make_reader([name for name in attributes if name not in boundaries])

    def equivalence(self, facts: Facts) -> tuple[Any, ...]:
        """What stands for the facts in a memo."""
        return (*map(bisect_right, self._edges, self._numbers(facts)), *self._others(facts))


class Slice:
    """The policies that can concern one action by one kind of principal."""

    def __init__(self, action: Action, kind: PrincipalKind, policies: list[Policy]) -> None:
        self.action = action
        self.kind = kind
        self.policies = policies
        self._enforced = _Part([p for p in policies if p.mode is Mode.ENFORCE])
        # Cedar does not say whether a request it forbids would have been permitted otherwise. It matters: what nobody
        # registered must not become a mere masking because a clause matched it too.
        self._permits = _Part([p for p in policies if p.mode is Mode.ENFORCE and not p.forbid])
        # A permit only answers for the enforced set; in the others forbids alone are asked, and Cedar
        # names every matching forbid of a denied request.
        self._warned = _Part([p for p in policies if p.mode is Mode.WARN and p.forbid])
        self._shadowed = _Part([p for p in policies if p.mode is Mode.SHADOW and p.forbid])
        self.attributes: tuple[str, ...] = tuple(sorted({name for p in policies for name in p.attributes}))
        self._boundaries = self._collect_boundaries()
        self._by_principal = any(p.names_principal for p in policies)
        self._by_resource = any(p.names_resource for p in policies)
        # INVARIANT: the memo only repeats what the engine answered for an equivalent request, so the
        # function stays deterministic; it is bounded and dies with its policy set.
        self._memo: dict[Any, Matched] = {}
        self._reader: _Reader | None = None

    def _collect_boundaries(self) -> dict[str, tuple[int, ...]]:
        opaque = {name for p in self.policies for name in p.opaque}
        found: dict[str, set[int]] = {}
        for policy in self.policies:
            for name, numbers in policy.boundaries.items():
                found.setdefault(name, set()).update(numbers)
        return {name: tuple(sorted(numbers)) for name, numbers in found.items() if name not in opaque}

    def match(self, facts: Facts, *, principal: str, resource_type: str, resource: str) -> Matched:
        """Ask the engine about the facts of a request, or repeat what it said of an equivalent one.

        Args:
            facts: The three inputs of the decision.
            principal: Id of the principal.
            resource_type: ``Model`` or ``Tool``.
            resource: Id of the resource.

        Raises:
            KeyError: A policy asks for an attribute nothing produces.
        """
        reader = self._reader
        if reader is None:
            reader = self._reader = _Reader(self.attributes, self._boundaries)
        key = (
            resource_type,
            principal if self._by_principal else "",
            resource if self._by_resource else "",
            *reader.equivalence(facts),
        )
        known = self._memo.get(key)
        if known is None:
            context = build_context(facts, self.attributes)
            known = self.ask(context, principal=principal, resource_type=resource_type, resource=resource)
            if len(self._memo) >= _MEMO_LIMIT:
                self._memo.clear()
            self._memo[key] = known
        return known

    def ask(self, context: dict[str, Any], *, principal: str, resource_type: str, resource: str) -> Matched:
        """Ask the engine about a context: all of ``attributes``."""
        request = {
            "principal": {"type": f"Wardlaw::{self.kind.value}", "id": principal},
            "action": {"type": "Wardlaw::Action", "id": self.action.value},
            "resource": {"type": f"Wardlaw::{resource_type}", "id": resource},
        }
        permitted, reasons, errors = self._enforced.ask(request, context)
        forbids: tuple[str, ...] = ()
        if not permitted and reasons:
            forbids = reasons
            permitted, _, faults = self._permits.ask(request, context)
            errors += faults
        observed: tuple[str, ...] = ()
        for part in (self._warned, self._shadowed):
            if not part.empty:
                _, hits, faults = part.ask(request, context)
                observed += hits
                errors += faults
        return Matched(
            permitted=permitted,
            forbids=forbids,
            observed=observed,
            errors=errors,
        )


class PolicySet:
    """All policies in force, by slice; immutable, swapped as a whole.

    Attributes:
        digest: SHA-256 (hex) of the policy text.
        policies: Every policy by its ``@id``.
        holds: A clause in force may hold a call.
        rate_clauses: Clauses that only limit how much in how little time; waiting helps there.
    """

    def __init__(self, text: str, policies: dict[str, Policy]) -> None:
        self.text = text
        self.digest = hashlib.sha256(text.encode()).hexdigest()
        self.policies = policies
        self.holds = any(p.effect is Effect.HOLD and p.mode is Mode.ENFORCE for p in policies.values())
        self.rate_clauses = frozenset(
            p.clause for p in policies.values() if p.forbid and p.attributes and p.attributes <= _RATES
        )
        self._slices = {
            (action, kind): Slice(
                action,
                kind,
                [
                    policy
                    for policy in policies.values()
                    if may_concern(policy.source, action=action.value, principal_type=f"Wardlaw::{kind.value}")
                ],
            )
            for action in Action
            for kind in PrincipalKind
        }

    @classmethod
    def build(cls, text: str) -> PolicySet:
        """Parse Cedar text, base permits included.

        Raises:
            ConfigError: ``WL-DEC-001`` the text does not parse, ``WL-DEC-002`` an annotation is wrong,
                ``WL-DEC-003`` two policies share an id.
        """
        try:
            sources = json.loads(cedarpy.policies_to_json_str(text))["staticPolicies"]
        except ValueError as error:
            raise ConfigError(
                "WL-DEC-001", f"The policy text does not parse: {error}", "Run `wardlaw policy check`."
            ) from error
        policies: dict[str, Policy] = {}
        for source in sources.values():
            policy = read_policy(source)
            if policy.id in policies:
                raise ConfigError(
                    "WL-DEC-003", f"Two policies share the id {policy.id}.", "Give every policy its own @id."
                )
            policies[policy.id] = policy
        return cls(text, policies)

    def slice(self, action: Action, kind: PrincipalKind) -> Slice:
        """The slice for an action by a kind of principal."""
        return self._slices[action, kind]
