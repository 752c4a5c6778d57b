"""What waits for others and what was answered lately, as tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from wardlaw.console.pages.messages import mark
from wardlaw.console.pages.tables import Cell, Column, ColumnKind, Row, Table
from wardlaw.console.pages.visit import Me
from wardlaw.console.pages.waitingwords import KINDS, UNANSWERED, href_of

_MINE = (
    Column("kind", mark("Kind"), ColumnKind.MARK),
    Column("what", mark("What"), ColumnKind.NAMED),
    Column("where", mark("From"), ColumnKind.NAMED),
    Column("asked_by", mark("Asked by"), ColumnKind.NAMED),
    Column("why", mark("Why")),
    Column("asked_at", mark("Since"), ColumnKind.MOMENT),
    Column("until", mark("Runs out"), ColumnKind.MOMENT),
)
_OTHERS = (
    Column("kind", mark("Kind"), ColumnKind.MARK),
    Column("what", mark("What"), ColumnKind.NAMED),
    Column("roles", mark("Who may answer")),
    Column("asked_by", mark("Asked by"), ColumnKind.NAMED),
    Column("asked_at", mark("Since"), ColumnKind.MOMENT),
    Column("until", mark("Runs out"), ColumnKind.MOMENT),
    Column("unanswered", mark("If nobody answers")),
)
_ANSWERS = (
    Column("kind", mark("Kind"), ColumnKind.MARK),
    Column("what", mark("What"), ColumnKind.NAMED),
    Column("answer", mark("Answer"), ColumnKind.MARK),
    Column("reason", mark("Reason")),
    Column("by", mark("By"), ColumnKind.NAMED),
    Column("at", mark("When"), ColumnKind.MOMENT),
)
MOST_WORDS = 160
"""Characters of a reason that a table shows; the page of the thing has all of it."""


def table_of_mine(found: Sequence[Mapping[str, Any]]) -> Table:
    """What waits for whoever is signed in, what runs out first on top."""
    rows: list[Row] = [
        {
            "kind": KINDS[one["kind"]].word,
            "what": one["what"],
            "where": one["where"],
            "asked_by": one["asked_by"],
            "why": one["why"],
            "asked_at": one["asked_at"] * 1000,
            "until": one["until"] * 1000 if one["until"] else None,
        }
        for one in found
    ]
    return Table("waiting-for-me", mark("Waiting for you"), _MINE, rows, mark("Nothing waits for you."))


def table_of_others(found: Sequence[Mapping[str, Any]], me: Me) -> Table:
    """What waits for others, one's own first."""
    rows: list[Row] = [
        {
            "kind": Cell(KINDS[one["kind"]].word, style=KINDS[one["kind"]].style),
            "what": Cell(one["what"], href_of(one, me), _short(one["why"] or one["where"])),
            "roles": ", ".join(one["roles"]),
            "asked_by": Cell(one["asked_by"], below=mark("you") if one["asked_by_me"] else ""),
            "asked_at": one["asked_at"] * 1000,
            "until": one["until"] * 1000,
            "unanswered": UNANSWERED[one["unanswered"]],
        }
        for one in found
    ]
    return Table(
        "waiting-for-others",
        mark("Waiting for others"),
        _OTHERS,
        rows,
        mark("Nothing you may know of waits for others."),
    )


def table_of_answers(found: Sequence[Mapping[str, Any]], me: Me) -> Table:
    """What this person answered within a month, and what they were answered."""
    rows: list[Row] = [
        {
            "kind": Cell(KINDS[one["kind"]].word, style=KINDS[one["kind"]].style),
            "what": Cell(one["what"], href_of(one, me)),
            "answer": Cell(mark("yes") if one["approves"] else mark("no"), style="good" if one["approves"] else "bad"),
            "reason": _short(one["reason"]),
            "by": Cell(one["by"], below=mark("you") if one["by_me"] else ""),
            "at": one["at"] * 1000,
        }
        for one in found
    ]
    return Table(
        "answered",
        mark("Answered lately"),
        _ANSWERS,
        rows,
        mark("In the last 30 days you answered nothing, and were answered nothing."),
    )


def _short(text: str) -> str:
    return text if len(text) <= MOST_WORDS else text[: MOST_WORDS - 1] + "…"
