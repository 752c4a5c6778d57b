from __future__ import annotations

from datetime import date

import msgspec
import pytest

from wardlaw.evidence.applicability import clause_applies, provision_applies
from wardlaw.evidence.observed import Applicability
from wardlaw.facts.action import Action
from wardlaw.facts.principal import PrincipalKind
from wardlaw.facts.tier import SystemRole, Tier
from wardlaw.governance.clauses import read_clauses
from wardlaw.governance.frameworks.framework import DateScope
from wardlaw.governance.shipped import shipped_frameworks, starter_sources
from wardlaw.register.system import System

EU = shipped_frameworks()["eu-ai-act"]
HR = System(
    "hr", "HR", "person:ann", "ranks", roles=(SystemRole.DEPLOYER,), tier=Tier.HIGH, annex_point="annex-iii-4a",
    principals=("agent:hr",),
)  # fmt: skip
DAY = date(2026, 11, 28)
CLAUSES = {p.clause.id: p.clause for n, t in starter_sources().items() for p in read_clauses(t, source=n)[0]}


def ask(provision: str, system: System = HR, **chosen: date) -> Applicability:
    found = EU.provision(provision)
    assert found is not None
    readings = {DateScope(name): day for name, day in chosen.items()}
    return provision_applies(found, system, said_by="person:ann", chosen=readings)


def test_role_and_tier_decide_and_say_on_whose_word() -> None:
    assert ask("art-26").since == date(2027, 12, 2)
    assert "before 2026/1744" in ask("art-26").reason
    assert ask("art-9") == Applicability(
        False, None, "it binds provider, and we are registered as deployer", "person:ann"
    )
    minimal = msgspec.structs.replace(HR, tier=Tier.MINIMAL, annex_point="")
    assert not ask("art-26", minimal).applies
    assert "registered as minimal" in ask("art-26", minimal).reason
    assert ask("art-5-1-a", minimal).applies
    assert not ask("art-50-4", minimal).applies


@pytest.mark.parametrize("tier", [Tier.UNDETERMINED, Tier.PROHIBITED])
def test_what_is_not_known_or_worst_never_lowers_a_duty(tier: Tier) -> None:
    unknown = System("x", "x", "person:a", "x", tier=tier)
    assert all(ask(one.id, unknown).applies for one in EU.provisions)


def test_the_annex_decides_the_day_and_the_earliest_counts_while_it_is_not_known() -> None:
    assert ask("art-14", msgspec.structs.replace(HR, annex_point="annex-i")).since == date(2028, 8, 2)
    assert ask("art-14", msgspec.structs.replace(HR, annex_point="")).since == date(2027, 12, 2)


def test_older_systems_have_their_own_day() -> None:
    bot = System("b", "b", "person:a", "b", roles=(SystemRole.PROVIDER,), tier=Tier.LIMITED)
    assert ask("art-50-2", bot).since == date(2026, 8, 2)
    assert ask("art-50-2", msgspec.structs.replace(bot, placed_at=date(2026, 1, 1))).since == date(2026, 12, 2)
    assert ask("art-50-2", msgspec.structs.replace(bot, placed_at=date(2026, 9, 1))).since == date(2026, 8, 2)


def test_an_ambiguous_day_may_be_read_otherwise() -> None:
    provider = msgspec.structs.replace(HR, roles=(SystemRole.PROVIDER,))
    assert ask("art-49", provider).since == date(2026, 8, 2)
    other = ask("art-49", provider, all=date(2027, 12, 2))
    assert other.since == date(2027, 12, 2)
    assert "The configuration reads 2027-12-02 instead of 2026-08-02." in other.reason


def test_the_impact_assessment_is_owed_by_public_bodies_and_for_two_uses() -> None:
    assert not ask("art-27").applies
    assert ask("art-27", msgspec.structs.replace(HR, annex_point="annex-iii-5b")).applies
    assert ask("art-27", msgspec.structs.replace(HR, roles=(SystemRole.DEPLOYER_PUBLIC,))).applies
    public = msgspec.structs.replace(HR, roles=(SystemRole.DEPLOYER_PUBLIC,), annex_point="annex-iii-2")
    assert ask("art-27", public).reason == "it does not bind systems of annex-iii-2"


def test_a_clause_looks_at_the_callers_of_a_system_or_does_not() -> None:
    grants, bulk = CLAUSES["GRT-03"], CLAUSES["GOV-07"]
    assert grants.actions == (Action.GRANT,)
    asked = {"said_by": "person:ann", "day": DAY}
    assert not clause_applies(grants, HR, **asked).applies
    assert clause_applies(grants, msgspec.structs.replace(HR, principals=("app:x",)), **asked).applies
    users = msgspec.structs.replace(bulk, principals=(PrincipalKind.USER,))
    assert not clause_applies(users, HR, **asked).applies
    assert clause_applies(bulk, HR, **asked).applies
    ended = clause_applies(msgspec.structs.replace(bulk, valid_to="2026-11-27"), HR, **asked)
    assert (ended.applies, ended.said_by) == (False, f"the clause's owner, {bulk.owner}")
    assert clause_applies(msgspec.structs.replace(bulk, valid_from="2026-12-24"), HR, **asked).since == date(
        2026, 12, 24
    )
