"""What a call asks for: SQL where it is SQL, limits where they hold."""

from __future__ import annotations

import json
from typing import Any

import pytest

from wardlaw.facts.sqlkind import SqlKind
from wardlaw.security.asking.call import CallNames, read_call, sql_in

PLAIN = CallNames()


def rows(tool: str, names: CallNames = PLAIN, **arguments: Any) -> int:
    return read_call(tool, json.dumps(arguments), names).rows


@pytest.mark.parametrize("arguments", ["{oops", "[1]", "3"])
def test_arguments_that_cannot_be_read_have_no_limit(arguments: str) -> None:
    assert read_call("x", arguments, PLAIN).rows == -1
    assert sql_in("x", arguments, PLAIN) == ()


def test_without_arguments_nothing_is_asked_for() -> None:
    assert read_call("x", "", PLAIN).rows == 0


@pytest.mark.parametrize(
    ("tool", "argument", "text", "asked"),
    [
        ("run", "sql", "select * from customers limit 4", 4),
        ("run", "sql", "table customers", -1),
        ("run", "sql", "coffee with milk, and a table to copy", 0),
        ("sqlite__read_query", "query", "SELECT * FROM customers", -1),
        ("sqlite__read_query", "input", "SELECT * FROM customers", -1),
        ("sqlite__read_query", "input", "please select a plan", 0),
        ("search", "query", "explain the refund policy", 0),
        ("search", "query", "show me the menu", 0),
        ("search", "query", "update my address", 0),
        ("search", "query", "/* a */ select email from customers", -1),
        ("search", "q", "COPY customers TO '/tmp/x'", -1),
        ("write_file", "content", "select * from customers", 0),
        ("bigquery_run", "queries", ["select 1", "select * from c"], -1),
    ],
)
def test_where_sql_is_looked_for(tool: str, argument: str, text: Any, asked: int) -> None:
    assert rows(tool, **{argument: text}) == asked


def test_a_registered_argument_is_sql_whatever_it_says() -> None:
    names = CallNames(sql="code")
    assert rows("run", names, code="select * from c limit 9") == 9
    assert rows("run", names, code="coffee") == -1
    assert rows("run", names, query="select * from c") == 0


def test_a_limit_beside_sql_holds_only_where_the_tool_is_known_to_keep_it() -> None:
    call: dict[str, Any] = {"sql": "select * from c", "limit": 5}
    assert rows("run", **call) == -1
    assert rows("run", CallNames(declared=frozenset(("sql", "limit"))), **call) == 5
    assert rows("run", CallNames(rows="limit"), **call) == 5
    assert rows("run", CallNames(declared=frozenset(("sql",))), **call) == -1


@pytest.mark.parametrize("sql", ["select group_concat(email) from c", "create table x as select * from c"])
def test_no_limit_beside_it_bounds_what_is_folded_or_copied(sql: str) -> None:
    assert rows("run", CallNames(rows="limit"), sql=sql, limit=5) == -1


def test_the_widest_of_several_queries_counts() -> None:
    assert rows("run", sql="select * from a limit 1", query="select * from b limit 9") == 9


def test_a_copy_says_what_and_where_to() -> None:
    asks = read_call("run", '{"sql": "insert into spare select * from customers limit 50"}', PLAIN)
    assert (asks.rows, asks.kinds, asks.targets, asks.copies) == (50, (SqlKind.COPY, SqlKind.WRITE), ("spare",), True)


def test_more_statements_than_anybody_reads_have_no_limit() -> None:
    assert rows("db", sql=["select 1"] * 60) == -1


def test_deep_lists_are_looked_through() -> None:
    deep: Any = "select * from customers"
    for _ in range(200):
        deep = [deep]
    assert rows("db", sql=deep) == -1
