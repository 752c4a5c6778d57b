from __future__ import annotations

import pytest
from bench.behaviour.exam import benign
from bench.behaviour.lives import LAUNCHES, LIVES, ROLLOUT, actor_of
from bench.behaviour.traffic import ATTACKS


@pytest.mark.parametrize("kind", LIVES)
def test_a_seed_is_a_life_in_order_of_time(kind: str) -> None:
    one, same, other = actor_of(kind, 3), actor_of(kind, 3), actor_of(kind, 4)
    lived = [one.day(day) for day in range(8)]
    assert lived == [same.day(day) for day in range(8)]
    assert lived != [other.day(day) for day in range(8)]
    for events in lived:
        assert [event.at for event in events] == sorted(event.at for event in events)
        assert {event.principal for event in events} <= {one.key}


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_is_one_principals_own_and_the_same_for_a_seed(attack: str) -> None:
    actor = actor_of("office", 3)
    made = ATTACKS[attack](actor, 60, 40.0)
    assert len(made) >= 16
    assert {event.principal for event in made} == {actor.key}
    assert made == ATTACKS[attack](actor_of("office", 3), 60, 40.0)


def test_a_launch_is_about_twice_a_day_and_a_rollout_brings_new_tools() -> None:
    service, person = actor_of("launch", 3), actor_of("rollout", 3)
    calls = {day: len(service.day(day)) for day in range(LAUNCHES[0] + 1)}
    assert calls[LAUNCHES[0]] > 1.4 * max(calls[day] for day in range(40, 50))
    before = set(person.tools)
    for day in range(ROLLOUT + 1):
        person.day(day)
    assert len(set(person.tools) - before) >= 3


def test_the_exam_is_the_same_for_a_seed() -> None:
    assert benign("cron", 3, 20) == benign("cron", 3, 20)
