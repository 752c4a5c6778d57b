from __future__ import annotations

import pytest

from wardlaw.governance.cedartext import quote, quote_set, split_statements


def test_everything_but_printable_ascii_is_escaped() -> None:
    assert quote('a"b\\c\n\u202eü') == '"a\\u{22}b\\u{5c}c\\u{a}\\u{202e}\\u{fc}"'


def test_a_lone_surrogate_is_refused() -> None:
    with pytest.raises(ValueError, match="surrogate"):
        quote("\ud800")


def test_sets_do_not_depend_on_order_or_repetition() -> None:
    assert quote_set(["b", "a", "b"]) == quote_set(["a", "b"]) == '["a", "b"]'


def test_statements_are_cut_at_semicolons_outside_strings_and_comments() -> None:
    text = '// a; b\npermit(a); forbid("x;\\";" );\n\n  // c;\n  forbid(b // d;\n);\nrest'
    found = [(item.text, item.line, item.column) for item in split_statements(text)]
    assert found == [
        ("permit(a);", 2, 1),
        ('forbid("x;\\";" );', 2, 12),
        ("forbid(b // d;\n);", 5, 3),
        ("rest", 7, 1),
    ]


@pytest.mark.parametrize("text", ["", "  \n", "// only a comment", "// a\n// b\n"])
def test_nothing_gives_no_statement(text: str) -> None:
    assert split_statements(text) == ()


def test_an_open_string_swallows_the_rest_as_the_parser_would() -> None:
    assert [item.text for item in split_statements('a "b; c;')] == ['a "b; c;']
    assert [item.text for item in split_statements('a "b\\')] == ['a "b\\']
