"""Whether the console costs the gateway anything: the same load, while nobody looks and while people look without pause.

Both are processes of their own, so what they share is the machine. Rounds take turns; the figure is the ratio within one
pair. How long a page takes is told from the same rounds, seen by whoever looks.
"""

from __future__ import annotations

import http.client
import os
import secrets
import statistics
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlencode

import msgspec

from bench.figures import percentile
from bench.load import LoadResult, LoadSpec, run_load
from bench.processes import Running, StartError, Weight, free_port
from bench.targets import Field, Target
from wardlaw.config.load import load_config
from wardlaw.store.database import open_database, writing
from wardlaw.store.installation import Installation
from wardlaw.store.tokens import NewToken, TokenKind, create_token

PAGES = ("/", "/people", "/?period=24h")  # as an admin sees them
LOOKERS = 2
_PAUSE_S = 0.1
_CONNECTIONS = 8
_PROMPT_BYTES = 1_000
_NAME = "wardlaw-console"


class ConsoleFigures(msgspec.Struct, frozen=True):
    """What looking cost; ratios of the gateway's figures with people looking to those without, medians of pairs.

    Attributes:
        pages_per_s: How many pages were asked for, all people together.
        page_p50_ms: What a page took, while the gateway was under load.
        errors: Answers of either kind that were none.
    """

    pairs: int
    cpu_ratio: float
    p50_ratio: float
    pages_per_s: float
    page_p50_ms: float
    page_p99_ms: float
    errors: int


class GatewayRound(msgspec.Struct, frozen=True):
    """What came of one round of load, and the gateway's CPU time in it."""

    load: LoadResult
    cpu_us: float

    @property
    def cpu_us_per_request(self) -> float:
        """CPU of the gateway a request."""
        return self.cpu_us / max(self.load.requests, 1)


class Lookers:
    """People who load one page after another, and one who watches decisions come.

    Args:
        port: Of the console.
        cookie: A session.
    """

    def __init__(self, port: int, cookie: str) -> None:
        self._port = port
        self._headers = {"cookie": cookie, "host": f"127.0.0.1:{port}"}
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._look, daemon=True) for _ in range(LOOKERS)]
        self._threads.append(threading.Thread(target=self._watch, daemon=True))
        self.took_ms: list[float] = []
        self.errors = 0

    def __enter__(self) -> Lookers:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_given: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(30)

    def _look(self) -> None:
        turn = 0
        while not self._stop.wait(_PAUSE_S):
            began = time.perf_counter()
            connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=30)
            try:
                connection.request("GET", PAGES[turn % len(PAGES)], headers=self._headers)
                answer = connection.getresponse()
                answer.read()
                self.errors += answer.status != http.HTTPStatus.OK
            except OSError:
                self.errors += 1
            finally:
                connection.close()
            self.took_ms.append((time.perf_counter() - began) * 1_000)
            turn += 1

    def _watch(self) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=2)
        try:
            connection.request("GET", "/live", headers=self._headers)
            answer = connection.getresponse()
            while not self._stop.is_set() and answer.read1(65_536):
                pass
        except OSError:
            pass  # nothing came for two seconds: there is nothing to see between rounds
        finally:
            connection.close()


def measure(folder: Path, *, rounds: int, seconds: float, limit_s: float) -> ConsoleFigures:
    """Load the gateway in pairs of rounds.

    Raises:
        StartError: Gateway or console did not start.
    """
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    field = Field(folder, limit_s=limit_s)
    parts: list[Running] = []
    try:
        target = field.start_wardlaw(_NAME, extra=f'control: {{listen: "127.0.0.1:{port}"}}\n')
        config_path = folder / _NAME / "wardlaw.yaml"
        for part in ("control", "sequencer"):
            command = [sys.executable, "-m", "wardlaw.cli.processes", part, str(config_path)]
            parts.append(Running(command, log=folder / f"{part}.log", limit_s=limit_s, env=os.environ))
        parts[0].wait_port(port, within_s=60)
        cookie = sign_in(config_path, port)
        quiet, busy, looked = [], [], []
        gateway_round(target, folder, seconds=1, seed=0)
        errors, watched_s = 0, 0.0
        for turn in range(rounds):
            quiet.append(gateway_round(target, folder, seconds=seconds, seed=2 * turn + 1))
            began = time.perf_counter()
            with Lookers(port, cookie) as lookers:
                busy.append(gateway_round(target, folder, seconds=seconds, seed=2 * turn + 2))
            watched_s += time.perf_counter() - began
            looked += lookers.took_ms
            errors += lookers.errors
        return figures(quiet, busy, looked, watched_s=watched_s, errors=errors)
    finally:
        for part in reversed(parts):
            part.stop()
        field.stop()


def figures(
    quiet: Sequence[GatewayRound],
    busy: Sequence[GatewayRound],
    looked: Sequence[float],
    *,
    watched_s: float,
    errors: int,
) -> ConsoleFigures:
    """The figures of pairs of rounds; ``looked`` in milliseconds a page."""
    pairs = list(zip(quiet, busy, strict=True))
    return ConsoleFigures(
        pairs=len(pairs),
        cpu_ratio=statistics.median(one.cpu_us_per_request / other.cpu_us_per_request for other, one in pairs),
        p50_ratio=statistics.median(one.load.p50_us / other.load.p50_us for other, one in pairs),
        pages_per_s=len(looked) / watched_s,
        page_p50_ms=percentile(looked, 0.5),
        page_p99_ms=percentile(looked, 0.99),
        errors=errors + sum(one.load.errors for one in (*quiet, *busy)),
    )


def gateway_round(target: Target, folder: Path, *, seconds: float, seed: int) -> GatewayRound:
    """Load the gateway for some seconds."""
    assert target.running is not None
    weight = Weight(target.running.pid)
    before = weight.cpu_us()
    spec = LoadSpec(
        port=target.port,
        headers=target.headers,
        seconds=seconds,
        prompt_bytes=_PROMPT_BYTES,
        seed=seed,
        connections=_CONNECTIONS,
    )
    load = run_load(spec, folder / "load")
    return GatewayRound(load, weight.cpu_us() - before)


def sign_in(config_path: Path, port: int, *, person: str = "person:bench") -> str:
    """A session, of somebody (by default the installation's admin when nobody is named, as a browser gets one by a one-time token."""
    engine = open_database(Installation(load_config(config_path)).database_url(os.environ))
    new = NewToken(TokenKind.ONE_TIME, person, "bench", 3_600.0)
    with writing(engine) as connection:
        token = create_token(connection, new, secret=secrets.token_bytes(32), now=time.time())[1]
    engine.dispose()
    origin = f"http://127.0.0.1:{port}"
    headers = {"content-type": "application/x-www-form-urlencoded", "origin": origin}
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("POST", "/sign-in", urlencode({"token": token}), headers)
        answer = connection.getresponse()
        answer.read()
        given = [value.partition(";")[0] for name, value in answer.getheaders() if name.lower() == "set-cookie"]
    finally:
        connection.close()
    if answer.status != http.HTTPStatus.SEE_OTHER or not given:
        raise StartError(f"nobody was let into the console: {answer.status}")
    return "; ".join(given)
