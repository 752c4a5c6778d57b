from __future__ import annotations

import json
from pathlib import Path

from wardlaw.demo.customers import ROWS, generate, query


def test_the_database_is_the_same_each_time(tmp_path: Path) -> None:
    generate(tmp_path / "a.db", rows=50)
    generate(tmp_path / "b.db", rows=50)
    assert query(tmp_path / "a.db") == query(tmp_path / "b.db")


def test_there_are_as_many_people_as_promised_and_each_is_another(tmp_path: Path) -> None:
    generate(tmp_path / "a.db")
    rows = json.loads(query(tmp_path / "a.db"))
    assert len(rows) == ROWS == 5_000
    assert len({row["email"] for row in rows}) == ROWS
    assert len({row["name"] for row in rows}) > 100


def test_addresses_and_numbers_are_reserved_for_stories(tmp_path: Path) -> None:
    generate(tmp_path / "a.db", rows=200)
    for row in json.loads(query(tmp_path / "a.db")):
        assert row["email"].endswith("@example.com")
        assert row["phone"].startswith("+44 7700 900")


def test_a_page_is_a_page(tmp_path: Path) -> None:
    generate(tmp_path / "a.db", rows=50)
    assert [row["id"] for row in json.loads(query(tmp_path / "a.db", offset=10, limit=3))] == [11, 12, 13]


def test_writing_anew_replaces_what_was_there(tmp_path: Path) -> None:
    generate(tmp_path / "a.db", rows=50)
    generate(tmp_path / "a.db", rows=5)
    assert len(json.loads(query(tmp_path / "a.db"))) == 5
