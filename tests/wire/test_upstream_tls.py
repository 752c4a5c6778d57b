"""Upstreams over TLS: a request leaves only when the other side has proved its name."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
import uvloop

from tests.wire.test_management_api import make_certificate
from wardlaw.gateway.credential import Credential
from wardlaw.gateway.destination import Destination
from wardlaw.gateway.upstream import UpstreamRefusedError, Upstreams

Run = Callable[[Awaitable[None]], None]
ANSWER = b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello"


def _there(port: int, host: str = "127.0.0.1") -> Destination:
    key = Credential.fixed("sk-secret")
    return Destination("tls", f"https://{host}:{port}/v1", key, "m", "eu", "internal", 2.0, 2.0, 2.0, 5.0)


class Server:
    """A TLS server with a certificate for 127.0.0.1."""

    def __init__(self, certificate: Path, key: Path) -> None:
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(certificate, key)
        self.received: list[bytes] = []
        self.tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> int:
        self.server = await asyncio.start_server(self.serve, "127.0.0.1", 0, ssl=self.context)
        return int(self.server.sockets[0].getsockname()[1])

    async def __aexit__(self, *_: object) -> None:
        self.server.close()
        await asyncio.gather(*self.tasks)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self.tasks.append(task)
        try:
            while True:
                self.received.append(await reader.readuntil(b"{}"))
                writer.write(ANSWER)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError, ssl.SSLError):
            writer.close()


@pytest.mark.parametrize("run", [asyncio.run, uvloop.run], ids=["asyncio", "uvloop"])
def test_a_trusted_upstream_is_called_and_its_connection_used_again(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate, key = make_certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))

    async def story() -> None:
        server, upstreams = Server(certificate, key), Upstreams()
        async with server as port:
            for _ in range(3):
                answer = await upstreams.post(_there(port), "/x", b"{}", ())
                assert (answer.status, await answer.whole(100)) == (200, b"hello")
                await answer.close()
            await upstreams.close()
        assert len(server.received) == 3
        assert len(server.tasks) == 1
        assert b"authorization: Bearer sk-secret" in server.received[0]

    run(story())


@pytest.mark.parametrize("why", ["authority", "name"])
def test_an_upstream_that_is_not_who_it_says_gets_nothing(
    why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate, key = make_certificate(tmp_path)
    if why == "name":
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))

    async def story() -> None:
        server, upstreams = Server(certificate, key), Upstreams()
        async with server as port:
            host = "localhost" if why == "name" else "127.0.0.1"  # the certificate names the address alone
            with pytest.raises(UpstreamRefusedError):
                await upstreams.post(_there(port, host), "/x", b"{}", ())
            await upstreams.close()
        assert server.received == []

    asyncio.run(story())
