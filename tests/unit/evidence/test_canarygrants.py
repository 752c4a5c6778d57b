from __future__ import annotations

from datetime import date

import msgspec
import pytest

from wardlaw.decision.policyset import PolicySet
from wardlaw.evidence.canary import Canary
from wardlaw.evidence.canarycontent import InexpressibleError
from wardlaw.evidence.canarygrants import GRANTS, grant_of, judge_grant, rule_on_canary
from wardlaw.facts.action import Action
from wardlaw.facts.canary import CanaryOutcome
from wardlaw.facts.clause import Example
from wardlaw.facts.effect import Effect
from wardlaw.governance.check import check
from wardlaw.governance.compiled import CompiledClause
from wardlaw.governance.shipped import starter_sources
from wardlaw.inventory.granted import GrantMoment
from wardlaw.inventory.ruling import Fate

AT = 1_790_000_000.0
MOMENT = GrantMoment(AT, 10, 3)
CLAUSES = {one.id: one for one in check(starter_sources(), today=date(2026, 11, 22)).compiled}
GRT = [name for name in CLAUSES if name.startswith("GRT")]


def policies(*names: str) -> PolicySet:
    return PolicySet.build("\n".join(CLAUSES[name].text for name in names))


def canary(name: str, example: Example | None = None) -> Canary:
    clause = CLAUSES[name]
    example = example or clause.examples[0]
    grant = grant_of(clause, example, at=AT)
    return Canary(name, GRANTS, clause.effect, clause.text, example, grant=grant)


@pytest.mark.parametrize("name", GRT)
def test_a_grant_is_seen_by_the_inventory_as_each_example_says(name: str) -> None:
    for example in CLAUSES[name].examples:
        if example.effect is Effect.ALLOW:
            continue
        made = canary(name, example)
        ruling = rule_on_canary(made, policies("GRT-03", "GRT-04"), decision="gdc_1", moment=MOMENT)
        assert ruling is not None
        assert ruling.fate in (Fate.STANDS, Fate.ASKED)  # never anything that takes something away


def test_only_the_clause_itself_proves_it_and_one_that_is_not_in_force_has_failed() -> None:
    made = canary("GRT-03")

    def outcome(*names: str) -> CanaryOutcome:
        ruling = rule_on_canary(made, policies(*names), decision="gdc_1", moment=MOMENT)
        found = judge_grant(made, ruling, record="ctl_1")
        assert found.decision == "ctl_1"
        return found.outcome

    assert outcome("GRT-03", "GRT-04") is CanaryOutcome.PASS
    assert outcome("GRT-04") is CanaryOutcome.FAIL
    stricter = msgspec.structs.replace(made, effect=Effect.DENY)
    ruling = rule_on_canary(made, policies("GRT-03"), decision="gdc_1", moment=MOMENT)
    assert judge_grant(stricter, ruling, record="ctl_1").outcome is CanaryOutcome.NOT_EXPRESSIBLE
    assert judge_grant(made, None, record="ctl_1").outcome is CanaryOutcome.NOT_EXPRESSIBLE


def test_what_the_inventory_would_never_see_cannot_be_put_together() -> None:
    clause: CompiledClause = CLAUSES["GRT-03"]
    nobody = Example("x", Effect.HOLD, Action.GRANT, context={"aiVendor": "nobody-listed", "scopeData": ["mail"]})
    with pytest.raises(InexpressibleError, match="no grant"):
        grant_of(clause, nobody, at=AT)
    other = msgspec.structs.replace(nobody, context={"aiVendor": "openai", "scopeData": ["moonlight"]})
    with pytest.raises(InexpressibleError, match="no grant"):
        grant_of(clause, other, at=AT)


def test_what_is_no_grant_is_not_ruled_on() -> None:
    plain = msgspec.structs.replace(canary("GRT-04"), grant=None)
    assert rule_on_canary(plain, policies("GRT-04"), decision="gdc_1", moment=MOMENT) is None
