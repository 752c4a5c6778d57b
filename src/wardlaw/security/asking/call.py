"""What one tool call asks for, from its name and arguments alone: rows, what its SQL does, where copies go."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

import msgspec
import orjson

from wardlaw.facts.sqlkind import SqlKind
from wardlaw.facts.words import name_words
from wardlaw.security.asking.limits import WITHOUT_LIMIT, named_rows

_DATABASE = frozenset(
    """sql database db postgres postgresql mysql mariadb sqlite snowflake bigquery redshift duckdb oracle mssql sqlserver
    clickhouse databricks warehouse trino presto athena""".split()
)
_SQL_NAMES = frozenset("sql query queries statement statements stmt q".split())
# What reads like SQL in an argument of a database, since whatever stands there is run.
_LOOSE = re.compile(
    r"(?:\A|;)[\s(]*(?:with|table|copy|pragma|from|values|show|exec|execute|call|fetch|unload|export|declare|explain|insert"
    r"|update|delete|merge|replace|create|drop|alter|truncate|attach|detach|vacuum|backup|describe|desc|set|begin|grant"
    r"|revoke|handler|do|prepare|analyze|refresh|cache|load|use)\b|\bselect\b|\A\s*[.\\][a-z]",
    re.IGNORECASE,
)
# What reads like nothing but SQL, in a search for anything: people search for "explain the refund", too.
_PLAIN = re.compile(
    r"\bselect\b.+\bfrom\b|\bselect\s*[*('\"\d@]|\binsert\s+into\b|\breplace\s+into\b|\bdelete\s+from\b|\bmerge\s+into\b"
    r"|\bupdate\s+\S+\s+set\b|\b(?:create|drop|alter|truncate)\s+(?:or\s+replace\s+)?(?:temp\w*\s+)?(?:materialized\s+)?"
    r"(?:table|view|index|database|schema)\b|\bcopy\s+\S+\s+(?:to|from)\b|\bcopy\s*\(|\A[\s(]*table\s+[\w.\"]+[\s;)]*\Z"
    r"|\bexec(?:ute)?\s+\w+_\w+|\bcall\s+\w+\s*\(|\bunload\s*\(|\bexport\s+data(?:base)?\b|\battach\s+(?:database\s+)?'"
    r"|\bvacuum\s+into\b|\bbackup\s+database\b|\A\s*show\s+(?:tables|databases|columns|create|schemas|index)"
    r"|\A\s*pragma\s+\w+|\bwith\s+(?:recursive\s+)?\w+\s*(?:\([^)]*\)\s*)?as\s*\(|\A[\s(]*values\s*\("
    r"|\bdeclare\s+\w+\s+cursor\b|\binto\s+(?:out|dump)file\b|\A\s*\.(?:dump|output|once|backup|save)\b",
    re.IGNORECASE | re.DOTALL,
)
_MOST_TEXTS = 50


class CallAsks(msgspec.Struct, frozen=True):
    """What a call asks for.

    Attributes:
        rows: Rows it gives or copies at most; -1 without limit, 0 when it asks for none.
        kinds: What its SQL does, sorted; empty when there is none.
        targets: Tables and files its SQL copies to.
    """

    rows: int = 0
    kinds: tuple[SqlKind, ...] = ()
    targets: tuple[str, ...] = ()

    @property
    def copies(self) -> bool:
        """Whether rows go to another table or a file."""
        return SqlKind.COPY in self.kinds


class CallNames(msgspec.Struct, frozen=True):
    """What the configuration and the definition say of a tool's arguments.

    Attributes:
        rows: Argument that bounds the rows; ``""`` when the usual names hold.
        sql: Argument that holds SQL; ``""`` when the usual names hold.
        declared: Arguments its definition has; ``None`` when nobody knows them.
    """

    rows: str = ""
    sql: str = ""
    declared: Collection[str] | None = None


def sql_in(name: str, arguments: str, names: CallNames) -> tuple[str, ...]:
    """The texts of SQL among the arguments (JSON text) of a call; empty when they cannot be read."""
    try:
        given = orjson.loads(arguments or "{}")
    except orjson.JSONDecodeError:
        return ()
    return tuple(_sql_texts(name, given, names)) if isinstance(given, dict) else ()


def read_call(name: str, arguments: str, names: CallNames) -> CallAsks:
    """What a call asks for.

    Args:
        name: Of the tool, as models see it.
        arguments: JSON text.
        names: What is known of the arguments.
    """
    try:
        given = orjson.loads(arguments or "{}")
    except orjson.JSONDecodeError:
        return CallAsks(WITHOUT_LIMIT)
    if not isinstance(given, dict):
        return CallAsks(WITHOUT_LIMIT)
    texts = tuple(_sql_texts(name, given, names))
    if not texts:
        return CallAsks(named_rows(given, names.rows))
    return _with_sql(texts, given, names)


def _with_sql(texts: Collection[str], given: Mapping[str, Any], names: CallNames) -> CallAsks:
    # The grammar of SQL takes 40 MB, and most installations have no tool that is given any.
    from wardlaw.security.asking.sqlstatement import read_sql

    asked = [read_sql(text) for text in texts]
    rows = [one.rows for one in asked]
    widest = WITHOUT_LIMIT if WITHOUT_LIMIT in rows else max(rows)
    kinds = {kind for one in asked for kind in one.kinds}
    bound = _beside(given, names)
    if bound >= 0 and kinds <= {SqlKind.READ, SqlKind.SCHEMA} and not any(one.folds for one in asked):
        widest = bound if widest == WITHOUT_LIMIT else min(widest, bound)
    targets = tuple(dict.fromkeys(target for one in asked for target in one.targets))
    return CallAsks(widest, tuple(sorted(kinds)), targets)


def _beside(given: Mapping[str, Any], names: CallNames) -> int:
    """A limit that stands beside SQL; -1 when there is none that the tool is known to keep.

    A model may write ``limit: 1`` beside any statement; a tool that has no such argument gives all rows all the same.
    """
    if names.rows:
        return named_rows(given, names.rows)
    declared = {key: value for key, value in given.items() if names.declared is not None and key in names.declared}
    plain = {key: value for key, value in declared.items() if not isinstance(value, str | list | dict)}
    return named_rows(plain) or WITHOUT_LIMIT


def _sql_texts(name: str, given: Mapping[str, Any], names: CallNames) -> Iterator[str]:
    database = not _DATABASE.isdisjoint(name_words(name))
    found = 0
    for key, value in given.items():
        if names.sql:
            gate = None
            if key.lower() != names.sql.lower():
                continue
        elif not _SQL_NAMES.isdisjoint(name_words(key)):
            gate = _LOOSE if database or "sql" in name_words(key) else _PLAIN
        elif database:
            gate = _PLAIN
        else:
            continue
        for text in _texts(value):
            if text.strip() and (gate is None or gate.search(text)):
                found += 1
                if found > _MOST_TEXTS:
                    yield "("  # more than anybody reads: it counts as without limit
                    return
                yield text


def _texts(value: object) -> Iterator[str]:
    pending = [value]
    while pending:
        one = pending.pop()
        if isinstance(one, str):
            yield one
        elif isinstance(one, dict):
            pending.extend(one.values())
        elif isinstance(one, list):
            pending.extend(one)
