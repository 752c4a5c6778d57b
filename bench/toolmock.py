"""A server of tools for the benchmark: one tool that gives back its text, over standard input or at an address.

``python -m bench.toolmock`` speaks over its standard input and output, ``python -m bench.toolmock PORT`` over HTTP.
"""

from __future__ import annotations

import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import orjson

TOOL = {
    "name": "echo",
    "description": "Gives back the text it is given.",
    "inputSchema": {"type": "object", "properties": {"text": {"type": "string"}}},
}
_ABOUT = {"name": "bench", "version": "1"}


def answer(message: dict[str, Any]) -> bytes:
    """What the server says to a message; empty to a notification."""
    if "id" not in message:
        return b""
    params: dict[str, Any] = message.get("params", {})
    result: dict[str, Any]
    match message.get("method"):
        case "initialize":
            version = params["protocolVersion"]
            result = {"protocolVersion": version, "capabilities": {"tools": {}}, "serverInfo": _ABOUT}
        case "tools/list":
            result = {"tools": [TOOL]}
        case _:
            result = {"content": [{"type": "text", "text": params["arguments"]["text"]}]}
    return orjson.dumps({"jsonrpc": "2.0", "id": message["id"], "result": result})


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # head and body leave together

    def do_POST(self) -> None:
        said = answer(orjson.loads(self.rfile.read(int(self.headers["content-length"]))))
        self.send_response(200 if said else 202)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)
        self.wfile.flush()

    def log_message(self, *_: object) -> None:
        return


def main(arguments: list[str]) -> None:
    """Serve until the input ends, or for ever."""
    if arguments:
        ThreadingHTTPServer(("127.0.0.1", int(arguments[0])), _Handler).serve_forever()
    for line in sys.stdin.buffer:
        said = answer(orjson.loads(line))
        if said:
            sys.stdout.buffer.write(said + b"\n")
            sys.stdout.buffer.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
