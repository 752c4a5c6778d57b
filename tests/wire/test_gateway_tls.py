"""The door behind a certificate: what it speaks, and what it does not."""

from __future__ import annotations

import asyncio
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.wire.house import START_S, House
from tests.wire.test_management_api import make_certificate
from wardlaw.cli.commands.up import gateway_is_ready


@pytest.fixture
def behind_tls(tmp_path: Path) -> Iterator[tuple[House, Path]]:
    certificate, key = make_certificate(tmp_path)
    house = House(tmp_path, "http://127.0.0.1:9/v1", gateway=f', tls: {{cert: "{certificate}", key: "{key}"}}')
    with (tmp_path / "gateway.log").open("ab") as log:
        house.process = subprocess.Popen(house.command, stdout=subprocess.DEVNULL, stderr=log, start_new_session=True)
    end = time.monotonic() + START_S
    while not asyncio.run(gateway_is_ready(house.config)):
        assert house.process.poll() is None and time.monotonic() < end, (tmp_path / "gateway.log").read_text()
        time.sleep(0.05)
    yield house, certificate
    house.stop()


def test_it_speaks_the_newest_tls_and_nothing_in_the_clear(behind_tls: tuple[House, Path]) -> None:
    house, certificate = behind_tls

    def told(newest: ssl.TLSVersion) -> str:
        context = ssl.create_default_context(cafile=certificate)
        context.maximum_version = newest
        with (
            socket.create_connection(("127.0.0.1", house.port), timeout=10.0) as plain,
            context.wrap_socket(plain, server_hostname="127.0.0.1") as stream,
        ):
            return stream.version()

    assert told(ssl.TLSVersion.TLSv1_3) == "TLSv1.3"
    with pytest.raises(ssl.SSLError):
        told(ssl.TLSVersion.TLSv1_2)
    with socket.create_connection(("127.0.0.1", house.port), timeout=10.0) as plain:
        plain.sendall(b"GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n")
        said = b""
        with suppress(ConnectionResetError):
            said = plain.recv(4_096)
        assert b"alive" not in said
