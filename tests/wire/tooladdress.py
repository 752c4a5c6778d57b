"""A server of tools with an address, made with the official SDK: it tells the headers it is called with."""

from __future__ import annotations

import json
import sys

from mcp.server.mcpserver import Context, MCPServer

server = MCPServer("addressed")


@server.tool()
def add(a: int, b: int) -> int:
    """Adds two numbers."""
    return a + b


@server.tool()
def headers(ctx: Context) -> str:
    """Gives back the headers of the request."""
    request = ctx.request_context.request
    return json.dumps(dict(request.headers)) if request is not None else "{}"


if __name__ == "__main__":
    server.run("streamable-http", host="127.0.0.1", port=int(sys.argv[1]))
