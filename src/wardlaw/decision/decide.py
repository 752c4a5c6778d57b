"""``decide()``: the one function through which everything at the door is judged."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from wardlaw.decision.context import Facts, classes_of
from wardlaw.decision.policy import Policy
from wardlaw.decision.policyset import Matched, PolicySet
from wardlaw.facts.clause import Duty
from wardlaw.facts.decision import Decision, Hit, Obligation, ObligationKind, Reason, ReasonCode
from wardlaw.facts.effect import Effect, RouteMode, strongest
from wardlaw.facts.exchange import Channel
from wardlaw.facts.exemption import Exemption, ExemptionKind
from wardlaw.facts.finding import Finding, FindingKind
from wardlaw.facts.gate import GateMode
from wardlaw.facts.request import RequestFacts, Snapshot

# Text in these channels was written by somebody else than the caller: it may stop the exchange, it
# must never punish the person or the key that fetched it (DESIGN, "Text alone stops the request").
_FOREIGN = frozenset((Channel.TOOL_RESULT.value, Channel.TOOL_DEFINITION.value))
SAW_TOOL_RESULT = "saw:tool-result"  # taint label of a session that has read foreign text


def decide(request: RequestFacts, findings: Sequence[Finding], policies: PolicySet, state: Snapshot) -> Decision:
    """Judge one action on one concrete resource.

    Total (never raises), deterministic, reads no clock. Whatever goes wrong inside is a deny with a
    reason of its own.

    Args:
        request: Facts about the request; ``request.at`` carries the time.
        findings: What the detectors saw, in a fixed order; reasons refer to them by index.
        policies: The set in force.
        state: What the state authority remembers, this request included.
    """
    try:
        judged = _judge(request, findings, policies, state)
    except Exception as error:  # noqa: BLE001 - INVARIANT: total; an unforeseen fault must deny, not escape
        message = f"The policy engine failed ({type(error).__name__}); nothing is allowed while it does."
        judged = _Judged([_fault(ReasonCode.ENGINE_FAULT, message)])
    decision = _conclude(request, judged, policies)
    glass = _glass(request, state) if state.exemptions else ()
    return msgspec.structs.replace(decision, glass=glass) if glass else decision


class _Judged(NamedTuple):
    """What the clauses say: reasons, recorded hits, clauses that allow a quarantine, policies that oblige."""

    reasons: list[Reason]
    hits: tuple[Hit, ...] = ()
    quarantine: tuple[str, ...] = ()
    obliging: tuple[Policy, ...] = ()


def _judge(request: RequestFacts, findings: Sequence[Finding], policies: PolicySet, state: Snapshot) -> _Judged:
    reasons = _standing_reasons(findings, state)
    slice_ = policies.slice(request.action, request.principal.kind)
    try:
        matched = slice_.match(
            Facts(request, findings, state),
            principal=request.principal.id,
            resource_type=request.resource.kind,
            resource=request.resource.id,
        )
    except KeyError as error:
        message = f"A policy asks for the attribute {error}, which nothing produces."
        reasons.append(_fault(ReasonCode.MISSING_ATTRIBUTE, message))
        return _Judged(reasons)
    if matched.errors:
        message = "A policy could not be evaluated, and a policy that fails must not be skipped."
        reasons.append(_fault(ReasonCode.ENGINE_FAULT, message))
    hit_policies = [policies.policies[name] for name in matched.forbids]
    lifted: tuple[Hit, ...] = ()
    if state.exemptions and hit_policies:
        hit_policies, lifted = _lift(hit_policies, request, state)
    obliging = tuple(policy for policy in hit_policies if policy.effect is Effect.OBLIGE)
    if obliging:
        hit_policies = [policy for policy in hit_policies if policy.effect is not Effect.OBLIGE]
    reasons.extend(_clause_reason(policy, findings) for policy in hit_policies)
    if not (
        matched.permitted or matched.errors or any(p.effect.strength >= Effect.DENY.strength for p in hit_policies)
    ):
        # INVARIANT: a clause that would only mask or hold never stands in for the permit that is missing.
        reasons.append(_unregistered(request))
    if state.approved:
        # INVARIANT: after the permit was looked for; an approval lifts holds of its clauses and stands for nothing else.
        reasons = [reason for reason in reasons if not _is_approved(reason, state)]
    hits = (*(_hit(policies.policies[name]) for name in matched.observed), *lifted, *map(_hit, obliging))
    return _Judged(reasons, hits, _quarantine_signals(hit_policies, matched), obliging)


def _lift(
    hit_policies: Sequence[Policy], request: RequestFacts, state: Snapshot
) -> tuple[list[Policy], tuple[Hit, ...]]:
    """The clauses that stay in force for this request, and those that were lifted, as they would have fired.

    INVARIANT: an exemption stands for no permit, lifts no built-in reason, no clause on a prohibited practice and none
    that sets callers apart; broken glass lifts no security clause.
    """
    standing = [one for one in state.exemptions if one.covers(request.principal, request.resource.id, at=request.at)]
    kept: list[Policy] = []
    lifted: list[Hit] = []
    for policy in hit_policies:
        by = next((one for one in standing if _may_lift(one, policy)), None)
        if by is None:
            kept.append(policy)
        else:
            lifted.append(msgspec.structs.replace(_hit(policy), lifted_by=by.id))
    return kept, tuple(lifted)


def _may_lift(exemption: Exemption, policy: Policy) -> bool:
    if not policy.liftable or not exemption.names(policy.clause):
        return False
    return exemption.kind is ExemptionKind.WAIVER or not policy.security


def _glass(request: RequestFacts, state: Snapshot) -> tuple[str, ...]:
    """Broken glass this request falls under."""
    return tuple(
        one.id
        for one in state.exemptions
        if one.kind is ExemptionKind.BREAK_GLASS and one.covers(request.principal, request.resource.id, at=request.at)
    )


def _standing_reasons(findings: Sequence[Finding], state: Snapshot) -> list[Reason]:
    """Reasons that hold whatever the clauses say."""
    reasons: list[Reason] = []
    if not state.authority_ok:
        message = "The state authority cannot be asked, so ceilings and quarantine cannot be checked."
        reasons.append(
            Reason(
                code=ReasonCode.STATE_UNAVAILABLE,
                effect=Effect.DENY,
                message=message,
                advice="Try again shortly; the operator sees the cause in `wardlaw doctor`.",
            )
        )
    if state.quarantined:
        reasons.append(
            Reason(
                code=ReasonCode.QUARANTINED,
                effect=Effect.CUT,
                message=f"This caller is quarantined: {state.quarantined}.",
                advice="Ask the security team to look at the incident and release it.",
                public=False,
            )
        )
    for gate in state.gates:
        if gate.mode is GateMode.ENFORCE:
            message = f"The system {gate.system} has no live verdict of a deployment gate: {gate.why}."
            advice = "Ask its owner; `wardlaw gate verdict` shows what is missing, and a gate that passes opens it."
            reasons.append(Reason(code=ReasonCode.GATE, effect=Effect.DENY, message=message, advice=advice))
    failed = tuple(place for place, finding in enumerate(findings) if finding.kind is FindingKind.FAULT)
    if failed:
        names = ", ".join(sorted({findings[place].detector for place in failed}))
        reasons.append(
            Reason(
                code=ReasonCode.DETECTOR_FAULT,
                effect=Effect.DENY,
                message=f"A required detector could not finish: {names}.",
                advice="Try again; if it stays, tell the security team the decision id.",
                findings=failed,
                public=False,
            )
        )
    return reasons


def _fault(code: ReasonCode, message: str) -> Reason:
    return Reason(
        code=code,
        effect=Effect.DENY,
        message=message,
        advice="Tell the operator the decision id; `wardlaw policy check` names the policy.",
    )


def _clause_reason(policy: Policy, findings: Sequence[Finding]) -> Reason:
    return Reason(
        code=ReasonCode.CLAUSE,
        effect=policy.effect,
        message=policy.title or policy.clause,
        clause=policy.clause,
        policy=policy.id,
        advice=policy.advice,
        findings=tuple(place for place, finding in enumerate(findings) if _rests_on(policy, finding)),
        public=not policy.security,
    )


def _is_approved(reason: Reason, state: Snapshot) -> bool:
    return reason.code is ReasonCode.CLAUSE and reason.effect is Effect.HOLD and reason.clause in state.approved


def _rests_on(policy: Policy, finding: Finding) -> bool:
    """Whether a finding could be part of why this policy matched."""
    if finding.kind is FindingKind.INJECTION and "injectionScore" in policy.attributes:
        return True
    if "dataSubjects" in policy.attributes and finding.kind is FindingKind.PII:
        return True
    if "uninspected" in policy.attributes and finding.kind is FindingKind.UNINSPECTED:
        return True
    names: set[str] = set()
    if "dataClasses" in policy.attributes:
        names.update(classes_of(finding))
    if "findings" in policy.attributes:
        names.update((finding.kind.value, f"{finding.kind.value}:{finding.level.value}"))
    return bool(names & policy.literals)


def _unregistered(request: RequestFacts) -> Reason:
    """Default deny: nothing is allowed because nobody thought of it; say what is missing."""
    resource = request.resource
    if not request.principal.registered:
        what, advice = f"the caller {request.principal.id}", "Ask the operator to register it."
    elif not resource.registered:
        what = resource.id.replace(":", " ", 1)
        advice = "Use a registered one, or ask its owner to register it."
    elif not resource.destination_registered:
        what, advice = f"the upstream {resource.upstream or 'of ' + resource.id}", "Ask the operator to register it."
    else:
        what, advice = f"{request.action.value} on {resource.id}", "Ask the operator for a permit that names it."
    return Reason(
        code=ReasonCode.UNREGISTERED,
        effect=Effect.DENY,
        message=f"Not registered: {what}. What nobody has registered is denied.",
        advice=advice,
    )


def _hit(policy: Policy) -> Hit:
    return Hit(clause=policy.clause, policy=policy.id, mode=policy.mode, effect=policy.effect)


def _quarantine_signals(policies: Sequence[Policy], matched: Matched) -> tuple[str, ...]:
    return tuple(policy.clause for policy in policies if policy.quarantine) if matched.forbids else ()


def _conclude(request: RequestFacts, judged: _Judged, policies: PolicySet) -> Decision:
    reasons = judged.reasons
    demanded = strongest(tuple(reason.effect for reason in reasons))
    if request.rewritten and demanded is Effect.TRANSFORM:
        reasons.append(
            Reason(
                code=ReasonCode.REWRITE_REFUSED,
                effect=Effect.DENY,
                message="The text still holds what had to be masked after it was masked.",
                advice="Remove the data named by the clause and send it again.",
            )
        )
        demanded = Effect.DENY
    observed = request.route_mode is RouteMode.OBSERVE
    ordered = tuple(sorted(reasons, key=lambda reason: -reason.effect.strength))
    return Decision(
        request=request.id,
        effect=Effect.ALLOW if observed else demanded,
        demanded=demanded,
        policies=policies.digest,
        reasons=ordered,
        obligations=()
        if observed
        else (
            *_obligations(demanded, ordered, policies, judged.quarantine),
            *_owed(request, demanded, judged.obliging),
        ),
        hits=judged.hits,
    )


def _obligations(
    demanded: Effect, reasons: Sequence[Reason], policies: PolicySet, quarantine: tuple[str, ...]
) -> tuple[Obligation, ...]:
    duties: list[Obligation] = []
    if demanded is Effect.TRANSFORM:
        classes = {
            name
            for reason in reasons
            if reason.effect is Effect.TRANSFORM and reason.policy in policies.policies
            for name in policies.policies[reason.policy].redact
        }
        duties.append(Obligation(ObligationKind.REDACT, tuple(sorted(classes))))
    if demanded is Effect.CUT:
        duties.append(Obligation(ObligationKind.CLOSE_CONNECTION))
    if quarantine:
        duties.append(Obligation(ObligationKind.QUARANTINE, tuple(sorted(set(quarantine)))))
    return tuple(duties)


def _owed(request: RequestFacts, demanded: Effect, obliging: Sequence[Policy]) -> tuple[Obligation, ...]:
    """What is owed with an answer that goes out."""
    if not obliging or demanded not in (Effect.ALLOW, Effect.TRANSFORM):
        return ()
    owed: list[Obligation] = []
    notices = sorted({policy.notice for policy in obliging if Duty.DISCLOSE in policy.duties and policy.notice})
    if notices and request.first_reply:
        owed.append(Obligation(ObligationKind.DISCLOSE, tuple(notices)))
    if any(Duty.MARK in policy.duties for policy in obliging):
        owed.append(Obligation(ObligationKind.MARK))
    return tuple(owed)


def quarantine_reaches_caller(findings: Sequence[Finding], state: Snapshot) -> bool:
    """Whether a quarantine may reach the principal and the person, or the session alone.

    A poisoned document stops the exchange; it never quarantines the person or the app's key. So it
    is the session alone when what was found stands in foreign text, or in an answer by a session
    that has read foreign text.
    """
    grave = [f for f in findings if f.kind in (FindingKind.FINGERPRINT, FindingKind.TRIPWIRE, FindingKind.LEAK)]
    if any(finding.channel in _FOREIGN for finding in grave):
        return False
    answered = any(finding.channel in (Channel.ANSWER.value, Channel.TOOL_ARGUMENTS.value) for finding in grave)
    return not (answered and SAW_TOOL_RESULT in state.taint)
