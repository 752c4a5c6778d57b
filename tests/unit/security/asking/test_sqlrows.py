"""Bounds of queries, as the grammar gives them."""

from __future__ import annotations

import math

import pytest
import sqlglot
from sqlglot import exp

from wardlaw.security.asking.sqlrows import (
    RowReader,
    conjuncts,
    folds,
    function_name,
    limit_of,
    row_number_rows,
    sources_of,
    whole_number,
)


def tree(sql: str, grammar: str = "") -> exp.Select:
    found = sqlglot.parse_one(sql, read=grammar or None)
    assert isinstance(found, exp.Select)
    return found


@pytest.mark.parametrize(
    ("sql", "rows"),
    [
        ("select 1 from t", math.inf),
        ("select 1 from t limit 7", 7),
        ("select 1 from t fetch first row only", 1),
        ("select 1 from t fetch first 5 rows with ties", math.inf),
        ("select 1 from t limit 5 + 5", math.inf),
        ("select 1 from t limit '5'", math.inf),
    ],
)
def test_limits(sql: str, rows: float) -> None:
    assert limit_of(tree(sql)) == rows


def test_clickhouse_limits_each_group_only() -> None:
    assert limit_of(tree("select 1 from t limit 2 by country", "clickhouse")) == math.inf


def test_functions_that_fold() -> None:
    names = {
        function_name(one): folds(one) for one in tree("select list(a), upper(b), my_agg(c), sum(d)").find_all(exp.Func)
    }
    assert names == {"list": True, "upper": False, "my_agg": True, "sum": False}


def test_sources_and_conditions() -> None:
    select = tree("select * from a join b on a.id = b.a_id where (x = 1 and y = 2) and z = 3")
    assert [one.name for one in sources_of(select)] == ["a", "b"]
    assert len(list(conjuncts(select.args["where"].this))) == 3


def test_row_numbers_count_where_nothing_else_bears_the_name() -> None:
    assert row_number_rows(tree("select * from t where rownum < 5"), {}) == 5
    assert row_number_rows(tree("select * from t where rownum < 5"), {"rownum": []}) == math.inf
    assert whole_number(exp.Literal.number(3)) == 3


def test_what_a_statement_reads() -> None:
    reader = RowReader(tree("select * from information_schema.tables"))
    assert reader.statement_rows(tree("select * from information_schema.tables")) == 0
    assert (reader.reads_schema, reader.reads_rows) == (True, False)
