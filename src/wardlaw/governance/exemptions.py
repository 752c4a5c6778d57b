"""Waivers and broken glass: which clauses may be lifted, by whom, and for how long. Pure rules over frozen values.

Nothing here reaches a clause on a prohibited practice (EU AI Act, Article 5) or one that sets callers apart; the door
asks the same question once more before it lifts anything.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import assert_never

import msgspec

from wardlaw.facts.breakglass import BreakGlass
from wardlaw.facts.errors import InputError
from wardlaw.facts.exemption import Exemption, ExemptionKind, ExemptionScope
from wardlaw.facts.person import Role
from wardlaw.facts.waiver import Waiver, WaiverAnswer, WaiverState

MOST_DAYS = 30
"""SOD-4: the longest waiver that any two of the roles can grant."""
LONGEST_DAYS = 90
"""SOD-4: the longest at all; the CISO and legal grant it together."""
GLASS_MINUTES = 60
"""SOD-9: the longest that broken glass stands."""
REVIEW_S = 24 * 3_600.0
"""SOD-9: within a day somebody else has looked at it."""
WAITING_S = 14 * 86_400.0
"""What nobody granted in two weeks is asked anew, with today's reasons."""

_DAY_MINUTES = 24 * 60
_MINUTE_S = 60.0
_PROHIBITED = "eu-ai-act:art-5"
_GRANTING = (Role.LEGAL, Role.RISK, Role.CISO)


def may_be_lifted(refs: Iterable[str], *, quarantine: bool) -> bool:
    """Whether a clause may be waived at all: neither a prohibited practice nor the ground of a quarantine."""
    return not quarantine and not any(ref == _PROHIBITED or ref.startswith(f"{_PROHIBITED}-") for ref in refs)


def check_period(minutes: int) -> None:
    """Refuse a waiver that is too long.

    Raises:
        InputError: It is (WL-WVR-003).
    """
    if not 1 <= minutes <= LONGEST_DAYS * _DAY_MINUTES:
        raise InputError(
            "WL-WVR-003",
            f"A waiver stands for at most {LONGEST_DAYS} days.",
            f"Up to {MOST_DAYS} days any two of {', '.join(_GRANTING)} grant it; up to {LONGEST_DAYS} the ciso and legal.",
        )


def check_scope(scope: ExemptionScope) -> None:
    """Refuse what would be for everybody.

    Raises:
        InputError: Nothing is named, or a star stands for everything (WL-WVR-004).
    """
    bare = {"*", "**", "model:*", "tool:*"}
    starred = any("*" in name for name in (*scope.principals, *scope.systems))
    if scope.is_open or starred or any(name.replace("**", "*") in bare for name in scope.resources):
        raise InputError(
            "WL-WVR-004",
            "A waiver names for whom or for what it is.",
            "Name principals (user:ana), systems (agent:reports) or resources (tool:export); resources alone take a *, not for all.",
        )


def answered(waiver: Waiver, answer: WaiverAnswer, *, selves: frozenset[str] = frozenset()) -> Waiver:
    """The waiver after one more answer: one refusal ends it, two persons with two roles grant it.

    Args:
        selves: Every name of the human who answers: nobody grants it with two accounts.

    Raises:
        InputError: It no longer waits (WL-WVR-005), or this answer cannot count (WL-WVR-006).
    """
    if waiver.state is not WaiverState.WAITING or answer.at >= waiver.asked_at + WAITING_S:
        raise InputError("WL-WVR-005", f"{waiver.id} is {standing(waiver, now=answer.at)}.", "Ask for a new one.")
    answers = (*waiver.answers, answer)
    if not answer.approves:
        return msgspec.structs.replace(
            waiver, answers=answers, state=WaiverState.REFUSED, ended_at=answer.at, version=waiver.version + 1
        )
    wrong = _cannot_count(waiver, answer, selves | {answer.by})
    if wrong:
        raise InputError("WL-WVR-006", wrong, "Another person with one of the other roles must agree as well.")
    if len(answers) < 2:
        return msgspec.structs.replace(waiver, answers=answers, version=waiver.version + 1)
    return msgspec.structs.replace(
        waiver,
        answers=answers,
        state=WaiverState.GRANTED,
        starts_at=answer.at,
        ends_at=answer.at + waiver.minutes * _MINUTE_S,
        version=waiver.version + 1,
    )


def granting_roles(roles: Iterable[Role]) -> tuple[Role, ...]:
    """Those of a person's roles with which an answer counts."""
    held = set(roles)
    return tuple(role for role in _GRANTING if role in held)


