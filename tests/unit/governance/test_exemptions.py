"""The rules of waivers and broken glass."""

from __future__ import annotations

import msgspec
import pytest

from wardlaw.facts.breakglass import BreakGlass
from wardlaw.facts.errors import InputError
from wardlaw.facts.exemption import ExemptionKind, ExemptionScope
from wardlaw.facts.person import Role
from wardlaw.facts.waiver import Waiver, WaiverAnswer, WaiverState
from wardlaw.governance.exemptions import (
    REVIEW_S,
    WAITING_S,
    answered,
    check_glass,
    check_period,
    check_scope,
    closed_glass,
    ended,
    glass_exemption,
    glass_minutes,
    granting_roles,
    may_be_lifted,
    reviewed_glass,
    standing,
    waiver_exemption,
)

SCOPE = ExemptionScope(principals=("user:ana",))
WAIVER = Waiver("wvr_1", "GOV-07", SCOPE, "legal", "quarter end", 60, "person:own", 1_000.0)
GLASS = BreakGlass("brk_1", (), SCOPE, "outage", "person:sec", 0.0, 3_600.0, REVIEW_S, "inc_1")
DAY = 1_440


def yes(by: str, *roles: Role, at: float = 1_010.0) -> WaiverAnswer:
    return WaiverAnswer(by, at, True, roles, "fine")


def code(work: object, *args: object, **named: object) -> str:
    with pytest.raises(InputError) as caught:
        work(*args, **named)  # type: ignore[operator]
    assert caught.value.hint
    return caught.value.code


@pytest.mark.parametrize(
    ("refs", "quarantine", "expected"),
    [
        ((), False, True),
        (("gdpr:5(1)(c)", "eu-ai-act:art-50-1"), False, True),
        (("eu-ai-act:art-5-1-f",), False, False),
        (("gdpr:6", "eu-ai-act:art-5"), False, False),
        ((), True, False),
    ],
)
def test_prohibited_practices_and_quarantine_are_never_lifted(
    refs: tuple[str, ...], quarantine: bool, expected: bool
) -> None:
    assert may_be_lifted(refs, quarantine=quarantine) is expected


def test_two_persons_with_two_roles_grant_it_from_that_moment() -> None:
    once = answered(WAIVER, yes("person:lex", Role.LEGAL))
    assert (once.state, waiver_exemption(once)) == (WaiverState.WAITING, None)
    twice = answered(once, yes("person:ris", Role.RISK, at=1_020.0))
    assert (twice.state, twice.starts_at, twice.ends_at, twice.version) == (WaiverState.GRANTED, 1_020.0, 4_620.0, 3)
    lifted = waiver_exemption(twice)
    assert lifted is not None
    assert (lifted.kind, lifted.clauses, lifted.ends_at) == (ExemptionKind.WAIVER, ("GOV-07",), 4_620.0)
    assert [standing(twice, now=at) for at in (4_619.0, 4_620.0)] == ["granted", "expired"]


def test_one_role_twice_one_person_twice_and_no_role_do_not_count() -> None:
    once = answered(WAIVER, yes("person:lex", Role.LEGAL))
    assert code(answered, once, yes("person:lex", Role.LEGAL, Role.RISK)) == "WL-WVR-006"
    assert code(answered, once, yes("person:lux", Role.LEGAL)) == "WL-WVR-006"
    assert code(answered, once, yes("person:sec")) == "WL-WVR-006"
    assert answered(once, yes("person:lux", Role.LEGAL, Role.RISK)).state is WaiverState.GRANTED
    assert granting_roles((Role.SECOPS, Role.CISO, Role.LEGAL)) == (Role.LEGAL, Role.CISO)


