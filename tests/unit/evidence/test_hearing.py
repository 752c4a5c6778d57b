"""What other rooms keep of clauses, as states rest on it."""

from __future__ import annotations

import msgspec

from tests.unit.evidence.test_running import running
from tests.unit.governance.lives import AT, BOOK, BY_HAND, GOV, checked, sign_off, version
from wardlaw.decision.policyset import PolicySet
from wardlaw.evidence.hearing import UNPLANNED_S, approvals, canary_standings, exceptions, glass_minutes
from wardlaw.evidence.observed import Approved
from wardlaw.evidence.running import running_clauses
from wardlaw.facts.breakglass import BreakGlass
from wardlaw.facts.canary import CanaryOutcome, CanaryRun
from wardlaw.facts.clauselife import ClauseVersion, LifeState
from wardlaw.facts.exemption import Exemption, ExemptionKind, ExemptionScope
from wardlaw.governance.bundle import bundle_payload, decode_bundle
from wardlaw.governance.clausetext import clause_texts
from wardlaw.governance.life import LifeRules
from wardlaw.governance.renewal import published_set
from wardlaw.governance.shipped import starter_sources
from wardlaw.governance.standing import Beside, standings
from wardlaw.register.system import System

RUNNING = running({"one.yaml": GOV})
STARTER = tuple(running(starter_sources()).values())
DAY_S = 86_400.0
CRM = System("crm", "CRM", "person:ann", "x", principals=("agent:crm-*",))
OPEN = System("all", "All", "person:ann", "x")


def signed(days: float = 365) -> ClauseVersion:
    bare = version(state=LifeState.ENFORCE)
    slots = BOOK.sign_offs[bare.content.risk]
    offs = tuple(sign_off(bare, f"p{place}", min(slot), days=days) for place, slot in enumerate(slots))
    return msgspec.structs.replace(bare, sign_offs=offs)


def heard_of(one: ClauseVersion, *, disk: str = GOV, now: float = AT + 1) -> Approved | None:
    beside = Beside(
        clause_texts(checked(disk)), published_set(decode_bundle(bundle_payload(checked(GOV)))), checked(GOV)
    )
    said = standings({"GOV-20": (one,)}, beside, rules=LifeRules(BOOK), at=now)
    return approvals(said, {"GOV-20": one}, RUNNING.values(), book=BOOK, now=now).get("GOV-20")


def test_a_clause_that_people_signed_is_approved_as_it_runs() -> None:
    found = heard_of(signed())
    assert found is not None
    assert (found.digest, found.ends_at, found.drift) == (RUNNING["GOV-20"].digest, AT + 365 * DAY_S, "")
    assert found.by[0] == "person:p0"


def test_what_nobody_signed_is_not_and_what_ran_out_says_when() -> None:
    assert heard_of(version(state=LifeState.ENFORCE)) == Approved()
    assert heard_of(signed(days=1), now=AT + 2 * DAY_S) == Approved(RUNNING["GOV-20"].digest, (), AT + DAY_S)


def test_what_was_written_by_hand_and_compared_with_nothing_is_not_approved() -> None:
    by_hand = checked(GOV, **{name.replace(".", "_"): one for name, one in BY_HAND.items() if "hand" in name})
    content = clause_texts(by_hand)["GOV-40"]
    bare = msgspec.structs.replace(signed(), content=content)
    offs = tuple(msgspec.structs.replace(one, digest=content.digest) for one in bare.sign_offs)
    whole = msgspec.structs.replace(bare, sign_offs=offs)
    found = tuple(running_clauses(by_hand.clauses, PolicySet.build(by_hand.text)))
    digest = next(one.digest for one in found if one.id == "GOV-40")
    said = standings({"GOV-40": (whole,)}, Beside({"GOV-40": content}, by_hand, None), rules=LifeRules(BOOK), at=AT + 1)
    for is_compared, expected in ((True, digest), (False, "")):
        heard = approvals(said, {"GOV-40": whole}, found, book=BOOK, now=AT + 1, is_compared=is_compared)
        assert heard["GOV-40"].digest == expected


