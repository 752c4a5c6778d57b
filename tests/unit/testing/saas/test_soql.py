from __future__ import annotations

import pytest

from wardlaw.testing.saas.soql import SoqlError, parse_soql

ROWS = [
    {"Id": "b", "Name": "x", "At": "2"},
    {"Id": "a", "Name": "it's", "At": "1"},
    {"Id": "c", "Name": "z", "At": "3"},
]


def names(text: str) -> list[str]:
    return [row["Id"] for row in parse_soql(text).result(ROWS)]


def test_conditions_and_order() -> None:
    assert names("SELECT Id FROM T") == ["b", "a", "c"]
    assert names("SELECT Id FROM T ORDER BY At") == ["a", "b", "c"]
    assert names(r"SELECT Id FROM T WHERE Name = 'it\'s'") == ["a"]
    assert names("SELECT Id, Name FROM T WHERE Name IN ('x', 'z') AND At >= 3 ORDER BY At") == ["c"]
    assert parse_soql("SELECT A.B FROM T").result([{"A.B": 1}])[0]["A"]["B"] == 1
    assert parse_soql("SELECT Id FROM T WHERE UserId = '005000000000001'").takes({"UserId": "005000000000001AAA"})


@pytest.mark.parametrize(
    "text", ["", "DELETE FROM T", "SELECT Id FROM T WHERE Name = 'x", "SELECT Id FROM T WHERE Name LIKE 'x'"]
)
def test_what_is_no_query(text: str) -> None:
    with pytest.raises(SoqlError):
        parse_soql(text)
