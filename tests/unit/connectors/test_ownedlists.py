"""Empty lists are asked for twice, and believed only while one that had something still has it."""

from __future__ import annotations

from typing import Any

from wardlaw.connectors.feed import FeedPage
from wardlaw.connectors.ownedlists import UnlistedError, read_owned


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
        found = list(read_owned(pages, self.ask, lambda owner, entries: FeedPage(notes=(f"{owner}{len(entries)}",))))
        return [one for page in found for one in page.notes], [gap for page in found for gap in page.gaps]


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
