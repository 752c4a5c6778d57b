"""A wire tap between a client and the gateway: what the demo says about bytes, it has seen here."""

from __future__ import annotations

import selectors
import socket
import threading

import msgspec


class Seen(msgspec.Struct, frozen=True):
    """What went over the wire so far.

    Attributes:
        to_client: Every byte the gateway sent.
        closed_by_gateway: Connections that the gateway ended first.
    """

    to_client: bytes
    closed_by_gateway: int


_LINGER_S = 1.0  # a gateway that closes a connection does so at once


class Tap:
    """Forwards connections on a loopback port to the gateway and keeps what comes back.

    Args:
        host: Address of the gateway.
        port: Port of the gateway.
    """

    def __init__(self, host: str, port: int) -> None:
        self._target = (host, port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._lock = threading.Lock()
        self._bytes = bytearray()
        self._closed = 0
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def seen(self) -> Seen:
        """What went over the wire so far."""
        with self._lock:
            return Seen(bytes(self._bytes), self._closed)

    def close(self) -> None:
        """Stop listening."""
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
                gateway = socket.create_connection(self._target)
            except OSError:
                return
            threading.Thread(target=self._forward, args=(client, gateway), daemon=True).start()

    def _forward(self, client: socket.socket, gateway: socket.socket) -> None:
        with client, gateway, selectors.DefaultSelector() as ready:
            ready.register(client, selectors.EVENT_READ, gateway)
            ready.register(gateway, selectors.EVENT_READ, client)
            patience_s: float | None = None
            while True:
                events = ready.select(patience_s)
                if not events:
                    return
                for key, _ in events:
                    source = key.fileobj
                    assert isinstance(source, socket.socket)
                    try:
                        data = source.recv(65_536)
                    except OSError:
                        data = b""
                    with self._lock:
                        if source is gateway:
                            self._bytes += data
                            self._closed += not data
                    if not data and source is client:
                        # The client hangs up when it is told that the connection closes. Whether the gateway closes by
                        # itself shows only when it is not told of that.
                        ready.unregister(client)
                        patience_s = _LINGER_S
                        break
                    if not data:
                        return
                    try:
                        key.data.sendall(data)
                    except OSError:
                        return  # the other side has gone; what it was sent has been seen