def ended(waiver: Waiver, *, by: str, reason: str, now: float) -> Waiver:
    """The waiver, ended before its time.

    Raises:
        InputError: It does not stand and does not wait (WL-WVR-007).
    """
    how = standing(waiver, now=now)
    if how not in (WaiverState.WAITING.value, WaiverState.GRANTED.value):
        raise InputError("WL-WVR-007", f"{waiver.id} is {how} already.", "Nothing is left to do.")
    return msgspec.structs.replace(
        waiver, state=WaiverState.ENDED, ended_by=by, ended_at=now, end_reason=reason, version=waiver.version + 1
    )


def standing(waiver: Waiver, *, now: float) -> str:
    """How a waiver stands: its state, or ``expired`` for what ran out."""
    match waiver.state:
        case WaiverState.WAITING:
            return "expired" if now >= waiver.asked_at + WAITING_S else waiver.state.value
        case WaiverState.GRANTED:
            return "expired" if now >= waiver.ends_at else waiver.state.value
        case WaiverState.REFUSED | WaiverState.ENDED:
            return waiver.state.value
        case never:
            assert_never(never)


def waiver_exemption(waiver: Waiver) -> Exemption | None:
    """What the door reads of a waiver; None of one that was not granted, or was ended."""
    if waiver.state is not WaiverState.GRANTED:
        return None
    return Exemption(waiver.id, ExemptionKind.WAIVER, (waiver.clause,), waiver.scope, waiver.starts_at, waiver.ends_at)


def glass_exemption(glass: BreakGlass) -> Exemption:
    """What the door reads of broken glass; its end is the earlier one where somebody closed it."""
    return Exemption(glass.id, ExemptionKind.BREAK_GLASS, glass.clauses, glass.scope, glass.opened_at, glass.ends_at)


def check_glass(minutes: int) -> None:
    """Refuse glass that would stand too long.

    Raises:
        InputError: It would (WL-WVR-010).
    """
    if not 1 <= minutes <= GLASS_MINUTES:
        raise InputError(
            "WL-WVR-010",
            f"Broken glass stands for 1 to {GLASS_MINUTES} minutes.",
            "Ask for a waiver for what lasts longer.",
        )


def closed_glass(glass: BreakGlass, *, by: str, now: float) -> BreakGlass:
    """The glass, closed before its time.

    Raises:
        InputError: It no longer stands (WL-WVR-011).
    """
    if now >= glass.ends_at:
        raise InputError("WL-WVR-011", f"{glass.id} has ended already.", "What is left is its review.")
    return msgspec.structs.replace(glass, closed_by=by, closed_at=now, ends_at=now, version=glass.version + 1)


def reviewed_glass(glass: BreakGlass, *, by: str, is_justified: bool, review: str, now: float) -> BreakGlass:
    """The glass after somebody else has looked at it; what still stands ends with that.

    Raises:
        InputError: It was reviewed before (WL-WVR-012).
    """
    if glass.reviewed_at:
        raise InputError("WL-WVR-012", f"{glass.id} was reviewed by {glass.reviewed_by}.", "Nothing is left to do.")
    return msgspec.structs.replace(
        glass,
        ends_at=min(glass.ends_at, now),
        reviewed_by=by,
        reviewed_at=now,
        is_justified=is_justified,
        review=review,
        version=glass.version + 1,
    )


def glass_minutes(glasses: Iterable[BreakGlass], *, since: float, until: float) -> float:
    """For how many minutes of a period any glass was broken; overlapping ones count once."""
    spans = sorted((max(one.opened_at, since), min(one.ends_at, until)) for one in glasses)
    total, reached = 0.0, since
    for start, end in spans:
        if end > max(start, reached):
            total += end - max(start, reached)
            reached = end
    return total / _MINUTE_S


def _cannot_count(waiver: Waiver, answer: WaiverAnswer, selves: frozenset[str]) -> str:
    """Why a yes cannot count, in words; ``""`` when it does."""
    if not answer.roles:
        return f"{answer.by} has none of the roles {', '.join(_GRANTING)}."
    if not selves.isdisjoint(one.by for one in waiver.answers):
        return f"{answer.by} has agreed to {waiver.id} before, perhaps by another account."
    held = [set(one.roles) for one in waiver.answers] + [set(answer.roles)]
    if waiver.minutes > MOST_DAYS * _DAY_MINUTES:
        pair = (Role.CISO, Role.LEGAL)
        if not all(roles & set(pair) for roles in held):
            return f"{waiver.id} is for more than {MOST_DAYS} days, which the ciso and legal grant together."
        return "" if len(held) < 2 or _two_of(held[0], held[1], pair) else f"{waiver.id} needs the ciso and legal."
    return "" if len(held) < 2 or _two_of(held[0], held[1], _GRANTING) else f"{waiver.id} needs two different roles."


def _two_of(one: set[Role], other: set[Role], wanted: tuple[Role, ...]) -> bool:
    """Whether two persons can speak for two different roles of these."""
    return any(role in one and second in other for role in wanted for second in wanted if role is not second)
