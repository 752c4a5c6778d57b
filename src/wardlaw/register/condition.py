"""Conditions on answers, in three values: yes, no, and nobody knows.

Strong Kleene logic: what is unknown stays unknown unless the rest decides without it. So an answer taken away can turn
a yes or a no into "nobody knows", and never a yes into a no.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

Value = str | float | tuple[str, ...] | None
"""An answer as conditions see it: a word, a number, words, or None where nobody knows."""


class AnswerCondition(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"all_of": "all", "any_of": "any",
                                                                                 "none_of": "not", "equals": "is"}):  # fmt: skip
    """One condition: of others, or on the answer to one question.

    Attributes:
        question: Id of the question the rest is about.
        equals: The answer is this word.
        has: The answer, a list, has this word.
        some: The answer, a list, is not empty.
        beside: The answer, a list, has something beside this word.
        over: The answer is a greater number.
    """

    all_of: tuple[AnswerCondition, ...] | None = None
    any_of: tuple[AnswerCondition, ...] | None = None
    none_of: AnswerCondition | None = None
    question: str = ""
    equals: str | None = None
    has: str | None = None
    some: bool = False
    beside: str | None = None
    over: float | None = None

    @property
    def questions(self) -> frozenset[str]:
        """Ids of every question it looks at."""
        parts = (*(self.all_of or ()), *(self.any_of or ()), *((self.none_of,) if self.none_of is not None else ()))
        return frozenset({self.question} - {""}).union(*(one.questions for one in parts))


def holds(condition: AnswerCondition, values: Mapping[str, Value]) -> bool | None:
    """Whether a condition holds; None where that depends on what nobody knows."""
    if condition.all_of is not None:
        parts = [holds(one, values) for one in condition.all_of]
        return False if False in parts else None if None in parts else True
    if condition.any_of is not None:
        parts = [holds(one, values) for one in condition.any_of]
        return True if True in parts else None if None in parts else False
    if condition.none_of is not None:
        part = holds(condition.none_of, values)
        return None if part is None else not part
    return _holds_of(condition, values.get(condition.question))


def _holds_of(condition: AnswerCondition, value: Value) -> bool | None:
    match value:
        case None:
            return None
        case str():
            return value == condition.equals
        case float():
            return condition.over is not None and value > condition.over
        case tuple():
            if condition.some:
                return bool(value)
            if condition.has is not None:
                return condition.has in value
            return any(one != condition.beside for one in value)
