"""What stands between the checks and the gateway: it brings the key, which the checks cannot, and the gateway's names.

The checks call ``test_simple_text``; the gateway knows ``c__test_simple_text``. Nothing else is changed, and what is no
message that names something passes byte for byte, both ways, with its headers.
"""

from __future__ import annotations

import http.client
import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

SERVER = "c"
_TOOL, _URI = f"{SERVER}__", f"{SERVER}+"
_SKIPPED = {"connection", "content-length", "transfer-encoding", "host", "keep-alive"}


def towards(message: dict[str, Any]) -> dict[str, Any]:
    """A request with the gateway's names."""
    params = message.get("params")
    if isinstance(params, dict):
        if message.get("method") in ("tools/call", "prompts/get") and "name" in params:
            return message | {"params": params | {"name": _TOOL + str(params["name"])}}
        if message.get("method") in ("resources/read", "resources/subscribe", "resources/unsubscribe"):
            return message | {"params": params | {"uri": _URI + str(params.get("uri"))}}
    return message


def back(message: dict[str, Any]) -> dict[str, Any]:
    """An answer with the server's own names."""
    result = message.get("result")
    if not isinstance(result, dict):
        return message
    changed = dict(result)
    for member, key, mark in (
        ("tools", "name", _TOOL),
        ("prompts", "name", _TOOL),
        ("resources", "uri", _URI),
        ("resourceTemplates", "uriTemplate", _URI),
    ):
        if isinstance(result.get(member), list):
            changed[member] = [one | {key: one[key].removeprefix(mark)} for one in result[member]]
    return message | {"result": changed}


def relay(gateway_port: int, key: str) -> ThreadingHTTPServer:
    """A relay on a free port; ``server_address`` says which."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _pass(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            headers = {name: value for name, value in self.headers.items() if name.lower() not in _SKIPPED}
            connection = http.client.HTTPConnection("127.0.0.1", gateway_port, timeout=60)
            # The host is passed on as it came: one of the checks is about it.
            host = self.headers.get("host", "127.0.0.1")
            sent = _changed(body, towards)
            try:
                connection.request(
                    self.command, self.path, sent, headers | {"authorization": f"Bearer {key}", "host": host}
                )
                answer = connection.getresponse()
                said = _changed(answer.read(), back)
            finally:
                connection.close()
            self.send_response(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in _SKIPPED:
                    self.send_header(name, value)
            self.send_header("content-length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        do_POST = do_GET = do_DELETE = _pass  # noqa: N815 (the names http.server looks for)

        def log_message(self, *_: object) -> None:
            return

    return ThreadingHTTPServer(("127.0.0.1", 0), Handler)


def _changed(raw: bytes, how: Any) -> bytes:
    try:
        message = json.loads(raw)
    except ValueError:
        return raw
    made = how(message) if isinstance(message, dict) else message
    return raw if made == message else json.dumps(made).encode()
