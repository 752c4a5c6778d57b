"""A server of tools for the tests: notes that somebody else may have written, and a way to send messages.

``python toolstory.py FOLDER``. What it sends stands afterwards in ``sent.txt`` of the folder, one message a line.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

FOLDER = Path(sys.argv[1])
TOOLS = [
    {
        "name": "read_note",
        "description": "Reads the text of a note.",
        "inputSchema": {"type": "object", "properties": {"name": {"type": "string"}}},
    },
    {
        "name": "send_message",
        "description": "Sends a message to an email address.",
        "inputSchema": {
            "type": "object",
            "properties": {
                "to": {"type": "string", "description": "Email address of the recipient."},
                "body": {"type": "string"},
            },
        },
    },
]


def call(name: str, arguments: dict[str, Any]) -> str:
    if name == "read_note":
        return (FOLDER / f"{arguments['name']}.txt").read_text(encoding="utf-8")
    with (FOLDER / "sent.txt").open("a", encoding="utf-8") as file:
        file.write(json.dumps(arguments) + "\n")
    return "sent"


def main() -> None:
    for line in sys.stdin:
        message = json.loads(line)
        if "id" not in message:
            continue
        params = message.get("params") or {}
        match message["method"]:
            case "initialize":
                result: dict[str, Any] = {
                    "protocolVersion": params["protocolVersion"],
                    "capabilities": {"tools": {}},
                    "serverInfo": {"name": "story", "version": "1"},
                }
            case "tools/list":
                result = {"tools": TOOLS}
            case "tools/call":
                text = call(params["name"], params.get("arguments") or {})
                result = {"content": [{"type": "text", "text": text}]}
            case _:
                result = {}
        sys.stdout.write(json.dumps({"jsonrpc": "2.0", "id": message["id"], "result": result}) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
