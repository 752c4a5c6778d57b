"""A listing goes on only behind a page that has just the entries it had."""

from __future__ import annotations

from typing import Any

import pytest

from wardlaw.connectors.place import (
    MOST_CHARACTERS,
    LostPlaceError,
    Place,
    digest_of,
    in_order,
    placed,
    read_place,
    write_place,
)

PAGES: list[tuple[list[Any], str]] = [([{"id": 1}, {"id": 2}], ""), ([{"id": 3}], "c2"), ([{"id": 4}], "c3")]


def test_each_page_has_its_place() -> None:
    told = list(placed(iter(PAGES), None))
    assert [entries for entries, _ in told] == [entries for entries, _ in PAGES]
    assert [(here.cursor, here.count) for _, here in told] == [("", 2), ("c2", 3), ("c3", 4)]


def test_the_rest_begins_behind_the_place() -> None:
    place = list(placed(iter(PAGES), None))[1][1]
    assert [(entries, here.count) for entries, here in placed(iter(PAGES[1:]), place)] == [([{"id": 4}], 4)]


@pytest.mark.parametrize("now", [[{"id": 2}], [], [{"id": 3}, {"id": 4}]])
def test_a_page_with_other_entries_is_no_place(now: list[Any]) -> None:
    place = list(placed(iter(PAGES), None))[1][1]
    with pytest.raises(LostPlaceError):
        list(placed(iter([(now, "c2")]), place))
    with pytest.raises(LostPlaceError):
        list(placed(iter([]), place))


def test_an_entry_is_known_by_its_id_and_without_one_by_all_of_it() -> None:
    assert digest_of([{"id": "a", "used": 1}]) == digest_of([{"id": "a", "used": 2}])
    assert digest_of([{"app": {"id": "a"}}]) != digest_of([{"app": {"id": "b"}}])
    assert digest_of([{"Id": "a"}, {"Id": "b"}]) != digest_of([{"Id": "b"}, {"Id": "a"}])
    assert digest_of([]) == ""


def test_a_place_is_kept_as_printable_text_and_only_where_something_goes_on_from() -> None:
    place = Place("curs\u00f6r", "digest", 7, "owner")
    assert write_place(place).isascii()
    assert read_place(write_place(place)) == place
    assert write_place(Place("cursor")) == ""
    assert write_place(Place("c" * MOST_CHARACTERS, "digest")) == ""
    for text in ("", "{", '{"count":"x"}', "[]"):
        with pytest.raises(LostPlaceError):
            read_place(text)


def test_ids_in_our_order_go_on_after_the_last() -> None:
    first = list(in_order(["c", "a", "b"], None, at_once=2))
    assert [some for some, _ in first] == [("a", "b"), ("c",)]
    # One that is new and one that is gone change nothing of what is left to read.
    assert [some for some, _ in in_order(["d", "0new", "c", "b"], first[0][1])] == [("c", "d")]
    assert list(in_order(["a"], first[1][1])) == []
