"""How many rows a query can give, at most: limits, keys, totals, and aggregates that fold many rows into one.

Everything not plainly bounded is ``inf``. A total (``count(*)``, ``sum``) is one row. Rows that an aggregate folds into
one cell (``group_concat``, ``json_agg``) count as the rows they were. Grouping by what tells persons apart lists them.
What belongs to one person (``WHERE customer_id = 7``) counts once.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

from sqlglot import Expr, exp

from wardlaw.security.asking.sqlkeys import joined_rows
from wardlaw.security.asking.sqlnames import is_schema, names_thing, points_to_person

_MOST_KEYS = 3  # groups by more columns are nearly as many as the rows
_FOLDING = re.compile(
    r"agg|group_?(?:concat|array|object|uniq)|concat_?group|collect|wm_concat|top_?k|most_(?:freq|common)|^list$|^stuff$|histogram"
)
_OF_TIME = frozenset(
    "strftime date datetime date_trunc date_part date_format to_char year month week quarter hour format_date trunc".split()
)
_MOMENTS = ("_at", "timestamp", "datetime", "time")
# Functions that run a query or read a file of their own, whatever the statement around them says.
_RUNNING = re.compile(
    r"(?:query|table|cursor|database|schema)_to_xml|dblink|openquery|openrowset|opendatasource|pg_read|lo_get|readfile|load_file"
    r"|ts_stat|xp_cmdshell|sys_exec|query_?(?:table|history)|(?:read|scan)_(?:csv|parquet|json|text|blob)|crosstab|external_query"
)
WRITING = re.compile(r"writefile|lo_export|sys_eval|utl_file|pg_file_write")


class RowReader:
    """Bounds of one statement.

    Args:
        root: The statement.
    """

    def __init__(self, root: Expr) -> None:
        self._root = root
        self._renamed = _renamed(root)
        self._tables: dict[str, float] = {}
        self._gathers = False
        self.reads_schema = False
        self.reads_rows = False
        self.folds = False
        for table in root.find_all(exp.With):
            for one in table.expressions:
                self._define(one, recursive=bool(table.args.get("recursive")))

    def statement_rows(self, query: Expr) -> float:
        """Rows of a query with all that its aggregates fold."""
        rows = self.rows(query)
        for folded in self._folded():
            self.folds = True
            rows += folded * max(1.0, rows)
        return rows

    def rows(self, query: Expr) -> float:
        """Rows of a query or of what stands after FROM."""
        match query:
            case exp.Subquery() | exp.Paren():
                found = self.rows(query.this)
                return min(found, limit_of(query)) if not query.args.get("joins") else math.inf
            case exp.Union():
                return min(self.rows(query.this) + self.rows(query.expression), limit_of(query))
            case exp.SetOperation():
                return min(self.rows(query.this), limit_of(query))
            case exp.Select():
                return self._select(query)
            case exp.Values():
                return float(len(query.expressions))
            case exp.Table():
                return self._table(query)
            case _:
                return math.inf

    def source_rows(self, select: Expr) -> float:
        """Rows that go into a query before its own limit."""
        sources = [self.rows(source) for source in sources_of(select)]
        if sources and not any(sources):
            return 0.0  # nothing but the schema
        rows = math.prod(max(1.0, one) for one in sources)
        return min(rows, joined_rows(select), row_number_rows(select, self._renamed))

    def _select(self, select: exp.Select) -> float:
        rows = min(self.source_rows(select), limit_of(select))
        if select.args.get("for_") is not None:
            return self.source_rows(select)  # FOR JSON, FOR XML: all of it in one cell
        group = select.args.get("group")
        if group is None and _is_total(select):
            # max(CASE WHEN id = 1 THEN email END), … one after the other are a row of many persons.
            shown = sum(
                1 for one in select.expressions if any(self._points(column) for column in one.find_all(exp.Column))
            )
            return float(shown) if shown > _MOST_KEYS else min(rows, 1.0)
        if group is not None and self._few_groups(select, group):
            return min(rows, 1.0)
        distinct = select.args.get("distinct")
        if group is None and distinct is not None and not distinct.args.get("on"):
            keys = select.expressions
            if 0 < len(keys) <= _MOST_KEYS and not any(self._points(key) for key in keys):
                return min(rows, 1.0)
        beside = sum(1 for one in select.expressions for inner in one.find_all(exp.Select) if not _is_total(inner))
        return rows * (1 + beside)

    def _few_groups(self, select: exp.Select, group: Expr) -> bool:
        """Whether the groups are those of a report; what is shown beside the totals must be what is grouped by."""
        if any(group.args.get(kind) for kind in ("cube", "rollup", "grouping_sets", "all")):
            return False
        keys = [_meant(key, select) for key in group.expressions]
        if not 0 < len(keys) <= _MOST_KEYS or any(self._points(key) for key in keys):
            return False
        return not any(self._points(one) and not _only_totals(one) for one in select.expressions)

    def _points(self, node: Expr, seen: frozenset[str] = frozenset()) -> bool:
        """Whether what a group or a column is made of tells persons apart, under whatever name."""
        if _shows_all(node) or node.find(exp.Query) is not None:
            return True
        functions = list(node.find_all(exp.Func))
        if any(isinstance(one, exp.Anonymous) and function_name(one) not in _OF_TIME for one in functions):
            return True
        return any(
            self._column_points(one.name.lower(), seen, timed=bool(functions)) for one in node.find_all(exp.Column)
        )

    def _column_points(self, name: str, seen: frozenset[str], *, timed: bool) -> bool:
        if points_to_person(name) and not (timed and name.endswith(_MOMENTS)):
            return True
        if name in seen:
            return False
        return any(
            meant is None or (not _only_totals(meant) and self._points(meant, seen | {name}))
            for meant in self._renamed.get(name, ())
        )

    def _only_things(self, node: Expr) -> bool:
        """Whether an aggregate puts together only names of things, such as countries."""
        columns = [one.name.lower() for one in node.find_all(exp.Column)]
        return bool(columns) and not self._points(node) and all(names_thing(one) for one in columns)

    def _table(self, table: exp.Table) -> float:
        name, database = table.name.lower(), table.db.lower()
        if not isinstance(table.this, exp.Identifier):
            self.reads_rows = True
            return math.inf  # a function
        if not database and name in self._tables:
            return self._tables[name]
        if is_schema(name, database):
            self.reads_schema = True
            return 0.0
        self.reads_rows = True
        return math.inf

    def _define(self, one: Expr, *, recursive: bool) -> None:
        name = one.alias.lower()
        inner = one.this
        again = recursive and any(table.name.lower() == name and not table.db for table in inner.find_all(exp.Table))
        rows = math.inf if again else self.rows(inner)
        self._tables[name] = max(rows, self._tables.get(name, 0.0))
        if again and any(table.name.lower() != name for table in inner.find_all(exp.Table)):
            # What it gathers on its way may stand in one row at the end.
            self._gathers = True

    def _folded(self) -> Iterator[float]:
        """Rows that stand in single cells, or that a function reads by itself."""
        if self._gathers:
            yield math.inf
        for node in self._root.find_all(exp.Func):
            name = function_name(node)
            if _RUNNING.search(name) or WRITING.search(name):
                yield math.inf
            elif isinstance(node, exp.Array) and any(isinstance(one, exp.Query) for one in node.expressions):
                yield sum(self.rows(one) for one in node.expressions if isinstance(one, exp.Query))
            elif folds(node) and not self._only_things(node):
                select = node.find_ancestor(exp.Select)
                yield self.source_rows(select) if select is not None else math.inf
        for select in self._root.find_all(exp.Select):
            if select.args.get("for_") is not None:
                yield self.source_rows(select)
            # T-SQL gathers in a variable: SELECT @all = @all + email FROM customers.
            if any(isinstance(one, exp.EQ) and isinstance(one.this, exp.Parameter) for one in select.expressions):
                yield self.source_rows(select)


def folds(node: Expr) -> bool:
    """Whether a function puts the values of many rows into one."""
    if isinstance(node, exp.GroupConcat | exp.ArrayAgg | exp.JSONArrayAgg | exp.JSONObjectAgg | exp.ArrayUniqueAgg):
        return True
    return _FOLDING.search(function_name(node)) is not None


def function_name(node: Expr) -> str:
    """Name of a function, lower case; ``""`` for what is none."""
    if isinstance(node, exp.Func) and not isinstance(node, exp.Anonymous | exp.AnonymousAggFunc):
        return node.sql_name().lower()
    return node.name.lower()


def limit_of(node: Expr) -> float:
    """Rows that LIMIT, TOP or FETCH leave; ``inf`` where that is no plain number."""
    limit = node.args.get("limit")
    if limit is None:
        return math.inf
    options = limit.args.get("limit_options")
    if options is not None and (options.args.get("percent") or options.args.get("with_ties")):
        return math.inf
    if limit.args.get("percent") or limit.args.get("with_ties") or limit.expressions:
        return math.inf
    count = limit.args.get("count") if isinstance(limit, exp.Fetch) else limit.args.get("expression")
    if count is None:
        return 1.0 if isinstance(limit, exp.Fetch) else math.inf
    return whole_number(count)


def whole_number(node: Expr) -> float:
    """A plain number as it stands; ``inf`` for anything else."""
    if isinstance(node, exp.Paren):
        return whole_number(node.this)
    if isinstance(node, exp.Literal) and not node.is_string and node.name.isascii() and node.name.isdigit():
        return float(node.name[:16])
    return math.inf


def sources_of(select: Expr) -> Iterator[Expr]:
    """What a query reads from."""
    start = select.args.get("from_")
    if start is not None:
        yield start.this
        # Joins may hang at the table or at the query.
        for join in start.this.args.get("joins") or ():
            yield join.this
    for join in select.args.get("joins") or ():
        yield join.this
    yield from select.args.get("laterals") or ()


def row_number_rows(select: Expr, renamed: dict[str, list[Expr | None]]) -> float:
    """Oracle's ``WHERE ROWNUM <= 10``, where nothing else in the statement bears that name."""
    where = select.args.get("where")
    if where is None or "rownum" in renamed:
        return math.inf
    found = math.inf
    for one in conjuncts(where.this):
        if isinstance(one, exp.LTE | exp.LT) and one.this.name.lower() == "rownum":
            found = min(found, whole_number(one.expression))
    return found


