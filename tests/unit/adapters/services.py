"""A service on loopback that judges texts as a test tells it to."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Service:
    """What it is told to answer, and what it was asked."""

    def __init__(self) -> None:
        self.status = 200
        self.body = b'{"findings": []}'
        self.headers: dict[str, str] = {}
        self.hangs = False
        self.release = threading.Event()
        self.asked: list[dict[str, Any]] = []
        self.credentials: list[str | None] = []
        self.url = ""

    def tell(self, *findings: dict[str, Any]) -> None:
        self.body = json.dumps({"findings": findings}).encode()


@contextmanager
def serving() -> Iterator[Service]:
    service = Service()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            service.asked.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
            service.credentials.append(self.headers.get("authorization"))
            if service.hangs:
                service.release.wait(20)
            self.send_response(service.status)
            for name, value in service.headers.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(service.body)))
            self.end_headers()
            try:
                self.wfile.write(service.body)
            except OSError:
                return  # whoever asked has gone

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    service.url = f"http://127.0.0.1:{server.server_address[1]}/judge"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield service
    finally:
        service.release.set()
        server.shutdown()
        thread.join()
        server.server_close()
