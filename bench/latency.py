"""Latency at low load: one kept connection per target, asked in turn with the same body, one request at a time.

What a target adds is the difference to the direct answer of the same turn, so that what disturbs the machine
disturbs both.
"""

from __future__ import annotations

import contextlib
import random
import socket
import time
from collections.abc import Mapping, Sequence

import msgspec

from bench.bodies import bodies
from bench.figures import percentile
from bench.http1 import AnswerParser, Head, request_bytes
from bench.load import PATH

TIMEOUT_S = 20.0
DIRECT = "direct"


class Added(msgspec.Struct, frozen=True):
    """Added latency of one target, microseconds; errors are answers other than 200."""

    p50_us: float
    p99_us: float
    turns: int
    errors: int


class Line:
    """One kept connection."""

    def __init__(self, port: int, headers: Sequence[Mapping[str, str]], *, path: str = PATH) -> None:
        self._port = port
        self._headers = headers
        self._path = path
        self._parts: list[bytes] = []
        self._socket = self._connect()

    def _connect(self) -> socket.socket:
        made = socket.create_connection(("127.0.0.1", self._port), timeout=TIMEOUT_S)
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return made

    def body(self, body: bytes) -> bytes:
        """The body of one answer; empty when it was none."""
        self._parts = parts = []
        status, _ = self.ask(body, 0)
        return b"".join(parts) if status == 200 else b""

    def ask(self, body: bytes, turn: int) -> tuple[int, float]:
        """Status and microseconds of one request; status 0 when the connection broke."""
        request = request_bytes(self._path, self._headers[turn % len(self._headers)], body)
        parser = AnswerParser()
        status = 0
        began = time.perf_counter_ns()
        try:
            self._socket.sendall(request)
            while True:
                data = self._socket.recv(65_536)
                if not data:
                    raise ConnectionResetError
                for event in parser.feed(data):
                    if isinstance(event, Head):
                        status = event.status
                    elif isinstance(event, bytes):
                        self._parts.append(event)
                    else:
                        self._parts = []
                        return status, (time.perf_counter_ns() - began) / 1000
        except OSError:
            self.close()
            self._socket = self._connect()
            return 0, (time.perf_counter_ns() - began) / 1000

    def close(self) -> None:
        """Close it."""
        with contextlib.suppress(OSError):
            self._socket.close()


def measure(lines: Mapping[str, Line], *, turns: int, prompt_bytes: int, seed: int) -> dict[str, Added]:
    """Added latency by target; the direct line stands under ``direct`` with its absolute latency.

    Args:
        turns: Requests per target; a tenth more is asked before, to warm up.
    """
    source = bodies(prompt_bytes, seed=seed)
    draw = random.Random(seed)
    names = list(lines)
    took: dict[str, list[float]] = {name: [] for name in names}
    errors = dict.fromkeys(names, 0)
    warm = turns // 10
    for turn in range(-warm, turns):
        body = next(source)
        draw.shuffle(names)  # so that no target always follows the same one
        for name in names:
            status, microseconds = lines[name].ask(body, turn)
            if turn >= 0:
                took[name].append(microseconds)
                errors[name] += status != 200
    return {name: _added(took[name], took[DIRECT] if name != DIRECT else None, errors[name]) for name in lines}


def _added(took: Sequence[float], direct: Sequence[float] | None, errors: int) -> Added:
    values = took if direct is None else [one - other for one, other in zip(took, direct, strict=True)]
    return Added(percentile(values, 0.5), percentile(values, 0.99), len(values), errors)
