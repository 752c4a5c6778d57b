"""Why other policies would decide otherwise, said with the figures of the moment."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from wardlaw.decision.context import Facts, build_context
from wardlaw.decision.policyset import PolicySet
from wardlaw.decision.replay import Rejudged
from wardlaw.facts.clause import Clause, Condition, Test
from wardlaw.facts.decision import Decision, Reason
from wardlaw.facts.effect import Effect, Mode

_MOST_MEMBERS = 5  # a longer list of data classes or labels fills the line and tells no more
_DO = {Effect.TRANSFORM: "mask", Effect.HOLD: "hold", Effect.DENY: "deny", Effect.CUT: "cut"}
HIDDEN = "hidden"


class Wording:
    """Puts differences into words.

    Args:
        policies: The set that judged anew.
        clauses: Its structured clauses by id; what was written by hand is told by the attributes it reads.
        hidden: Attributes whose values the reader may not see.
    """

    def __init__(self, policies: PolicySet, clauses: Mapping[str, Clause], *, hidden: Collection[str] = ()) -> None:
        self._policies = policies
        self._clauses = clauses
        self._hidden = frozenset(hidden)
        self._standing: dict[str, set[str]] = {}
        for policy in policies.policies.values():
            if policy.forbid:
                self._standing.setdefault(policy.clause, set()).update(policy.attributes)

    def why(self, one: Rejudged, *, unknown: Collection[str] = ()) -> tuple[str, ...]:
        """A sentence for each ground, such as ``GOV-07 would deny: dataSubjects 180 over 100``.

        Args:
            unknown: Attributes that did not exist when the decision was made; told beside their value.
        """
        before, after = one.inputs.decision, one.decision
        stronger = after if after.demanded.strength > before.demanded.strength else before
        facts = Facts(one.inputs.request, one.inputs.findings, one.inputs.state)
        said = []
        for ground in one.grounds:
            reason = _reason_of(stronger, ground)
            if not reason.clause:
                said.append(reason.message if stronger is after else f"no longer so: {reason.message}")
            elif stronger is after:
                told = self._facts(ground, facts, unknown, reason=reason)
                said.append(f"{ground} would {_DO.get(after.demanded, 'act')}" + (f": {told}" if told else ""))
            else:
                said.append(
                    f"{ground} would no longer {_DO.get(before.demanded, 'act')}: {self._gone(ground, one, facts, unknown)}"
                )
        return tuple(said)

    def _facts(self, ground: str, facts: Facts, unknown: Collection[str], *, reason: Reason) -> str:
        """The figures a clause rests on."""
        clause = self._clauses.get(ground)
        if clause is None:
            policy = self._policies.policies.get(reason.policy)
            names = sorted(policy.attributes) if policy is not None else []
            values = build_context(facts, names)
            return ", ".join(f"{name} {self._shown(name, values[name], unknown)}" for name in names)
        values = build_context(facts, sorted(attributes_of(clause.when)))
        held = [test for test in (*clause.when.all, *clause.when.any) if holds(test, values[test.attribute])]
        return ", ".join(dict.fromkeys(self._test(test, values[test.attribute], unknown) for test in held))

    def _gone(self, ground: str, one: Rejudged, facts: Facts, unknown: Collection[str]) -> str:
        """Why a clause that decided does not any more."""
        if ground not in self._standing:
            return "it is not in this set"
        weaker = next((reason for reason in one.decision.reasons if reason.clause == ground), None)
        if weaker is not None:
            return f"it would {_DO.get(weaker.effect, 'act')}"
        noted = next((hit for hit in one.decision.hits if hit.clause == ground), None)
        if noted is not None:
            return f"it is lifted by {noted.lifted_by}" if noted.lifted_by else f"it stands at {noted.mode.value}"
        clause = self._clauses.get(ground)
        if clause is None:
            return "its condition does not hold"
        if clause.mode is not Mode.ENFORCE:
            return f"it stands at {clause.mode.value}"
        values = build_context(facts, sorted(attributes_of(clause.when) | attributes_of(clause.unless or Condition())))
        missed = [test for test in clause.when.all if not holds(test, values[test.attribute])]
        if not missed and not any(holds(test, values[test.attribute]) for test in clause.when.any):
            missed = list(clause.when.any)
        if missed:
            return ", ".join(self._test(test, values[test.attribute], unknown, missed=True) for test in missed)
        excused = clause.unless or Condition()
        held = [test for test in (*excused.all, *excused.any) if holds(test, values[test.attribute])]
        if held:
            return "excepted: " + ", ".join(self._test(test, values[test.attribute], unknown) for test in held)
        return "it does not look at this any more"

    def _test(self, test: Test, value: Any, unknown: Collection[str], *, missed: bool = False) -> str:
        name, shown = test.attribute, self._shown(test.attribute, value, unknown)
        beside = ", not " if missed else " "
        if test.over is not None:
            return f"{name} {shown}{beside}over {test.over}"
        if test.at_least is not None:
            return f"{name} {shown}{beside}at least {test.at_least}"
        if test.under is not None:
            return f"{name} {shown}{beside}under {test.under}"
        if isinstance(value, list) and not missed and name not in self._hidden:
            wanted = test.contains_any or ()
            found = value if "*" in wanted else [member for member in value if member in wanted]
            return f"{name} has {self._shown(name, found, unknown)}"
        return f"{name} {shown}"

    def _shown(self, name: str, value: Any, unknown: Collection[str]) -> str:
        if name in self._hidden:
            return HIDDEN
        if isinstance(value, bool):
            text = "true" if value else "false"
        elif isinstance(value, list):
            more = f" and {len(value) - _MOST_MEMBERS} more" if len(value) > _MOST_MEMBERS else ""
            text = ", ".join(value[:_MOST_MEMBERS]) + more or "none"
        else:
            text = str(value) or "empty"
        return f"{text} (not known then)" if name in unknown else text


def attributes_of(condition: Condition) -> set[str]:
    """Names of the attributes a condition asks about."""
    return {test.attribute for test in (*condition.all, *condition.any)}


def holds(test: Test, value: Any) -> bool:
    """Whether a test holds of the value of its attribute; sets are lists."""
    if test.over is not None:
        return bool(value > test.over)
    if test.at_least is not None:
        return bool(value >= test.at_least)
    if test.under is not None:
        return bool(value < test.under)
    if test.equals is not None:
        return bool(value == test.equals)
    if test.one_of is not None:
        return value in test.one_of
    members = test.contains_any or ()
    return bool(value) if "*" in members else any(member in value for member in members)


def _reason_of(decision: Decision, ground: str) -> Reason:
    return next(reason for reason in decision.reasons if ground == (reason.clause or reason.code.value))
