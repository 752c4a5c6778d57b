from __future__ import annotations

from typing import TypeVar

from wardlaw.security.steps import Steps, drained

Made = TypeVar("Made")


def counting(most: int, done: list[int]) -> Steps[str]:
    for number in range(most):
        yield 0.5
        done.append(number)
    return "made"


def noted(steps: Steps[Made], costs: list[float]) -> Steps[Made]:
    """The same work; what each step takes is added to ``costs``."""
    while True:
        try:
            costs.append(next(steps))
        except StopIteration as end:
            made: Made = end.value
            return made
        yield costs[-1]


def test_work_may_be_left_off_and_gone_on_with() -> None:
    done: list[int] = []
    steps = counting(3, done)
    assert next(steps) == 0.5
    assert done == []  # what is told is the next step, not the last
    next(steps)
    assert done == [0]
    assert drained(steps) == "made"
    assert done == [0, 1, 2]


def test_nothing_to_do_makes_something_too() -> None:
    assert drained(counting(0, [])) == "made"
