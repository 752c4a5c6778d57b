"""Real servers that others made: what an agent gets through the gateway is, byte for byte, what it gets without it."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.wire.toolclients import Straight, Through, tool_house

BUILT = Path(os.environ.get("WARDLAW_TEST_MCP", "/nowhere"))
"""A folder made by ``python -m tools.toolservers``."""

Asked = tuple[str, dict[str, Any]]


class Served(msgspec.Struct):
    """A server, and what it is asked: tools by their own names, addresses of resources, prompts."""

    command: list[str]
    calls: list[Asked]
    reads: list[str] = []
    prompts: list[Asked] = []


def _rows(folder: Path) -> str:
    path = folder / "customers.db"
    with sqlite3.connect(path) as connection:
        connection.execute("create table city (id integer primary key, name text, share real)")
        connection.executemany("insert into city (name, share) values (?, ?)", [("Köln", 0.5), ("Łódź", 1e-7)])
    connection.close()
    return str(path)


def _served(name: str, folder: Path) -> Served:
    text, path = str(folder / "one.txt"), str(folder)
    match name:
        case "files":
            calls = [
                ("read_text_file", {"path": text}),
                ("list_directory", {"path": path}),
                ("directory_tree", {"path": path}),
                ("search_files", {"path": path, "pattern": "*.txt"}),
                ("read_text_file", {"path": str(folder / "none.txt")}),
                ("read_text_file", {}),
            ]
            return Served(["node_modules/.bin/mcp-server-filesystem", path], calls)
        case "every":
            return Served(
                ["node_modules/.bin/mcp-server-everything"],
                [
                    ("echo", {"message": 'grüße \u2028 \U0001f600 \\ " </script>'}),
                    ("get-sum", {"a": 1e21, "b": 0.1}),
                    ("get-annotated-message", {"messageType": "error"}),
                    ("get-structured-content", {"location": "Chicago"}),
                    ("get-resource-links", {"count": 3}),
                    ("get-sum", {"a": "one"}),
                ],
                ["demo://resource/static/document/architecture.md"],
                [("simple-prompt", {}), ("args-prompt", {"city": "Köln", "state": "NRW"})],
            )
        case "memory":
            entity = {"name": "Rhine", "entityType": "river", "observations": ["flows north", "ß"]}
            calls = [("create_entities", {"entities": [entity]}), ("read_graph", {}), ("search_nodes", {"query": "Rh"})]
            return Served(["node_modules/.bin/mcp-server-memory"], calls, ["memory://knowledge-graph"])
        case "git":
            at = {"repo_path": path}
            calls = [("git_status", at), ("git_log", at), ("git_show", {**at, "revision": "HEAD"}), ("git_branch", {})]
            return Served(["python/bin/mcp-server-git"], calls)
        case "time":
            zones = {"source_timezone": "Europe/Berlin", "time": "12:00", "target_timezone": "Asia/Tokyo"}
            calls = [("convert_time", zones), ("convert_time", {**zones, "time": "25:00"})]
            return Served(["python/bin/mcp-server-time", "--local-timezone", "UTC"], calls)
        case _:
            calls = [
                ("list_tables", {}),
                ("describe_table", {"table_name": "city"}),
                ("read_query", {"query": "select * from city limit 10"}),
                ("read_query", {"query": "select nothing limit 1"}),
            ]
            command = ["sqlite/bin/mcp-server-sqlite", "--db-path", _rows(folder)]
            # Its one prompt orders the model about at length, and is refused as an injection.
            return Served(command, calls, ["memo://insights"])


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    made = tmp_path / "served"
    made.mkdir()
    (made / "one.txt").write_text("one\nzwei ü\n")
    quiet = {"cwd": made, "check": True, "capture_output": True}
    who = ["-c", "user.name=Test", "-c", "user.email=test"]
    for words in (["init", "-q"], ["add", "."], [*who, "commit", "-q", "-m", "Begin with one"]):
        subprocess.run(["git", *words], **quiet)
    yield made
    # What a server leaves behind must not be met by the next test.
    for left in BUILT.glob("node_modules/@modelcontextprotocol/server-memory/dist/memory.json*"):
        left.unlink()


def _as_sent(answer: dict[str, Any]) -> str:
    """What came, in the order it came in; error or result, without the envelope."""
    return json.dumps(answer.get("result", answer.get("error")))


@pytest.mark.parametrize("name", ["files", "every", "memory", "git", "time", "sqlite"])
def test_what_a_real_server_says_comes_through_byte_for_byte(tmp_path: Path, folder: Path, name: str) -> None:
    served = _served(name, folder)
    command = [str(BUILT / served.command[0]), *served.command[1:]]
    if not Path(command[0]).exists():
        missing = "npm is not installed" if not shutil.which("npm") else "python -m tools.toolservers makes it"
        pytest.skip(f"WARDLAW_TEST_MCP has no {served.command[0]}: {missing}")
    # The same environment as through the gateway: what a server says may depend on it.
    env = {one: os.environ[one] for one in ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR") if one in os.environ}
    env["MEMORY_FILE_PATH"] = str(tmp_path / "straight.json")
    with Straight(command, env=env) as straight:
        listed = straight.ask("tools/list", {})["result"]["tools"]
        direct = [straight.ask("tools/call", {"name": one, "arguments": given}) for one, given in served.calls]
        direct += [straight.ask("resources/read", {"uri": uri}) for uri in served.reads]
        direct += [straight.ask("prompts/get", {"name": one, "arguments": given}) for one, given in served.prompts]
    names = [f"{name}__{one['name']}" for one in listed]
    settings = {"command": command, "start_timeout_s": 60, "env": {"MEMORY_FILE_PATH": str(tmp_path / "ours.json")}}
    # What a call does with what an earlier one gave is another matter: here all may go, one after another.
    names += [f"{name}__resources/read", f"{name}__prompts/get"]
    house = tool_house(tmp_path, {name: settings}, *names, without="agents.yaml")
    try:
        agent = Through(house, house.key("ada"))
        seen = agent.ask("tools/list", {})["result"]["tools"]
        passed = [
            agent.ask("tools/call", {"name": f"{name}__{one}", "arguments": given}) for one, given in served.calls
        ]
        passed += [agent.ask("resources/read", {"uri": f"{name}+{uri}"}) for uri in served.reads]
        passed += [
            agent.ask("prompts/get", {"name": f"{name}__{one}", "arguments": given}) for one, given in served.prompts
        ]
    finally:
        house.stop()
    # Every tool of every real server passes the checks at first sight, and nothing but its name is changed.
    assert [json.dumps(one | {"name": one["name"].removeprefix(f"{name}__")}) for one in seen] == [
        json.dumps(one) for one in listed
    ]
    assert [_as_sent(one) for one in passed] == [_as_sent(one) for one in direct]
