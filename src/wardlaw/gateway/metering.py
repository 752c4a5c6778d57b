"""What a request or a tool call moves: data subjects and bytes in results, rows asked for.

*Meaning, not rows*: bulk is metered on what comes back. A tool result that an agent resends with its
history was counted when it first came and is not counted again.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec
import orjson

from wardlaw.facts.exchange import Channel, Measures, Segment
from wardlaw.security.subjects import SubjectCounter, Subjects

_REMEMBERED = 20_000  # results; a set of subjects is a few hundred bytes on average, so some 10 MB at most
_WITHOUT_LIMIT = -1
# What a person's data in an answer cannot do without: an address, a number, or the lines of a table or list.
_MAY_NAME = re.compile(r"[@\d\n{\[]")
_NEVER_NAMES = bytes(code for code in range(128) if not _MAY_NAME.match(chr(code)))
# A message of a role nobody knows may be a result under another name.
_UNKNOWN_MESSAGE = re.compile(r"/messages/\d+/content")
# Arguments that bound how many rows come back, as tools name them.
_LIMIT_NAMES = frozenset(
    (
        "limit",
        "max_results",
        "maxresults",
        "page_size",
        "pagesize",
        "per_page",
        "count",
        "top",
        "first",
        "max_rows",
        "rows",
        "n",
    )
)
_QUERY_NAMES = frozenset(("sql", "query", "statement"))
_COMMENT = re.compile(r"--[^\n]*|/\*.*?(?:\*/|\Z)|#[^\n]*", re.DOTALL)
# A statement that gives rows: by how it begins, since a search asks "coffee with milk" and is none.
_STATEMENT = re.compile(
    r"(?:\A|;)[\s(]*(?:with|table|copy|pragma|from|values|show|exec|execute|call|fetch|unload|export|declare|explain)\b"
    r"|\bselect\b",
    re.IGNORECASE,
)
_BOUND = re.compile(
    r"\blimit\s+([0-9]{1,16})(?:\s+offset\s+[0-9]{1,16})?[\s;]*\Z"
    r"|\bfetch\s+(?:first|next)\s+([0-9]{1,16})\s+rows?\s+only[\s;]*\Z",
    re.IGNORECASE,
)


class Moved(msgspec.Struct, frozen=True):
    """What moves with a request or an answer.

    Attributes:
        subjects: Keyed digests of the distinct persons in results.
        fresh: Marks of the results counted now; given to ``Meter.settle`` once they were released.
    """

    measures: Measures
    subjects: frozenset[str] = frozenset()
    fresh: tuple[tuple[bytes, bytes], ...] = ()


class Meter:
    """Counts what results hold, each result once per session.

    Args:
        subject_key: Key of the digests of data subjects.
    """

    def __init__(self, subject_key: bytes) -> None:
        self._counter = SubjectCounter(subject_key)
        self._counted: dict[bytes, Subjects] = {}
        self._released: dict[tuple[bytes, bytes], None] = {}

    def results(self, session: bytes, segments: Sequence[Segment], measures: Measures) -> Moved:
        """Add what the tool results among the segments move.

        Args:
            session: Key of the session; a result counts once in it.
            segments: Segments of the request.
            measures: The other countable facts.
        """
        held: set[str] = set()
        size = 0
        unparsed = False
        fresh: list[tuple[bytes, bytes]] = []
        for segment in segments:
            if not _is_result(segment):
                continue
            mark = (session, segment.sha256)
            counted = self._count(mark[1], segment.text)
            held |= counted.digests
            if mark not in self._released:
                fresh.append(mark)
                size += len(segment.text.encode("utf-8", "surrogatepass"))
                unparsed = unparsed or counted.unparsed
        if not fresh:
            return Moved(measures, frozenset(held))
        changed = msgspec.structs.replace(
            measures, data_subjects=len(held), result_bytes=size, result_unparsed=unparsed
        )
        return Moved(changed, frozenset(held), tuple(fresh))

    def answer(self, texts: Sequence[str], size: int) -> Moved:
        """What a model's answer moves.

        Args:
            texts: Text leaves of the answer.
            size: Bytes of the answer.
        """
        held: set[str] = set()
        for text in texts:
            if not _may_name(text):
                continue
            held |= self._counter.distinct_subjects(text).digests
        return Moved(Measures(data_subjects=len(held), result_bytes=size), frozenset(held))

    def settle(self, moved: Moved) -> None:
        """Remember that these results were released, so that history is not counted again."""
        for mark in moved.fresh:
            if len(self._released) >= _REMEMBERED:
                for old in list(self._released)[: _REMEMBERED // 4]:
                    self._released.pop(old, None)  # a thread beside may have been faster
            self._released[mark] = None

    def _count(self, mark: bytes, text: str) -> Subjects:
        known = self._counted.get(mark)
        if known is None:
            known = self._counter.distinct_subjects(text)
            if len(self._counted) >= _REMEMBERED:
                for old in list(self._counted)[: _REMEMBERED // 4]:
                    self._counted.pop(old, None)  # a thread beside may have been faster
            self._counted[mark] = known
        return known


def _may_name(text: str) -> bool:
    if text.isascii():
        return bool(text.encode().translate(None, _NEVER_NAMES))
    return _MAY_NAME.search(text) is not None


def _is_result(segment: Segment) -> bool:
    if segment.channel is Channel.OTHER:
        return _UNKNOWN_MESSAGE.match(segment.pointer) is not None
    return segment.channel is Channel.TOOL_RESULT


def requested_rows(arguments: str, *, rows_argument: str = "") -> int:
    """Rows a tool call asks for: its limit, -1 for a query without one, 0 when it asks for no rows.

    Args:
        arguments: The call's arguments, JSON text.
        rows_argument: Name of the argument that bounds the rows, where the tool is registered with one.
    """
    try:
        given = orjson.loads(arguments or "{}")
    except orjson.JSONDecodeError:
        return _WITHOUT_LIMIT
    if not isinstance(given, dict):
        return _WITHOUT_LIMIT
    names = {rows_argument.lower()} if rows_argument else _LIMIT_NAMES
    limits = [_rows(value) for name, value in given.items() if name.lower() in names]
    if limits:
        return _WITHOUT_LIMIT if _WITHOUT_LIMIT in limits else max(limits)
    if rows_argument:
        return _WITHOUT_LIMIT
    queries = [value for name, value in given.items() if name.lower() in _QUERY_NAMES and isinstance(value, str)]
    return max((_rows_of_query(query) for query in queries), default=0)


def _rows(value: object) -> int:
    if isinstance(value, bool) or value is None:
        return _WITHOUT_LIMIT
    if isinstance(value, (int, float)):
        return int(value) if 0 <= value < 2**53 else _WITHOUT_LIMIT
    if isinstance(value, str) and value.strip().isascii() and value.strip().isdigit():
        return int(value.strip()[:16])
    return _WITHOUT_LIMIT


def _rows_of_query(query: str) -> int:
    """Rows of a statement by the LIMIT that ends it; anything not plainly bounded counts as without limit.

    A limit in a subquery, a comment or an earlier statement bounds nothing.
    """
    plain = _COMMENT.sub(" ", query)
    if _STATEMENT.search(plain) is None:
        return 0
    bound = _BOUND.search(query)
    if bound is None or plain != query or ";" in query[: bound.start()]:
        return _WITHOUT_LIMIT
    return int(bound[1] or bound[2])
