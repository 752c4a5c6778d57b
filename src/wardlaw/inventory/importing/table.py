"""CSV with a header, read row by row: what cannot be read is told with its line, and the rest goes on."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping

from wardlaw.inventory.importing.badrow import BadRow

Row = tuple[int, dict[str, str]]
"""The line a row ends on, and its cells by the names of the header."""


def csv_rows(lines: Iterable[str], columns: Mapping[str, str], *, needed: str) -> Iterator[Row | BadRow]:
    """The rows of a file; where a column that is named or needed is missing, nothing but that.

    Args:
        columns: Field to the name of its column.
        needed: The field that must have a column.
    """
    # Strict: a quote that never ends would otherwise swallow the rest of the file as one value.
    reader = csv.reader(lines, strict=True)
    try:
        head = [name.strip().removeprefix("\ufeff") for name in next(reader, [])]
    except csv.Error as error:
        yield BadRow(1, f"the header is no CSV: {error}")
        return
    if not head:
        yield BadRow(0, "the file is empty")
        return
    wanted = dict.fromkeys((*columns.values(), columns.get(needed, needed)))
    if missing := [name for name in wanted if name not in head]:
        yield BadRow(1, f"there is no column {', '.join(missing)}; there are: {', '.join(head)}")
        return
    while True:
        try:
            row = next(reader, None)
        except csv.Error as error:
            yield BadRow(reader.line_num, f"no CSV: {error}")
            continue
        if row is None:
            return
        if len(row) == len(head):
            yield reader.line_num, dict(zip(head, row, strict=True))
        elif row:
            yield BadRow(reader.line_num, f"{len(row)} columns where the header has {len(head)}")
