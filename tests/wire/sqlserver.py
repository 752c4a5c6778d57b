"""A server of tools over an SQLite file for the tests, as such servers are: it runs what it is given, and prints rows.

``python sqlserver.py DATABASE FOLDER``: ``read_query``, ``write_query``, ``list_tables``, ``describe_table``, and files of the
folder by ``save_file``, ``read_file``, ``share_file`` and ``send_email``, which only say that they were done.
"""

from __future__ import annotations

import json
import sqlite3
import sys
from pathlib import Path
from typing import Any

DATABASE = sqlite3.connect(sys.argv[1], isolation_level=None)
FOLDER = Path(sys.argv[2])
ROWS_SHOWN = 400_000


def tool(name: str, description: str, *arguments: str) -> dict[str, Any]:
    properties = {argument: {"type": "string"} for argument in arguments}
    return {
        "name": name,
        "description": description,
        "inputSchema": {"type": "object", "properties": properties, "required": list(arguments)},
    }


TOOLS = [
    tool("read_query", "Execute a SELECT query on the SQLite database", "query"),
    tool("write_query", "Execute an INSERT, UPDATE, or DELETE query on the SQLite database", "query"),
    tool("list_tables", "List all tables in the SQLite database"),
    tool("describe_table", "Get the schema information for a specific table", "table_name"),
    tool("save_file", "Saves a text to a file.", "path", "content"),
    tool("read_file", "Reads a file.", "path"),
    tool("share_file", "Shares a file or table with somebody.", "path", "with"),
    tool("send_email", "Sends an email.", "to", "body"),
]


def rows(query: str) -> str:
    cursor = DATABASE.execute(query)
    names = [column[0] for column in cursor.description or ()]
    return str([dict(zip(names, row, strict=True)) for row in cursor.fetchmany(ROWS_SHOWN)])


def run(name: str, given: dict[str, str]) -> str:
    match name:
        case "read_query" | "write_query":
            return rows(given["query"])
        case "list_tables":
            return rows("SELECT name FROM sqlite_master WHERE type='table'")
        case "describe_table":
            return rows(f"PRAGMA table_info({given['table_name']})")
        case "save_file":
            FOLDER.joinpath(Path(given["path"]).name).write_text(given["content"], encoding="utf-8")
            return "saved"
        case "read_file":
            return FOLDER.joinpath(Path(given["path"]).name).read_text(encoding="utf-8")
        case _:
            return "done"


def answer(message: dict[str, Any]) -> dict[str, Any] | None:
    match message.get("method"):
        case "initialize":
            asked = message["params"].get("protocolVersion", "2025-06-18")
            return {
                "protocolVersion": asked,
                "capabilities": {"tools": {}},
                "serverInfo": {"name": "sql", "version": "1"},
            }
        case "tools/list":
            return {"tools": TOOLS}
        case "tools/call":
            params = message["params"]
            try:
                return {"content": [{"type": "text", "text": run(params["name"], params.get("arguments", {}))}]}
            except (sqlite3.Error, OSError) as error:
                return {"content": [{"type": "text", "text": f"Error: {error}"}], "isError": True}
        case _:
            return None


for line in sys.stdin:
    message = json.loads(line)
    result = answer(message)
    if "id" in message:
        told = {"result": result} if result is not None else {"error": {"code": -32601, "message": "Method not found"}}
        sys.stdout.write(json.dumps({"jsonrpc": "2.0", "id": message["id"], **told}) + "\n")
        sys.stdout.flush()
