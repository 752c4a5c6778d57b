from __future__ import annotations

import asyncio
import csv
import io
import json

import pytest
from litestar import Response

from tests.unit.console.pages.fullhouse import FullHouse
from wardlaw.console.pages import downloads
from wardlaw.console.pages.downloads import is_taken, taken
from wardlaw.console.pages.tables import Column, ColumnKind, Table

pytestmark = pytest.mark.xdist_group("console-fullhouse")
COLUMNS = (Column("who", "Who"), Column("at", "When", ColumnKind.MOMENT))


def part(first: int, count: int, older: str = "") -> Table:
    rows = [{"who": f"u{number}", "at": 1_000 * number} for number in range(first, first + count)]
    return Table("calls", "Calls", COLUMNS, rows, "None.", older=older)


async def further(place: str) -> Table:
    at = int(place)
    return part(at, 3, f"/calls?x=1&before={at + 3}" if at < 9 else "")


def text_of(answer: Response | None) -> str:
    assert answer is not None

    async def read() -> str:
        return "".join([piece async for piece in answer.iterator])

    return asyncio.run(read())


def test_a_page_is_no_file_unless_it_is_asked_for() -> None:
    assert taken({}, (part(0, 3),)) is None
    assert taken({"as": "exe"}, (part(0, 3),)) is None
    assert not is_taken({"table": "calls"})
    assert is_taken({"as": "csv"}) and is_taken({"format": "json"})


def test_a_file_has_all_rows_and_not_only_those_of_the_page() -> None:
    answer = taken({"as": "json"}, (part(0, 3, "/calls?before=3"),), further)
    assert [one["who"] for one in json.loads(text_of(answer))] == [f"u{number}" for number in range(12)]
    lines = list(csv.reader(io.StringIO(text_of(taken({"as": "csv"}, (part(0, 2),), further)), newline="")))
    assert lines == [["who", "at"], ["u0", "1970-01-01T00:00:00.000Z"], ["u1", "1970-01-01T00:00:01.000Z"]]


def test_a_file_without_rows_is_a_file_all_the_same() -> None:
    assert json.loads(text_of(taken({"as": "json"}, (part(0, 0),)))) == []
    assert text_of(taken({"as": "csv"}, (part(0, 0),))) == "who,at\r\n"


def test_a_file_ends_at_its_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(downloads, "MOST_ROWS", 7)
    answer = taken({"as": "json"}, (part(0, 3, "/calls?before=3"),), further)
    assert len(json.loads(text_of(answer))) == 7


def test_a_table_is_named_and_only_the_first_reads_on() -> None:
    second = Table("keys", "Keys", COLUMNS, [{"who": "k"}], "None.", older="/x?after=1")
    answer = taken({"as": "csv", "table": "keys"}, (part(0, 3), second), further)
    assert answer is not None and 'filename="keys.csv"' in answer.headers["content-disposition"]
    assert text_of(answer) == "who,at\r\nk,\r\n"
    strange = taken({"as": "csv", "table": 'x"; y'}, (part(0, 1), second))
    assert strange is not None and 'filename="calls.csv"' in strange.headers["content-disposition"]


def test_every_table_of_every_page_is_taken_away_as_it_stands(full: FullHouse) -> None:
    found = full.tables()
    assert len(found) > 20
    for path, name in sorted(found):
        browser = full.browsers[found[path, name]]
        join = "&" if "?" in path else "?"
        as_csv = browser.get(f"{path}{join}table={name}&as=csv")
        as_json = browser.get(f"{path}{join}table={name}&as=json")
        for seen, kind in ((as_csv, "csv"), (as_json, "json")):
            assert (seen.status, f'filename="{name}.{kind}"' in seen.header("content-disposition")) == (200, True), path
        lines = list(csv.reader(io.StringIO(as_csv.text, newline="")))
        rows = json.loads(as_json.text)
        assert len(lines) == len(rows) + 1, path
        assert all(list(row) == lines[0] for row in rows), path
        assert "⟦" not in as_csv.text + as_json.text, path
