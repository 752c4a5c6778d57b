"""Key sets over a real socket."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.unit.gateway.tokens import ISSUER, RSA, jwks
from wardlaw.config.model import Issuer
from wardlaw.facts.errors import UnavailableError
from wardlaw.gateway.jwks import JwksFetcher


class _Publisher(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        status, body = {
            "/keys": (200, jwks(RSA)),
            "/large": (200, b" " * 2_000_000),
            "/moved": (302, b""),
        }.get(self.path, (404, b""))
        self.send_response(status)
        self.send_header("location", "/keys")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        try:
            self.wfile.write(body)
        except OSError:
            return  # the reader had enough

    def log_message(self, *args: object) -> None:
        return


@pytest.fixture
def address() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Publisher)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def get(url: str) -> bytes:
    async def story() -> bytes:
        return await JwksFetcher().fetch(Issuer(ISSUER, "aud", jwks_url=url))

    return asyncio.run(story())


def test_keys_come_over_http_on_this_machine(address: str) -> None:
    assert get(address + "/keys") == jwks(RSA)


@pytest.mark.parametrize(("path", "why"), [("/large", "too large"), ("/moved", "status 302"), ("/none", "status 404")])
def test_other_answers_are_not_keys(address: str, path: str, why: str) -> None:
    with pytest.raises(UnavailableError, match=why):
        get(address + path)


def test_nobody_there(address: str) -> None:
    with pytest.raises(UnavailableError, match="ConnectionRefusedError"):
        get("http://127.0.0.1:1/keys")
