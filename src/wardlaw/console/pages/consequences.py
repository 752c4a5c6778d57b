"""What each answer to a question would mean, in the words of the rules that look at it: worked out, not written down."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

import msgspec

from wardlaw.console.pages.messages import mark
from wardlaw.console.pages.systemwords import TIERS
from wardlaw.register.classify import read_answer
from wardlaw.register.condition import Value, holds
from wardlaw.register.questionnaire import UNKNOWN, AskedQuestion, LegalRule, Questionnaire, QuestionType

Raw = str | float | tuple[str, ...]


class Follows(StrEnum):
    """How a rule stands once an answer is given."""

    DECIDES = "decides"
    MAY = "may"
    FALLS_AWAY = "away"


FOLLOWS: Mapping[Follows, str] = {
    Follows.DECIDES: mark("then it holds"),
    Follows.MAY: mark("then it may hold, by other answers"),
    Follows.FALLS_AWAY: mark("then this falls away"),
}


class Consequence(msgspec.Struct, frozen=True):
    """What one rule makes of an answer."""

    follows: Follows
    tier: str
    why: str
    ref: str
    applies_from: str
    duties: int


class Choice(msgspec.Struct, frozen=True):
    """One answer that may be given, with what it means."""

    value: str
    word: str
    consequences: tuple[Consequence, ...]


def choices_of(
    questionnaire: Questionnaire, question: AskedQuestion, answers: Mapping[str, Raw], words: Mapping[str, str]
) -> tuple[Choice, ...]:
    """The answers of a question, ``unknown`` last.

    Args:
        answers: What else is answered so far.
        words: What values are called; a value without one stands as it is.
    """
    known = {one.id: one for one in questionnaire.questions}
    values = {name: read_answer(known[name], raw) for name, raw in answers.items() if name in known}
    offered: tuple[str, ...]
    rules = [rule for rule in questionnaire.rules if question.id in rule.when.questions]
    match question.type:
        case QuestionType.YES_NO:
            offered = ("yes", "no")
        case QuestionType.CHOICE:
            offered = question.values
        case _:
            offered = ()
    found = [
        Choice(value, words.get(value, value), _consequences(rules, {**values, question.id: value}, values))
        for value in offered
    ]
    return (*found, Choice(UNKNOWN, words.get(UNKNOWN, UNKNOWN), ()))


def _consequences(
    rules: list[LegalRule], then: Mapping[str, Value], now: Mapping[str, Value]
) -> tuple[Consequence, ...]:
    found = []
    for rule in rules:
        state, before = holds(rule.when, then), holds(rule.when, {**now, **_without(then, now)})
        if state is False and before is False:
            continue
        follows = Follows.DECIDES if state else Follows.MAY if state is None else Follows.FALLS_AWAY
        if follows is Follows.MAY and rule.tier is None:
            continue  # duties that may be due are due: said where the result is
        tier = TIERS[rule.tier.value].word if rule.tier is not None else ""
        found.append(Consequence(follows, tier, rule.why, rule.ref, rule.applies_from, len(rule.duties)))
    return tuple(dict.fromkeys(found))


def _without(then: Mapping[str, Value], now: Mapping[str, Value]) -> dict[str, Value]:
    """The question that is looked at counts as not answered before, so that each answer says all it means."""
    return {name: None for name, value in then.items() if now.get(name) != value or name not in now}
