from __future__ import annotations

import pytest
import re2

from wardlaw.facts.exchange import Channel
from wardlaw.security.rules.grammar import CHANNELS, Rule, cue, expand, segments

WORDS = {"verb": "ignore|drop", "noun": "rules?"}


def rule(pattern: str) -> Rule:
    return Rule("x-one", pattern, "u", "", "en", "says")


def matches(pattern: str, text: str, *, squeezed: bool = False) -> bool:
    return re2.search(expand(rule(pattern), WORDS, squeezed=squeezed), text) is not None


@pytest.mark.parametrize("text", ["ignore the rules", "drop, all -- of\nthe rule", "ignore rules"])
def test_names_gaps_and_spaces_are_expanded(text):
    assert matches("{verb} ~3 {noun}", text)


@pytest.mark.parametrize("text", ["ignored the rules", "ignore a b c d rules", "ignore the rulers", "ignoretherules"])
def test_words_are_whole_and_gaps_end(text):
    assert not matches("{verb} ~3 {noun}", text)


def test_spaces_in_classes_stay():
    assert matches("a[ _]b", "a_b")
    assert matches("a ?b", "ab")
    assert matches("a ?b", "a - b")


def test_squeezed_patterns_need_no_spaces():
    assert matches("{verb} ~3 {noun}", "xignoretherules", squeezed=True)


def test_an_unknown_name_is_refused():
    with pytest.raises(KeyError):
        expand(rule("{nothing}"), WORDS)


def test_segments_are_the_parts_between_gaps():
    assert len(segments(rule("{verb} ~3 {noun}"), WORDS)) == 2
    assert len(segments(rule("one[^\n]{0,60}(?:two|three)"), WORDS)) == 2
    assert len(segments(rule("one ~2 two|three"), WORDS)) == 1
    assert "{0" not in segments(rule("(?:one ~2 two) x"), WORDS)[0]


def test_the_cue_is_the_longest_part_unless_listed():
    assert re2.search(cue(rule("do ~2 something ~2 it"), WORDS), "do something now")


def test_a_part_keeps_the_edges_its_rule_demands():
    middle = cue(rule("do ~2 something ~2 it"), WORDS)
    assert not re2.search(middle, "do somethings now")
    assert re2.search(segments(rule("one[^\n]{0,60}(?:twofold)"), WORDS)[1], "so twofold")
    assert not re2.search(segments(rule("{verb} ~3 {noun}"), WORDS)[0], "xignore it")


def test_every_channel_has_a_letter():
    assert set(CHANNELS) == set(Channel)
