"""A viewer of live traffic who never reads: others see on, nothing piles up, and the seat is free again."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path

import pytest
from sqlalchemy import insert
from tests.console_fakes import Api
from tests.unit.console.pages.browser import HOST, Browser

from wardlaw.audit.envelope import Envelope, RecordKind, encode
from wardlaw.console import serve
from wardlaw.console.api.watching import ROOM
from wardlaw.console.pages import live
from wardlaw.console.pages.front import join
from wardlaw.console.pages.site import build_site
from wardlaw.console.serve import ControlServer, PeerProtocol, TcpListener
from wardlaw.facts.person import Role
from wardlaw.store.database import writing
from wardlaw.store.tables import RECORD

MOST_ROUNDS, EACH = 400, 50


def feed(api: Api, begin: int) -> None:
    rows = []
    for leaf in range(begin, begin + EACH):
        envelope = Envelope(
            at=1000, clauses=("SEC-05",), effect="cut", epoch=1, exchange=f"exc_{leaf}", facts={}, gateway="g", id=f"dec_{leaf}", kind=RecordKind.DECISION, seq=leaf
        )  # fmt: skip
        rows.append({
            "leaf_index": leaf, "id": f"dec_{leaf}", "kind": "decision", "exchange": f"exc_{leaf}", "at_ms": 1000,
            "gateway": "g", "epoch": 1, "seq": leaf, "subject": "aabb", "effect": "cut", "demanded": "cut",
            "action": "ModelCall", "route": "chat.completions", "policies": "ff", "code": "clause", "envelope": encode(envelope),
        })  # fmt: skip
    with writing(api.made.engine) as connection:
        connection.execute(insert(RECORD), rows)


def watch_from(port: int, cookie: str, *, room: int) -> socket.socket:
    viewer = socket.socket()
    viewer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, room)
    viewer.connect(("127.0.0.1", port))
    viewer.sendall(f"GET /live HTTP/1.1\r\nhost: {HOST}\r\ncookie: {cookie}\r\n\r\n".encode())
    viewer.setblocking(False)
    return viewer


def test_a_viewer_who_never_reads_is_cut_off_and_keeps_nobody_waiting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "LOOK_S", 0.005)
    monkeypatch.setattr(PeerProtocol, "unread_s", 0.1)
    bind = serve._bind_tcp

    def bind_with_little_room(listener: TcpListener) -> socket.socket:
        listening = bind(listener)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4_096)
        return listening

    monkeypatch.setattr(serve, "_bind_tcp", bind_with_little_room)
    api = Api(tmp_path)
    browser = Browser(api)
    browser.sign_in("sec", Role.SECOPS)
    site = build_site(browser.front)
    cookie = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    streams, watch = site.state.streams, api.app.state.desk.watch

    async def run() -> tuple[int, int, int]:
        loop = asyncio.get_running_loop()
        server = ControlServer(join(api.app, site, entrance=browser.front.entrance), (TcpListener("127.0.0.1", 0),))
        await server.start()
        port = int(server.addresses[0].rpartition(":")[2])
        still, reader = watch_from(port, cookie, room=2_048), watch_from(port, cookie, room=1 << 16)
        most, seen, leaf, rounds = 0, b"", 0, 0
        try:
            while rounds < MOST_ROUNDS and not (most == 2 and streams.count == 1):
                rounds += 1
                feed(api, leaf)
                leaf += EACH
                api.made.clock.now += 1.0
                await asyncio.sleep(0.02)
                most = max(most, streams.count)
                while reader in (await _readable(loop, reader)):
                    seen = (seen + reader.recv(65_536))[-100_000:]
            before = seen.count(b"event: passed")
            feed(api, leaf)
            api.made.clock.now += 1.0
            await asyncio.sleep(0.2)
            return most, streams.count, before
        finally:
            still.close()
            reader.close()
            browser.front.stop.set()
            await server.stop()

    most, left, told = asyncio.run(run())
    assert (most, left) == (2, 1)
    assert told > 0
    assert len(watch._ring) <= ROOM
    api.close()


async def _readable(loop: asyncio.AbstractEventLoop, one: socket.socket) -> tuple[socket.socket, ...]:
    try:
        one.recv(1, socket.MSG_PEEK)
    except BlockingIOError:
        return ()
    return (one,)
