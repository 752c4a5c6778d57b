"""What an SQL text does, read by sqlglot: rows it gives, whether it copies them, and where to.

Imported only when an argument holds SQL: the grammar takes 40 MB and some hundred milliseconds. A text that cannot be
read, or that databases read differently, gives rows without limit.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping

import msgspec
import sqlglot
from sqlglot import Expr, exp
from sqlglot.errors import SqlglotError

from wardlaw.facts.sqlkind import SqlKind
from wardlaw.security.asking.sqlkeys import condition_rows
from wardlaw.security.asking.sqlnames import names_one
from wardlaw.security.asking.sqlrows import WRITING, RowReader, function_name
from wardlaw.security.asking.sqltext import UnreadableSqlError, statements

# The common grammar first; the others for what only they have (TOP, OUTPUT, ATTACH …).
_GRAMMARS = ("", "tsql", "sqlite", "mysql", "postgres", "snowflake", "duckdb", "oracle")
_MOST_TARGETS = 16
_WORD = re.compile(r"[a-z]+", re.IGNORECASE)
_DOING = re.compile(r"\b(?:select|insert|update|delete|merge|exec\w*|call|copy|into|with)\b", re.IGNORECASE)
_TEXT = re.compile(r"'([^']{1,512})'")
_NAMES = re.compile(r"[\w./:@~$\\-]{1,512}")
_OUTFILE = re.compile(r"\binto\s+(?:outfile|dumpfile)\b", re.IGNORECASE)
_CLIENT_LINE = re.compile(r"^[ \t]*(?:\.[a-z]+|\\[a-z!]\w*)[^\n]*$", re.IGNORECASE | re.MULTILINE)
_SCHEMA_LINES = frozenset((".tables", ".schema", ".indexes", ".indices", ".databases", ".headers", ".mode", ".width"))
_COPYING_LINES = frozenset(
    (
        ".output",
        ".once",
        ".dump",
        ".backup",
        ".save",
        ".clone",
        ".excel",
        ".archive",
        ".log",
        ".recover",
        "\\copy",
        "\\o",
        "\\g",
        "\\w",
        "\\gexec",
    )
)
_COPYING = frozenset(("unload", "export", "backup", "dump", "archive"))
_HARMLESS = frozenset(
    ("show", "begin", "start", "commit", "rollback", "savepoint", "release", "end", "use", "analyze", "help")
)
_PRAGMAS = frozenset(
    ("table_info", "table_xinfo", "table_list", "index_list", "index_info", "foreign_key_list", "database_list")
)


class SqlAsks(msgspec.Struct, frozen=True):
    """What a text of SQL asks for.

    Attributes:
        rows: Rows it gives or copies at most; -1 without limit.
        folds: It puts many rows into one cell, so that no limit from outside bounds them.
        targets: Tables and files it copies to, as they stand there.
    """

    rows: int = 0
    kinds: frozenset[SqlKind] = frozenset()
    targets: tuple[str, ...] = ()
    folds: bool = False


_UNREADABLE = SqlAsks(-1, frozenset((SqlKind.UNREADABLE,)))


def read_sql(sql: str) -> SqlAsks:
    """What all statements of a text ask for together; total, whatever the text is."""
    lines = [line[0].split() for line in _CLIENT_LINE.finditer(sql)]
    parts = [_client_line(words) for words in lines if words]
    try:
        parts.extend(map(_read, statements(_CLIENT_LINE.sub(" ", sql) if lines else sql)))
    except (UnreadableSqlError, RecursionError):
        parts.append(_UNREADABLE)
    rows = [part.rows for part in parts]
    return SqlAsks(
        -1 if -1 in rows else sum(rows),
        frozenset(kind for part in parts for kind in part.kinds),
        tuple(dict.fromkeys(target for part in parts for target in part.targets))[:_MOST_TARGETS],
        any(part.folds for part in parts),
    )


def _client_line(words: list[str]) -> SqlAsks:
    """A command of ``sqlite3`` or ``psql`` themselves."""
    command = words[0].lower()
    if command in _SCHEMA_LINES or (command[0] == "\\" and command[1:2] == "d"):
        return SqlAsks(0, frozenset((SqlKind.SCHEMA,)))
    if command in _COPYING_LINES:
        return SqlAsks(-1, frozenset((SqlKind.COPY,)), tuple(words[1:4]))
    return _UNREADABLE


def _read(statement: str) -> SqlAsks:
    first = _WORD.match(statement.lstrip("( "))
    word = first[0].lower() if first else ""
    if word in _COPYING or _OUTFILE.search(statement):
        return SqlAsks(-1, frozenset((SqlKind.COPY,)), _named_places(statement))
    if word in _HARMLESS and not _DOING.search(statement):
        return SqlAsks(0, frozenset((SqlKind.SCHEMA,)))
    if word == "vacuum":
        into = re.search(r"\binto\b", statement, re.IGNORECASE)
        kinds = frozenset((SqlKind.COPY if into else SqlKind.WRITE,))
        return SqlAsks(-1 if into else 0, kinds, _named_places(statement) if into else ())
    if word == "explain":
        return _explained(statement)
    tree = _parse(statement)
    try:
        return _UNREADABLE if tree is None else _Statement(tree).read()
    except (AttributeError, TypeError, ValueError, KeyError, IndexError):
        return _UNREADABLE  # a tree of a shape nobody expected


def _explained(statement: str) -> SqlAsks:
    """The plan alone shows no rows; ``EXPLAIN ANALYZE`` also runs the statement."""
    rest = " ".join(statement.split(None, 1)[1:])
    if not re.match(r"\(?[\w, ]*\banaly[sz]e\b", rest, re.IGNORECASE):
        return SqlAsks(0, frozenset((SqlKind.SCHEMA,)))
    inner = re.sub(r"\A(?:\([^)]*\)|analy[sz]e|verbose|\s)+", "", rest, flags=re.IGNORECASE)
    return _read(inner) if inner else _UNREADABLE


def _named_places(statement: str) -> tuple[str, ...]:
    """Texts that may be files; nobody can tell which one, so all of them."""
    return tuple(place for place in _TEXT.findall(statement) if _NAMES.fullmatch(place))[:_MOST_TARGETS]


def _parse(statement: str) -> Expr | None:
    for grammar in _GRAMMARS:
        try:
            found = sqlglot.parse(statement, read=grammar or None)
        except (SqlglotError, ValueError, TypeError, AttributeError, IndexError, KeyError):
            continue  # a grammar that fails on it, in whatever way, does not have it
        if len(found) == 1 and found[0] is not None and _is_statement(found[0]):
            return found[0]
    return None


def _is_statement(tree: Expr) -> bool:
    """Whether it is one of the statements known here: the common grammar takes much else for an expression."""
    return any(isinstance(tree, kind) for kind in _HANDLERS) and tree.find(exp.Command) is None


class _Statement:
    """Reads one statement.

    Args:
        tree: As the grammar gives it.
    """

    def __init__(self, tree: Expr) -> None:
        self._tree = tree
        self._rows = RowReader(tree)
        self._kinds: set[SqlKind] = set()
        self._targets: list[str] = []

    def read(self) -> SqlAsks:
        """What it asks for."""
        handler = next(handler for kind, handler in _HANDLERS.items() if isinstance(self._tree, kind))
        rows = handler(self)
        for call in self._tree.find_all(exp.Func):
            if WRITING.search(function_name(call)):
                self._kinds.add(SqlKind.COPY)
                self._targets += [text.name for text in call.find_all(exp.Literal) if text.is_string][:2]
        count = -1 if math.isinf(rows) else min(int(rows), 2**53)
        return SqlAsks(count, frozenset(self._kinds), tuple(self._targets), self._rows.folds)

    def query(self) -> float:
        """A query; one with INTO makes a table of its rows."""
        rows = self._rows.statement_rows(self._tree)
        into = list(self._tree.find_all(exp.Into))
        if into:
            self._kinds.add(SqlKind.COPY)
            self._targets += [table.name for one in into for table in one.find_all(exp.Table)]
        reads = self._rows.reads_rows or not self._rows.reads_schema
        self._kinds.add(SqlKind.READ if reads else SqlKind.SCHEMA)
        return rows

    def create(self) -> float:
        """``CREATE``: a copy where it takes rows from a query or another table."""
        kind, source = str(self._tree.args.get("kind") or "").upper(), self._tree.expression
        target = self._tree.this.find(exp.Table) if self._tree.this is not None else None
        self._kinds.add(SqlKind.WRITE)
        if self._tree.args.get("clone") is not None:
            return self._copied(target, math.inf)
        if isinstance(source, exp.Query) and kind in ("TABLE", "VIEW"):
            rows = self._rows.statement_rows(source)
            materialized = kind == "TABLE" or self._tree.find(exp.MaterializedProperty) is not None
            # A view keeps no rows, but a place of another name to read them from.
            kept = materialized or self._rows.folds or not math.isinf(rows)
            return self._copied(target, rows if kept else 0.0)
        return 0.0 if kind in ("TABLE", "VIEW", "INDEX", "SCHEMA", "DATABASE", "SEQUENCE") else math.inf

    def insert(self) -> float:
        """``INSERT``, ``REPLACE``: a copy where the rows come from tables."""
        source = self._tree.args.get("expression")
        target = self._tree.this.find(exp.Table, exp.Literal) if self._tree.this is not None else None
        self._kinds.add(SqlKind.WRITE)
        rows = 0.0
        if source is not None and source.find(exp.Table) is not None:
            rows = self._copied(target, self._gathered(source))
        return rows + self._returned(math.inf if rows else 1.0)

    def update(self) -> float:
        """``UPDATE``: without a condition it overwrites all; a query among its values copies."""
        self._kinds.add(SqlKind.WRITE if self._tree.args.get("where") else SqlKind.DESTROY)
        rows = 0.0
        taken = [one for value in self._tree.expressions for one in value.find_all(exp.Query)]
        if taken or self._tree.args.get("from_") is not None:
            rows = self._copied(self._tree.this, sum(map(self._gathered, taken)) if taken else math.inf)
        return rows + self._returned(self._changed())

    def delete(self) -> float:
        """``DELETE``: without a condition it destroys."""
        self._kinds.add(SqlKind.WRITE if self._tree.args.get("where") else SqlKind.DESTROY)
        return self._returned(self._changed())

    def merge(self) -> float:
        """``MERGE``: what it uses goes into the other table."""
        using = self._tree.args.get("using")
        self._kinds.add(SqlKind.WRITE)
        return self._copied(self._tree.this, math.inf if using is None else self._rows.rows(using))

    def copy(self) -> float:
        """``COPY``: into a table it writes, out of one it copies."""
        files = [one for one in self._tree.args.get("files") or () if isinstance(one, Expr)]
        source = self._tree.this
        staged = source.sql()[:1] in ("@", "'") if source is not None else True
        if self._tree.args.get("kind") and not staged:
            self._kinds.add(SqlKind.WRITE)
            return 0.0
        rows = self._rows.statement_rows(source) if isinstance(source, exp.Subquery) else math.inf
        if files and all(one.name.lower() == "stdout" for one in files):
            self._kinds.add(SqlKind.READ)
            return rows
        self._targets += [one.name for one in files] + ([source.sql()] if staged and source is not None else [])
        self._kinds.add(SqlKind.COPY)
        return rows

    def attach(self) -> float:
        """``ATTACH``: another database, to read from or to copy to."""
        self._kinds.add(SqlKind.COPY)
        self._targets += [one.name for one in self._tree.find_all(exp.Literal, exp.Identifier)]
        return 0.0

    def destroy(self) -> float:
        """``DROP``, ``TRUNCATE``."""
        self._kinds.add(SqlKind.DESTROY)
        return 0.0

    def alter(self) -> float:
        """``ALTER``: a column that goes is destroyed; a table of a new name is another place."""
        drops = self._tree.find(exp.Drop) is not None
        self._kinds.add(SqlKind.DESTROY if drops else SqlKind.WRITE)
        for renamed in self._tree.find_all(exp.AlterRename):
            self._kinds.add(SqlKind.COPY)
            self._targets += [table.name for table in renamed.find_all(exp.Table)]
        return 0.0

    def pragma(self) -> float:
        """``PRAGMA``: what tells of tables, or changes a setting."""
        inner = self._tree.this
        name = inner.name.lower() if isinstance(inner, exp.Anonymous) else ""
        self._kinds.add(SqlKind.SCHEMA if name in _PRAGMAS else SqlKind.WRITE)
        return 0.0

    def settle(self) -> float:
        """What gives no rows by itself: a query in it may gather some in a variable."""
        self._kinds.add(SqlKind.SCHEMA)
        return math.inf if self._tree.find(exp.Query) is not None else 0.0

    def cache(self) -> float:
        """``CACHE TABLE … AS``."""
        return self._copied(self._tree.this, math.inf)

    def _gathered(self, source: Expr) -> float:
        """Rows of a query, or of the queries among values."""
        if isinstance(source, exp.Values):
            inner = list(source.find_all(exp.Select))
            return sum(self._rows.statement_rows(one) for one in inner)
        return self._rows.statement_rows(source)

    def _copied(self, target: Expr | None, rows: float) -> float:
        self._kinds.add(SqlKind.COPY)
        if target is not None:
            self._targets.append(target.name)
        return rows

    def _changed(self) -> float:
        """Rows that a condition on a key leaves."""
        where, table = self._tree.args.get("where"), self._tree.this
        if where is None or not isinstance(table, exp.Table):
            return math.inf
        alias = table.alias_or_name.lower()
        return condition_rows(
            where.this, lambda column: column.table.lower() in ("", alias) and names_one(column.name, table.name)
        )

    def _returned(self, rows: float) -> float:
        """Rows that ``RETURNING`` or ``OUTPUT`` shows of those changed."""
        if self._tree.args.get("returning") is None:
            return 0.0
        self._kinds.add(SqlKind.READ)
        return rows


_HANDLERS: Mapping[type[Expr], Callable[[_Statement], float]] = {
    exp.Query: _Statement.query,
    exp.Values: _Statement.query,
    exp.Create: _Statement.create,
    exp.Insert: _Statement.insert,
    exp.Update: _Statement.update,
    exp.Delete: _Statement.delete,
    exp.Merge: _Statement.merge,
    exp.Copy: _Statement.copy,
    exp.Attach: _Statement.attach,
    exp.Detach: _Statement.settle,
    exp.Drop: _Statement.destroy,
    exp.TruncateTable: _Statement.destroy,
    exp.Alter: _Statement.alter,
    exp.Pragma: _Statement.pragma,
    exp.Describe: _Statement.settle,
    exp.Set: _Statement.settle,
    exp.Use: _Statement.settle,
    exp.Transaction: _Statement.settle,
    exp.Commit: _Statement.settle,
    exp.Rollback: _Statement.settle,
    exp.Comment: _Statement.settle,
    exp.Grant: _Statement.settle,
    exp.Revoke: _Statement.settle,
    exp.Cache: _Statement.cache,
}
