"""What follows from answers: the tier, the rule that decided it, and what is due.

INVARIANT: unknown never lowers. A question that is asked and not answered leaves a system undetermined, unless it is
prohibited whatever the answer; duties that may be due are due.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from wardlaw.facts.errors import InputError
from wardlaw.facts.tier import Tier
from wardlaw.register.condition import Value, holds
from wardlaw.register.questionnaire import UNKNOWN, AskedQuestion, LegalRule, Questionnaire, QuestionType

RANK: tuple[Tier, ...] = (Tier.OUT_OF_SCOPE, Tier.MINIMAL, Tier.LIMITED, Tier.GPAI, Tier.HIGH, Tier.PROHIBITED)
"""Tiers, the mildest first; undetermined stands apart, since everything applies to it."""

DEFAULT_RULE = "nothing-fits"
"""Stands for the rule where none of them gives a tier."""

RawAnswer = str | float | tuple[str, ...]


class ClassifiedAs(msgspec.Struct, frozen=True):
    """What follows from answers.

    Attributes:
        tier: ``undetermined`` while something is open.
        at_least: What it is whatever the open answers are.
        could_be: The gravest it may still be.
        rule: Id of the rule that decided the tier; ``nothing-fits`` for minimal.
        why: That rule in words.
        annex_point: Such as ``annex-iii-4a`` or ``annex-i``; ``""`` for none.
        duties: Provisions due, those that may be due among them.
        still_open: Questions that are asked and not answered.
        stopped_by: Rules of the company that keep it shut.
    """

    tier: Tier
    at_least: Tier
    could_be: Tier
    rule: str
    why: str
    ref: str = ""
    applies_from: str = ""
    annex_point: str = ""
    duties: tuple[str, ...] = ()
    still_open: tuple[str, ...] = ()
    stopped_by: tuple[str, ...] = ()

    @property
    def opens(self) -> bool:
        """Whether a gate may let it pass, as far as the law's view of it goes."""
        return self.tier not in (Tier.UNDETERMINED, Tier.PROHIBITED) and not self.stopped_by


def is_milder(new: Tier, old: Tier) -> bool:
    """Whether a tier asks less than another; undetermined asks everything."""
    if old is Tier.UNDETERMINED or new is Tier.UNDETERMINED:
        return False
    return RANK.index(new) < RANK.index(old)


def read_answer(question: AskedQuestion, raw: RawAnswer) -> Value:
    """An answer as conditions see it; None for unknown.

    Raises:
        InputError: It does not answer the question (WL-CLS-002).
    """
    if raw == UNKNOWN:
        return None
    match question.type:
        case QuestionType.YES_NO if raw in ("yes", "no"):
            return str(raw)
        case QuestionType.CHOICE if isinstance(raw, str) and raw in question.values:
            return raw
        case QuestionType.NUMBER if isinstance(raw, int | float) and 0 <= raw < float("inf"):
            return float(raw)
        case QuestionType.LIST | QuestionType.SEVERAL if isinstance(raw, tuple) and set(raw) <= set(question.values):
            return raw if raw or question.type is QuestionType.LIST else None
        case _:
            may = {"yes-no": "yes, no", "number": "a number"}.get(question.type.value, ", ".join(question.values))
            raise InputError(
                "WL-CLS-002", f"{question.id} cannot be answered so.", f"Answer with {may}, or with {UNKNOWN}."
            )


def asked_by(questionnaire: Questionnaire, answers: Mapping[str, RawAnswer]) -> tuple[str, ...]:
    """Questions that are asked once these answers are given: those no answer has made needless.

    Raises:
        InputError: An answer does not answer its question (WL-CLS-002).
    """
    by_id = {one.id: one for one in questionnaire.questions}
    values = {name: read_answer(by_id[name], raw) for name, raw in answers.items() if name in by_id}
    return tuple(one.id for one in questionnaire.questions if one.when is None or holds(one.when, values) is not False)


