"""The door behind a certificate: what it speaks, and what it does not."""

from __future__ import annotations

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

Door = tuple[int, Path]


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    """Port and certificate of a gateway."""
    certificate, key = make_certificate(tmp_path)
    house = House(tmp_path, "http://127.0.0.1:9/v1", gateway=f', tls: {{cert: "{certificate}", key: "{key}"}}')
    with (tmp_path / "gateway.log").open("ab") as log:
        house.process = subprocess.Popen(house.command, stdout=subprocess.DEVNULL, stderr=log, start_new_session=True)
    end = time.monotonic() + START_S
    while not is_there(house.port):
        assert house.process.poll() is None and time.monotonic() < end, (tmp_path / "gateway.log").read_text()
        time.sleep(0.05)
    yield house.port, certificate
    house.stop()


def is_there(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1.0).close()
    except OSError:
        return False
    return True


def spoken(door: Door, newest: ssl.TLSVersion) -> str | None:
    context = ssl.create_default_context(cafile=door[1])
    context.maximum_version = newest
    with (
        socket.create_connection(("127.0.0.1", door[0]), timeout=10.0) as plain,
        context.wrap_socket(plain, server_hostname="127.0.0.1") as stream,
    ):
        return stream.version()


def test_it_speaks_the_newest_tls_and_nothing_in_the_clear(door: Door) -> None:
    assert spoken(door, ssl.TLSVersion.TLSv1_3) == "TLSv1.3"
    with pytest.raises(ssl.SSLError):
        spoken(door, ssl.TLSVersion.TLSv1_2)
    with socket.create_connection(("127.0.0.1", door[0]), timeout=10.0) as plain:
        plain.sendall(b"GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n")
        said = b""
        with suppress(ConnectionResetError):
            said = plain.recv(4_096)
        assert b"alive" not in said
