"""Rows that the arguments of a tool ask for without SQL: limits and page sizes, lists of ids, wildcards.

The same names serve query languages that are given as JSON: ``size`` of Elasticsearch and OpenSearch, ``first`` of
GraphQL, ``$limit`` of MongoDB's pipelines, ``per_page`` of REST.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from wardlaw.facts.words import name_words

WITHOUT_LIMIT = -1
_LARGEST = 2**53
_DEEPEST = 12
_MOST_VALUES = 5_000


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Arguments that bound how many rows come back, as tools name them, words joined.
_LIMITS = _names(
    """limit maxresults maxrows maxitems maxrecords maxcount maxsize pagesize perpage pagelimit itemsperpage rowsperpage
    count top first last rows n rowlimit resultlimit resultslimit limitrows numresults numrows numrecords take fetchsize
    batchsize queryresultcount nresults topk pagecount"""
)
# Only inside of a query given as JSON: a tool's own ``size`` may be that of a shirt.
_INNER_LIMITS = _LIMITS | {"size"}
_ALL_WORDS = _names("* % ** .* *:* *.* all any everything everyone null none")
_SEARCHING = _names(
    "query q search filter where id ids email emails customer customers user users name names person persons"
)
_EVERYTHING = re.compile(
    r"(?:fetch|include|get|return|export|select)?_?all(?:_?(?:rows|records|results|pages))?|no_?limit|unlimited"
)
_QUERY_MARKS = _names(
    "$match $limit $group $sort match_all query_string bool term terms match aggs aggregations range wildcard prefix exists"
)
_GRAPHQL = re.compile(r"\b(first|last|limit|take|perPage|per_page|pageSize)\s*:\s*(\d{1,16}|\$\w+|-\d+|null)")
_GRAPHQL_TEXT = re.compile(r"\A\s*(?:query\b|subscription\b|\{)[^{}]*\{", re.DOTALL)
_GRAPHQL_MANY = re.compile(r"\b(?:nodes|edges|items|all[A-Z]\w*|list[A-Z]\w*)\b")


def named_rows(given: Mapping[str, Any], rows_argument: str = "") -> int:
    """Rows a call asks for by its arguments: its limit, -1 for all there are, 0 when it asks for no rows."""
    if rows_argument:
        stated = [_rows(value) for name, value in given.items() if name.lower() == rows_argument.lower()]
        return _widest(stated) if stated else WITHOUT_LIMIT
    limits = [_rows(value) for name, value in given.items() if _joined(name) in _LIMITS]
    asked = [*limits, *(_inner(value) for value in given.values())]
    if not limits and any(_asks_for_all(name, value) for name, value in given.items()):
        asked.append(WITHOUT_LIMIT)
    listed = [len(value) for name, value in given.items() if _lists_ids(name) and isinstance(value, list)]
    return _widest([*asked, *listed])


def _joined(name: str) -> str:
    return "".join(name_words(name))


def _widest(rows: list[int]) -> int:
    return WITHOUT_LIMIT if WITHOUT_LIMIT in rows else max(rows, default=0)


def _rows(value: object) -> int:
    if isinstance(value, bool) or value is None:
        return WITHOUT_LIMIT
    if isinstance(value, int | float):
        return int(value) if 0 <= value < _LARGEST else WITHOUT_LIMIT
    if isinstance(value, str) and value.strip().isascii() and value.strip().isdigit():
        return int(value.strip()[:16])
    return WITHOUT_LIMIT


def _asks_for_all(name: str, value: object) -> bool:
    """``search: "*"`` or ``fetch_all: true``: everything there is."""
    if value is True:
        return _EVERYTHING.fullmatch("_".join(name_words(name))) is not None
    return isinstance(value, str) and _joined(name) in _SEARCHING and value.strip().lower() in _ALL_WORDS


def _lists_ids(name: str) -> bool:
    words = name_words(name)
    return bool(words) and (words[-1] in ("ids", "emails", "keys", "numbers") or words[-1] in _SEARCHING)


def _inner(value: object) -> int:
    """Rows of a query in another language: JSON of a document store, or GraphQL as text."""
    if isinstance(value, str):
        return _graphql(value)
    if not isinstance(value, dict | list):
        return 0
    members = list(_members(value))
    if not any(name in _QUERY_MARKS for name, _ in members):
        return 0
    bounds = [_rows(inner) for name, inner in members if _joined(name) in _INNER_LIMITS and not isinstance(inner, dict)]
    return _widest(bounds)


def _members(value: object) -> Iterator[tuple[str, Any]]:
    pending: list[tuple[object, int]] = [(value, 0)]
    seen = 0
    while pending and seen < _MOST_VALUES:
        one, depth = pending.pop()
        seen += 1
        if depth > _DEEPEST:
            continue
        if isinstance(one, dict):
            yield from one.items()
            pending.extend((inner, depth + 1) for inner in one.values())
        elif isinstance(one, list):
            pending.extend((inner, depth + 1) for inner in one)


def _graphql(text: str) -> int:
    """The widest bound of a GraphQL query; a list of many without one asks for all."""
    if not _GRAPHQL_TEXT.match(text):
        return 0
    bounds = [int(found) if found.isdigit() else WITHOUT_LIMIT for _, found in _GRAPHQL.findall(text)]
    if not bounds and _GRAPHQL_MANY.search(text):
        return WITHOUT_LIMIT
    return _widest(bounds)