def conjuncts(node: Expr) -> Iterator[Expr]:
    """The conditions that all must hold."""
    if isinstance(node, exp.And):
        yield from conjuncts(node.this)
        yield from conjuncts(node.expression)
    elif isinstance(node, exp.Paren):
        yield from conjuncts(node.this)
    else:
        yield node


def _renamed(root: Expr) -> dict[str, list[Expr | None]]:
    """What names were given to anywhere; ``None`` where names were given to columns nobody names."""
    found: dict[str, list[Expr | None]] = {}
    for alias in root.find_all(exp.Alias):
        found.setdefault(alias.alias.lower(), []).append(alias.this)
    for table in root.find_all(exp.TableAlias):
        for column in table.args.get("columns") or ():
            found.setdefault(column.name.lower(), []).append(None)
    return found


def _meant(key: Expr, select: exp.Select) -> Expr:
    """``GROUP BY 1`` means the first column."""
    number = whole_number(key)
    if number is math.inf:
        return key
    place = int(number) - 1
    return select.expressions[place] if 0 <= place < len(select.expressions) else exp.Star()


def _shows_all(node: Expr) -> bool:
    """``*``, but not that of ``count(*)``."""
    return any(one.find_ancestor(exp.Count) is None for one in node.find_all(exp.Star))


def _is_total(select: exp.Select) -> bool:
    """Only totals are shown, and there is no group: one row."""
    shown = select.expressions
    return bool(shown) and select.args.get("group") is None and all(_only_totals(one, needed=True) for one in shown)


def _only_totals(node: Expr, *, needed: bool = False) -> bool:
    """Whether every column in it is inside an aggregate, and none of them over a window.

    What aggregates fold into one cell counts besides.
    """
    aggregates = [
        one
        for one in node.find_all(exp.Func)
        if (isinstance(one, exp.AggFunc) or folds(one)) and one.find_ancestor(exp.Window) is None
    ]
    if needed and not aggregates:
        return False
    inside = {id(column) for one in aggregates for column in one.find_all(exp.Column, exp.Star)}
    return all(id(column) in inside for column in node.find_all(exp.Column, exp.Star))
