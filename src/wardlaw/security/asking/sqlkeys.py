"""Conditions that leave the rows of one person or of a few that are named: equality with a value on a plain key."""

from __future__ import annotations

import math
from collections.abc import Callable

from sqlglot import Expr, exp

from wardlaw.security.asking.sqlnames import is_own_key, is_text_key, names_one

Named = Callable[[exp.Column], bool]


def joined_rows(select: Expr) -> float:
    """Rows of one person each that the WHERE of a query leaves; ``inf`` where it does not plainly name persons.

    Several tables count only where each is joined to the others by a key: its own, so that it adds no row, or that of
    the table whose person is named, so that all it adds is of that person.
    """
    where, start = select.args.get("where"), select.args.get("from_")
    if where is None or start is None:
        return math.inf
    joins = [*(start.this.args.get("joins") or ()), *(select.args.get("joins") or ())]
    tables = [start.this, *(join.this for join in joins)]
    if not all(isinstance(one, exp.Table) and isinstance(one.this, exp.Identifier) for one in tables):
        return math.inf
    names = {one.alias_or_name.lower(): one.name for one in tables}
    if len(names) != len(tables) or len({one.name.lower() for one in tables}) != len(tables):
        return math.inf
    if select.args.get("laterals"):
        return math.inf
    bounds = [
        condition_rows(where.this, _named(alias, table, alone=len(tables) == 1))
        for alias, table in names.items()
        if all(_follows(join, alias, names) for join in joins)
    ]
    return min(bounds, default=math.inf)


def _named(alias: str, table: str, *, alone: bool) -> Named:
    def named(column: exp.Column) -> bool:
        of = column.table.lower()
        return (of == alias or (alone and not of)) and names_one(column.name, table)

    return named


def _follows(join: Expr, leading: str, names: dict[str, str]) -> bool:
    """Whether a join adds only rows that belong to the leading table's."""
    if str(join.args.get("side") or "").upper() in ("RIGHT", "FULL") or join.args.get("using"):
        return False
    condition = join.args.get("on")
    if condition is None:
        return False
    added = join.this.alias_or_name.lower()
    for one in _all_of(condition):
        if not isinstance(one, exp.EQ):
            continue
        left, right = one.this, one.expression
        if not isinstance(left, exp.Column) or not isinstance(right, exp.Column):
            continue
        for near, far in ((left, right), (right, left)):
            mine, theirs = near.table.lower(), far.table.lower()
            if mine == theirs or mine not in names or theirs not in names:
                continue
            if theirs == leading and is_own_key(far.name, names[leading]) and added in (mine, leading):
                return True
            if mine == added and is_own_key(near.name, names[added]) and added != leading:
                return True
    return False


def condition_rows(node: Expr, named: Named) -> float:
    """How many persons a condition names at most."""
    match node:
        case exp.Paren():
            return condition_rows(node.this, named)
        case exp.And():
            return min(condition_rows(node.this, named), condition_rows(node.expression, named))
        case exp.Or():
            return condition_rows(node.this, named) + condition_rows(node.expression, named)
        case exp.EQ():
            for column, value in ((node.this, node.expression), (node.expression, node.this)):
                if isinstance(column, exp.Column) and named(column) and _is_value(column, value):
                    return 1.0
            return math.inf
        case exp.In():
            listed = node.expressions
            column = node.this
            plain = isinstance(column, exp.Column) and named(column) and not node.args.get("query")
            if plain and listed and all(_is_value(column, one) for one in listed):
                return float(len(listed))
            return math.inf
        case _:
            return math.inf


def _is_value(column: exp.Column, value: Expr) -> bool:
    """A value given by whoever asks. A number on a key of text matches every text that begins like it (MySQL)."""
    if isinstance(value, exp.Placeholder):
        return True
    if not isinstance(value, exp.Literal):
        return False
    return value.is_string or (not is_text_key(column.name) and value.name.strip("0.") != "")


def _all_of(node: Expr) -> list[Expr]:
    if isinstance(node, exp.Paren):
        return _all_of(node.this)
    if isinstance(node, exp.And):
        return [*_all_of(node.this), *_all_of(node.expression)]
    return [node]
