"""Tables as files: every row that fits the page's filters, part by part, as CSV or JSON."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qs, urlsplit

from litestar import Response
from litestar.response import Stream

from wardlaw.console.pages.tables import Table, csv_head, csv_line, json_object

MOST_ROWS = 50_000
"""Rows of one file at most; the page says so. Whoever needs more narrows the list, or asks the API."""

TABLE, AS = "table", "as"
_FORMER_AS = "format"
"""What addresses said before there was a choice of tables; links and programs that say it still work."""

Further = Callable[[str], Awaitable[Table]]
"""Gives the part of a table that begins at a place, as the table's ``older`` has it."""

_MEDIA_TYPES = {"csv": "text/csv; charset=utf-8", "json": "application/json"}


def is_taken(query: Mapping[str, str]) -> bool:
    """Whether an address asks for a file."""
    return query.get(AS, query.get(_FORMER_AS, "")) in _MEDIA_TYPES


def taken(query: Mapping[str, str], tables: Sequence[Table], further: Further | None = None) -> Response[Any] | None:
    """The table that ``?table=NAME&as=csv`` or ``json`` asks for, as a file; None where the page itself is asked for.

    Args:
        query: Of the address.
        tables: Those of the page; the first where none is named.
        further: Reads on where the page shows a part of the first table.
    """
    if not is_taken(query):
        return None
    named = {one.name: one for one in tables}
    table = named.get(query.get(TABLE, ""), tables[0])
    kind = query.get(AS, query.get(_FORMER_AS, ""))
    parts = _parts(table, further if table is tables[0] else None)
    stream = _csv(table, parts) if kind == "csv" else _json(parts)
    headers = {"content-disposition": f'attachment; filename="{table.name}.{kind}"'}
    return Stream(stream, media_type=_MEDIA_TYPES[kind], headers=headers)


async def _parts(table: Table, further: Further | None) -> AsyncIterator[Table]:
    """The table, then what follows it, until there is no more or the file is full."""
    left = MOST_ROWS
    while True:
        yield table.first(left)
        left -= len(table.rows)
        place = place_of(table.older)
        if further is None or not place or left <= 0:
            return
        table = await further(place)


def place_of(older: str) -> str:
    """Where the next part begins, by its address; empty at the end."""
    query = parse_qs(urlsplit(older).query)
    return next((query[name][0] for name in ("after", "before") if name in query), "")


async def _csv(table: Table, parts: AsyncIterator[Table]) -> AsyncIterator[str]:
    yield csv_head(table)
    async for part in parts:
        yield "".join(csv_line(part, row) for row in part.rows)


async def _json(parts: AsyncIterator[Table]) -> AsyncIterator[str]:
    mark = "["
    async for part in parts:
        for row in part.rows:
            yield f"{mark}\n {json_object(part, row)}"
            mark = ","
    yield "\n]\n" if mark == "," else "[]\n"
