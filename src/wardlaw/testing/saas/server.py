"""A platform on loopback: HTTP/1.1 with kept connections, one write an answer, faults and quotas where they are asked for."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Protocol, assert_never

from wardlaw.testing.saas.faults import FaultKind, FaultPlan, SaasFault
from wardlaw.testing.saas.message import SaasRequest, SaasResponse, read_request

_REASON = "Answer"
MAX_BODY_BYTES = 4 * 1024 * 1024


class SaasPlatform(Protocol):
    """One platform's interface over one organisation."""

    def answer(self, request: SaasRequest) -> SaasResponse:
        """What it answers; called by one request at a time."""

    def empty(self, request: SaasRequest) -> SaasResponse:
        """What it answers to a listing of nothing."""


class SaasQuota(Protocol):
    """How much may be asked."""

    def refusal(self, request: SaasRequest) -> SaasResponse | None:
        """The answer of somebody who asks too much; None while it is not too much."""


class ServedPlatform:
    """A platform that is being served.

    Attributes:
        asked: Every request, in order.
        faults: May be replaced while it is served.
    """

    def __init__(self, platform: SaasPlatform, faults: FaultPlan, quota: SaasQuota | None) -> None:
        self.platform = platform
        self.faults = faults
        self.asked: list[SaasRequest] = []
        self.url = ""
        self._quota = quota
        self._lock = threading.Lock()

    def take(self, request: SaasRequest) -> tuple[SaasResponse | None, FaultKind | None]:
        """The answer, and the fault it is given with; no answer where the connection is dropped."""
        with self._lock:
            self.asked.append(request)
            if self._quota and (refused := self._quota.refusal(request)):
                return refused, None
            fault = self.faults.next(request)
            if fault is None:
                return self.platform.answer(request), None
            if fault.kind is not FaultKind.SLOW:
                return self._faulty(fault, request)
        time.sleep(fault.delay_s)
        with self._lock:
            return self.platform.answer(request), None

    def _faulty(self, fault: SaasFault, request: SaasRequest) -> tuple[SaasResponse | None, FaultKind | None]:
        match fault.kind:
            case FaultKind.DROP:
                return None, FaultKind.DROP
            case FaultKind.STATUS:
                return SaasResponse(fault.status, {"error": "a fault"}, fault.headers), None
            case FaultKind.EMPTY:
                return self.platform.empty(request), None
            case FaultKind.GARBAGE:
                return SaasResponse(200, b"<html>not found</html>"), None
            case FaultKind.CUT:
                return self.platform.answer(request), FaultKind.CUT
            case FaultKind.SLOW:
                return self.platform.answer(request), None
            case never:
                assert_never(never)


@contextmanager
def serve(
    platform: SaasPlatform, faults: FaultPlan | None = None, quota: SaasQuota | None = None
) -> Iterator[ServedPlatform]:
    """Serve a platform on a free port of loopback."""
    served = ServedPlatform(platform, faults or FaultPlan(), quota)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(served))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    served.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield served
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _handler(served: ServedPlatform) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *args: Any) -> None:
            """Nothing is written."""

        def _serve(self) -> None:
            length = int(self.headers.get("content-length") or 0)
            body = self.rfile.read(min(length, MAX_BODY_BYTES))
            response, fault = served.take(read_request(self.command, self.path, dict(self.headers.items()), body))
            if response is None:
                self.close_connection = True
                return
            raw = response.content()
            head = [f"HTTP/1.1 {response.status} {_REASON}", f"content-length: {len(raw)}"]
            if raw and "content-type" not in {name.lower() for name in response.headers}:
                head.append("content-type: application/json; charset=utf-8")
            head += [f"{name}: {value}" for name, value in response.headers.items()]
            if fault is FaultKind.CUT:
                raw, self.close_connection = raw[: len(raw) // 2], True
            if self.command == "HEAD":
                raw = b""
            # Header and body in one write: two make the client wait for a delayed acknowledgement.
            self.wfile.write("\r\n".join(head).encode() + b"\r\n\r\n" + raw)

        # The names that http.server looks for.
        do_GET = do_POST = do_PUT = _serve  # noqa: N815
        do_PATCH = do_DELETE = do_HEAD = _serve  # noqa: N815

    return Handler
