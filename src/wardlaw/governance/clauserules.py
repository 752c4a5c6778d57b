"""What must hold of one clause, beyond its form: each rule is a function from a clause to problems."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

import msgspec

from wardlaw.facts.action import Action
from wardlaw.facts.attributes import BY_NAME, AttributeType
from wardlaw.facts.clause import Clause, Condition, Duty, Example, Test, Wing
from wardlaw.facts.effect import Effect
from wardlaw.governance.approvals import LONGEST_MINUTES, MOST_APPROVERS
from wardlaw.governance.clauses import PlacedClause
from wardlaw.governance.compile import misfit
from wardlaw.governance.domains import (
    DETERMINISTIC_ATTRIBUTES,
    MOST_QUARANTINE_MINUTES,
    domain,
    fits_action,
    is_deterministic_class,
    is_evidence,
    why_unknown,
)
from wardlaw.governance.examples import example_faults
from wardlaw.governance.implication import action_names, never_true
from wardlaw.governance.problems import Problem, Severity, did_you_mean
from wardlaw.governance.reader import Located
from wardlaw.governance.schema import resource_kind
from wardlaw.governance.shipped import Known


class _Sheet(msgspec.Struct, frozen=True):
    """Makes problems of one clause, with their places."""

    located: Located

    def note(self, code: str, path: str, message: str, hint: str = "", *, warning: bool = False) -> Problem:
        line, column = self.located.at(path)
        severity = Severity.WARNING if warning else Severity.ERROR
        return Problem(code, severity, self.located.source, line, column, message, hint)


def clause_problems(placed: PlacedClause, *, known: Known, today: date) -> tuple[Problem, ...]:
    """Everything wrong with one clause taken alone.

    Args:
        placed: The clause and its places.
        known: What it may refer to.
        today: The day of the check; no clock is read here.
    """
    clause, sheet = placed.clause, _Sheet(placed.located)
    problems = [*_conditions(clause, sheet), *_validity(clause, sheet, today), *_resources(clause, sheet)]
    problems += _grants(clause, sheet)
    sound = not problems
    problems += _references(clause, sheet, known)
    problems += _effect(clause, sheet)
    for path, fault in holding_faults(clause.effect, clause.approvers, clause.expires_minutes):
        hint = "Take it out, or write a number it can be, with effect: hold."
        problems.append(sheet.note("WL-POL-035", path, fault, hint))
    problems += example_problems(clause.examples, sheet.located, path="examples", effects=(clause.effect,))
    if sound and never_true(clause):
        message = "No request can ever match this clause."
        problems.append(sheet.note("WL-POL-014", "when", message, "Look for conditions that exclude each other."))
    return tuple(problems)


def _tests(clause: Clause) -> Iterator[tuple[str, Test]]:
    named: tuple[tuple[str, Condition | None], ...] = (("when", clause.when), ("unless", clause.unless))
    for name, condition in named:
        if condition is not None:
            for group, tests in (("all", condition.all), ("any", condition.any)):
                for place, test in enumerate(tests):
                    yield f"{name}.{group}.{place}", test


def _conditions(clause: Clause, sheet: _Sheet) -> Iterator[Problem]:
    for path, test in _tests(clause):
        attribute = BY_NAME.get(test.attribute)
        if attribute is None:
            message = f'Nothing produces the attribute "{test.attribute}".'
            yield sheet.note("WL-POL-008", f"{path}.attribute", message, did_you_mean(test.attribute, BY_NAME))
            continue
        fault = misfit(test, attribute)
        if fault:
            yield sheet.note("WL-POL-009", path, fault)
            continue
        words = [*(test.one_of or ()), *(test.contains_any or ())]
        words += [test.equals] if isinstance(test.equals, str) else []
        for word in words:
            hint = why_unknown(test.attribute, word)
            if hint:
                message = f'"{test.attribute}" is never "{word}".'
                yield sheet.note("WL-POL-010", path, message, hint)


def _grants(clause: Clause, sheet: _Sheet) -> Iterator[Problem]:
    """Grants are no requests: what is asked of the one cannot be asked of the other."""
    of_grants = Action.GRANT in clause.actions
    if of_grants and len(set(clause.actions)) > 1:
        message = "A clause decides on grants or on requests, and not on both."
        yield sheet.note("WL-POL-036", "actions", message, "Write a clause of its own with actions: [Grant].")
        return
    if of_grants and clause.effect not in (Effect.HOLD, Effect.DENY):
        message = f"A grant cannot be met with the effect {clause.effect.value}."
        yield sheet.note("WL-POL-036", "effect", message, "Write hold (ask why) or deny (revoke).")
    for path, test in _tests(clause):
        if test.attribute in BY_NAME and not fits_action(test.attribute, of_grants=of_grants):
            what = "a grant" if of_grants else "a request at the door"
            message = f'"{test.attribute}" says nothing of {what}.'
            yield sheet.note("WL-POL-036", f"{path}.attribute", message, "See the attribute table.")


def _validity(clause: Clause, sheet: _Sheet, today: date) -> Iterator[Problem]:
    days: dict[str, date] = {}
    for name, value in (("valid_from", clause.valid_from), ("valid_to", clause.valid_to)):
        try:
            if value:
                days[name] = date.fromisoformat(value)
        except ValueError:
            yield sheet.note("WL-POL-021", name, f'"{value}" is not a date.', "Write year-month-day: 2027-12-02.")
    last = days.get("valid_to")
    if last == date.max:
        yield sheet.note(
            "WL-POL-021", "valid_to", f"{last} is too far away.", "Leave it out: the clause then holds for ever."
        )
    elif last is not None and last < days.get("valid_from", date.min):
        yield sheet.note("WL-POL-021", "valid_to", "The clause ends before it begins.", "Exchange the two dates.")
    elif last is not None and last < today:
        message = f"The clause ran out on {last.isoformat()}; it stops nothing."
        yield sheet.note("WL-POL-021", "valid_to", message, "Extend it, or take it out.", warning=True)


def _resources(clause: Clause, sheet: _Sheet) -> Iterator[Problem]:
    prefixes = sorted({resource_kind(action).value.lower() + ":" for action in clause.actions})
    for place, name in enumerate(clause.resources):
        if not name.startswith((*prefixes, "*")):
            message = f'"{name}" is nothing that {action_names(clause.actions)} is done to.'
            yield sheet.note("WL-POL-022", f"resources.{place}", message, f"Begin it with {' or '.join(prefixes)}")


def reference_problem(ref: str, known: Known) -> tuple[str, str] | None:
    """What is wrong with a reference (message, hint); None when it is known."""
    framework, colon, item = ref.partition(":")
    if not colon or framework not in known.frameworks:
        wanted = "A reference is <framework>:<id>. " if not colon else ""
        return f'"{framework}" is not a framework we know.', wanted + did_you_mean(framework, known.frameworks)
    ids = known.frameworks[framework].ids
    if item not in ids:
        return f'"{item}" is not in {framework}.', did_you_mean(item, ids)
    return None


def _references(clause: Clause, sheet: _Sheet, known: Known) -> Iterator[Problem]:
    for place, ref in enumerate(clause.refs):
        fault = reference_problem(ref, known)
        if fault:
            yield sheet.note("WL-POL-018", f"refs.{place}", *fault)
    if not known.is_owner(clause.owner):
        message = f'"{clause.owner}" is not a role that can own a clause.'
        yield sheet.note("WL-POL-017", "owner", message, did_you_mean(clause.owner, known.owner_roles))


def _effect(clause: Clause, sheet: _Sheet) -> Iterator[Problem]:
    if clause.quarantine and clause.wing is not Wing.SECURITY:
        message = "Only a clause of the security wing may set a caller apart."
        yield sheet.note("WL-POL-019", "quarantine", message, "Take quarantine out, or move the clause to security.")
    elif clause.quarantine and clause.effect is not Effect.CUT:
        message = "A clause that sets a caller apart must cut as well."
        yield sheet.note("WL-POL-019", "quarantine", message, "Write effect: cut.")
    elif clause.quarantine and not _rests_on_facts(clause.when):
        message = "Quarantine needs a deterministic signal; this clause can match on a detector's guess alone."
        hint = "Ask for registered-secret, tripwire or system-prompt in dataClasses, for probes, or for taint, in every alternative."
        yield sheet.note("WL-POL-019", "quarantine", message, hint)
    if not 0 <= clause.quarantine_minutes <= MOST_QUARANTINE_MINUTES:
        message = f"A quarantine lasts at most {MOST_QUARANTINE_MINUTES} minutes, or until it is released."
        yield sheet.note(
            "WL-POL-019", "quarantine_minutes", message, "Leave it out for one that stands until released."
        )
    elif clause.quarantine_minutes and not clause.quarantine:
        message = "quarantine_minutes has no meaning without quarantine."
        yield sheet.note("WL-POL-019", "quarantine_minutes", message, "Add quarantine: true, or take it out.")
    if clause.effect is Effect.CUT and _rests_on_statistics(clause.when):
        message = "Statistics alone never cut: this clause can match because somebody behaves unlike their past."
        hint = "Write deny or hold, or ask for a finding or a count in every alternative as well."
        yield sheet.note("WL-POL-034", "effect", message, hint)
    if clause.effect is Effect.TRANSFORM and not clause.redact:
        message = "A clause that masks must say what: redact is missing."
        yield sheet.note("WL-POL-020", "effect", message, "Add redact: [pii].")
    if clause.effect is Effect.TRANSFORM and Action.MODEL_ANSWER in clause.actions:
        message = "Answers cannot be masked and judged again once they have begun."
        yield sheet.note("WL-POL-020", "actions", message, "Use deny for ModelAnswer.")
    if clause.redact and clause.effect is not Effect.TRANSFORM:
        message = f"redact has no meaning with the effect {clause.effect.value}."
        yield sheet.note("WL-POL-020", "redact", message, "Take it out, or write effect: transform.")
    yield from _duties(clause, sheet)
    for place, word in enumerate(clause.redact):
        if domain("dataClasses").unknown(word) or "," in word:
            hint = did_you_mean(word, domain("dataClasses").words)
            yield sheet.note("WL-POL-020", f"redact.{place}", f'"{word}" is not a class of data.', hint)


def _duties(clause: Clause, sheet: _Sheet) -> Iterator[Problem]:
    """What is wrong with what a clause says of duties."""
    obliges = clause.effect is Effect.OBLIGE
    if obliges != bool(clause.duties):
        message = "A clause that obliges says to what: duties." if obliges else "Duties are of clauses that oblige."
        yield sheet.note("WL-DUE-020", "effect", message, "Write effect: oblige and duties: [disclose, mark].")
    elif obliges and clause.actions != (Action.MODEL_ANSWER,):
        message = "Only answers can be disclosed and marked."
        yield sheet.note("WL-DUE-020", "actions", message, "Write actions: [ModelAnswer].")
    if bool(clause.notice) != (Duty.DISCLOSE in clause.duties):
        message = "The duty disclose and the key notice go together: what people are told."
        yield sheet.note("WL-DUE-020", "notice", message, "Add the one that is missing, or take the other out.")


def holding_faults(effect: Effect, approvers: int, minutes: int) -> Iterator[tuple[str, str]]:
    """What is wrong with what a clause says of approvals: the key, and why in words; 0 is what it does not say."""
    for path, value, most in (
        ("approvers", approvers, MOST_APPROVERS),
        ("expires_minutes", minutes, LONGEST_MINUTES),
    ):
        if not 0 <= value <= most:
            yield path, f"{path} is a number from 1 to {most}."
        elif value and effect is not Effect.HOLD:
            yield path, f"{path} has no meaning with the effect {effect.value}."


def _rests_on_statistics(when: Condition) -> bool:
    """Whether some alternative asks for an anomaly score and for nothing that has happened."""
    named = [test.attribute for test in (*when.all, *when.any)]
    if "anomalyScore" not in named or any(name not in BY_NAME for name in named):
        return False
    if any(is_evidence(test.attribute) for test in when.all):
        return False
    return not when.any or not all(is_evidence(test.attribute) for test in when.any)


def _rests_on_facts(when: Condition) -> bool:
    """Whether no alternative can match on a detector's guess alone."""
    return any(map(_is_fact, when.all)) or (bool(when.any) and all(map(_is_fact, when.any)))


