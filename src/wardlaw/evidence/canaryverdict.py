"""What a canary proves, read from the decisions that the log holds of its exchange; never from what the caller was told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from wardlaw.decision.context import Facts, build_context
from wardlaw.evidence.canary import Canary
from wardlaw.facts.action import Action
from wardlaw.facts.attributes import BY_NAME
from wardlaw.facts.canary import CanaryOutcome
from wardlaw.facts.clause import Example
from wardlaw.facts.effect import Effect
from wardlaw.facts.record import Inputs
from wardlaw.governance.examples import matches

_TOLD = 4  # attributes named in a detail
_RELEASING = frozenset((Effect.ALLOW, Effect.TRANSFORM, Effect.OBLIGE))


class SeenDecision(msgspec.Struct, frozen=True):
    """One decision of a canary's exchange.

    Attributes:
        canary: The canary's id as the record has it; ``""`` when the door took it for ordinary traffic.
        clauses: Ids of the clauses its reasons rest on.
        inputs: What it was decided on; ``None`` where that cannot be read.
    """

    id: str
    action: str
    effect: Effect
    demanded: Effect
    clauses: tuple[str, ...]
    canary: str
    inputs: Inputs | None = None


class CanaryFinding(msgspec.Struct, frozen=True):
    """What became of it, and the decision that says so."""

    outcome: CanaryOutcome
    decision: str
    detail: str


def judge_canary(
    canary: Canary,
    mark: str,
    decisions: Sequence[SeenDecision],
    *,
    has_passed: bool,
    before: Sequence[SeenDecision] = (),
) -> CanaryFinding:
    """What a canary proves.

    It passes when the clause itself, with its own effect, stopped it. One that went through although the clause, as its
    source has it, matches what the door saw has failed. Where the door saw something else than the example says, a
    canary that passed before has failed (the detectors see less than they did), and one that never passed says nothing.

    Args:
        canary: With its example.
        mark: Id in the mark it was sent with.
        decisions: All of its exchange, in the order of the log.
        has_passed: It passed before.
        before: Those of the steps before it, as far as they are known.
    """
    if not decisions:
        none = CanaryFinding(CanaryOutcome.UNAVAILABLE, "", "The log holds no decision of it.")
        return _stopped_before(canary, before) or none
    last = decisions[-1]
    if any(one.canary != mark for one in decisions):
        return CanaryFinding(CanaryOutcome.FAIL, last.id, "The door did not know it for a canary.")
    for one in decisions:
        if canary.clause in one.clauses and one.effect is canary.effect:
            besides = [clause for clause in one.clauses if clause != canary.clause]
            told = f" beside {', '.join(besides)}" if besides else ""
            return CanaryFinding(CanaryOutcome.PASS, one.id, f"{one.effect.value} by {canary.clause}{told}.")
    found = _stopped_before(canary, before)
    return found or _not_stopped(canary, decisions, has_passed=has_passed)


def _stopped_before(canary: Canary, before: Sequence[SeenDecision]) -> CanaryFinding | None:
    """What stops the way there, be it the clause itself, says nothing of the request at its end."""
    stopped = next((one for one in before if one.effect not in _RELEASING), None)
    if stopped is None or canary.is_probing:
        return None
    by = f" by {', '.join(stopped.clauses)}" if stopped.clauses else ""
    detail = f"A step that goes before it is stopped ({stopped.effect.value}{by}), so it cannot be brought about."
    return CanaryFinding(CanaryOutcome.NOT_EXPRESSIBLE, stopped.id, detail)


def _not_stopped(canary: Canary, decisions: Sequence[SeenDecision], *, has_passed: bool) -> CanaryFinding:
    last = decisions[-1]
    named = next((one for one in decisions if canary.clause in one.clauses), None)
    if named is not None and named.demanded is not named.effect:
        return CanaryFinding(CanaryOutcome.NOT_EXPRESSIBLE, named.id, "The route observes: nothing was stopped.")
    if named is not None and named.effect.strength > canary.effect.strength:
        others = ", ".join(one for one in named.clauses if one != canary.clause) or "base policy"
        detail = f"{others} stopped it too, with {named.effect.value}: {canary.clause} cannot be seen alone."
        return CanaryFinding(CanaryOutcome.NOT_EXPRESSIBLE, named.id, detail)
    what = f"{last.effect.value} by {', '.join(last.clauses)}" if last.clauses else last.effect.value
    strict = next((one for one in decisions if _matches(canary, one)), None)
    if strict is not None:
        detail = f"{canary.clause} did not stop what its own text says it stops ({what})."
        return CanaryFinding(CanaryOutcome.FAIL, strict.id, detail)
    differs = _differences(canary, decisions)
    if has_passed:
        return CanaryFinding(CanaryOutcome.FAIL, last.id, f"It was stopped before and is no more ({what}); {differs}.")
    detail = f"Over the wire it is not what the example says ({what}); {differs}."
    return CanaryFinding(CanaryOutcome.NOT_EXPRESSIBLE, last.id, detail)


def _matches(canary: Canary, seen: SeenDecision) -> bool:
    """Whether the clause, as its source has it, matches what the door saw."""
    example = canary.example
    if example is None or seen.inputs is None or seen.action != example.action.value:
        return False
    return matches(canary.policies, seen_example(seen.inputs, example))


def seen_example(inputs: Inputs, example: Example) -> Example:
    """What the door saw, in the form of an example, so that it can be put to a clause's own policies."""
    request = inputs.request
    return Example(
        name=example.name,
        effect=example.effect,
        action=Action(request.action),
        principal=request.principal.kind,
        resource=request.resource.id,
        context=_context(inputs),
    )


def _context(inputs: Inputs) -> dict[str, Any]:
    facts = Facts(inputs.request, inputs.findings, inputs.state)
    return build_context(facts, tuple(BY_NAME))


def _differences(canary: Canary, decisions: Sequence[SeenDecision]) -> str:
    """Where what the door saw differs from the example, in words."""
    example = canary.example
    seen = next((one for one in decisions if example is not None and one.action == example.action.value), None)
    if example is None or seen is None or seen.inputs is None:
        return "what the door saw cannot be read"
    context: Mapping[str, Any] = _context(seen.inputs)
    told = [
        f"{name} is {context[name]!r} instead of {value!r}"
        for name, value in example.context.items()
        if context.get(name) != value
    ]
    return "; ".join(told[:_TOLD]) if told else "nothing differs from the example"
