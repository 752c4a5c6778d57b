from __future__ import annotations

import pytest

from wardlaw.facts.decision import Decision, Hit, Reason, ReasonCode
from wardlaw.facts.effect import Effect, Mode
from wardlaw.facts.grantfacts import GrantFacts
from wardlaw.inventory.ruling import Breaker, Fate, RevokingLimits, RevokingMode, ruling_of

FACTS = GrantFacts("acme", "google", "g1", "app-1")


def ruled(effect: Effect, *, code: ReasonCode = ReasonCode.CLAUSE, limits: RevokingLimits, due: int = 0):
    reasons = () if effect is Effect.ALLOW else (Reason(code, effect, "No mail.", clause="GRT-50", advice="Ask."),)
    decision = Decision(
        "gdc_1", effect, effect, "p", reasons, hits=(Hit("GRT-01", "GRT-01", Mode.SHADOW, Effect.DENY),)
    )
    return ruling_of(FACTS, decision, digest="d", at=5.0, breaker=Breaker(limits, due))


ON, OFF, SHADOW = (
    RevokingLimits(mode, ("app-9",), 2) for mode in (RevokingMode.ON, RevokingMode.OFF, RevokingMode.SHADOW)
)


@pytest.mark.parametrize(("effect", "limits", "due", "fate"), [
    (Effect.ALLOW, ON, 0, Fate.STANDS), (Effect.HOLD, ON, 0, Fate.ASKED), (Effect.DENY, OFF, 0, Fate.DENIED),
    (Effect.DENY, SHADOW, 0, Fate.WOULD), (Effect.DENY, ON, 1, Fate.DUE), (Effect.DENY, ON, 2, Fate.TRIPPED),
    (Effect.DENY, SHADOW, 9, Fate.TRIPPED), (Effect.DENY, RevokingLimits(RevokingMode.ON, ("app-1",)), 0, Fate.PROTECTED),
])  # fmt: skip
def test_what_becomes_of_a_grant(effect, limits, due, fate) -> None:
    assert ruled(effect, limits=limits, due=due).fate is fate


@pytest.mark.parametrize("code", [code for code in ReasonCode if code is not ReasonCode.CLAUSE])
def test_what_is_no_clause_takes_nothing_away(code: ReasonCode) -> None:
    found = ruled(Effect.DENY, code=code, limits=ON)
    assert (found.effect, found.fate) == (Effect.HOLD, Fate.ASKED)


def test_a_ruling_names_grant_clause_and_effect() -> None:
    found = ruled(Effect.DENY, limits=ON)
    assert (found.directory, found.grant, found.clauses, found.effect) == ("acme", "g1", ("GRT-50",), Effect.DENY)
    assert (found.message, found.advice, found.observed) == ("No mail.", "Ask.", ("GRT-01 (shadow, deny)",))


def test_a_breaker_lets_no_more_through_than_its_ceiling() -> None:
    breaker = Breaker(RevokingLimits(RevokingMode.ON, (), 3), 1)
    assert [breaker.fate(Effect.DENY, f"a{n}") for n in range(4)] == [Fate.DUE] * 2 + [Fate.TRIPPED] * 2
