from __future__ import annotations

import msgspec
import pytest
from sqlalchemy import literal, select

from wardlaw.inventory.veiling import Alias
from wardlaw.store.database import reading
from wardlaw.store.textsearch import mentions, needles


@pytest.mark.parametrize(
    ("text", "is_found"),
    [
        ("by ANNA.", True), ("anna", True), ("ann", False), ("50%", False), ("ZOË", True), ("zoë", True),
        (msgspec.json.encode('x o"neil\\y').decode(), True), ("a_b", True), ("axb", False),
    ],
)  # fmt: skip
def test_names_are_found_however_they_are_written(database, text: str, is_found: bool) -> None:
    names = [Alias("Anna", "p"), Alias("Zoë", "p"), Alias('O"Neil\\y', "p"), Alias("a_b", "p"), Alias("5%%", "p")]
    with reading(database) as connection:
        assert bool(connection.execute(select(mentions(connection, literal(text), names))).scalar_one()) is is_found


def test_each_way_of_writing_stands_once() -> None:
    assert needles([Alias("a@b", "p"), Alias("A@B", "p"), Alias("xa@bc", "p")]) == ("a@b", "A@B")
