"""What names of columns and tables say."""

from __future__ import annotations

import pytest

from wardlaw.security.asking.sqlnames import (
    is_own_key,
    is_schema,
    is_text_key,
    names_one,
    names_thing,
    points_to_person,
)


@pytest.mark.parametrize("column", ["email", "customerId", "id", "name", "last_name", "created_at", "ZIP", "kunde", ""])
def test_columns_that_tell_persons_apart(column: str) -> None:
    assert points_to_person(column)


@pytest.mark.parametrize(
    "column", ["country", "plan", "product_id", "country_name", "customer_type", "status", "month"]
)
def test_columns_that_many_share(column: str) -> None:
    assert not points_to_person(column)


def test_names_of_things() -> None:
    assert names_thing("country")
    assert names_thing("plan_name")
    assert not names_thing("t")
    assert not names_thing("notes")


@pytest.mark.parametrize(
    ("column", "table", "own", "one"),
    [
        ("id", "customers", True, True),
        ("customer_id", "customers", True, True),
        ("company_id", "companies", True, True),
        ("customer_id", "orders", False, True),
        ("order_number", "shipments", False, True),
        ("country_id", "customers", False, False),
        ("status", "customers", False, False),
        ("customer_name", "customers", False, False),
        ("email_address", "customers", True, True),
    ],
)
def test_keys(column: str, table: str, own: bool, one: bool) -> None:
    assert is_own_key(column, table) is own
    assert names_one(column, table) is one


def test_keys_of_text() -> None:
    assert is_text_key("email")
    assert not is_text_key("id")


def test_tables_of_the_schema() -> None:
    assert is_schema("sqlite_master", "")
    assert is_schema("COLUMNS", "information_schema")
    assert not is_schema("columns", "")
    assert not is_schema("pg_stats", "pg_catalog")
    assert not is_schema("sqlite_master", "other")
