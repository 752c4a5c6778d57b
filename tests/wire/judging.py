"""A detector service on loopback that can be fine, slow beyond every patience, or gone."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

# What it finds, by the word it is found in: kind, level and what it is called.
FINDS = {"forbiddenword": ("injection", "review", "told"), "waitingword": ("injection", "block", "told")}
SLOW_WORD, DYING_WORD = "sleepyword", "dyingword"


class Service:
    """Answers as docs/detectors.md says, and keeps every text it was asked about.

    Attributes:
        read: Those texts, by channel.
    """

    def __init__(self) -> None:
        self.read: list[tuple[str, str]] = []
        self._slow = False
        self._over = threading.Event()
        self._server = self._listen(0)
        self.port = int(self._server.server_address[1])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/judge"

    @contextmanager
    def slow(self) -> Iterator[None]:
        """Never answers in time."""
        self._slow = True
        yield
        self._slow = False
        self._let_go()

    @contextmanager
    def dead(self) -> Iterator[None]:
        """Nobody listens at its address."""
        self._stop()
        yield
        self._server = self._listen(self.port)

    def close(self) -> None:
        self._let_go()
        self._stop()

    def _stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _let_go(self) -> None:
        """End the questions that were left hanging."""
        self._over.set()
        self._over = threading.Event()

    def _listen(self, port: int) -> ThreadingHTTPServer:
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
                service._answer(self, asked["segments"])

            def log_message(self, *_: object) -> None:
                """Says nothing."""

        server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return server

    def _answer(self, handler: BaseHTTPRequestHandler, segments: list[dict[str, Any]]) -> None:
        texts = " ".join(one["text"] for one in segments)
        if self._slow or SLOW_WORD in texts:
            self._over.wait(20)
            return
        if DYING_WORD in texts:
            return  # the connection ends without a word
        self.read += [(one["channel"], one["text"]) for one in segments]
        found = [
            {
                "segment": one["segment"],
                "kind": kind,
                "level": level,
                "rule": rule,
                "score": 900,
                "start": one["text"].index(word),
                "end": one["text"].index(word) + len(word),
            }
            for one in segments
            for word, (kind, level, rule) in FINDS.items()
            if word in one["text"]
        ]
        body = json.dumps({"findings": found}).encode()
        handler.send_response(200)
        handler.send_header("content-length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)
