from __future__ import annotations

from datetime import date

import msgspec

from tests.unit.evidence.test_running import running
from wardlaw.evidence.attestation import Attestation, Says
from wardlaw.evidence.coverage import State
from wardlaw.evidence.observed import Approved, CanaryStanding
from wardlaw.evidence.survey import Heard, Listed, Survey, carriers, clause_lines, framework_lines, worst_first
from wardlaw.facts.tier import SystemRole, Tier
from wardlaw.governance.shipped import shipped_controls, shipped_frameworks, starter_sources
from wardlaw.register.system import System

NOW = 1_795_000_000.0
RUNNING = tuple(running(starter_sources()).values())
CONTROLS = shipped_controls().controls
CRM = System("crm", "CRM", "person:ann", "x", roles=(SystemRole.DEPLOYER,), tier=Tier.LIMITED)
HR = System("hr", "HR", "person:ann", "x", roles=(SystemRole.DEPLOYER,), tier=Tier.HIGH, annex_point="annex-iii-4a")
EVERYTHING = Heard(
    approved={one.id: Approved(one.digest) for one in RUNNING},
    canaries={one.id: (CanaryStanding("messages", NOW - 60, 0.0, "dec_1"),) for one in RUNNING},
)


def survey(**fields: object) -> Survey:
    made = Survey(
        NOW, date(2026, 11, 28), RUNNING, "now", 0.0, (Listed(CRM, "person:ann"), Listed(HR, "person:ben")), {}, Heard(),
        {}, {},
    )  # fmt: skip
    return msgspec.structs.replace(made, **fields)


def law(found: Survey, name: str, **readings: date) -> dict[tuple[str, str], State]:
    lines = framework_lines(
        found, shipped_frameworks()[name], controls=CONTROLS, readings=readings, lines=clause_lines(found)
    )
    return {(one.clause.partition(":")[2], one.system): one.state for one in lines}


def test_every_clause_and_every_provision_has_a_line_for_each_system() -> None:
    found = survey()
    assert len(clause_lines(found)) == 2 * len(RUNNING)
    assert len(law(found, "eu-ai-act")) == 2 * 41
    assert len(law(found, "mitre-atlas")) == 2 * 178


def test_a_provision_is_proven_through_all_its_controls() -> None:
    states = law(survey(heard=EVERYTHING), "owasp-llm-2025")
    assert states["LLM10:2025", "crm"] is State.PROVEN  # budgets: one control, all its clauses tried out
    assert states["LLM03:2025", "crm"] is State.GAP  # gates that do not exist yet
    assert State.PROVEN not in law(survey(), "owasp-llm-2025").values()


def test_time_and_tier_come_before_controls() -> None:
    states = law(survey(heard=EVERYTHING), "eu-ai-act")
    assert states["art-26", "hr"] is State.NOT_YET
    assert states["art-26", "crm"] is State.NOT_APPLICABLE
    assert states["art-9", "hr"] is State.NOT_APPLICABLE


def test_one_failed_canary_takes_the_proof_away_from_everything_above_it() -> None:
    failed = {**EVERYTHING.canaries, "OPS-01": (CanaryStanding("messages", NOW - 60, NOW - 5, "dec_2"),)}
    states = law(survey(heard=msgspec.structs.replace(EVERYTHING, canaries=failed)), "owasp-llm-2025")
    assert states["LLM10:2025", "crm"] is State.BYPASSED


def test_a_change_of_the_law_makes_stale_what_refers_to_it_for_that_system() -> None:
    sec_01 = next(one for one in RUNNING if one.id == "SEC-01")
    reopened = {(sec_01.refs[0], "crm"): "its date moved"}
    lines = {(one.clause, one.system): one for one in clause_lines(survey(heard=EVERYTHING, reopened=reopened))}
    assert lines["SEC-01", "crm"].state is State.STALE
    assert sec_01.refs[0] in lines["SEC-01", "crm"].why
    assert lines["SEC-01", "hr"].state is State.PROVEN


def test_what_is_vouched_for_counts_for_one_system_only() -> None:
    one = Attestation("att_1", "WL-TRN-LITERACY", "crm", Says.MET, "trained", NOW - 9, NOW + 9, "person:ann", NOW)
    states = law(survey(attestations={("WL-TRN-LITERACY", "crm"): (one,)}), "eu-ai-act")
    assert (states["art-4", "crm"], states["art-4", "hr"]) == (State.ATTESTED, State.GAP)


def test_the_starter_pack_carries_out_what_it_is_said_to_and_a_clause_of_another_meaning_nothing() -> None:
    for control in CONTROLS:
        assert set(carriers(control, RUNNING)) == set(control.clauses)
    inject = next(one for one in CONTROLS if one.id == "WL-SEC-INJECT")
    sec_01 = next(one for one in RUNNING if one.id == "SEC-01")
    assert carriers(inject, (msgspec.structs.replace(sec_01, refs=("gdpr:30",)),)) == ()
    own = msgspec.structs.replace(sec_01, id="ACME-01", refs=("wardlaw:WL-SEC-INJECT",))
    assert carriers(inject, (own,)) == ("ACME-01",)


def test_the_worst_comes_first() -> None:
    lines = worst_first(clause_lines(survey(heard=msgspec.structs.replace(EVERYTHING, canaries={}))))
    assert lines[0].state is State.SHADOW
