from __future__ import annotations

from wardlaw.console.pages.visit import Me
from wardlaw.console.pages.waitingtables import MOST_WORDS, table_of_answers, table_of_others
from wardlaw.console.pages.waitingwords import KINDS, UNANSWERED, href_of
from wardlaw.facts.person import Permission
from wardlaw.facts.waiting import UNANSWERED as BY_KIND
from wardlaw.facts.waiting import Unanswered, WaitingKind

COVERS = ("waitingtables",)
NOBODY = Me("person:ann", "Ann", (), frozenset())
ALL = Me("person:bea", "Bea", (), frozenset(one.value for one in Permission))


def item(kind: WaitingKind, **given: object) -> dict[str, object]:
    return {
        "kind": kind.value, "id": "a/b", "what": "dec 1", "why": "", "where": "acme", "asked_by": "person:ann",
        "asked_at": 1.0, "until": 2.0, "roles": ["legal"], "unanswered": "shut", "asked_by_me": True,
    } | given  # fmt: skip


def test_every_kind_has_words_and_a_way_to_be_answered() -> None:
    assert set(KINDS) == {kind.value for kind in WaitingKind} == {kind.value for kind in BY_KIND}
    assert set(UNANSWERED) == {one.value for one in Unanswered}
    for kind in WaitingKind:
        one = item(kind, where="clause")
        assert href_of(one, ALL, to_answer=True), kind


def test_ids_never_leave_their_place_in_an_address() -> None:
    assert href_of(item(WaitingKind.WAIVER), ALL) == "/waivers/a%2Fb"
    assert href_of(item(WaitingKind.GRANT, where="x&y"), ALL) == "/grants/one?directory=x%26y&id=a%2Fb"
    assert href_of(item(WaitingKind.CLAUSE), ALL) == "/policies/a%2Fb"
    assert href_of(item(WaitingKind.CLAUSE), ALL, to_answer=True) == "/policies/a%2Fb/review"
    assert href_of(item(WaitingKind.DRAFT, where="questionnaire"), NOBODY) == "/systems/a%2Fb/questionnaire"


def test_a_page_that_is_not_for_somebody_is_not_linked() -> None:
    assert href_of(item(WaitingKind.CALL), NOBODY) == ""
    assert href_of(item(WaitingKind.CALL), ALL) == "/approvals/a%2Fb"


def test_tables_say_who_may_answer_and_what_else_happens() -> None:
    table = table_of_others([item(WaitingKind.INTAKE, why="x" * 500)], NOBODY)
    row = table.rows[0]
    assert (row["roles"], row["unanswered"], row["until"]) == ("legal", "it stays shut", 2000.0)
    assert len(table.cell(row, table.columns[1]).below) == MOST_WORDS
    answer = {"approves": False, "reason": "too much", "by": "person:ann", "by_me": True, "at": 3.0}
    shown = table_of_answers([item(WaitingKind.INTAKE, **answer)], NOBODY).rows[0]
    assert shown["answer"].value == "no"
    assert shown["by"].below == "you"