def _is_fact(test: Test) -> bool:
    if test.attribute not in DETERMINISTIC_ATTRIBUTES:
        return False
    if test.attribute == "dataClasses":
        return bool(test.contains_any) and all(map(is_deterministic_class, test.contains_any or ()))
    if test.attribute == "probes":  # "under" and zero are true of everybody
        return (test.over or 0) >= 1 or (test.at_least or 0) >= 2 or (isinstance(test.equals, int) and test.equals >= 2)
    return BY_NAME[test.attribute].type is AttributeType.SET


def example_problems(
    examples: Iterable[Example], located: Located, *, path: str, effects: tuple[Effect, ...]
) -> Iterator[Problem]:
    """What is wrong with the examples of one clause.

    Args:
        examples: Its examples.
        located: Where they stand.
        path: The path they stand under.
        effects: Effects of the clause.
    """
    sheet = _Sheet(located)
    examples = tuple(examples)
    for place, example in enumerate(examples):
        if example.effect not in (*effects, Effect.ALLOW):
            message = f"The example asks for {example.effect.value}, but the clause says {effects[0].value}."
            hint = f"Write {effects[0].value} for what it stops, allow for what it lets pass."
            yield sheet.note("WL-POL-016", f"{path}.{place}.effect", message, hint)
        for name, message, hint in example_faults(example):
            part = name if name == "resource" else f"context.{name}"
            yield sheet.note("WL-POL-016", f"{path}.{place}.{part}", message, hint)
    if not any(example.effect in effects for example in examples):
        message = "The clause has no example of what it must stop."
        yield sheet.note("WL-POL-015", path, message, f"Add one with effect: {effects[0].value}.")
    if not any(example.effect is Effect.ALLOW for example in examples):
        yield sheet.note(
            "WL-POL-015", path, "The clause has no example of what it must let pass.", "Add one with effect: allow."
        )