def test_an_edit_by_hand_is_heard() -> None:
    found = heard_of(signed(), disk=GOV.replace("1000", "9999"))
    assert found is not None
    assert found.drift == "the file was edited, and nobody handed it in"
    changed = heard_of(msgspec.structs.replace(signed(), is_intact=False))
    assert changed is not None
    assert "changed by hand" in changed.drift


def run(outcome: CanaryOutcome, at: float, *, route: str = "messages", clause: str = "SEC-01") -> CanaryRun:
    return CanaryRun(
        f"crn_{at}", "can_1", clause, route, "an example", at, outcome, decision=f"dec_{at:.0f}", detail=outcome.value
    )


def test_canaries_stand_by_route_with_their_last_pass_and_failure() -> None:
    runs = (run(CanaryOutcome.PASS, AT), run(CanaryOutcome.FAIL, AT - 9), run(CanaryOutcome.UNAVAILABLE, AT + 9))
    (found,) = canary_standings(runs)["SEC-01"]
    assert (found.route, found.passed_at, found.failed_at, found.record) == (
        "messages",
        AT,
        AT - 9,
        f"dec_{AT + 9:.0f}",
    )
    assert canary_standings(()) == {}


def test_a_route_that_is_no_more_is_left_out_unless_it_failed_there() -> None:
    old = AT - UNPLANNED_S - 1
    routes = lambda *runs: {one.route for one in canary_standings(runs)["SEC-01"]}  # noqa: E731
    assert routes(run(CanaryOutcome.PASS, AT), run(CanaryOutcome.PASS, old, route="chat")) == {"messages"}
    assert routes(run(CanaryOutcome.PASS, AT), run(CanaryOutcome.FAIL, old, route="chat")) == {"messages", "chat"}
    assert routes(run(CanaryOutcome.PASS, old)) == {"messages"}


def waiver(clause: str, **scope: tuple[str, ...]) -> Exemption:
    return Exemption("wvr_1", ExemptionKind.WAIVER, (clause,), ExemptionScope(**scope), AT, AT + 9)


def test_a_waiver_counts_for_each_system_it_may_touch() -> None:
    clause = next(one for one in STARTER if one.clause is not None and not one.clause.quarantine)
    found = exceptions([waiver(clause.id, principals=("agent:crm-7",))], STARTER, (CRM, OPEN))
    assert found == {(clause.id, "crm"): ("wvr_1",), (clause.id, "all"): ("wvr_1",)}
    assert set(exceptions([waiver(clause.id, principals=("user:ben",))], STARTER, (CRM,))) == set()
    assert set(exceptions([waiver(clause.id, resources=("model:*",))], STARTER, (CRM,))) == {(clause.id, "crm")}


def test_broken_glass_lifts_no_security_clause_and_justified_minutes_do_not_count() -> None:
    glass = BreakGlass(
        "brk_1", (), ExemptionScope(resources=("*",)), "r", "person:ben", AT, AT + 1_800, AT + DAY_S, "inc_1"
    )
    found = glass_minutes([glass], STARTER, since=0.0, now=AT + DAY_S)
    assert set(found.values()) == {30.0}
    security = {one.id for one in STARTER if one.clause is not None and one.clause.wing.value == "security"}
    assert security
    assert not security & set(found)
    assert glass_minutes([glass], STARTER, since=AT + 1_200, now=AT + DAY_S)[min(found)] == 10.0
    justified = msgspec.structs.replace(glass, is_justified=True)
    assert glass_minutes([justified], STARTER, since=0.0, now=AT + DAY_S) == {}
    named = msgspec.structs.replace(glass, clauses=(min(found),), closed_at=AT + 60)
    assert glass_minutes([named], STARTER, since=0.0, now=AT + DAY_S) == {min(found): 1.0}
