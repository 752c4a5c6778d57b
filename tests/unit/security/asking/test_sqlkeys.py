"""Conditions that name persons, and joins that add nobody."""

from __future__ import annotations

import math

import pytest
import sqlglot

from wardlaw.security.asking.sqlkeys import condition_rows, joined_rows


@pytest.mark.parametrize(
    ("sql", "rows"),
    [
        ("select * from customers where id = 7", 1),
        ("select * from customers where 7 = id", 1),
        ("select * from customers where id = ?", 1),
        ("select * from customers where id = 0", math.inf),
        ("select * from customers where id = '0'", 1),
        ("select * from customers where id = true", math.inf),
        ("select * from customers where id = id", math.inf),
        ("select * from customers where id = plan_id", math.inf),
        ("select * from customers where not id = 7", math.inf),
        ("select * from customers where id <> 7", math.inf),
        ("select * from customers where id in (select 1)", math.inf),
        ("select * from customers where id in (1, 2, plan_id)", math.inf),
        ("select * from customers where (id = 1 or id = 2) and plan = 'x'", 2),
        ("select * from customers where email = 7", math.inf),
        ("select * from customers where country = 'AT'", math.inf),
        ("select * from customers", math.inf),
        ("select * from f(1) where id = 7", math.inf),
        ("select * from customers c left join orders o on o.customer_id = c.id where c.id = 7", 1),
        ("select * from customers c right join orders o on o.customer_id = c.id where c.id = 7", math.inf),
        ("select * from customers c join orders o using (id) where c.id = 7", math.inf),
        ("select * from customers c join orders o on true where c.id = 7", math.inf),
        ("select * from customers c join orders o on o.customer_id > c.id where c.id = 7", math.inf),
        ("select * from customers c cross join orders o where c.id = 7", math.inf),
        ("select * from customers a join customers b on b.id = a.id where a.id = 7", math.inf),
        ("select * from customers c join orders o on o.customer_id = c.id where id = 7", math.inf),
    ],
)
def test_persons_a_query_names(sql: str, rows: float) -> None:
    assert joined_rows(sqlglot.parse_one(sql)) == rows


def test_a_condition_alone() -> None:
    where = sqlglot.parse_one("select 1 from t where a = 1 or a = 2").args["where"].this
    assert condition_rows(where, lambda column: column.name == "a") == 2
    assert condition_rows(where, lambda _column: False) == math.inf
