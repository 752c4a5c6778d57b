"""Two policy sets compared clause by clause, in words: what is looser now, what is tighter."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import StrEnum

import msgspec

from wardlaw.facts.action import Action
from wardlaw.facts.clause import Clause, Condition, Test
from wardlaw.facts.effect import Mode
from wardlaw.facts.principal import PrincipalKind
from wardlaw.governance.approvals import USUAL_MINUTES
from wardlaw.governance.check import Checked
from wardlaw.governance.compiled import CompiledClause
from wardlaw.governance.exemptions import may_be_lifted
from wardlaw.governance.sentence import PHRASES, phrase


class Direction(StrEnum):
    """What a change does to those who ask."""

    TIGHTENED = "tightened"
    LOOSENED = "loosened"
    CHANGED = "changed"  # neither, or not told from the form
    WORDING = "wording"  # nothing that is enforced


class Change(msgspec.Struct, frozen=True):
    """One change of one clause; ``words`` is a sentence for the person who approves."""

    clause: str
    direction: Direction
    words: str


_T, _L, _C, _W = Direction.TIGHTENED, Direction.LOOSENED, Direction.CHANGED, Direction.WORDING
_OPPOSITE = {_T: _L, _L: _T, _C: _C, _W: _W}
_MODE_ORDER = {Mode.SHADOW: 0, Mode.WARN: 1, Mode.ENFORCE: 2}


def diff(old: Checked, new: Checked) -> tuple[Change, ...]:
    """Every difference between two sets, by clause id.

    Args:
        old: The set in force.
        new: The set that would replace it.
    """
    before = {item.id: item for item in old.compiled}
    after = {item.id: item for item in new.compiled}
    changes: list[Change] = []
    for name in sorted(before.keys() | after.keys()):
        changes += _clause(name, before.get(name), after.get(name))
    return (*changes, *_permits(old, new))


def _permits(old: Checked, new: Checked) -> Iterator[Change]:
    """Base permits written by hand are no clauses; they change who may pass at all."""
    before, after = _permit_texts(old), _permit_texts(new)
    for text in sorted(after - before):
        yield Change("BASE", _L, f"A base permit is new: {text}")
    for text in sorted(before - after):
        yield Change("BASE", _T, f"A base permit is gone: {text}")


def _permit_texts(checked: Checked) -> set[str]:
    return {" ".join(statement.split()) for statement in checked.permits}


def _clause(name: str, before: CompiledClause | None, after: CompiledClause | None) -> Iterator[Change]:
    if before is None or after is None:
        present = after or before
        assert present is not None
        state = f"{present.title or name} ({present.mode.value}, {present.effect.value})"
        observed = present.mode is not Mode.ENFORCE
        if before is None:
            yield Change(name, _C if observed else _T, f"New: {state}.")
        else:
            yield Change(name, _C if observed else _L, f"Removed: {state}.")
        return
    yield from _standing(name, before, after)
    if before.clause is not None and after.clause is not None:
        yield from _structured(name, before.clause, after.clause)
    elif before.text != after.text:
        yield Change(name, _C, "The policy text written by hand changed; compare the two texts.")


def _standing(name: str, before: CompiledClause, after: CompiledClause) -> Iterator[Change]:
    if before.mode is not after.mode:
        firmer = _MODE_ORDER[after.mode] > _MODE_ORDER[before.mode]
        yield Change(name, _T if firmer else _L, f"Mode: {before.mode.value} → {after.mode.value}.")
    if before.effect is not after.effect:
        stronger = after.effect.strength > before.effect.strength
        yield Change(name, _T if stronger else _L, f"Effect: {before.effect.value} → {after.effect.value}.")
    if before.quarantine != after.quarantine:
        words = "now sets the caller apart" if after.quarantine else "no longer sets the caller apart"
        yield Change(name, _T if after.quarantine else _L, f"It {words}.")
    if before.wing is not after.wing:
        yield Change(
            name, _C, f"Wing: {before.wing.value} → {after.wing.value}; refusals explain themselves otherwise."
        )
    for label, old, new in (("Title", before.title, after.title), ("Owner", before.owner, after.owner)):
        if old != new:
            yield Change(name, _W, f'{label}: "{old}" → "{new}".')
    if before.examples != after.examples:
        yield Change(name, _W, f"Examples: {len(before.examples)} → {len(after.examples)}, or changed.")


def _structured(name: str, before: Clause, after: Clause) -> Iterator[Change]:
    yield from _members(name, "actions", _texts(before.actions), _texts(after.actions))
    yield from _members(name, "principals", _texts(before.principals), _texts(after.principals), every=PrincipalKind)
    yield from _scope(name, before.resources, after.resources)
    yield from _members(name, "masked classes", set(before.redact), set(after.redact))
    for words, here, there, way in (("now owe", after, before, _T), ("no longer owe", before, after, _L)):
        for duty in sorted(set(here.duties) - set(there.duties)):
            yield Change(name, way, f"Answers {words}: {duty.value}.")
    if before.notice != after.notice:
        yield Change(name, _C, f'Notice: "{before.notice}" → "{after.notice}".')
    could, can = (may_be_lifted(one.refs, quarantine=one.quarantine) for one in (before, after))
    if could != can:
        yield Change(name, _L if can else _T, f"Waivers {'can now' if can else 'can no longer'} lift it.")
    yield from _days(name, before, after)
    yield from _holding(name, before, after)
    yield from _condition(name, "when", before.when, after.when)
    yield from _exception(name, before.unless, after.unless)
    for label, old, new in (
        ("Text", before.text, after.text),
        ("Advice", before.advice, after.advice),
        ("Risk", before.risk.value, after.risk.value),
        ("References", ", ".join(before.refs), ", ".join(after.refs)),
    ):
        if old != new:
            yield Change(name, _W, f'{label}: "{old}" → "{new}".')


def _holding(name: str, before: Clause, after: Clause) -> Iterator[Change]:
    old, new = before.approvers or 1, after.approvers or 1
    if old != new:
        yield Change(name, _T if new > old else _L, f"Persons who must approve: {old} → {new}.")
    old, new = before.expires_minutes or USUAL_MINUTES, after.expires_minutes or USUAL_MINUTES
    if old != new:
        yield Change(name, _T if new < old else _L, f"Minutes an approval stands: {old} → {new}.")
    if before.quarantine_minutes != after.quarantine_minutes:
        told = [str(one.quarantine_minutes or "until released") for one in (before, after)]
        yield Change(name, _C, f"Minutes of a quarantine: {told[0]} → {told[1]}.")


def _texts(members: Iterable[Action | PrincipalKind]) -> set[str]:
    return {member.value for member in members}


def _members(
    name: str, what: str, before: set[str], after: set[str], *, every: type[PrincipalKind] | None = None
) -> Iterator[Change]:
    if every is not None:  # none named means all
        before, after = before or _texts(every), after or _texts(every)
    for word in sorted(after - before):
        yield Change(name, _T, f"It now also looks at {what}: {word}.")
    for word in sorted(before - after):
        yield Change(name, _L, f"It no longer looks at {what}: {word}.")


def _scope(name: str, before: tuple[str, ...], after: tuple[str, ...]) -> Iterator[Change]:
    if before and after:
        yield from _members(name, "resources", set(before), set(after))
    elif before:
        yield Change(name, _T, f"It now looks at every resource, not only at {', '.join(before)}.")
    elif after:
        yield Change(name, _L, f"It now looks only at {', '.join(after)}, no longer at every resource.")


def _days(name: str, before: Clause, after: Clause) -> Iterator[Change]:
    if before.valid_from != after.valid_from:
        later = after.valid_from > before.valid_from  # ISO dates order as text; "" is always
        words = f"First day: {before.valid_from or 'always'} → {after.valid_from or 'always'}."
        yield Change(name, _L if later else _T, words)
    if before.valid_to != after.valid_to:
        longer = not after.valid_to or (bool(before.valid_to) and after.valid_to > before.valid_to)
        words = f"Last day: {before.valid_to or 'for ever'} → {after.valid_to or 'for ever'}."
        yield Change(name, _T if longer else _L, words)


def _exception(name: str, before: Condition | None, after: Condition | None) -> Iterator[Change]:
    if before is None and after is not None:
        said = "; ".join(phrase(test) for test in (*after.all, *after.any))
        yield Change(name, _L, f"New exception: {said}.")
    elif before is not None and after is None:
        said = "; ".join(phrase(test) for test in (*before.all, *before.any))
        yield Change(name, _T, f"The exception is gone: {said}.")
    elif before is not None and after is not None:
        for change in _condition(name, "unless", before, after):
            yield msgspec.structs.replace(change, direction=_OPPOSITE[change.direction])


def _condition(name: str, part: str, before: Condition, after: Condition) -> Iterator[Change]:
    """Changes of a condition; the direction is that of ``when`` (narrower is looser)."""
    yield from _tests(name, f"{part}, all of", before.all, after.all, Shift(gained=_L, lost=_T))
    # The first alternative narrows a condition that asked nothing; each further one widens it.
    gained = _T if before.any else _L
    lost = _L if after.any else _T
    yield from _tests(name, f"{part}, any of", before.any, after.any, Shift(gained=gained, lost=lost))


class Shift(msgspec.Struct, frozen=True):
    """What a test that comes or goes does in its group."""

    gained: Direction
    lost: Direction


def _tests(name: str, part: str, before: tuple[Test, ...], after: tuple[Test, ...], shift: Shift) -> Iterator[Change]:
    old = [test for test in before if test not in after]
    new = [test for test in after if test not in before]
    for test in list(old):
        twin = next((other for other in new if _comparable(test, other)), None)
        if twin is not None:
            old.remove(test)
            new.remove(twin)
            yield Change(name, _direction(test, twin), f"{_subject(test)} ({part}): {_limit(test)} → {_limit(twin)}.")
    for test in new:
        yield Change(name, shift.gained, f"New condition ({part}): {phrase(test)}.")
    for test in old:
        yield Change(name, shift.lost, f"Condition gone ({part}): {phrase(test)}.")


def _comparable(one: Test, other: Test) -> bool:
    return one.attribute == other.attribute and _comparison(one) == _comparison(other)


def _comparison(test: Test) -> str:
    return next(name for name in Test.__struct_fields__[1:] if getattr(test, name) is not None)


def _subject(test: Test) -> str:
    words = PHRASES.get(test.attribute, test.attribute)
    return f"{words[:1].upper()}{words[1:]}"


def _limit(test: Test) -> str:
    name = _comparison(test)
    value = getattr(test, name)
    said = f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)
    if isinstance(value, tuple):
        said = ", ".join(value)
    return f"{name.replace('_', ' ')} {said}"


def _direction(before: Test, after: Test) -> Direction:
    """What a changed value does in ``when``: a higher ceiling is looser."""
    for old, new in ((before.over, after.over), (before.at_least, after.at_least)):
        if old is not None and new is not None:
            return _L if new > old else _T
    if before.under is not None and after.under is not None:
        return _T if after.under > before.under else _L
    for words, others in ((before.one_of, after.one_of), (before.contains_any, after.contains_any)):
        if words is not None and others is not None:
            return _set_direction(set(words), set(others), any_word=before.contains_any is not None)
    return _C


def _set_direction(before: set[str], after: set[str], *, any_word: bool) -> Direction:
    if any_word and ("*" in before) != ("*" in after):
        return _T if "*" in after else _L
    if before < after:
        return _T
    return _L if after < before else _C
