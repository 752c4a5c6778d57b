"""When one clause says no more than another: a sound test on structured conditions.

Sound, not complete: "covers" is only ever said when it is so; a true covering may go unnoticed. Each
alternative of a condition is narrowed to a box (an interval, a set of texts, a claim per attribute),
and a test is implied when the whole box satisfies it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import msgspec

from wardlaw.facts.action import Action
from wardlaw.facts.attributes import BY_NAME
from wardlaw.facts.clause import Clause, Condition, Test
from wardlaw.facts.effect import Effect, Mode
from wardlaw.facts.principal import PrincipalKind
from wardlaw.governance.compile import validity_bounds
from wardlaw.governance.domains import domain
from wardlaw.governance.schema import resource_kind


class Room(msgspec.Struct, frozen=True):
    """What one attribute may still be.

    Attributes:
        texts: The only texts left; None when any may stand.
        claims: Claims left.
        holds: Each is a set of which at least one member is there; ``{"*"}`` for any member.
    """

    low: int
    high: int
    texts: frozenset[str] | None = None
    claims: frozenset[bool] = frozenset((True, False))
    holds: tuple[frozenset[str], ...] = ()

    @property
    def empty(self) -> bool:
        """Nothing is left: the tests contradict each other."""
        return self.low > self.high or self.texts == frozenset() or not self.claims


Box = dict[str, Room]


def _start(attribute: str) -> Room:
    values = domain(attribute)
    return Room(values.low, values.high, texts=values.words or None)


def _narrow(room: Room, test: Test) -> Room:
    low, high, texts, claims, holds = room.low, room.high, room.texts, room.claims, room.holds
    if test.over is not None:
        low = max(low, test.over + 1)
    if test.at_least is not None:
        low = max(low, test.at_least)
    if test.under is not None:
        high = min(high, test.under - 1)
    if isinstance(test.equals, bool):
        claims &= {test.equals}
    elif isinstance(test.equals, int):
        low, high = max(low, test.equals), min(high, test.equals)
    wanted = {test.equals} if isinstance(test.equals, str) else set(test.one_of or ())
    if wanted:
        texts = frozenset(wanted) if texts is None else texts & wanted
    if test.contains_any is not None:
        members = frozenset(test.contains_any)
        holds = (*holds, frozenset("*") if "*" in members else members)
    return Room(low, high, texts, claims, holds)


def _box(tests: Iterable[Test]) -> Box | None:
    """What is left when all tests hold; None when they cannot."""
    box: Box = {}
    for test in tests:
        box[test.attribute] = _narrow(box.get(test.attribute, _start(test.attribute)), test)
    return None if any(room.empty for room in box.values()) else box


def boxes(condition: Condition) -> tuple[Box, ...]:
    """One box for each alternative that can be true at all."""
    alternatives = [(*condition.all, test) for test in condition.any] if condition.any else [condition.all]
    return tuple(box for tests in alternatives if (box := _box(tests)) is not None)


def _implied(box: Box, test: Test) -> bool:
    room = box.get(test.attribute, _start(test.attribute))
    if test.over is not None:
        return room.low > test.over
    if test.at_least is not None:
        return room.low >= test.at_least
    if test.under is not None:
        return room.high < test.under
    if test.contains_any is not None:
        members = frozenset(test.contains_any)
        if "*" in members:
            return bool(room.holds)
        return any(hold <= members for hold in room.holds)
    if isinstance(test.equals, bool):
        return room.claims == {test.equals}
    if isinstance(test.equals, int):
        return room.low == room.high == test.equals
    wanted = {test.equals} if isinstance(test.equals, str) else set(test.one_of or ())
    return room.texts is not None and room.texts <= wanted


def satisfies(box: Box, condition: Condition) -> bool:
    """Whether every value in a box makes a condition true."""
    if not all(_implied(box, test) for test in condition.all):
        return False
    return not condition.any or any(_implied(box, test) for test in condition.any)


def implies(special: Condition, general: Condition) -> bool:
    """Whether a condition can only be true when another is."""
    return all(satisfies(box, general) for box in boxes(special))


def never_true(clause: Clause) -> bool:
    """Whether no request at all can match a clause."""
    first, end = validity_bounds(clause)
    if first is not None and end is not None and first >= end:
        return True
    prefixes = tuple({resource_kind(action).value.lower() + ":" for action in clause.actions})
    if clause.resources and not any(name.startswith((*prefixes, "*")) for name in clause.resources):
        return True
    alive = boxes(clause.when)
    if clause.unless is None:
        return not alive
    return all(satisfies(box, clause.unless) for box in alive)


def covers(general: Clause, special: Clause, *, whatever_effect: bool = False) -> bool:
    """Whether whatever ``special`` stops, ``general`` stops too, at least as strongly.

    Args:
        general: The clause that may make the other needless.
        special: The clause that may be needless.
        whatever_effect: Compare only what the clauses match, not what they demand.
    """
    return (
        (whatever_effect or _demands_as_much(general, special))
        and set(special.actions) <= set(general.actions)
        and _kinds(special) <= _kinds(general)
        and _resources_within(special.resources, general.resources)
        and _window_within(special, general)
        and implies(special.when, general.when)
        and _exceptions_within(general, special)
    )


def same_condition(one: Clause, other: Clause) -> bool:
    """Whether two clauses match exactly the same requests."""
    if (set(one.duties), one.notice) != (set(other.duties), other.notice):
        return False
    return covers(one, other, whatever_effect=True) and covers(other, one, whatever_effect=True)


def _demands_as_much(general: Clause, special: Clause) -> bool:
    if general.mode is not Mode.ENFORCE and general.mode is not special.mode:
        return False
    if general.effect.strength < special.effect.strength or (special.quarantine and not general.quarantine):
        return False
    if Effect.OBLIGE in (general.effect, special.effect) and general.effect.strength < Effect.DENY.strength:
        # What is owed with an answer is part of what a clause says; only where no answer goes out it falls away.
        return (general.effect, general.notice) == (special.effect, special.notice) and set(special.duties) <= set(
            general.duties
        )
    both_mask = general.effect is Effect.TRANSFORM and special.effect is Effect.TRANSFORM
    return not both_mask or set(special.redact) <= set(general.redact)


def _kinds(clause: Clause) -> set[PrincipalKind]:
    return set(clause.principals) or set(PrincipalKind)


def _resources_within(special: tuple[str, ...], general: tuple[str, ...]) -> bool:
    if not general:
        return True
    return bool(special) and all(any(resource_matches(pattern, name) for pattern in general) for name in special)


def resource_matches(pattern: str, name: str) -> bool:
    """Whether a pattern (``*`` any characters) takes in a name.

    The name may hold ``*`` itself: a ``*`` in it can then only fall to a ``*`` of the pattern, which
    takes in whatever it stands for.
    """
    return re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), name, re.DOTALL) is not None


def _window_within(special: Clause, general: Clause) -> bool:
    first, end = validity_bounds(general)
    special_first, special_end = validity_bounds(special)
    starts = first is None or (special_first is not None and special_first >= first)
    return starts and (end is None or (special_end is not None and special_end <= end))


def _exceptions_within(general: Clause, special: Clause) -> bool:
    """Whatever the general clause excepts, the special one excepts too (or never matches)."""
    if general.unless is None:
        return True
    if special.unless is not None and implies(general.unless, special.unless):
        return True
    # The exception can also be out of reach: no request that matches can make it true.
    return all(_disjoint(box, general.unless) for box in boxes(special.when))


def _disjoint(box: Box, condition: Condition) -> bool:
    return all(
        any(_clash(box[name], room) for name, room in other.items() if name in box) for other in boxes(condition)
    )


def _clash(one: Room, other: Room) -> bool:
    texts = one.texts is not None and other.texts is not None and not one.texts & other.texts
    return one.low > other.high or other.low > one.high or texts or not one.claims & other.claims


def attributes_of(clause: Clause) -> frozenset[str]:
    """Every attribute a clause asks for that the table knows."""
    conditions = [clause.when] + ([clause.unless] if clause.unless is not None else [])
    tests = [test for condition in conditions for test in (*condition.all, *condition.any)]
    return frozenset(test.attribute for test in tests if test.attribute in BY_NAME)


def action_names(actions: Iterable[Action]) -> str:
    """Actions as they are written in a clause."""
    return ", ".join(action.value for action in actions)
