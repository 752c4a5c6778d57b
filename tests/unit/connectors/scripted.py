"""A platform on loopback that answers from a script: one list of answers for each path, the last one for ever."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from wardlaw.connectors.vendorclient import VendorClient

NOW = 1_790_000_000.0


class Answer:
    """One answer; with ``cut`` its body breaks off half way."""

    def __init__(self, body: Any = None, status: int = 200, *, cut: bool = False, **headers: str) -> None:
        self.body, self.status, self.cut = body, status, cut
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


class Platform:
    """What is answered, and what was asked."""

    def __init__(self) -> None:
        self.script: dict[str, list[Answer]] = {}
        self.asked: list[tuple[str, str, dict[str, str]]] = []
        self.forms: list[dict[str, str]] = []
        self.slept: list[float] = []
        self.url = ""

    def on(self, path: str, *answers: Answer) -> None:
        self.script[path] = list(answers)

    def client(self) -> VendorClient:
        return VendorClient(
            self.url, authorise=lambda: {"authorization": "Bearer t"}, clock=lambda: NOW, sleep=self.slept.append
        )

    def paths(self) -> list[str]:
        return [path for _, path, _ in self.asked]

    def answer(self, method: str, target: str, body: bytes) -> Answer:
        parts = urlsplit(target)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        self.asked.append((method, parts.path, query))
        if body:
            self.forms.append({name: values[0] for name, values in parse_qs(body.decode()).items()})
        left = self.script.get(parts.path, [Answer({}, 404)])
        return left.pop(0) if len(left) > 1 else left[0]


@contextmanager
def serving() -> Iterator[Platform]:
    platform = Platform()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._serve()

        def do_POST(self) -> None:
            self._serve()

        def do_DELETE(self) -> None:
            self._serve()

        def log_message(self, *args: Any) -> None:
            pass

        def _serve(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            answer = platform.answer(self.command, self.path, body)
            raw = answer.body if isinstance(answer.body, bytes) else json.dumps(answer.body).encode()
            head = [f"HTTP/1.1 {answer.status} x", f"content-length: {len(raw)}", "connection: close"]
            head += [f"{name}: {value}" for name, value in answer.headers.items()]
            sent = raw[: len(raw) // 2] if answer.cut else raw
            self.wfile.write("\r\n".join(head).encode() + b"\r\n\r\n" + sent)
            self.close_connection = True

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    platform.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield platform
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
