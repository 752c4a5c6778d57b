from __future__ import annotations

import pytest

from wardlaw.inventory.importing.badrow import BadRow
from wardlaw.inventory.importing.table import csv_rows


def rows(text: str, **columns: str) -> list[object]:
    return list(csv_rows(text.splitlines(keepends=True), columns, needed="app"))


def test_cells_are_named_by_the_header_and_empty_lines_passed_over() -> None:
    assert rows("\ufeffapp , x\n1,2\n\n3,4\n") == [(2, {"app": "1", "x": "2"}), (4, {"app": "3", "x": "4"})]
    assert rows("id\n1\n", app="id") == [(2, {"id": "1"})]


@pytest.mark.parametrize(
    ("text", "columns", "bad"),
    [
        ("", {}, BadRow(0, "the file is empty")),
        ("x,y\n1,2\n", {}, BadRow(1, "there is no column app; there are: x, y")),
        ("app\n1\n", {"scopes": "s"}, BadRow(1, "there is no column s; there are: app")),
        ("x\n1\n", {"app": "id", "scopes": "s"}, BadRow(1, "there is no column id, s; there are: x")),
        ("app,x\n1\n", {}, BadRow(2, "1 columns where the header has 2")),
    ],
)
def test_what_cannot_be_read_is_told(text: str, columns: dict[str, str], bad: BadRow) -> None:
    assert rows(text, **columns) == [bad]


def test_a_row_that_is_no_csv_does_not_end_the_file() -> None:
    first, second = rows('app\n"a"b\n2\n')
    assert isinstance(first, BadRow)
    assert second == (3, {"app": "2"})
