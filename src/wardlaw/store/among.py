"""That a column is one of many values, as one parameter.

A statement that is the same however many values there are is put together once, and not with every page of a listing:
of 0.46 ms that a question took, 0.33 went into that.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
from sqlalchemy import ARRAY, Column, Delete, Select, Text, Update, bindparam
from sqlalchemy.engine import Connection, Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.expression import BinaryExpression, ColumnElement, Executable
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.visitors import replacement_traverse
from sqlalchemy.types import TypeDecorator, TypeEngine

MOST = 5_000
"""Values of one statement: SQLite keeps them in a table of its own while it looks them up."""

_TOLD = "told"
Statement = Select[Any] | Update | Delete
"""What ``among`` may stand in."""


class _Values(TypeDecorator[Sequence[str]]):
    """A list as PostgreSQL's array; SQLite has none, and reads JSON."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(ARRAY(Text()) if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: Sequence[str] | None, dialect: Dialect) -> Any:
        assert value is not None
        return list(value) if dialect.name == "postgresql" else msgspec.json.encode(value).decode()


class _AnyOf(FunctionElement[str]):
    """``IN (the values told)``, without the column; as a whole it would be compared with 1, and no index be used."""

    type = Text()
    inherit_cache = True


@compiles(_AnyOf)
def _in_json(element: _AnyOf, compiler: SQLCompiler, **options: Any) -> str:
    told = compiler.process(element.clauses, **options)  # the place of a parameter, and no value
    return f"IN (SELECT value FROM json_each({told}))"  # noqa: S608


@compiles(_AnyOf, "postgresql")
def _in_array(element: _AnyOf, compiler: SQLCompiler, **options: Any) -> str:
    return f"= ANY (CAST({compiler.process(element.clauses, **options)} AS TEXT[]))"


def among(column: Column[str]) -> ColumnElement[bool]:
    """That a column is one of the values that ``run_among`` is given; once a statement."""
    return column.bool_op("")(_AnyOf(bindparam(_TOLD, type_=_Values())))


def run_among(
    connection: Connection, statement: Statement, values: Sequence[str], **parameters: object
) -> Iterator[Sequence[Any]]:
    """Run a statement in which ``among`` stands, for portions of the values; answers the rows of each.

    Nothing is run that is not asked for: exhaust it where the statement writes.
    """
    is_sqlite = connection.dialect.name == "sqlite"
    for start in range(0, len(values), MOST):
        part = values[start : start + MOST]
        # SQLite's JSON ends a text at a NUL; PostgreSQL does not take one at all.
        if is_sqlite and any("\0" in value for value in part):
            result = connection.execute(_spelled(statement, part), parameters)
        else:
            result = connection.execute(statement, {_TOLD: part, **parameters})
        yield result.all() if result.returns_rows else ()


def change_among(connection: Connection, statement: Statement, values: Sequence[str], **parameters: object) -> None:
    """Run a statement that writes, for all values."""
    for _ in run_among(connection, statement, values, **parameters):
        pass


def _spelled(statement: Statement, values: Sequence[str]) -> Executable:
    """The statement with each value as a parameter of its own."""

    def spell(element: Any, **_: Any) -> Any:
        is_among = isinstance(element, BinaryExpression) and isinstance(element.right, _AnyOf)
        return element.left.in_(values) if is_among else None

    spelled = replacement_traverse(statement, {}, spell)
    assert isinstance(spelled, Executable)
    return spelled
