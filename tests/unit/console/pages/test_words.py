from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from wardlaw.console.pages.words import action_words, ago, effect_word, lasted, number, rest, spark
from wardlaw.facts.action import Action
from wardlaw.facts.effect import Effect


def test_every_effect_and_action_has_words_and_others_stand_as_they_are() -> None:
    assert len({effect_word(effect.value).word for effect in Effect}) == len(Effect)
    assert all(action_words(action.value) != action.value for action in Action)
    assert effect_word("odd").word == action_words("odd") == "odd"


def test_times_and_counts() -> None:
    assert [ago(0, now) for now in (-5, 59, 60, 3_600, 172_800)] == ["now", "now", "1 min ago", "1 h ago", "2 d ago"]
    assert [lasted(0, now) for now in (-5, 60, 3_600, 172_800)] == ["0 min", "1 min", "1 h", "2 d"]
    assert number(13482) == "13,482"
    assert rest({"a": 1, "b": [], "c": "", "d": 2}, "d") == {"a": 1}


@given(st.lists(st.integers(0, 10**9), max_size=100))
def test_a_small_line_stays_in_its_box(values: list[int]) -> None:
    points = [tuple(map(float, point.split(","))) for point in spark(values).split()]
    assert len(points) == len(values)
    assert all(0 <= x <= 96.1 and 0 <= y <= 24 for x, y in points)
