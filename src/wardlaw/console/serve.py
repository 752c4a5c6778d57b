"""Serve the management API: a Unix socket that knows its callers, and loopback or TLS for tokens."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import socket
import struct
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, cast

import msgspec
import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from wardlaw.config.tls import CIPHERS
from wardlaw.console.api.identity import PEER_UID
from wardlaw.facts.errors import ConfigError, UnavailableError

if TYPE_CHECKING:
    from litestar import Litestar
    from uvicorn._types import ASGI3Application

    Application = Litestar | Callable[..., Awaitable[None]]

_CREDENTIALS = struct.Struct("3i")  # struct ucred: pid, uid, gid (socket(7) of Linux, unix(7))
_BACKLOG = 64
_KEEP_ALIVE_S = 5
_GRACE_S = 5  # how long running requests may take to end when the server stops
_MAX_CONCURRENT = 128  # people and scripts, not traffic, and as many who watch; more is told to come back
_UNREAD_S = 60.0  # who takes nothing of an answer for so long is gone, or holds on to our memory


class UnixListener(msgspec.Struct, frozen=True):
    """A Unix socket; ``mode`` 0o600 for the owner's account only, 0o660 for its group too."""

    path: Path
    mode: int = 0o600


class TcpListener(msgspec.Struct, frozen=True):
    """A TCP address: loopback, or any with a certificate and its key. Port 0 lets the system choose."""

    host: str
    port: int
    certificate: Path | None = None
    key: Path | None = None


Listener = UnixListener | TcpListener


class PeerProtocol(HttpToolsProtocol):
    """Uvicorn's protocol, with the uid of a Unix socket's peer in each request's scope.

    The kernel took the uid when the peer connected; nothing in the request can change it. A peer that takes nothing of
    what it is sent is cut off.
    """

    unread_s: float = _UNREAD_S
    _cutting: asyncio.TimerHandle | None = None

    def on_message_begin(self) -> None:
        """Begin a request."""
        super().on_message_begin()
        uid = _peer_uid(self.transport)
        if uid >= 0:
            cast("dict[str, object]", self.scope)[PEER_UID] = uid

    def pause_writing(self) -> None:
        """The peer takes less than it is sent."""
        super().pause_writing()
        if self._cutting is None:
            self._cutting = self.loop.call_later(self.unread_s, self.transport.abort)

    def resume_writing(self) -> None:
        """It goes on."""
        self._forgive()
        super().resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        """It is gone."""
        self._forgive()
        super().connection_lost(exc)

    def _forgive(self) -> None:
        if self._cutting is not None:
            self._cutting.cancel()
            self._cutting = None


class ControlServer:
    """The API, or another application, on its listeners, inside the running event loop; signals are the caller's affair.

    Args:
        most_at_once: Connections; more are told to come back.
    """

    def __init__(
        self, api: Application, listeners: tuple[Listener, ...], *, most_at_once: int = _MAX_CONCURRENT
    ) -> None:
        self._api = api
        self._most_at_once = most_at_once
        self._listeners = listeners
        self._servers: list[_Server] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._paths: list[Path] = []
        self.addresses: list[str] = []

    async def start(self) -> None:
        """Bind every listener, then serve.

        Raises:
            ConfigError: An address is neither loopback nor TLS (WL-API-010), a path or certificate is wrong
                (WL-API-011).
            UnavailableError: Another process serves there (WL-API-018).
        """
        # Certificates before sockets: what fails cheaply fails first.
        self._servers = [_Server(_config(self._api, listener, self._most_at_once)) for listener in self._listeners]
        with contextlib.ExitStack() as undo:
            undo.callback(self._unlink)
            bound = [undo.enter_context(self._bind(listener)) for listener in self._listeners]
            undo.pop_all()
        loop = asyncio.get_running_loop()
        self._tasks = [
            loop.create_task(server.serve(sockets=[listening]))
            for server, listening in zip(self._servers, bound, strict=True)
        ]
        while not all(server.started for server in self._servers):
            failed = [task for task in self._tasks if task.done()]
            if failed:
                await self.stop()
                failed[0].result()
            await asyncio.sleep(0.01)

    async def stop(self) -> None:
        """Let running requests end, then close."""
        for server in self._servers:
            server.should_exit = True
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._unlink()

    async def wait(self) -> None:
        """Until a server ends by itself, which it should not."""
        await asyncio.wait(self._tasks, return_when=asyncio.FIRST_COMPLETED)

    def _bind(self, listener: Listener) -> socket.socket:
        if isinstance(listener, UnixListener):
            listening = _bind_unix(listener)
            self._paths.append(listener.path)
            self.addresses.append(f"unix:{listener.path}")
            return listening
        listening = _bind_tcp(listener)
        scheme = "https" if listener.certificate is not None else "http"
        host = f"[{listener.host}]" if ":" in listener.host else listener.host
        self.addresses.append(f"{scheme}://{host}:{listening.getsockname()[1]}")
        return listening

    def _unlink(self) -> None:
        for path in self._paths:
            path.unlink(missing_ok=True)
        self._paths.clear()


