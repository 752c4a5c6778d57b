from __future__ import annotations

import csv
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wardlaw.console.pages.tables import Cell, Column, Table, as_csv, as_json

FORMULAS = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")
COLUMNS = (Column("who", "Who"), Column("rows", "Rows"))


def table(*rows: dict[str, object]) -> Table:
    return Table("calls", "Calls", COLUMNS, rows, "None.")


@given(st.lists(st.tuples(st.text(), st.integers()), max_size=8))
def test_what_is_taken_away_is_what_stands_there_and_no_formula(rows: list[tuple[str, int]]) -> None:
    made = table(*({"who": Cell(who, href="/x"), "rows": count} for who, count in rows))
    told = json.loads(as_json(made))
    assert [(one["who"], one["rows"]) for one in told] == rows
    read = list(csv.reader(io.StringIO(as_csv(made), newline="")))
    assert read[0] == ["who", "rows"]
    for (who, count), line in zip(rows, read[1:], strict=True):
        assert line[0] in (who, "'" + who)
        assert not line[0].lstrip(" \u00a0\u3000\ufeff\u200b").startswith(FORMULAS)
        assert line[1] == str(count)


@pytest.mark.parametrize(
    "begin", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "  =1", "＝1", "\ufeff=1", "\u00a0@x"]
)
def test_what_begins_a_formula_is_made_text(begin: str) -> None:
    read = list(csv.reader(io.StringIO(as_csv(table({"who": begin, "rows": -5})), newline="")))
    assert read[1] == ["'" + begin, "-5"]


def test_a_missing_cell_is_empty() -> None:
    assert as_csv(table({"rows": None})) == "who,rows\r\n,\r\n"
