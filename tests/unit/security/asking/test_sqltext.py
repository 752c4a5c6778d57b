"""Only what every database cuts alike is read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wardlaw.security.asking.sqltext import MAX_CHARS, UnreadableSqlError, statements


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", ()),
        (" ; ;", ()),
        ("select 1; select 2;", ("select 1", "select 2")),
        ("select ';' ; select \"a;b\"", ("select ';'", 'select "a;b"')),
        ("select 1 -- limit 5\n from t", ("select 1  \n from t",)),
        ("select 1 /* limit 5 */ from t", ("select 1   from t",)),
        ("select 'it''s' from t", ("select 'it''s' from t",)),
        ("select 'a\\n' from t", ("select 'a\\n' from t",)),
        ("select `a` from [b] where c = $1 and d = :e", ("select `a` from [b] where c = $1 and d = :e",)),
        ("select * from kundé", ("select * from kundé",)),
        ("select a::int, b[1], 3-1, 4/2", ("select a::int, b[1], 3-1, 4/2",)),
    ],
)
def test_statements_without_comments(text: str, found: tuple[str, ...]) -> None:
    assert statements(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "select * from c # limit 5",
        "select * from c --limit 5",
        "select * from c /*! union select * from d */ limit 5",
        "select * from c /*M! x */ limit 5",
        "select * from c /* /* */ limit 5 */",
        "select * from c /* limit 5",
        "select * from c -- a\r union select * from d\nlimit 5",
        "select '\\' limit 5 -- '",
        "select 'open",
        'select "open',
        "select $$ ' $$ limit 5",
        "select $a$ ' $a$ limit 5",
        "select q'[it's]' limit 5",
        "select N'a' , nq'{'}' from t",
        "select `a'b` from c",
        "select [a'b] from c",
        "select [a -- b] from c",
        "select @a := 1",
        "select 1\x00",
        "select 1 \u2019 limit 5",
        "select 1\u00a0limit 5",
        "(" * 41 + ")" * 41,
        "select 1;" * 60,
        "x" * (MAX_CHARS + 1),
    ],
)
def test_what_two_databases_would_cut_differently_is_not_read(text: str) -> None:
    with pytest.raises(UnreadableSqlError):
        statements(text)


@given(st.text(alphabet="ab '\"`[];()-/*#$\\\n\r:=1q", max_size=40))
def test_any_text_is_cut_or_refused(text: str) -> None:
    try:
        found = statements(text)
    except UnreadableSqlError:
        return
    assert all(one.strip() == one and one for one in found)
    again = [one for part in found for one in statements(part)]
    assert tuple(again) == found
