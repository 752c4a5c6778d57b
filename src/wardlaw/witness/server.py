"""The witness's HTTP server: tlog-witness ``add-checkpoint``, and reading of the checkpoints it cosigned."""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from wardlaw.facts.errors import ConfigError, WardlawError
from wardlaw.store.secondplace import is_loopback
from wardlaw.witness.core import MAX_REQUEST_BYTES, Reply, answer_add_checkpoint
from wardlaw.witness.folder import WitnessFolder

_CLIENT_TIMEOUT_S = 10.0  # a slow client must not hold a thread for ever
Tell = Callable[[str], None]


class WitnessServer(ThreadingHTTPServer):
    """Serves one witness folder.

    Args:
        folder: Opened witness folder.
        host: Address to listen on; anything but loopback needs ``tls``.
        port: 0 for any free one; ``server_port`` tells which.
        tls: Server-side TLS settings.
        tell: Gets one line for each request.

    Raises:
        ConfigError: Not loopback and no TLS.
    """

    daemon_threads = True

    def __init__(
        self, folder: WitnessFolder, host: str, *, port: int, tls: ssl.SSLContext | None = None, tell: Tell = print
    ) -> None:
        if tls is None and not is_loopback(host):
            raise ConfigError(
                "WL-AUD-032",
                f"The witness would listen on {host} without TLS.",
                "Give it a certificate, or let it listen on 127.0.0.1 behind something that has one.",
            )
        self._folder = folder
        self._tls = tls
        self._tell = tell
        self._one_at_a_time = threading.Lock()
        super().__init__((host, port), _Handler)

    def finish_request(self, request: Any, client_address: Any) -> None:
        """Speak TLS in the request's own thread, so that a client that stalls in the handshake stalls alone."""
        connection = request
        connection.settimeout(_CLIENT_TIMEOUT_S)
        if self._tls is not None:
            connection = self._tls.wrap_socket(connection, server_side=True)
        try:
            super().finish_request(connection, client_address)
        finally:
            connection.close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away or spoke no TLS is not worth a traceback."""
        self._tell("witness: a connection broke off")

    def add_checkpoint(self, body: bytes) -> Reply:
        """Judge and store, one request at a time, the stored checkpoint durable before the answer."""
        with self._one_at_a_time:
            try:
                reply = answer_add_checkpoint(
                    body,
                    logs=self._folder.logs,
                    held=self._folder.held,
                    key=self._folder.key,
                    at=int(time.time()),
                )
                if reply.keep is not None:
                    origin = reply.keep.split(b"\n", 1)[0].decode()
                    self._folder.keep(origin, reply.keep)
            except WardlawError as error:
                reply = Reply(500, reason=str(error))
        self._tell(f"witness: add-checkpoint {reply.status} {reply.reason}")
        return reply

    def read(self, path: str) -> Reply:
        """Answer a GET."""
        parts = path.strip("/").split("/")
        if parts == ["health"]:
            return Reply(200, b"ok\n")
        note = (
            self._folder.note(parts[1]) if len(parts) == 3 and parts[0] == "logs" and parts[2] == "checkpoint" else None
        )
        return Reply(404) if note is None else Reply(200, note)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = _CLIENT_TIMEOUT_S
    server: WitnessServer

    def do_POST(self) -> None:
        length = self.headers.get("content-length", "")
        if self.path != "/add-checkpoint":
            self._send(Reply(404))
        elif not (length.isascii() and length.isdigit()):
            self._send(Reply(411))
        elif len(length) > 9 or int(length) > MAX_REQUEST_BYTES:
            self._send(Reply(413))
        else:
            self._send(self.server.add_checkpoint(self.rfile.read(int(length))))

    def do_GET(self) -> None:
        self._send(self.server.read(self.path))

    def _send(self, reply: Reply) -> None:
        self.send_response(reply.status)
        self.send_header("Content-Type", reply.content_type)
        self.send_header("Content-Length", str(len(reply.body)))
        if reply.status >= 400:
            self.close_connection = True
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(reply.body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name the library calls it by
        """The server tells its own lines."""


def serve(path: Path, listen: str, *, tls: ssl.SSLContext | None = None, tell: Tell = print) -> None:
    """Run a witness until interrupted.

    Args:
        path: The witness's folder, made by ``create_key``; its logs added by ``add_log``.
        listen: ``host:port``; IPv6 addresses in brackets.

    Raises:
        ConfigError: No key, no log, or an address that is neither loopback nor has TLS.
        UnavailableError: Another witness works on the folder.
    """
    host, separator, port = listen.rpartition(":")
    if not separator or not port.isdigit():
        raise ConfigError("WL-AUD-032", f"{listen} is no address to listen on.", "Write host:port, say 127.0.0.1:8087.")
    folder = WitnessFolder(path)
    try:
        if not folder.logs:
            raise ConfigError("WL-AUD-035", "The witness knows no log.", "Give it a log's public key first.")
        with WitnessServer(folder, host.strip("[]"), port=int(port), tls=tls, tell=tell) as server:
            tell(f"witness {folder.key.name} listens on {listen} for {', '.join(folder.logs)}")
            server.serve_forever()
    finally:
        folder.close()
