"""What an entry tells stands on its page; one that cannot be understood is a gap, and a page that cannot be read an error."""

from __future__ import annotations

from typing import Any

from wardlaw.connectors.feed import not_read, page_of
from wardlaw.inventory.importing.badrow import UnreadableError


def _read(entry: Any) -> list[Any]:
    if entry == "bad":
        raise UnreadableError("id is empty")
    return [entry["id"]]


def test_an_entry_that_is_not_understood_is_a_gap_and_costs_no_other() -> None:
    page = page_of([{"id": 1}, "bad", {}, None, {"id": 2}], _read)
    assert page.sightings == (1, 2)
    assert len(page.gaps) == 3
    assert "id is empty" in page.gaps[0]


def test_a_page_that_cannot_be_read_says_which() -> None:
    assert "GitHub /x" in str(not_read("GitHub /x", "it answers 500"))
