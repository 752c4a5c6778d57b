"""Limits, page sizes, lists of ids and wildcards of tools without SQL."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wardlaw.security.asking.limits import named_rows


@pytest.mark.parametrize(
    ("arguments", "asked"),
    [
        ("{}", 0),
        ('{"name": "minutes.txt"}', 0),
        ('{"limit": 40}', 40),
        ('{"limit": "40"}', 40),
        ('{"limit": 40.0}', 40),
        ('{"Limit": 40, "page_size": 90}', 90),
        ('{"maxResults": 12, "page": 3}', 12),
        ('{"per_page": 100, "page": 40}', 100),
        ('{"limit": null}', -1),
        ('{"limit": true}', -1),
        ('{"limit": -1}', -1),
        ('{"limit": "all"}', -1),
        ('{"limit": 1e300}', -1),
        ('{"limit": 40, "rows": null}', -1),
        ('{"customer_ids": [1, 2, 3]}', 3),
        ('{"emails": ["a@example.com", "b@example.com"]}', 2),
        ('{"tags": ["a", "b"]}', 0),
        ('{"query": "*"}', -1),
        ('{"query": "*", "limit": 20}', 20),
        ('{"search": " % "}', -1),
        ('{"customer": "all"}', -1),
        ('{"pattern": "*"}', 0),
        ('{"query": "coffee"}', 0),
        ('{"fetch_all": true}', -1),
        ('{"fetchAllRecords": true}', -1),
        ('{"no_limit": true}', -1),
        ('{"fetch_all": false}', 0),
    ],
)
def test_rows_by_the_usual_arguments(arguments: str, asked: int) -> None:
    assert named_rows(json.loads(arguments)) == asked


def test_where_a_tool_names_its_argument_only_that_one_counts() -> None:
    assert named_rows({"batch": 30, "limit": 5}, "batch") == 30
    assert named_rows({"limit": 5}, "batch") == -1


@pytest.mark.parametrize(
    ("query", "asked"),
    [
        ({"query": {"match_all": {}}, "size": 10_000}, 10_000),
        ({"query": {"match_all": {}}, "size": "all"}, -1),
        ({"query": {"term": {"id": 7}}}, 0),
        ({"aggs": {"who": {"terms": {"field": "email", "size": 50_000}}}, "size": 0}, 50_000),
        ([{"$match": {"country": "AT"}}, {"$limit": 50}], 50),
        ([{"$match": {}}, {"$limit": None}], -1),
        ({"colour": "red", "size": 42}, 0),
        ("query { customers(first: 250) { nodes { email } } }", 250),
        ("query { customers(first: $all) { nodes { email } } }", -1),
        ("{ allCustomers { email } }", -1),
        ("{ customer(id: 7) { email } }", 0),
    ],
)
def test_rows_of_queries_in_other_languages(query: Any, asked: int) -> None:
    assert named_rows({"body": query}) == asked


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=20,
)


@given(st.dictionaries(st.sampled_from(["limit", "ids", "query", "body", "n", "first"]), JSON))
def test_any_arguments_give_a_count_and_a_wider_limit_never_a_smaller_one(arguments: dict[str, Any]) -> None:
    asked = named_rows(arguments)
    assert asked >= -1
    wider = named_rows({**arguments, "max_rows": 10_000})
    assert wider == -1 or wider >= 10_000
