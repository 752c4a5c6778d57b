"""From the draft to the end of a clause: which step leads where, and what it needs. Total: each pair has an answer.

Who may take a step at all is settled by ``rights.authorise``; here stands what the version itself must be.

INVARIANT: no version is enforced without the approvals its risk needs, but for an emergency, which only tightens and
waits for a review; and no clause leaves the set in force by any other way than an approved successor or retirement.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import assert_never

import msgspec

from wardlaw.facts.clauselife import ClauseVersion, LifeState, LifeStep, TextKind
from wardlaw.facts.errors import InputError
from wardlaw.governance.rights import RoleBook
from wardlaw.governance.signing import missing_approvals, slot_words

DAY_S = 86_400.0
EMERGENCY_REVIEW_S = DAY_S
"""Within a day another person looks at what was put in force at once."""

_S, _T = LifeState, LifeStep
_FROM: dict[LifeStep, frozenset[LifeState]] = {
    _T.ADOPT: frozenset(),
    _T.REVIEW: frozenset(),
    # Approvals run out: what is approved or in force is signed again.
    _T.APPROVE: frozenset({_S.IN_REVIEW, _S.APPROVED, _S.SHADOW, _S.ENFORCE}),
    _T.REJECT: frozenset({_S.IN_REVIEW, _S.APPROVED, _S.SHADOW}),
    _T.SHADOW: frozenset({_S.APPROVED}),
    _T.ENFORCE: frozenset({_S.SHADOW}),
    _T.EMERGENCY: frozenset(),  # always a version of its own
    _T.REPLACE: frozenset({_S.DRAFT, _S.IN_REVIEW, _S.APPROVED, _S.SHADOW, _S.ENFORCE}),
}
_BY_HAND = frozenset(LifeStep) - {_T.ADOPT, _T.REPLACE}  # the rest follows from something else


class LifeRules(msgspec.Struct, frozen=True):
    """What the organisation set.

    Attributes:
        sign_off_days: Life of an approval.
        backtest_days: Oldest backtest on which a version may be enforced.
    """

    book: RoleBook
    sign_off_days: int = 365
    backtest_days: int = 7


def state_after(version: ClauseVersion, step: LifeStep, rules: LifeRules, *, at: float) -> LifeState:
    """Where a step leads.

    Args:
        version: With the sign-off already in it, where the step is one.
        at: Unix seconds.

    Raises:
        InputError: The step is not possible from here (WL-LIF-001), approvals are missing or expired (WL-LIF-002), the
            backtest is missing or too old (WL-LIF-003).
    """
    waits = version.review_until > 0
    if version.state not in _FROM[step] and not (step is _T.REJECT and version.state is _S.ENFORCE and waits):
        raise InputError(
            "WL-LIF-001",
            f"{_named(version)} is {version.state.value}; the step {step.value} does not lead on from there.",
            _next_words(version),
        )
    match step:
        case LifeStep.ADOPT | LifeStep.EMERGENCY:
            return _S.ENFORCE
        case LifeStep.REVIEW:
            return _S.IN_REVIEW
        case LifeStep.APPROVE:
            return _approved(version, rules, at)
        case LifeStep.REJECT:
            return _S.DRAFT
        case LifeStep.SHADOW:
            _need_approvals(version, rules, at)
            return _S.SHADOW
        case LifeStep.ENFORCE:
            _need_approvals(version, rules, at)
            _need_backtest(version, rules, at)
            return _S.RETIRED if version.content.kind is TextKind.RETIREMENT else _S.ENFORCE
        case LifeStep.REPLACE:
            return _S.RETIRED
        case unknown:
            assert_never(unknown)


def possible_steps(version: ClauseVersion) -> tuple[LifeStep, ...]:
    """The steps people can take from here, whatever else they need."""
    waits = version.review_until > 0
    return tuple(
        step
        for step in LifeStep
        if step in _BY_HAND
        and (version.state in _FROM[step] or (step is _T.REJECT and version.state is _S.ENFORCE and waits))
    )


def is_reviewed(version: ClauseVersion, rules: LifeRules, *, at: float) -> bool:
    """Whether an emergency that waited has all approvals now."""
    return version.review_until > 0 and not missing_approvals(version, rules.book, at=at)


def in_force(versions: Iterable[ClauseVersion]) -> ClauseVersion | None:
    """The version of a clause that is enforced: the newest of those that are."""
    found = [one for one in versions if one.state is LifeState.ENFORCE]
    return max(found, key=lambda one: one.version) if found else None


def newest(versions: Iterable[ClauseVersion]) -> ClauseVersion | None:
    """The last version of a clause."""
    return max(versions, key=lambda one: one.version, default=None)


def _approved(version: ClauseVersion, rules: LifeRules, at: float) -> LifeState:
    if version.state is not _S.IN_REVIEW:
        return version.state
    return _S.IN_REVIEW if missing_approvals(version, rules.book, at=at) else _S.APPROVED


def _need_approvals(version: ClauseVersion, rules: LifeRules, at: float) -> None:
    missing = missing_approvals(version, rules.book, at=at)
    if missing:
        raise InputError(
            "WL-LIF-002",
            f"{_named(version)} lacks the approval of {slot_words(missing)}, or it has expired.",
            f"Ask for `wardlaw policy approve {version.clause}`.",
        )


def _need_backtest(version: ClauseVersion, rules: LifeRules, at: float) -> None:
    done = version.backtest
    if done is None or done.digest != version.digest or at - done.at > rules.backtest_days * DAY_S:
        raise InputError(
            "WL-LIF-003",
            f"{_named(version)} has no backtest of the last {rules.backtest_days} days.",
            f"Run `wardlaw policy backtest {version.clause}` and look at what it would stop.",
        )


def _named(version: ClauseVersion) -> str:
    return f"{version.clause} version {version.version}"


def _next_words(version: ClauseVersion) -> str:
    steps = ", ".join(step.value for step in possible_steps(version))
    return f"Possible now: {steps}." if steps else "Hand in a new text with `wardlaw policy review`."