def test_more_than_thirty_days_need_the_ciso_and_legal() -> None:
    month = msgspec.structs.replace(WAIVER, minutes=30 * DAY)
    assert (
        answered(answered(month, yes("person:r", Role.RISK)), yes("person:l", Role.LEGAL)).state is WaiverState.GRANTED
    )
    long = msgspec.structs.replace(WAIVER, minutes=30 * DAY + 1)
    assert code(answered, long, yes("person:r", Role.RISK)) == "WL-WVR-006"
    legal = answered(long, yes("person:l", Role.LEGAL))
    assert code(answered, legal, yes("person:m", Role.LEGAL)) == "WL-WVR-006"
    assert answered(legal, yes("person:c", Role.CISO)).state is WaiverState.GRANTED
    check_period(90 * DAY)
    assert code(check_period, 90 * DAY + 1) == "WL-WVR-003"
    assert code(check_period, 0) == "WL-WVR-003"


def test_one_refusal_ends_it_and_what_waits_too_long_is_asked_anew() -> None:
    no = WaiverAnswer("person:lex", 1_010.0, False, (Role.LEGAL,), "no")
    refused = answered(WAIVER, no)
    assert refused.state is WaiverState.REFUSED
    assert code(answered, refused, yes("person:ris", Role.RISK)) == "WL-WVR-005"
    late = yes("person:ris", Role.RISK, at=1_000.0 + WAITING_S)
    assert code(answered, WAIVER, late) == "WL-WVR-005"
    assert standing(WAIVER, now=late.at) == "expired"


def test_it_can_be_ended_while_it_waits_or_stands() -> None:
    stopped = ended(WAIVER, by="person:sec", reason="no longer needed", now=1_500.0)
    assert (stopped.state, waiver_exemption(stopped)) == (WaiverState.ENDED, None)
    assert code(ended, stopped, by="person:sec", reason="again", now=1_600.0) == "WL-WVR-007"


@pytest.mark.parametrize(
    "scope",
    [
        ExemptionScope(),
        ExemptionScope(principals=("user:*",)),
        ExemptionScope(systems=("*",)),
        ExemptionScope(resources=("*",)),
        ExemptionScope(("user:ana",), resources=("tool:**",)),
    ],
)
def test_nobody_is_excepted_by_leaving_out_who(scope: ExemptionScope) -> None:
    assert code(check_scope, scope) == "WL-WVR-004"


def test_a_part_of_the_tools_may_be_named_with_a_star() -> None:
    check_scope(ExemptionScope(resources=("tool:crm_*",)))


def test_glass_stands_an_hour_at_most_and_closing_is_exact() -> None:
    check_glass(60)
    assert code(check_glass, 61) == "WL-WVR-010"
    shut = closed_glass(GLASS, by="person:sec", now=600.0)
    assert glass_exemption(shut).ends_at == 600.0
    assert code(closed_glass, shut, by="person:sec", now=601.0) == "WL-WVR-011"


def test_a_review_ends_what_stands_and_is_given_once() -> None:
    seen = reviewed_glass(GLASS, by="person:lex", is_justified=False, review="not needed", now=900.0)
    assert (seen.ends_at, seen.reviewed_by, seen.is_justified) == (900.0, "person:lex", False)
    late = reviewed_glass(GLASS, by="person:lex", is_justified=True, review="fine", now=9_000.0)
    assert late.ends_at == 3_600.0
    assert code(reviewed_glass, seen, by="person:ris", is_justified=True, review="x", now=901.0) == "WL-WVR-012"


def test_minutes_of_overlapping_glass_count_once() -> None:
    spans = [(0.0, 600.0), (300.0, 900.0), (1_800.0, 2_400.0), (500.0, 510.0)]
    glasses = [msgspec.structs.replace(GLASS, opened_at=start, ends_at=end) for start, end in spans]
    assert glass_minutes(glasses, since=0.0, until=10_000.0) == 25.0
    assert glass_minutes(glasses, since=600.0, until=2_100.0) == 10.0
    assert glass_minutes((), since=0.0, until=10.0) == 0.0
