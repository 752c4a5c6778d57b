"""How long which records stay, as a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from wardlaw.console.pages.messages import mark, say_many
from wardlaw.console.pages.tables import Column, ColumnKind, Row, Table

_KEPT = (
    Column("title", mark("Records")),
    Column("stays", mark("Stay")),
    Column("records", mark("Now"), ColumnKind.NUMBER),
    Column("oldest", mark("Oldest"), ColumnKind.MOMENT),
    Column("law", mark("By"), ColumnKind.CODE),
)


def table_of_kept(found: Sequence[Mapping[str, Any]]) -> Table:
    """The classes of records, with how many of each there are."""
    rows = [_kept_row(one) for one in found]
    return Table("keeping", mark("Classes of records"), _KEPT, rows, mark("No class of records is known."))


def _kept_row(one: Mapping[str, Any]) -> Row:
    stays = say_many("%(n)s day at least", "%(n)s days at least", one["days"]) if one["days"] else one["until"]
    return {
        "title": one["title"], "stays": stays, "records": one["records"], "oldest": one["oldest_ms"] or None,
        "law": ", ".join(one["refs"]),
    }  # fmt: skip
