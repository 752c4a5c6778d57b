from __future__ import annotations

import pytest

from tests.unit.connectors.scripted import Answer, Platform
from wardlaw.connectors.adminlists import AdminLists
from wardlaw.facts.errors import UnavailableError


def lists(platform: Platform) -> AdminLists:
    return AdminLists(platform.client(), of="Acme", cursor="after")


def test_pages_by_cursor_by_last_id_and_by_page(platform: Platform) -> None:
    platform.on(
        "/a",
        Answer({"data": [{"id": "1"}], "has_more": True}),
        Answer({"data": [{"id": "2"}], "has_more": True, "last_id": "x"}),
        Answer({"data": [{"id": "3"}], "has_more": False, "next_page": None}),
    )
    assert [entry["id"] for page in lists(platform).pages("/a", "a", {"b": ["c", "d"]}) for entry in page] == [
        "1",
        "2",
        "3",
    ]
    assert [query.get("after") for _, _, query in platform.asked] == [None, "1", "x"]
    assert platform.asked[0][2]["b[]"] == "c"
    platform.on("/p", Answer({"data": [1], "next_page": "t"}), Answer({"data": [2], "next_page": None}))
    assert list(lists(platform).pages("/p", "p")) == [[1], [2]]
    assert platform.asked[-1][2]["page"] == "t"


@pytest.mark.parametrize("second", [
    {"data": [{"id": "1"}], "has_more": True}, {"data": [7], "has_more": True}, {"data": [], "has_more": True},
])  # fmt: skip
def test_a_list_that_breaks_off(platform: Platform, second) -> None:
    platform.on("/a", Answer({"data": [{"id": "1"}], "has_more": True}), Answer(second))
    with pytest.raises(UnavailableError):
        list(lists(platform).pages("/a", "a"))


def test_an_end_that_is_empty_needs_a_witness(platform: Platform) -> None:
    more, empty = {"data": [{"id": "1"}], "has_more": True}, {"data": []}
    platform.on("/a", Answer(more), Answer(empty), Answer(empty), Answer(more))
    assert list(lists(platform).pages("/a", "a")) == [[{"id": "1"}], []]
    platform.on("/a", Answer(more), Answer(empty))
    with pytest.raises(UnavailableError, match="is empty"):
        list(lists(platform).pages("/a", "a"))


def test_an_empty_list_within_is_asked_for_twice_and_the_first_again_at_the_end(platform: Platform) -> None:
    platform.on("/k/a", Answer({"data": [{"id": "1"}]}))
    platform.on("/k/b", Answer({"data": []}), Answer({"data": [{"id": "2"}]}))
    platform.on("/k/c", Answer({"data": []}))
    found = dict(lists(platform).within(["a", "b", "c"], lambda one: f"/k/{one}", "keys"))
    assert {parent: len(entries) for parent, entries in found.items()} == {"a": 1, "b": 1, "c": 0}
    assert platform.paths() == ["/k/a", "/k/b", "/k/b", "/k/c", "/k/c", "/k/a"]
    platform.on("/k/a", Answer({"data": [{"id": "1"}]}), Answer({"data": []}))
    with pytest.raises(UnavailableError, match="none any more"):
        list(lists(platform).within(["a"], lambda one: f"/k/{one}", "keys"))
    assert list(lists(platform).within([], str, "keys")) == []
