"""What tool calls ask for, read before they are judged; SQL beside the event loop where it takes long."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Mapping
from typing import Any

import msgspec
import orjson

from wardlaw.facts.exchange import Measures, ToolCall
from wardlaw.facts.sqlkind import SqlKind
from wardlaw.facts.words import name_words
from wardlaw.gateway.aside import PATIENCE_S, aside
from wardlaw.gateway.metering import Meter
from wardlaw.gateway.registry import Registry
from wardlaw.security.asking.call import CallAsks, CallNames, read_call, sql_in
from wardlaw.security.asking.limits import WITHOUT_LIMIT

_INLINE_SQL_CHARS = 1_000  # about 1 ms
_GRAMMAR = "wardlaw.security.asking.sqlstatement"
_LEAST_CARRYING = 200  # characters; fewer hold nobody's bulk
SOME_PERSONS = 25  # as the starter clause on answers has it: more in a file make it a copy
_TOO_SLOW = CallAsks(WITHOUT_LIMIT, (SqlKind.UNREADABLE,))
_PLACE_WORDS = frozenset(
    "path file filename filepath uri url table target destination dest output bucket key sheet document folder".split()
)


class CallReading(msgspec.Struct, frozen=True):
    """What a call asks for, as facts for the decision, and where copies go."""

    measures: Measures
    targets: tuple[str, ...] = ()


async def read_asking(
    registry: Registry, meter: Meter, call: ToolCall, *, definition: Mapping[str, Any] | None = None
) -> CallReading:
    """Read a call.

    Args:
        definition: Of the tool, where its server gave one.
    """
    names = _names(registry, call.name, definition)
    asks = await _read(call, names)
    carried = await _carried(meter, call.arguments)
    copies, targets = asks.copies, asks.targets
    if carried > SOME_PERSONS and not copies and registry.writes(call.name, definition):
        copies, targets = True, tuple(_places(call.arguments))
    measures = Measures(
        body_bytes=len(call.arguments),
        requested_rows=asks.rows,
        sql_kinds=tuple(kind.value for kind in asks.kinds),
        copies_rows=copies,
        carried_subjects=carried,
    )
    return CallReading(measures, targets)


def _names(registry: Registry, tool: str, definition: Mapping[str, Any] | None) -> CallNames:
    rows, sql = registry.rows_argument(tool), registry.sql_argument(tool)
    if definition is None:
        return CallNames(rows, sql)
    return CallNames(rows, sql, frozenset(registry.tool_class(tool, definition).arguments))


async def _read(call: ToolCall, names: CallNames) -> CallAsks:
    texts = sql_in(call.name, call.arguments, names)
    chars = sum(map(len, texts))
    if not texts or (chars <= _INLINE_SQL_CHARS and _GRAMMAR in sys.modules):
        return read_call(call.name, call.arguments, names)
    # It writes statements it does not know into its log, and those are payload.
    logging.getLogger("sqlglot").disabled = True
    try:
        async with asyncio.timeout(PATIENCE_S):
            return await asyncio.to_thread(read_call, call.name, call.arguments, names)
    except TimeoutError:
        return _TOO_SLOW


async def _carried(meter: Meter, arguments: str) -> int:
    if len(arguments) < _LEAST_CARRYING:
        return 0
    try:
        return await aside(len(arguments), lambda: meter.carried(arguments))
    except TimeoutError:
        return sys.maxsize


def _places(arguments: str) -> list[str]:
    """Names of files and tables among the arguments."""
    try:
        given = orjson.loads(arguments)
    except orjson.JSONDecodeError:
        return []
    if not isinstance(given, dict):
        return []
    named = ((name, value) for name, value in given.items() if isinstance(value, str) and "\n" not in value)
    return [value for name, value in named if not _PLACE_WORDS.isdisjoint(name_words(name))]
