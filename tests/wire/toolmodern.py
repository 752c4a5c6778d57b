"""A server of tools with an address that speaks the version without a handshake alone, made with the official SDK."""

from __future__ import annotations

import json
import sys
from typing import Any

import uvicorn
from mcp.server.mcpserver import MCPServer

server = MCPServer("modern")


@server.tool()
def add(a: int, b: int) -> int:
    """Adds two numbers."""
    return a + b


async def modern_only(scope: Any, receive: Any, send: Any) -> None:
    """Whoever does not name the version is told which one is spoken, before the SDK would take the handshake."""
    headers = dict(scope.get("headers", ()))
    if scope["type"] == "http" and headers.get(b"mcp-protocol-version") != b"2026-07-28":
        body = b""
        while True:
            event = await receive()
            body += event.get("body", b"")
            if not event.get("more_body"):
                break
        error = {"code": -32022, "message": "Unsupported", "data": {"supported": ["2026-07-28"]}}
        told = json.dumps({"jsonrpc": "2.0", "id": json.loads(body)["id"], "error": error}).encode()
        kind = [(b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": 400, "headers": kind})
        await send({"type": "http.response.body", "body": told})
        return
    await app(scope, receive, send)


app = server.streamable_http_app()

if __name__ == "__main__":
    uvicorn.run(modern_only, host="127.0.0.1", port=int(sys.argv[1]), log_level="warning")
