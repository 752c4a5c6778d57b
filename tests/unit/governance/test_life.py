from __future__ import annotations

import msgspec
import pytest

from tests.unit.governance.lives import AT, OPS, RULES, backtest, sign_off, text, version
from wardlaw.facts.clauselife import LifeState, LifeStep
from wardlaw.facts.errors import InputError
from wardlaw.governance.clausetext import retirement_of
from wardlaw.governance.life import in_force, is_reviewed, newest, possible_steps, state_after

S, T = LifeState, LifeStep


def ready(state: LifeState, *, content=None, **more):
    """A version of low risk with its one approval and a backtest."""
    bare = version(content or text(OPS), state, **more)
    return msgspec.structs.replace(bare, sign_offs=(sign_off(bare, "rik", "risk"),), backtest=backtest(bare))


def code(of, step: LifeStep, *, at: float = AT) -> str:
    with pytest.raises(InputError) as caught:
        state_after(of, step, RULES, at=at)
    return caught.value.code


@pytest.mark.parametrize(
    ("state", "step", "expected"),
    [
        (S.IN_REVIEW, T.APPROVE, S.APPROVED),
        (S.IN_REVIEW, T.REJECT, S.DRAFT),
        (S.APPROVED, T.APPROVE, S.APPROVED),
        (S.APPROVED, T.SHADOW, S.SHADOW),
        (S.APPROVED, T.REJECT, S.DRAFT),
        (S.SHADOW, T.ENFORCE, S.ENFORCE),
        (S.SHADOW, T.REJECT, S.DRAFT),
        (S.ENFORCE, T.APPROVE, S.ENFORCE),
        (S.ENFORCE, T.REPLACE, S.RETIRED),
    ],
)
def test_the_way(state: LifeState, step: LifeStep, expected: LifeState) -> None:
    assert state_after(ready(state), step, RULES, at=AT) is expected


@pytest.mark.parametrize(
    ("state", "step"),
    [
        (S.IN_REVIEW, T.SHADOW),
        (S.IN_REVIEW, T.ENFORCE),
        (S.APPROVED, T.ENFORCE),
        (S.ENFORCE, T.REJECT),
        (S.RETIRED, T.ENFORCE),
        (S.DRAFT, T.APPROVE),
    ],
)
def test_there_is_no_way_around(state: LifeState, step: LifeStep) -> None:
    assert code(ready(state), step) == "WL-LIF-001"


def test_without_approval_or_backtest_nothing_goes_on() -> None:
    assert state_after(version(), T.APPROVE, RULES, at=AT) is S.IN_REVIEW
    assert code(version(state=S.APPROVED), T.SHADOW) == "WL-LIF-002"
    assert code(ready(S.APPROVED), T.SHADOW, at=AT + 366 * 86_400) == "WL-LIF-002"
    assert code(msgspec.structs.replace(ready(S.SHADOW), backtest=None), T.ENFORCE) == "WL-LIF-003"
    assert code(ready(S.SHADOW), T.ENFORCE, at=AT + 8 * 86_400) == "WL-LIF-003"
    other = msgspec.structs.replace(backtest(version()), digest="0" * 64)
    assert code(msgspec.structs.replace(ready(S.SHADOW), backtest=other), T.ENFORCE) == "WL-LIF-003"


def test_the_end_of_a_clause_is_reached_by_the_same_way() -> None:
    assert state_after(ready(S.SHADOW, content=retirement_of(text(OPS))), T.ENFORCE, RULES, at=AT) is S.RETIRED


def test_an_emergency_waits_for_its_review_and_can_be_sent_back() -> None:
    waiting = version(text(OPS), S.ENFORCE, review_until=AT + 9)
    assert not is_reviewed(waiting, RULES, at=AT)
    assert state_after(waiting, T.REJECT, RULES, at=AT) is S.DRAFT
    assert T.REJECT in possible_steps(waiting)
    assert T.REJECT not in possible_steps(version(state=S.ENFORCE))
    assert is_reviewed(ready(S.ENFORCE, review_until=AT + 9), RULES, at=AT)


def test_which_version_counts() -> None:
    three = (version(state=S.ENFORCE), version(state=S.ENFORCE, number=2), version(state=S.SHADOW, number=3))
    found, last = in_force(three), newest(three)
    assert found is not None
    assert last is not None
    assert (found.version, last.version) == (2, 3)
    assert in_force(()) is None
    assert newest(()) is None
