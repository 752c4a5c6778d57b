"""Columns of people's names, and columns of other names."""

from __future__ import annotations

import pytest

from wardlaw.security.namecolumns import LEAST, holds_names

PEOPLE = ["Ada Quist", "Bo Berg", "Kurt Hansen", "Maria Rossi", "Wei Zhang", "Fatima Khan", "Peter Müller"]


def test_names_of_people() -> None:
    assert holds_names(PEOPLE)
    assert holds_names([name.upper() for name in PEOPLE])
    assert not holds_names(PEOPLE[: LEAST - 1])
    assert not holds_names(["Ada Quist"] * 20)


@pytest.mark.parametrize(
    "names",
    [
        ["New York", "Los Angeles", "San Francisco", "San Diego", "Salt Lake City", "Las Vegas", "New Orleans"],
        ["Blue Widget", "Red Chair", "Steel Lamp", "Office Desk", "Gaming Mouse", "Wireless Keyboard"],
        ["United States", "United Kingdom", "South Korea", "New Zealand", "Saudi Arabia", "Costa Rica"],
        ["Senior Manager", "Sales Engineer", "Head Of Sales", "Data Analyst", "Vice President"],
        ["open", "closed", "waiting", "new", "done", "lost"],
        ["Order 17", "Order 18", "Order 19", "Order 20", "Order 21"],
    ],
)
def test_names_of_other_things(names: list[str]) -> None:
    assert not holds_names(names)