async def serve_control(
    api: Application,
    listeners: tuple[Listener, ...],
    *,
    stop: asyncio.Event,
    started: Callable[[], None] = lambda: None,
    most_at_once: int = _MAX_CONCURRENT,
) -> None:
    """Serve until ``stop`` is set.

    Args:
        started: Called once every listener serves.
        most_at_once: As of ``ControlServer``.

    Raises:
        ConfigError: As ``ControlServer.start``.
        UnavailableError: As ``ControlServer.start``, or the server ended by itself (WL-API-018).
    """
    server = ControlServer(api, listeners, most_at_once=most_at_once)
    await server.start()
    started()
    stopping = asyncio.get_running_loop().create_task(stop.wait())
    ending = asyncio.get_running_loop().create_task(server.wait())
    try:
        await asyncio.wait({stopping, ending}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        ended = ending.done()
        for task in (stopping, ending):
            task.cancel()
        await asyncio.gather(stopping, ending, return_exceptions=True)
        await server.stop()
    if ended and not stop.is_set():
        raise UnavailableError("WL-API-018", "The management API stopped by itself.", "Look into the control log.")


class _Server(uvicorn.Server):
    """A server that leaves signals alone: several run in one loop, beside other work."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _config(api: Application, listener: Listener, most_at_once: int) -> uvicorn.Config:
    tls = listener if isinstance(listener, TcpListener) and listener.certificate is not None else None
    config = uvicorn.Config(
        cast("ASGI3Application", api),
        http=PeerProtocol,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        proxy_headers=False,  # nothing from outside is trusted as structure
        server_header=False,
        limit_concurrency=most_at_once,
        backlog=_BACKLOG,
        timeout_keep_alive=_KEEP_ALIVE_S,
        timeout_graceful_shutdown=_GRACE_S,
        ssl_certfile=tls.certificate if tls is not None else None,
        ssl_keyfile=tls.key if tls is not None else None,
        ssl_ciphers=CIPHERS,
    )
    try:
        config.load()
    except OSError as error:  # ssl.SSLError is one
        raise ConfigError(
            "WL-API-011",
            f"The certificate or its key cannot be used: {error}.",
            "Check the two files in the configuration.",
        ) from error
    return config


def _bind_unix(listener: UnixListener) -> socket.socket:
    path = listener.path
    _refuse_living(path)
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        path.unlink(missing_ok=True)
        listening.bind(str(path))
        # Not yet listening: nobody can connect before the mode is right.
        path.chmod(listener.mode)
        listening.listen(_BACKLOG)
    except OSError as error:
        listening.close()
        raise ConfigError(
            "WL-API-011",
            f"The socket {path} cannot be made: {error.strerror or error}.",
            "Check that its folder exists and is writable; a path may have 107 characters at most.",
        ) from error
    return listening


def _refuse_living(path: Path) -> None:
    if not path.is_socket():
        if path.exists():
            raise ConfigError("WL-API-011", f"{path} exists and is not a socket.", "Choose another path for it.")
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(1.0)
        try:
            probe.connect(str(path))
        except OSError:
            return  # left behind by a process that is gone
    raise UnavailableError(
        "WL-API-018", f"Another process serves on {path}.", "Stop it first: one control process per data directory."
    )


def _bind_tcp(listener: TcpListener) -> socket.socket:
    if listener.certificate is None and not is_loopback(listener.host):
        raise ConfigError(
            "WL-API-010",
            f"{listener.host} is not a loopback address and has no certificate.",
            "Use 127.0.0.1 or ::1, or give a certificate and its key: tokens never travel in the clear.",
        )
    family = socket.AF_INET6 if ":" in listener.host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((listener.host, listener.port))
        listening.listen(_BACKLOG)
    except OSError as error:
        listening.close()
        raise UnavailableError(
            "WL-API-018",
            f"{listener.host}:{listener.port} cannot be used: {error.strerror or error}.",
            "Choose another port, or stop the program that has it.",
        ) from error
    return listening


def is_loopback(host: str) -> bool:
    """Whether an address is this machine's own; names are not, they may point anywhere tomorrow."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _peer_uid(transport: asyncio.BaseTransport) -> int:
    peer = transport.get_extra_info("socket")
    if peer is None or peer.family != socket.AF_UNIX:
        return -1
    raw = peer.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    uid: int = _CREDENTIALS.unpack(raw)[1]
    return uid
