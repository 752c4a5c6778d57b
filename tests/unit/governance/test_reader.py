from __future__ import annotations

import pytest

from wardlaw.facts.effect import Effect
from wardlaw.governance.reader import MAX_LONG, Located, Reader, hidden_characters
from wardlaw.governance.tree import Node, read_tree


def node(text: str) -> Node:
    root, problems = read_tree(f"k: {text}", source="x.yaml")
    assert root is not None
    assert not problems
    return root.entries[0][1]


@pytest.mark.parametrize("text", ["[a]", "{a: b}", "''", "~"])
def test_a_number_is_nothing_else(text: str) -> None:
    reader = Reader("x.yaml")
    assert reader.number(node(text)) is None
    assert [problem.code for problem in reader.problems] == ["WL-POL-006"]


@pytest.mark.parametrize("text", ["true", "1.5", "'1'", "12a"])
def test_what_only_resembles_a_number_is_refused(text: str) -> None:
    reader = Reader("x.yaml")
    assert reader.number(node(text)) is None
    assert reader.problems


def test_numbers_must_fit_cedar() -> None:
    reader = Reader("x.yaml")
    assert reader.number(node(str(MAX_LONG))) == MAX_LONG
    assert reader.number(node(str(-MAX_LONG - 1))) == -MAX_LONG - 1
    assert reader.number(node(str(MAX_LONG + 1))) is None
    assert len(reader.problems) == 1


def test_text_is_trimmed_and_claims_are_claims() -> None:
    reader = Reader("x.yaml")
    assert reader.text(node("'  a b '")) == "a b"
    assert reader.claim(node("false")) is False
    assert reader.claim(node("'false'")) is None
    assert reader.one_of(node("cut"), Effect) is Effect.CUT
    assert reader.one_of(node("allow"), Effect, but=(Effect.ALLOW,)) is None
    assert reader.one_of(node("dny"), Effect) is None
    assert reader.problems[-1].hint == 'Did you mean "deny"?'


@pytest.mark.parametrize("code", ["\\u202e", "\\u200b", "\\u2066", "\\x07", "\\ufeff", "\\U000e0041", "\\u2028"])
def test_text_with_characters_nobody_sees_is_refused(code: str) -> None:
    reader = Reader("x.yaml")
    assert reader.text(node(f'"deny{code}x"')) is None
    assert reader.problems[0].code == "WL-POL-029"


def test_line_breaks_tabs_and_any_script_are_visible() -> None:
    assert hidden_characters("a\n\tb ü 漢字 😀") == ()


def test_one_value_stands_for_a_list_of_one() -> None:
    reader = Reader("x.yaml")
    assert reader.several(node("a"), reader.text) == ("a",)
    assert reader.several(node("[a, b]"), reader.text, path="refs") == ("a", "b")
    assert set(reader.located().places) == {"refs.0", "refs.1"}


def test_keys_unknown_and_missing_are_named() -> None:
    reader = Reader("x.yaml")
    reader.fields(node("{titel: x}"), "", known=("title", "id"), required=("id",))
    assert [problem.code for problem in reader.problems] == ["WL-POL-004", "WL-POL-005"]
    assert reader.problems[0].hint == 'Did you mean "title"?'


def test_a_place_not_noted_is_that_of_what_is_around_it() -> None:
    located = Located("x.yaml", {"": (1, 1), "when": (5, 3), "when.all.0": (6, 7)})
    assert located.at("when.all.0.attribute") == (6, 7)
    assert located.at("when.any.2") == (5, 3)
    assert located.at("owner") == (1, 1)
    assert Located("x.yaml", {}).at("owner") == (1, 1)
