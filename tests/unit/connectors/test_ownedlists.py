"""Empty lists are asked for twice, and believed only while one that had something still has it."""

from __future__ import annotations

from typing import Any

from wardlaw.connectors.feed import FeedPage
from wardlaw.connectors.ownedlists import UnlistedError, read_owned
from wardlaw.connectors.place import Place, read_place


class Lists:
    """Answers from a script for each owner, the last one for ever."""

    def __init__(self, **answers: list[Any]) -> None:
        self.answers = answers
        self.asked: list[str] = []

    def ask(self, owner: str) -> list[Any] | None:
        self.asked.append(owner)
        left = self.answers[owner]
        found = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(found, str):
            raise UnlistedError(found)
        return found

    def read(self, *pages: tuple[str, ...]) -> tuple[list[str], list[str]]:
        found = list(
            read_owned(_placed(pages), self.ask, lambda owner, entries: FeedPage(notes=(f"{owner}{len(entries)}",)))
        )
        return [one for page in found for one in page.notes], [gap for page in found for gap in page.gaps]


def _placed(pages: tuple[tuple[str, ...], ...]) -> list[tuple[tuple[str, ...], Place]]:
    return [(page, Place()) for page in pages]


def test_whoever_has_something_is_asked_once_and_the_others_twice() -> None:
    lists = Lists(a=[[1, 2]], b=[[]], c=[[3]], d=[None])
    assert lists.read(("a", "b"), ("c", "d")) == (["a2", "c1"], [])
    assert lists.asked == ["a", "b", "b", "c", "d", "a"]


def test_a_list_that_was_empty_for_a_moment_is_read() -> None:
    assert Lists(a=[[1]], b=[[], [2]]).read(("a", "b")) == (["a1", "b1"], [])


def test_rights_that_went_in_the_middle_are_a_gap() -> None:
    told, gaps = Lists(a=[[1], []], b=[[]]).read(("a", "b"))
    assert told == ["a1"]
    assert len(gaps) == 1
    told, gaps = Lists(a=[[1], "no more"], b=[[]]).read(("a", "b"))
    assert len(gaps) == 1


def test_a_list_that_cannot_be_read_is_a_gap_and_no_empty_one() -> None:
    lists = Lists(a=["403"], b=[[1]])
    assert lists.read(("a", "b")) == (["b1"], ["403"])
    assert lists.asked == ["a", "b"]


def test_where_nobody_has_anything_there_is_nothing_to_compare_with() -> None:
    assert Lists(a=[[]], b=[[]]).read(("a", "b")) == ([], [])


def test_a_run_may_go_on_only_from_where_empty_lists_are_believed() -> None:
    lists = Lists(a=[[1]], b=[[]], c=[[]])
    pages = [(("a",), Place("1", "x")), (("b",), Place("2", "y")), (("c",), Place("3", "z"))]
    found = list(read_owned(pages, lists.ask, lambda _owner, _entries: FeedPage()))
    assert [read_place(one.place) for one in found if one.place] == [
        Place(cursor, ids, witness="a") for cursor, ids in (("1", "x"), ("2", "y"), ("3", "z"))
    ]
    assert lists.asked == ["a", "b", "b", "a", "c", "c", "a"]  # the first who had something, before each place
    lost = Lists(a=[[1], []], b=[[]])
    told = list(read_owned(pages[:2], lost.ask, lambda _owner, _entries: FeedPage()))
    assert [bool(one.place) for one in told if not one.gaps] == [False, True]
    assert [len(one.gaps) for one in told] == [0, 0, 1]


def test_the_rest_of_a_run_has_the_witness_of_its_first_part() -> None:
    lists = Lists(a=[[]], b=[[]])
    told = list(read_owned([(("b",), Place())], lists.ask, lambda _owner, _entries: FeedPage(), witness="a"))
    assert [len(one.gaps) for one in told] == [1]


def test_where_all_are_empty_the_owners_must_still_be_there() -> None:
    for is_there, count in ((True, 0), (False, 1)):
        told = read_owned(
            _placed((("a", "b"),)),
            Lists(a=[[]], b=[[]]).ask,
            lambda *_: FeedPage(),
            still=lambda is_there=is_there: is_there,
        )
        assert sum(len(one.gaps) for one in told) == count
