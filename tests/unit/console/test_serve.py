from __future__ import annotations

import asyncio
import socket
import stat
from pathlib import Path

import pytest
from uvicorn.protocols.http.flow_control import FlowControl

from tests.console_fakes import Api
from wardlaw.console.serve import ControlServer, PeerProtocol, TcpListener, UnixListener, is_loopback, serve_control
from wardlaw.facts.errors import ConfigError, UnavailableError


def start(api: Api, *listeners) -> list[str]:
    """Start and stop; answers the addresses."""

    async def run() -> list[str]:
        server = ControlServer(api.app, listeners)
        await server.start()
        await server.stop()
        return server.addresses

    return asyncio.run(run())


@pytest.mark.parametrize(
    ("host", "expected"),
    [("127.0.0.1", True), ("127.8.8.8", True), ("::1", True), ("0.0.0.0", False), ("::", False), ("10.0.0.1", False),
     ("localhost", False), ("example.org", False)],
)  # fmt: skip
def test_loopback_is_told_by_address(host: str, expected: bool) -> None:
    assert is_loopback(host) is expected


@pytest.mark.parametrize("host", ["0.0.0.0", "10.0.0.1", "localhost"])
def test_tokens_never_travel_in_the_clear(api: Api, host: str) -> None:
    with pytest.raises(ConfigError) as caught:
        start(api, TcpListener(host, 0))
    assert caught.value.code == "WL-API-010"


@pytest.mark.parametrize("mode", [0o600, 0o660])
def test_the_socket_has_its_mode_and_is_gone_afterwards(api: Api, tmp_path: Path, mode: int) -> None:
    path = tmp_path / "s.sock"
    modes = []

    async def run() -> None:
        server = ControlServer(api.app, (UnixListener(path, mode),))
        await server.start()
        modes.append(stat.S_IMODE(path.stat().st_mode))
        await server.stop()

    asyncio.run(run())
    assert modes == [mode]
    assert not path.exists()


def test_a_socket_left_behind_is_replaced(api: Api, tmp_path: Path) -> None:
    path = tmp_path / "s.sock"
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(path))
    assert start(api, UnixListener(path)) == [f"unix:{path}"]


def test_a_living_socket_is_not_taken_over(api: Api, tmp_path: Path) -> None:
    path = tmp_path / "s.sock"
    with socket.socket(socket.AF_UNIX) as living:
        living.bind(str(path))
        living.listen()
        with pytest.raises(UnavailableError) as caught:
            start(api, UnixListener(path))
        assert caught.value.code == "WL-API-018"
        assert path.exists()


@pytest.mark.parametrize("where", ["missing/s.sock", "file", "x" * 120])
def test_a_path_that_cannot_be_a_socket(api: Api, tmp_path: Path, where: str) -> None:
    (tmp_path / "file").write_text("a letter")
    with pytest.raises(ConfigError) as caught:
        start(api, UnixListener(tmp_path / where))
    assert caught.value.code == "WL-API-011"
    assert (tmp_path / "file").read_text() == "a letter"


def test_a_taken_port_leaves_nothing_behind(api: Api, tmp_path: Path) -> None:
    path = tmp_path / "s.sock"
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        with pytest.raises(UnavailableError) as caught:
            start(api, UnixListener(path), TcpListener("127.0.0.1", other.getsockname()[1]))
    assert caught.value.code == "WL-API-018"
    assert not path.exists()


def test_a_broken_certificate_is_named(api: Api, tmp_path: Path) -> None:
    (tmp_path / "c.pem").write_text("no certificate")
    with pytest.raises(ConfigError) as caught:
        start(api, TcpListener("127.0.0.1", 0, tmp_path / "c.pem", tmp_path / "c.pem"))
    assert caught.value.code == "WL-API-011"


def test_serving_ends_when_told(api: Api, tmp_path: Path) -> None:
    path = tmp_path / "s.sock"

    async def run() -> None:
        stop = asyncio.Event()
        serving = asyncio.ensure_future(serve_control(api.app, (UnixListener(path),), stop=stop))
        while not path.exists():
            await asyncio.sleep(0.01)
        stop.set()
        await serving

    asyncio.run(run())
    assert not path.exists()


class Line:
    """A connection's transport, as far as it is asked here."""

    def __init__(self) -> None:
        self.cut = 0

    def abort(self) -> None:
        self.cut += 1


@pytest.mark.parametrize(("goes_on", "cut"), [(False, 1), (True, 0)])
def test_whoever_takes_nothing_of_an_answer_is_cut_off(
    monkeypatch: pytest.MonkeyPatch, goes_on: bool, cut: int
) -> None:
    monkeypatch.setattr(PeerProtocol, "unread_s", 0.0)

    async def run() -> int:
        protocol, line = PeerProtocol.__new__(PeerProtocol), Line()
        protocol.loop, protocol.transport = asyncio.get_running_loop(), line  # type: ignore[assignment]
        protocol.flow = FlowControl(line)  # type: ignore[arg-type]
        protocol.pause_writing()
        protocol.pause_writing()
        if goes_on:
            line.resume_reading = lambda: None  # type: ignore[attr-defined]
            protocol.resume_writing()
        await asyncio.sleep(0.01)
        return line.cut

    assert asyncio.run(run()) == cut
