"""From a webhook to the finding it leads to: deliveries at a steady rate over loopback, against the real listener and control
process. A delivery is answered once what it tells is durable and the detectors have looked at it, so the answer is the moment at
which its finding can be read; at the end the findings are counted.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
from sqlalchemy import func, select

from bench.figures import percentile
from bench.installation import make
from bench.processes import Running, Weight, free_port
from wardlaw.config.model import Config
from wardlaw.store.database import open_database, reading
from wardlaw.store.installation import Installation
from wardlaw.store.inventorytables import INVENTORY_FINDING

_TOKEN = "bench-channel-token"
_NAMES = 40
_SCOPE = "https://www.googleapis.com/auth/drive"
_TIMEOUT_S = 30.0


class DeliveryFigures(msgspec.Struct, frozen=True):
    """Deliveries at a steady rate.

    Attributes:
        per_second: Deliveries sent a second; each is a consent to another app, and leads to a finding of its own.
        sent: How many.
        taken: Answered with 204.
        findings: That stood in the table afterwards, at most one for each delivery.
        cpu_us: CPU of the two processes for each delivery, in microseconds, by process.
        p50_ms: From the moment a delivery was due to the answer that says it is durable and judged.
    """

    per_second: float
    sent: int
    taken: int
    findings: int
    cpu_us: dict[str, float]
    p50_ms: float
    p99_ms: float
    worst_ms: float


def measure(folder: Path, *, per_second: float, seconds: float, limit_s: float) -> DeliveryFigures:
    """Start an installation, send to it, and end it.

    Raises:
        StartError: A process does not come up.
    """
    port = free_port()
    extra = f"""inventory:
  listener: {{listen: "127.0.0.1:{port}"}}
  directories:
    - {{name: bench, platform: google, subject: a@b.example, credential: "env:NONE", push_secret: "env:BENCH_PUSH"}}
"""
    made = make(folder, port=free_port(), answer_port=1, stream_port=1, extra=extra + "control: {listen: ''}\n")
    env = {**os.environ, "BENCH_PUSH": _TOKEN}
    weights: dict[str, Weight] = {}
    with contextlib.ExitStack() as running:
        for role in ("control", "listener"):
            command = [sys.executable, "-m", "wardlaw.cli.processes", role, str(made.config_path)]
            process = Running(command, log=folder / f"{role}.log", limit_s=limit_s, env=env)
            running.callback(process.stop)
            weights[role] = Weight(process.pid)
            if role == "listener":
                process.wait_port(port, within_s=60)
        _wait_for(Path(made.config.control.socket))
        asyncio.run(
            _send(port, 20.0, [*_deliveries(40, first=10**6)])
        )  # what is opened at the first call is not measured
        count = int(per_second * seconds)
        before = _findings(made.config)
        used = {role: weight.cpu_us() for role, weight in weights.items()}
        taken = asyncio.run(_send(port, per_second, [*_deliveries(count)]))
        cpu = {role: (weight.cpu_us() - used[role]) / count for role, weight in weights.items()}
        found = _findings(made.config) - before
    good = [took for status, took in taken if status == 204]
    times = good or [_TIMEOUT_S * 1_000]
    return DeliveryFigures(
        per_second, count, len(good), found, cpu, percentile(times, 0.5), percentile(times, 0.99), max(times)
    )


def _wait_for(socket: Path) -> None:
    end = time.monotonic() + 60
    while not socket.exists() and time.monotonic() < end:
        time.sleep(0.05)


def _deliveries(count: int, *, first: int = 0) -> Iterator[bytes]:
    """Messages of Google's channel, as they come over the wire: consents of another person to another app each."""
    now = time.time()
    for number in range(first, first + count):
        at = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(now)) + f".{number % 1_000:03d}Z"
        app = f"app-{number}.apps.googleusercontent.com"
        told = [
            {"name": "client_id", "value": app},
            {"name": "app_name", "value": f"Bench {number % _NAMES}"},
            {"name": "scope", "multiValue": [_SCOPE]},
        ]
        entry = {
            "kind": "admin#reports#activity",
            "id": {"time": at, "uniqueQualifier": str(number), "applicationName": "token", "customerId": "C0"},
            "actor": {"profileId": str(10**20 + number), "email": f"p{number}@b.example"},
            "events": [{"type": "auth", "name": "authorize", "parameters": told}],
        }
        body = json.dumps(entry).encode()
        headers = {
            "host": "127.0.0.1",
            "content-type": "application/json",
            "content-length": str(len(body)),
            "connection": "close",
            "x-goog-channel-id": "bench",
            "x-goog-channel-token": _TOKEN,
            "x-goog-resource-state": "authorize",
            "x-goog-message-number": str(number + 2),
            "x-goog-resource-uri": "https://x/applications/token?alt=json",
        }
        head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        yield f"POST /hooks/bench HTTP/1.1\r\n{head}\r\n".encode() + body


async def _send(port: int, per_second: float, requests: list[bytes]) -> list[tuple[int, float]]:
    """Send them at a steady rate, each over a connection of its own; status, and milliseconds since each was due."""
    loop = asyncio.get_running_loop()
    begun = loop.time() + 0.1

    async def one(number: int, request: bytes) -> tuple[int, float]:
        due = begun + number / per_second
        await asyncio.sleep(max(0.0, due - loop.time()))
        try:
            async with asyncio.timeout(_TIMEOUT_S):
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.write(request)
                status = int((await reader.readline()).split(b" ")[1])
                writer.close()
        except (OSError, TimeoutError, IndexError, ValueError):
            status = 0
        return status, (loop.time() - due) * 1_000

    return list(await asyncio.gather(*(one(number, request) for number, request in enumerate(requests))))


def _findings(config: Config) -> int:
    engine = open_database(Installation(config).database_url(os.environ))
    try:
        with reading(engine) as connection:
            return int(connection.execute(select(func.count()).select_from(INVENTORY_FINDING)).scalar_one())
    finally:
        engine.dispose()
