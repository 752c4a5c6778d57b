"""An upstream on loopback that does exactly what a test tells it, down to single bytes and broken connections."""

from __future__ import annotations

import json
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

PATIENCE_S = 20.0


class Turn:
    """One request as it reached the upstream, and the connection to answer it on."""

    def __init__(self, connection: socket.socket, head: bytes, body: bytes) -> None:
        self.connection = connection
        self.head = head
        self.body = body
        self.closed = threading.Event()
        lines = head.decode("latin-1").split("\r\n")
        self.path = lines[0].split(" ")[1]
        self.headers = {
            name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:] if line)
        }

    @property
    def doc(self) -> dict[str, Any]:
        """The body."""
        document: dict[str, Any] = json.loads(self.body)
        return document

    def send(self, data: bytes) -> None:
        self.connection.sendall(data)

    def answer(self, document: object, *, status: int = 200, headers: Mapping[str, str] | None = None) -> None:
        """A complete JSON answer."""
        self.raw(json.dumps(document).encode(), status=status, headers=headers)

    def raw(self, body: bytes, *, status: int = 200, headers: Mapping[str, str] | None = None) -> None:
        """A complete answer of these bytes."""
        fields = {"content-type": "application/json", **(headers or {}), "content-length": str(len(body))}
        head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        self.send(f"HTTP/1.1 {status} Said\r\n{head}\r\n".encode() + body)

    def open_stream(self, headers: Mapping[str, str] | None = None) -> None:
        fields = {"content-type": "text/event-stream", **(headers or {}), "transfer-encoding": "chunked"}
        head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        self.send(f"HTTP/1.1 200 OK\r\n{head}\r\n".encode())

    def piece(self, data: bytes) -> None:
        """One chunk of a stream."""
        self.send(f"{len(data):x}\r\n".encode() + data + b"\r\n")

    def close_stream(self) -> None:
        self.send(b"0\r\n\r\n")

    def stream(self, texts: Iterable[str], *, pause_s: float = 0.0) -> None:
        """A well-formed stream of one answer, a chunk for each text."""
        self.open_stream()
        for text in texts:
            self.piece(event({"content": text}))
            time.sleep(pause_s)
        self.piece(event({}, finish="stop") + b"data: [DONE]\n\n")
        self.close_stream()

    def reset(self) -> None:
        """Break the connection off."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()

    def wait_gone(self, within_s: float = PATIENCE_S) -> float | None:
        """Seconds until the gateway let go of the connection; None when it did not."""
        started = time.monotonic()
        self.connection.settimeout(within_s)
        try:
            while self.connection.recv(65_536):
                pass
        except TimeoutError:
            return None
        except OSError:
            pass
        return time.monotonic() - started


Play = Callable[[Turn], None]


class Puppet:
    """Plays what it is told; what it received stays for the test to look at."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.port: int = self._listener.getsockname()[1]
        self.plays: dict[str, Play] = {}
        self.default: Play = lambda turn: turn.answer(completion("All is well."))
        self.turns: list[Turn] = []
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    @property
    def received(self) -> bytes:
        """Every byte of every request."""
        return b"".join(turn.head + turn.body for turn in self.turns)

    def on(self, word: str, play: Play) -> str:
        """Have requests whose body says ``[word]`` answered by ``play``; gives what to say."""
        self.plays[word] = play
        return f"[{word}] please"

    def close(self) -> None:
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        buffer = b""
        with connection:
            while True:
                try:
                    turn, buffer = _read_turn(connection, buffer)
                    if turn is None:
                        return
                    self.turns.append(turn)
                    self._choose(turn)(turn)
                    if connection.fileno() < 0:
                        return
                except OSError:
                    return

    def _choose(self, turn: Turn) -> Play:
        for word, play in self.plays.items():
            if f"[{word}]".encode() in turn.body:
                return play
        return self.default


def _read_turn(connection: socket.socket, buffer: bytes) -> tuple[Turn | None, bytes]:
    while b"\r\n\r\n" not in buffer:
        data = connection.recv(65_536)
        if not data:
            return None, b""
        buffer += data
    head, _, rest = buffer.partition(b"\r\n\r\n")
    turn = Turn(connection, head, b"")
    size = int(turn.headers.get("content-length", "0"))
    while len(rest) < size:
        rest += connection.recv(65_536)
    turn.body = rest[:size]
    return turn, rest[size:]


def completion(
    text: str = "", *, calls: Iterable[tuple[str, str, str]] = (), usage: int = 20, **more: Any
) -> dict[str, Any]:
    """A chat completion; ``calls`` are (id, name, arguments)."""
    message: dict[str, Any] = {"role": "assistant", "content": text or None}
    made = [{"id": i, "type": "function", "function": {"name": n, "arguments": a}} for i, n, a in calls]
    if made:
        message["tool_calls"] = made
    return {
        "id": "chatcmpl-p",
        "object": "chat.completion",
        "created": 1_790_000_000,
        "model": "demo",
        "choices": [
            {"index": 0, "message": message, "finish_reason": "tool_calls" if made else "stop", "logprobs": None}
        ],
        "usage": {"prompt_tokens": usage, "completion_tokens": usage, "total_tokens": 2 * usage},
        **more,
    }


def event(delta: Mapping[str, Any], *, finish: str | None = None, index: int = 0) -> bytes:
    """One event of a stream."""
    chunk = {
        "id": "chatcmpl-p",
        "object": "chat.completion.chunk",
        "created": 1_790_000_000,
        "model": "demo",
        "choices": [{"index": index, "delta": dict(delta), "finish_reason": finish}],
    }
    return b"data: " + json.dumps(chunk).encode() + b"\n\n"
