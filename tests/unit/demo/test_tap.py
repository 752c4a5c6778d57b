from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator

import pytest

from wardlaw.demo.tap import Tap


@pytest.fixture
def wire() -> Iterator[tuple[Tap, socket.socket, socket.socket]]:
    """A tap, a client's connection to it, and the gateway's end."""
    with socket.create_server(("127.0.0.1", 0)) as gateway:
        tap = Tap("127.0.0.1", gateway.getsockname()[1])
        client = socket.create_connection(("127.0.0.1", tap.port), timeout=5)
        served, _ = gateway.accept()
        served.settimeout(5)
        yield tap, client, served
        client.close()
        served.close()
        tap.close()


def until(condition: Callable[[], bool]) -> bool:
    end = time.monotonic() + 5
    while not condition() and time.monotonic() < end:
        time.sleep(0.005)
    return condition()


def test_it_forwards_both_ways_and_keeps_what_the_gateway_said(wire: tuple[Tap, socket.socket, socket.socket]) -> None:
    tap, client, served = wire
    client.sendall(b"asked")
    assert served.recv(100) == b"asked"
    served.sendall(b"answered")
    assert client.recv(100) == b"answered"
    assert tap.seen().to_client == b"answered"
    assert tap.seen().closed_by_gateway == 0


def test_it_sees_who_ended_the_connection(wire: tuple[Tap, socket.socket, socket.socket]) -> None:
    tap, client, served = wire
    served.close()
    assert client.recv(100) == b""
    assert until(lambda: tap.seen().closed_by_gateway == 1)


def test_a_client_that_leaves_is_not_the_gateways_doing(wire: tuple[Tap, socket.socket, socket.socket]) -> None:
    tap, client, served = wire
    client.close()
    assert served.recv(100) == b""
    assert tap.seen().closed_by_gateway == 0


def test_a_client_that_left_does_not_hide_what_it_was_sent(wire: tuple[Tap, socket.socket, socket.socket]) -> None:
    tap, client, served = wire
    client.shutdown(socket.SHUT_RD)
    for _ in range(20):
        served.sendall(b"x" * 1_000)
    assert until(lambda: tap.seen().to_client.startswith(b"x" * 1_000))
