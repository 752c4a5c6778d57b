"""A table people can look at, take away as CSV or JSON, and walk by keys: one description for all three."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import msgspec

from wardlaw.facts.csvcell import csv_cell


class ColumnKind(StrEnum):
    """How a column's cells are set."""

    TEXT = "text"
    CODE = "code"  # ids, digests, scopes: monospaced
    NAMED = "named"  # ids of people, callers, apps or clauses, shown by their names and exported as ids
    SYSTEM = "system"  # the same for ids of AI systems
    NUMBER = "number"
    MOMENT = "moment"  # Unix milliseconds; shown in the reader's zone, exported as RFC 3339 in UTC
    EFFECT = "effect"  # an effect's badge
    RISK = "risk"  # critical, high, medium, low
    MARK = "mark"  # a short word in a neutral badge


class Column(msgspec.Struct, frozen=True):
    """One column: ``id`` names it in exports and in ``sort=``; ``label`` is marked for the catalogue."""

    id: str
    label: str
    kind: ColumnKind = ColumnKind.TEXT
    is_sortable: bool = False


class Cell(msgspec.Struct, frozen=True):
    """A cell that is more than its value.

    Attributes:
        value: What is shown, and exported.
        href: Where it leads: a path of ours.
        below: A second, quieter line.
        style: A class of the stylesheet; for a mark or a risk.
        is_named: What stands below is an id, shown by its name.
    """

    value: str | int | float | None
    href: str = ""
    below: str = ""
    style: str = ""
    is_named: bool = False


Row = Mapping[str, Any]


class Table(msgspec.Struct, frozen=True):
    """A table: what its columns are and what stands in them.

    Attributes:
        name: Of the downloaded file, such as ``grants``.
        caption: For those who do not see it.
        rows: Each maps column ids to a value or a ``Cell``; a missing one is empty.
        empty: Said when there is no row; ``command`` is what fills it.
        older: Address of the next part; empty at the end.
        sort: The column it is sorted by, with ``-`` before it for downwards; empty for as the API gave it.
    """

    name: str
    caption: str
    columns: tuple[Column, ...]
    rows: Sequence[Row]
    empty: str
    command: str = ""
    older: str = ""
    sort: str = ""

    def cell(self, row: Row, column: Column) -> Cell:
        """What stands in a row's column."""
        found = row.get(column.id)
        return found if isinstance(found, Cell) else Cell(found)

    def first(self, most: int) -> Table:
        """The same with so many rows at most."""
        return self if len(self.rows) <= most else msgspec.structs.replace(self, rows=self.rows[:most])


def csv_head(table: Table) -> str:
    """The first line: ids of the columns."""
    return _line([column.id for column in table.columns])


def csv_line(table: Table, row: Row) -> str:
    """A row as RFC 4180 text. A cell that a spreadsheet would take for a formula is quoted (OWASP CSV Injection)."""
    return _line([_safe(_exported(table, row, column)) for column in table.columns])


def json_object(table: Table, row: Row) -> str:
    """A row as a JSON object by ids of columns."""
    return json.dumps({column.id: _exported(table, row, column) for column in table.columns}, ensure_ascii=False)


def as_csv(table: Table) -> str:
    """A whole table as CSV."""
    return csv_head(table) + "".join(csv_line(table, row) for row in table.rows)


def as_json(table: Table) -> str:
    """A whole table as a JSON array with one object a row."""
    return "[" + ",\n".join(json_object(table, row) for row in table.rows) + "]"


def _line(cells: Sequence[object]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow(cells)
    return out.getvalue()


def _exported(table: Table, row: Row, column: Column) -> str | int | float | None:
    value = table.cell(row, column).value
    if column.kind is ColumnKind.MOMENT and isinstance(value, int | float):
        at = datetime.fromtimestamp(value / 1000, UTC)
        return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return value


def _safe(value: object) -> object:
    if isinstance(value, str):
        return csv_cell(value)
    return "" if value is None else value