def classify(questionnaire: Questionnaire, answers: Mapping[str, RawAnswer]) -> ClassifiedAs:
    """What follows from answers; a question without one is unknown.

    Raises:
        InputError: An answer is to no question, or does not answer it (WL-CLS-002).
    """
    by_id = {one.id: one for one in questionnaire.questions}
    if odd := sorted(set(answers) - set(by_id)):
        raise InputError("WL-CLS-002", f"Nobody asks {', '.join(odd)}.", "`wardlaw system classify --form` writes all.")
    values = {name: read_answer(by_id[name], raw) for name, raw in answers.items()}
    still_open = tuple(
        one.id
        for one in questionnaire.questions
        if values.get(one.id) is None and (one.when is None or holds(one.when, values) is not False)
    )
    states = [(rule, holds(rule.when, values)) for rule in questionnaire.rules]
    stopped = tuple(rule.id for rule, state in states if rule.stops and state is not False)
    outside = next((rule for rule, state in states if rule.tier is Tier.OUT_OF_SCOPE and state), None)
    if outside is not None and not still_open:
        return _decided(Tier.OUT_OF_SCOPE, outside, (), stopped, values)
    sure = [rule for rule, state in states if state and _gives(rule)]
    may_be = [rule for rule, state in states if state is None and _gives(rule)]
    deciding = max(sure, key=_rank, default=None)
    at_least = deciding.tier if deciding is not None and deciding.tier is not None else Tier.MINIMAL
    worst = max((*sure, *may_be), key=_rank, default=None)
    could_be = worst.tier if worst is not None and worst.tier is not None else Tier.MINIMAL
    duties = _duties(states, RANK[RANK.index(at_least) : RANK.index(could_be) + 1])
    if at_least is Tier.PROHIBITED or (not still_open and could_be is at_least):
        return _decided(at_least, deciding, duties, stopped, values, still_open)
    named = ", ".join(still_open[:3]) + (" …" if len(still_open) > 3 else "")
    why = f"{len(still_open)} answers are missing: {named}" if still_open else f"it may be {could_be.value}"
    return ClassifiedAs(
        Tier.UNDETERMINED, at_least, could_be, "open", why, duties=duties, still_open=still_open, stopped_by=stopped
    )


def _decided(
    tier: Tier,
    rule: LegalRule | None,
    duties: tuple[str, ...],
    stopped: tuple[str, ...],
    values: Mapping[str, Value],
    still_open: tuple[str, ...] = (),
) -> ClassifiedAs:
    if rule is None:
        return ClassifiedAs(
            tier, tier, tier, DEFAULT_RULE, "None of the rules fits.", duties=duties, stopped_by=stopped
        )
    point = rule.route
    if point == "annex-iii":
        point = _point(values)
    return ClassifiedAs(
        tier, tier, tier, rule.id, rule.why, rule.ref, rule.applies_from, point, duties, still_open, stopped
    )


def _point(values: Mapping[str, Value]) -> str:
    """The use of Annex III that stands for all of them: one that asks for more comes first."""
    uses = values.get("annex_iii")
    listed = uses if isinstance(uses, tuple) else ()
    grave = [one for one in listed if one in ("annex-iii-5b", "annex-iii-5c")]  # Art 27(1) names these two
    return next(iter((*grave, *listed)), "")


def _gives(rule: LegalRule) -> bool:
    return rule.tier is not None and rule.tier is not Tier.OUT_OF_SCOPE


def _rank(rule: LegalRule) -> int:
    return RANK.index(rule.tier) if rule.tier is not None else -1


def _duties(states: list[tuple[LegalRule, bool | None]], tiers: tuple[Tier, ...]) -> tuple[str, ...]:
    """What is due, or may be, for any of the tiers it may have."""
    due = [
        duty
        for rule, state in states
        if state is not False and (not rule.for_tiers or set(tiers) & set(rule.for_tiers))
        for duty in rule.duties
    ]
    return tuple(dict.fromkeys(due))
