"""Who lets which app do what with which data, as a graph of four columns that a person can take in.

What is beyond the limit of a column is folded into one node that says how many it stands for, and keeps their edges.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from enum import IntEnum
from itertools import pairwise

import msgspec

from wardlaw.inventory.model import Grant, Item
from wardlaw.inventory.rules import Book

MOST_NODES = (18, 14, 16, 10)
"""Nodes drawn in each column, the one that stands for the rest not counted: with four of those, some 60."""


class Column(IntEnum):
    """From left to right."""

    WHO = 0
    APP = 1
    SCOPE = 2
    DATA = 3


class GraphNode(msgspec.Struct, frozen=True):
    """One node.

    Attributes:
        key: What edges name it by: the column's number and its id.
        label: A text of others, as it is.
        level: The highest privilege that passes through it, 0 where none is known.
        folded: How many further ones this node stands for; 0 for one of its own.
        marks: What stands beside it, such as ``AI`` or ``gone``.
    """

    key: str
    column: Column
    label: str
    level: int = 0
    folded: int = 0
    marks: tuple[str, ...] = ()


class GraphEdge(msgspec.Struct, frozen=True):
    """How many grants go from one node to another, and the highest privilege among them."""

    source: str
    target: str
    grants: int
    level: int


class ReachGraph(msgspec.Struct, frozen=True):
    """Nodes by column, the weightiest first, and the edges between neighbouring columns.

    Attributes:
        grants: Those that are drawn.
        total: All there are of what was asked; more than ``grants`` when only a part was read.
    """

    nodes: tuple[GraphNode, ...]
    edges: tuple[GraphEdge, ...]
    grants: int
    total: int


def reach_graph(
    book: Book, *, vendors: Mapping[str, str], total: int = 0, most: tuple[int, int, int, int] = MOST_NODES
) -> ReachGraph:
    """The graph of the grants of a book.

    Args:
        vendors: AI vendor of an app by its id, where it has one.
        total: Grants there are in all, where the book holds only some.
    """
    names: dict[str, tuple[Column, str, set[str]]] = {}
    paths: list[tuple[tuple[str, ...], int]] = []
    for item in book.inventory.items:
        if isinstance(item.thing, Grant):
            paths += _paths(book, item, names=names, vendors=vendors)
    grants = sum(isinstance(item.thing, Grant) for item in book.inventory.items)
    weight: Counter[str] = Counter()
    level: dict[str, int] = {}
    for path, power in paths:
        for key in path:
            weight[key] += 1
            level[key] = max(level.get(key, 0), power)
    kept, folded = _fold(names, weight, level, most)
    edges: dict[tuple[str, str], tuple[int, int]] = {}
    for path, power in paths:
        stood = [kept.get(key, f"{key[0]}+") for key in path]
        for pair in pairwise(stood):
            count, before = edges.get(pair, (0, 0))
            edges[pair] = count + 1, max(before, power)
    nodes = [GraphNode(key, names[key][0], names[key][1], level[key], 0, tuple(sorted(names[key][2]))) for key in kept]
    nodes += [
        GraphNode(f"{column.value}+", column, f"and {count:,} more", power, count) for column, count, power in folded
    ]
    return ReachGraph(
        tuple(nodes),
        tuple(GraphEdge(source, target, count, power) for (source, target), (count, power) in edges.items()),
        grants,
        max(total, grants),
    )


def _paths(
    book: Book, item: Item, *, names: dict[str, tuple[Column, str, set[str]]], vendors: Mapping[str, str]
) -> Iterable[tuple[tuple[str, ...], int]]:
    grant = item.thing
    assert isinstance(grant, Grant)
    account = book.accounts.get((item.directory, grant.account))
    who, app = f"0:{grant.account}", f"1:{grant.app}"
    known = book.app(item)
    named = (account.name if account else "") or grant.account or "everybody"
    marks = {account.state.value} & {"suspended", "deleted"} if account else set()
    names.setdefault(who, (Column.WHO, named, set()))[2].update(marks)
    names.setdefault(app, (Column.APP, known.name or grant.app or "a token of its own", set()))[2].update(
        {"AI"} if vendors.get(grant.app) else set()
    )
    risks = book.risks(item, grant)
    found = []
    for risk in risks:
        scope, data = f"2:{risk.scope}", f"3:{risk.data if risk.known else 'not classed'}"
        names.setdefault(scope, (Column.SCOPE, risk.scope, set()))
        names.setdefault(data, (Column.DATA, data[2:], set()))
        found.append(((who, app, scope, data), int(risk.privilege)))
    return found or [((who, app), 0)]


def _fold(
    names: Mapping[str, tuple[Column, str, set[str]]],
    weight: Mapping[str, int],
    level: Mapping[str, int],
    most: tuple[int, int, int, int],
) -> tuple[dict[str, str], list[tuple[Column, int, int]]]:
    """The keys that are drawn, and of each column how many are folded, with their highest privilege."""
    kept: dict[str, str] = {}
    folded = []
    for column in Column:
        own = sorted(
            (key for key, (place, _, _) in names.items() if place is column),
            key=lambda key: (-level[key], -weight[key], names[key][1], key),
        )
        # One that would stand for a single other one takes as much room as that one.
        limit = most[column] if len(own) > most[column] + 1 else len(own)
        kept |= {key: key for key in own[:limit]}
        if own[limit:]:
            folded.append((column, len(own) - limit, max(level[key] for key in own[limit:])))
    return kept, folded
