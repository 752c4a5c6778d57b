"""A caller that sends raw bytes, and what it saw come back."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

PATIENCE_S = 30.0


@dataclass
class Reply:
    """What came back on one connection.

    Attributes:
        complete: The message ended as HTTP demands (content-length met, or the last chunk seen).
        closed: The gateway ended the connection.
        arrivals: Monotonic seconds at which body bytes arrived.
    """

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    complete: bool = False
    closed: bool = False
    arrivals: list[float] = field(default_factory=list)

    @property
    def error(self) -> dict[str, Any]:
        """The error of an OpenAI-style body."""
        found: dict[str, Any] = json.loads(self.body)["error"]
        return found

    @property
    def decision(self) -> str:
        return self.headers.get("x-wardlaw-decision", "")

    @property
    def text(self) -> str:
        """The answer's text."""
        return str(json.loads(self.body)["choices"][0]["message"]["content"])


def chat(*texts: str, **more: Any) -> bytes:
    """Body of a chat request of one user text each."""
    messages = [{"role": "user", "content": text} for text in texts]
    return json.dumps({"model": "demo", "messages": messages, **more}).encode()


def connect(port: int) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def head(
    size: int | None, key: str, headers: Mapping[str, str] | None = None, *, path: str = "/v1/chat/completions"
) -> bytes:
    """Head of a POST."""
    fields = {"host": "gateway", "authorization": f"Bearer {key}", "content-type": "application/json"}
    if size is not None:
        fields["content-length"] = str(size)
    fields |= headers or {}
    lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"POST {path} HTTP/1.1\r\n{lines}\r\n".encode("utf-8", "surrogateescape")


def post(
    port: int, key: str, body: bytes, headers: Mapping[str, str] | None = None, *, path: str = "/v1/chat/completions"
) -> Reply:
    """Send one request on a connection of its own and read the answer to its end."""
    with connect(port) as connection:
        with suppress(BrokenPipeError, ConnectionResetError):  # refused while the body was on its way
            connection.sendall(head(len(body), key, headers, path=path) + body)
        return read_reply(connection)


def read_reply(connection: socket.socket, *, until_closed: bool = True) -> Reply:
    """Read one answer; ``closed`` is looked for a short while after a complete one."""
    reply, buffer = Reply(), b""
    raw = _Raw(connection)
    while b"\r\n\r\n" not in buffer:
        data = raw.recv()
        if not data:
            reply.closed = True
            return reply
        buffer += data
    top, _, rest = buffer.partition(b"\r\n\r\n")
    lines = top.decode("latin-1").split("\r\n")
    reply.status = int(lines[0].split(" ")[1])
    reply.headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
    if "content-length" in reply.headers:
        _read_sized(raw, reply, rest, int(reply.headers["content-length"]))
    else:
        _read_chunked(raw, reply, rest)
    if reply.complete and until_closed:
        connection.settimeout(2.0 if reply.headers.get("connection") == "close" else 0.01)
        try:
            reply.closed = connection.recv(1) == b""
        except TimeoutError:
            reply.closed = False
        except OSError:
            reply.closed = True
    return reply


class _Raw:
    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection

    def recv(self) -> bytes:
        try:
            return self._connection.recv(65_536)
        except ConnectionResetError:
            return b""


def _read_sized(raw: _Raw, reply: Reply, rest: bytes, size: int) -> None:
    while len(rest) < size:
        data = raw.recv()
        if not data:
            reply.closed = True
            reply.body = rest
            return
        reply.arrivals.append(time.monotonic())
        rest += data
    reply.body, reply.complete = rest[:size], True


def _read_chunked(raw: _Raw, reply: Reply, rest: bytes) -> None:
    while True:
        line, found, after = rest.partition(b"\r\n")
        if found:
            size = int(line, 16)
            if len(after) >= size + 2:
                reply.body += after[:size]
                reply.arrivals.append(time.monotonic())
                rest = after[size + 2 :]
                if size == 0:
                    reply.complete = True
                    return
                continue
        data = raw.recv()
        if not data:
            reply.closed = True
            return
        rest += data


def events(body: bytes) -> list[Any]:
    """The events of a stream; ``[DONE]`` as text."""
    found: list[Any] = []
    for line in body.split(b"\n"):
        if line.startswith(b"data: "):
            data = line[6:].strip()
            found.append("[DONE]" if data == b"[DONE]" else json.loads(data))
    return found


def said(body: bytes) -> str:
    """The text a client joins from a stream."""
    return "".join(
        str(choice["delta"].get("content") or "")
        for one in events(body)
        if one != "[DONE]"
        for choice in one.get("choices", ())
    )
