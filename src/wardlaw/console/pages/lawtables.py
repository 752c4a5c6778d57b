"""Laws and standards, and their provisions, as tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from wardlaw.console.pages.messages import mark
from wardlaw.console.pages.tables import Cell, Column, ColumnKind, Row, Table

_FRAMEWORKS = (
    Column("framework", mark("Framework")),
    Column("edition", mark("Edition")),
    Column("provisions", mark("Provisions"), ColumnKind.NUMBER),
    Column("applying", mark("Apply today"), ColumnKind.NUMBER),
    Column("compared_on", mark("Compared on"), ColumnKind.CODE),
)
_PROVISIONS = (
    Column("provision", mark("Provision"), ColumnKind.CODE),
    Column("title", mark("Title")),
    Column("today", mark("Today"), ColumnKind.MARK),
    Column("applies", mark("Applies"), ColumnKind.MARK),
    Column("days", mark("From"), ColumnKind.CODE),
    Column("clauses", mark("Answered by"), ColumnKind.CODE),
    Column("controls", mark("Controls"), ColumnKind.CODE),
)


def table_of_frameworks(found: Sequence[Mapping[str, Any]]) -> Table:
    """Every law, standard and list of risks that counts."""
    rows: list[Row] = [
        {
            "framework": Cell(one["title"], f"/frameworks/{quote(one['id'], safe='')}", one["id"]),
            "edition": Cell(one["version"], below=one["origin"]),
            "provisions": one["provisions"],
            "applying": one["applying"],
            "compared_on": one["as_of"],
        }
        for one in found
    ]
    return Table("frameworks", mark("Laws and standards"), _FRAMEWORKS, rows, mark("None counts."))


def table_of_provisions(framework: str, lines: Sequence[Mapping[str, Any]], states: Mapping[str, str]) -> Table:
    """The provisions of one framework, with how each stands today."""
    rows: list[Row] = [
        {
            "provision": f"{framework}:{one['provision']['id']}",
            "title": one["provision"]["title"],
            "today": states.get(one["provision"]["id"], ""),
            "applies": "today" if one["applies"] else "later",
            "days": ", ".join(date["day"] for date in one["provision"].get("dates", ())),
            "clauses": ", ".join(one["clauses"]),
            "controls": ", ".join(one["controls"]),
        }
        for one in lines
    ]
    return Table(f"provisions-{framework}", mark("Provisions"), _PROVISIONS, rows, mark("No provision is so."))
