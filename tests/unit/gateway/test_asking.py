"""What a call asks for, as the judge is told it."""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any

import pytest

from wardlaw.config.model import Config
from wardlaw.config.tools import RegisteredTool
from wardlaw.facts.exchange import ToolCall
from wardlaw.facts.resource import ToolEffect
from wardlaw.gateway import asking
from wardlaw.gateway.asking import CallReading, read_asking
from wardlaw.gateway.metering import Meter
from wardlaw.gateway.registry import Registry

TOOLS = (
    RegisteredTool("run", ToolEffect.READ, sql_argument="code"),
    RegisteredTool("save_file", ToolEffect.WRITE),
    RegisteredTool("get_page", ToolEffect.READ),
)
PEOPLE = "\n".join(f"person{number}@example.com" for number in range(40))


def reading(tool: str, arguments: dict[str, Any] | str, definition: dict[str, Any] | None = None) -> CallReading:
    text = arguments if isinstance(arguments, str) else json.dumps(arguments)
    registry = Registry(Config(tools=TOOLS), lambda _ref: "")
    call = ToolCall("call", tool, text)
    return asyncio.run(read_asking(registry, Meter(b"k" * 32), call, definition=definition))


def test_sql_is_read_where_the_configuration_says_it_stands() -> None:
    found = reading("run", {"code": "create table spare as select * from customers limit 60"})
    assert (found.measures.requested_rows, found.measures.sql_kinds) == (60, ("copy", "write"))
    assert (found.measures.copies_rows, found.targets) == (True, ("spare",))


def test_the_definition_tells_which_limits_a_tool_keeps() -> None:
    call = {"sql": "select * from customers", "limit": 4}
    properties = {"sql": {"type": "string"}, "limit": {"type": "integer"}}
    assert reading("query", call).measures.requested_rows == -1
    assert reading("query", call, {"inputSchema": {"properties": properties}}).measures.requested_rows == 4


def test_persons_in_the_arguments_of_a_tool_that_keeps_them_are_a_copy() -> None:
    saved = reading("save_file", {"path": "/tmp/people.txt", "content": PEOPLE})
    assert (saved.measures.carried_subjects, saved.measures.copies_rows, saved.targets) == (
        40,
        True,
        ("/tmp/people.txt",),
    )
    shown = reading("get_page", {"path": "/tmp/people.txt", "note": PEOPLE})
    assert (shown.measures.carried_subjects, shown.measures.copies_rows) == (40, False)
    few = reading("save_file", {"path": "a", "content": "ada@example.com, bo@example.com, " + "x" * 300})
    assert (few.measures.carried_subjects, few.measures.copies_rows) == (2, False)


@pytest.mark.parametrize("arguments", ["{oops", "[" * 3])
def test_arguments_nobody_can_read_ask_for_everything(arguments: str) -> None:
    assert reading("save_file", arguments).measures.requested_rows == -1


def test_sql_that_takes_too_long_has_no_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(*_arguments: object) -> object:
        time.sleep(0.2)
        return None

    monkeypatch.setattr(asking, "PATIENCE_S", 0.01)
    monkeypatch.setattr(asking, "read_call", slow)
    found = reading("run", {"code": "select 1 " + "-- x\n" * 400})
    assert (found.measures.requested_rows, found.measures.sql_kinds) == (-1, ("unreadable",))


def test_statements_nobody_knows_do_not_reach_the_log(capfd: pytest.CaptureFixture[str]) -> None:
    reading("run", {"code": "call secret_procedure('quist')"})
    reading("run", {"code": "alter table customers frobnicate quist"})
    assert "quist" not in "".join(capfd.readouterr())
