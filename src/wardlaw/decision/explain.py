"""``explain()``: why, by which clause and finding, and what would have changed it.

Every "would have changed it" is tried on the engine itself before it is said: the facts are changed
one at a time, then together, and judged again. So the explanation is true by construction.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, assert_never

import msgspec

from wardlaw.decision.context import Facts, build_context, classes_of
from wardlaw.decision.policy import Policy
from wardlaw.decision.policyset import PolicySet, Slice
from wardlaw.facts.attributes import BY_NAME, AttributeType
from wardlaw.facts.decision import Decision, Hit, Reason, ReasonCode
from wardlaw.facts.effect import Effect
from wardlaw.facts.finding import Finding
from wardlaw.facts.origin import DECISIVE, CallJudgement, Source
from wardlaw.facts.request import RequestFacts, Snapshot

_MOST_CHANGES = 12  # an explanation longer than a screen explains nothing
_MOST_ORIGINS = 20


class Change(msgspec.Struct, frozen=True):
    """One fact that, were it otherwise, would have changed the verdict."""

    attribute: str
    meaning: str
    actual: str
    needed: str


class Cause(msgspec.Struct, frozen=True):
    """One reason with the findings it rests on, in words."""

    clause: str
    effect: Effect
    message: str
    advice: str
    evidence: tuple[str, ...]


class Explanation(msgspec.Struct, frozen=True):
    """Why a decision came out as it did.

    Attributes:
        sentence: The verdict in one sentence.
        causes: Reasons, strongest first.
        changes: Facts each of which alone would have let it pass; empty when none alone would.
        together: Facts that only together would have let it pass.
        observed: Warn, shadow and lifted clauses that matched, as ``CLAUSE (mode, effect)``.
        origins: Of a tool call: what is wrong with it and where its decisive arguments came from, one sentence each.
    """

    sentence: str
    causes: tuple[Cause, ...]
    changes: tuple[Change, ...]
    together: tuple[Change, ...]
    observed: tuple[str, ...]
    origins: tuple[str, ...] = ()


_VERBS = {
    Effect.ALLOW: "was allowed",
    Effect.OBLIGE: "was allowed",
    Effect.TRANSFORM: "was allowed after masking",
    Effect.HOLD: "was held for a person to decide",
    Effect.DENY: "was denied",
    Effect.CUT: "was cut and the connection closed",
}


def explain(
    request: RequestFacts,
    findings: Sequence[Finding],
    policies: PolicySet,
    state: Snapshot,
    *,
    decision: Decision,
) -> Explanation:
    """Explain a decision from the inputs it was made on.

    Args:
        request: The facts it decided on.
        findings: The findings it decided on.
        policies: The set that decided (its digest should equal ``decision.policies``).
        state: The state it read.
        decision: What ``decide()`` said.
    """
    causes = tuple(_cause(reason, findings) for reason in decision.reasons)
    changes: tuple[Change, ...] = ()
    together: tuple[Change, ...] = ()
    if decision.demanded is not Effect.ALLOW and _only_clauses(decision.reasons):
        slice_ = policies.slice(request.action, request.principal.kind)
        context = build_context(Facts(request, findings, state), slice_.attributes)
        changes, together = _search(_Trial(slice_, request, policies), context, decision)
    return Explanation(
        sentence=_sentence(request, decision) + _approved(state),
        causes=causes,
        changes=changes,
        together=together,
        observed=tuple(_noted(hit) for hit in decision.hits),
        origins=_origins(request.call) if request.call is not None else (),
    )


def _noted(hit: Hit) -> str:
    if hit.lifted_by:
        return f"{hit.clause} (lifted by {hit.lifted_by}, {hit.effect.value})"
    return f"{hit.clause} ({hit.mode.value}, {hit.effect.value})"


def _origins(call: CallJudgement) -> tuple[str, ...]:
    found = [f"{one.why} ({one.rule.value}{_seen(one.sources)})" for one in call.findings]
    traced = [
        f"{one.path} ({one.role}) came from: {one.origin.value}{_seen(one.sources)}"
        for one in call.traced
        if one.role in DECISIVE
    ]
    return tuple((found + traced)[:_MOST_ORIGINS])


def _seen(sources: Sequence[Source]) -> str:
    tools = dict.fromkeys(source.tool for source in sources if source.tool)
    return f", seen in what {', '.join(tools)} gave" if tools else ""


def _only_clauses(reasons: Sequence[Reason]) -> bool:
    """Faults and quarantine do not go away by changing the request."""
    return all(reason.code in (ReasonCode.CLAUSE, ReasonCode.UNREGISTERED) for reason in reasons)


def _sentence(request: RequestFacts, decision: Decision) -> str:
    who = request.principal.id + (f" for {request.principal.acting_for}" if request.principal.acting_for else "")
    what = f"{request.action.value} by {who} on {request.resource.id}"
    if decision.demanded is Effect.ALLOW:
        lifted = [f"{hit.clause} ({hit.lifted_by})" for hit in decision.hits if hit.lifted_by]
        if lifted:
            return f"{what} was allowed: for a while it is taken out of {', '.join(lifted)}."
        return f"{what} was allowed: no clause in force forbids it."
    because = decision.reasons[0].message.rstrip(".")
    clause = f" (clause {decision.reasons[0].clause})" if decision.reasons[0].clause else ""
    if decision.effect is not decision.demanded:
        return f"{what} went through in observe mode; in force it would have been: {because}{clause}."
    return f"{what} {_VERBS[decision.effect]}: {because}{clause}."


def _approved(state: Snapshot) -> str:
    if not state.approval:
        return ""
    return f" People let exactly this call go ({state.approval}), so {', '.join(state.approved)} did not hold it."


def _cause(reason: Reason, findings: Sequence[Finding]) -> Cause:
    return Cause(
        clause=reason.clause,
        effect=reason.effect,
        message=reason.message,
        advice=reason.advice,
        evidence=tuple(describe_finding(findings[place]) for place in reason.findings),
    )


def describe_finding(finding: Finding) -> str:
    """One finding in words, without the text it found."""
    where = f" in segment {finding.segment}, characters {finding.start}–{finding.end}" if finding.segment >= 0 else ""
    label = f" ({finding.label})" if finding.label else ""
    return (
        f"{finding.kind.value}{label} at {finding.level.value} level, score {finding.score} of 1000, "
        f"rule {finding.rule} of {finding.detector} {finding.version}{where}"
    )


class _Trial:
    """Asks the engine whether a changed context would have been allowed."""

    def __init__(self, slice_: Slice, request: RequestFacts, policies: PolicySet) -> None:
        self._slice = slice_
        self._request = request
        self.policies = policies

    def passes(self, context: dict[str, Any]) -> bool:
        matched = self._slice.ask(
            context,
            principal=self._request.principal.id,
            resource_type=self._request.resource.kind.value,
            resource=self._request.resource.id,
        )
        return matched.permitted and not matched.forbids and not matched.errors


def _search(
    trial: _Trial, context: dict[str, Any], decision: Decision
) -> tuple[tuple[Change, ...], tuple[Change, ...]]:
    suspects = _suspects(trial, decision)
    single: list[Change] = []
    for name in suspects:
        for value in _alternatives(name, context[name], suspects[name]):
            if trial.passes({**context, name: value}):
                single.append(_change(name, context[name], value))
                break
    if single:
        return tuple(single[:_MOST_CHANGES]), ()
    changed = dict(context)
    for name in suspects:
        options = _alternatives(name, context[name], suspects[name])
        if options:
            changed[name] = options[-1]
    if not trial.passes(changed):
        return (), ()
    for name in suspects:  # drop what turns out not to be needed
        restored = {**changed, name: context[name]}
        if trial.passes(restored):
            changed = restored
    needed = [name for name in suspects if changed[name] != context[name]]
    return (), tuple(_change(name, context[name], changed[name]) for name in needed[:_MOST_CHANGES])


def _suspects(trial: _Trial, decision: Decision) -> dict[str, list[Policy]]:
    """Attributes read by the policies that decided; for a missing permit, those the permits read."""
    deciding = [trial.policies.policies[r.policy] for r in decision.reasons if r.policy in trial.policies.policies]
    if not deciding:
        deciding = [policy for policy in trial.policies.policies.values() if not policy.forbid]
    suspects: dict[str, list[Policy]] = {}
    for policy in deciding:
        for name in sorted(policy.attributes):
            suspects.setdefault(name, []).append(policy)
    return suspects


def _alternatives(name: str, actual: Any, policies: Sequence[Policy]) -> list[Any]:
    """Other values worth trying, the nearest first and the ordinary one last."""
    ordinary = BY_NAME[name].ordinary
    match BY_NAME[name].type:
        case AttributeType.LONG:
            limits = {limit for policy in policies for limit in policy.boundaries.get(name, ())}
            near = {value for limit in limits for value in (limit - 1, limit, limit + 1)}
            options: list[Any] = sorted(near - {actual}, key=lambda value: abs(value - actual))
        case AttributeType.BOOL:
            options = [not actual]
        case AttributeType.SET:
            literals = {text for policy in policies for text in policy.literals}
            options = [[item for item in actual if item not in literals], []]
        case AttributeType.STRING:
            options = sorted({text for policy in policies for text in policy.literals} - {actual})
        case unknown:
            assert_never(unknown)
    if not isinstance(ordinary, tuple) and ordinary != actual:
        options.append(ordinary)
    return [option for option in options if option != actual]


def _change(name: str, actual: Any, needed: Any) -> Change:
    if isinstance(actual, list):
        gone = sorted(set(actual) - set(needed))
        words = f"without {', '.join(gone)}"
    else:
        words = str(needed)
    shown = ", ".join(actual) or "none" if isinstance(actual, list) else str(actual)
    return Change(attribute=name, meaning=BY_NAME[name].meaning, actual=shown, needed=words)


def found_classes(findings: Sequence[Finding]) -> tuple[str, ...]:
    """All data classes found, sorted; for a one-line summary."""
    return tuple(sorted({name for finding in findings for name in classes_of(finding)}))
