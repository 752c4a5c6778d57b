"""Live traffic at a thousand decisions a second: what fifty viewers see, how late, what they cost, and what the gateway notices.

Decisions are made by a process in the gateway's place, at an even pace, handed over in the spool as the gateway's are; sequencer and
console run as ``up`` starts them. Rounds with viewers and without take turns. Then the same viewers watch beside a gateway
under full load, and what a request costs it is held against rounds in which nobody watches.
"""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec
import uvloop

from bench.consoling import gateway_round, sign_in
from bench.deciding import cases, policy_text
from bench.figures import percentile
from bench.installation import make
from bench.load import MARK
from bench.processes import Running, StartError, Weight, free_port
from bench.targets import Field
from wardlaw.audit.envelope import Envelope, RecordKind
from wardlaw.config.load import load_config
from wardlaw.console.pages.live import MOST_OF_ONE
from wardlaw.decision.decide import decide
from wardlaw.decision.policyset import PolicySet
from wardlaw.facts.person import Person, Role
from wardlaw.facts.record import Inputs
from wardlaw.gateway.ids import RandomPool
from wardlaw.store.database import open_database, writing
from wardlaw.store.installation import Installation
from wardlaw.store.people import add_person
from wardlaw.store.spool import SpoolSettings, SpoolWriter

VIEWERS, PER_S = 50, 1_000
_WARM_S = 8.0  # until every viewer has its stream and was shown something
_TICK_S = 0.02
_CASES = 500
_MONTH = "2026-11"
_WITHIN_S = 180


class LiveFigures(msgspec.Struct, frozen=True):
    """What watching was worth and what it cost; medians of rounds, ratios within pairs.

    Attributes:
        decisions_per_s: That were made while somebody watched.
        rows_per_s: What one viewer was shown, and ``told_per_s`` of how many it was told.
        delay_p50_ms: From the making of the newest decision of an event to its arrival at a viewer.
        console_cores: CPU seconds of the console in a second; ``quiet_cores`` while nobody watched.
        lost: Rows that viewers were told to have missed.
        gateway_cpu_ratio: CPU of the gateway a request, with viewers to without; ``gateway_rate_ratio`` of requests a second.
    """

    viewers: int
    pairs: int
    decisions_per_s: float
    rows_per_s: float
    told_per_s: float
    delay_p50_ms: float
    delay_p99_ms: float
    console_cores: float
    quiet_cores: float
    lost: int
    gateway_rate_ratio: float
    gateway_cpu_ratio: float


class Watched(msgspec.Struct, frozen=True):
    """What all viewers of one round saw, together.

    Attributes:
        told: Decisions they were told of, whatever they were shown.
        delays_ms: Of each event.
        refused: Streams that were not opened.
    """

    seconds: float
    rows: int = 0
    told: int = 0
    lost: int = 0
    refused: int = 0
    delays_ms: list[float] = []


class Round(msgspec.Struct, frozen=True):
    """One round: CPU seconds of the console in ``seconds``, and what was watched, if anybody did."""

    seconds: float
    console_s: float
    watched: Watched | None = None


def measure(folder: Path, *, rounds: int, seconds: float, limit_s: float) -> LiveFigures:
    """Watch, in pairs of rounds.

    Raises:
        StartError: A process did not start, or a viewer was refused.
    """
    folder.mkdir(parents=True, exist_ok=True)
    quiet, busy, made_per_s = _paced(folder / "paced", rounds=rounds, seconds=seconds, limit_s=limit_s)
    rates, costs = _beside(folder / "beside", rounds=rounds, seconds=seconds, limit_s=limit_s)
    return figures(quiet, busy, made_per_s=made_per_s, rates=rates, costs=costs)


def figures(
    quiet: Sequence[Round], busy: Sequence[Round], *, made_per_s: float, rates: Sequence[float], costs: Sequence[float]
) -> LiveFigures:
    """The figures of pairs of rounds; ``rates`` and ``costs`` are ratios of the gateway's pairs.

    Raises:
        StartError: Nobody saw anything.
    """
    watched = [one.watched for one in busy if one.watched is not None]
    delays = [delay for one in watched for delay in one.delays_ms]
    if not delays:
        raise StartError("no viewer was shown anything: the machine is too busy, or the rounds are too short")
    return LiveFigures(
        viewers=VIEWERS,
        pairs=len(busy),
        decisions_per_s=made_per_s,
        rows_per_s=statistics.median(one.rows / one.seconds / VIEWERS for one in watched),
        told_per_s=statistics.median(one.told / one.seconds / VIEWERS for one in watched),
        delay_p50_ms=percentile(delays, 0.5),
        delay_p99_ms=percentile(delays, 0.99),
        console_cores=statistics.median(one.console_s / one.seconds for one in busy),
        quiet_cores=statistics.median(one.console_s / one.seconds for one in quiet),
        lost=sum(one.lost for one in watched),
        gateway_rate_ratio=statistics.median(rates),
        gateway_cpu_ratio=statistics.median(costs),
    )


def _paced(folder: Path, *, rounds: int, seconds: float, limit_s: float) -> tuple[list[Round], list[Round], float]:
    port = free_port()
    extra = f'control: {{listen: "127.0.0.1:{port}"}}\n'
    # The disk of the spool is measured elsewhere; here a slow one would only slow the pace.
    spool = Path(tempfile.mkdtemp(prefix="wardlaw-bench-", dir="/dev/shm"))
    made = make(folder, port=free_port(), answer_port=1, stream_port=1, spool=spool, extra=extra)
    parts: list[Running] = []
    quiet, busy = [], []
    try:
        _background(made.config_path, port, parts, limit_s=limit_s)
        cookies = viewers_of(made.config_path, port)
        feeding = [sys.executable, "-m", "bench.live", "feed", str(made.config_path), str(PER_S)]
        parts.append(Running(feeding, log=folder / "feed.log", limit_s=limit_s, env=os.environ))
        time.sleep(_WARM_S)
        for _ in range(rounds):
            quiet.append(_round(parts[0], port, (), seconds=seconds))
            busy.append(_round(parts[0], port, cookies, seconds=seconds))
        if parts[-1].wait(0) is not None:
            raise StartError(f"the feeder ended: {parts[-1].tail()}")
        parts[-1].stop()
        done = [float(line) for line in (folder / "feed.log").read_text(encoding="utf-8").split()]
    finally:
        for part in reversed(parts):
            part.stop()
        shutil.rmtree(spool, ignore_errors=True)
    return quiet, busy, statistics.median(done) if done else 0.0


def _beside(folder: Path, *, rounds: int, seconds: float, limit_s: float) -> tuple[list[float], list[float]]:
    folder.mkdir(parents=True)
    port = free_port()
    field = Field(folder, limit_s=limit_s)
    parts: list[Running] = []
    rates, costs = [], []
    try:
        target = field.start_wardlaw("watched", extra=f'control: {{listen: "127.0.0.1:{port}"}}\n')
        config_path = folder / "watched" / "wardlaw.yaml"
        _background(config_path, port, parts, limit_s=limit_s)
        cookies = viewers_of(config_path, port)
        gateway_round(target, folder, seconds=1, seed=0)
        for turn in range(rounds):
            alone = gateway_round(target, folder, seconds=seconds, seed=2 * turn + 1)
            viewing = _view(port, cookies, seconds=seconds + _WARM_S)
            time.sleep(_WARM_S)
            beside = gateway_round(target, folder, seconds=seconds, seed=2 * turn + 2)
            _seen(viewing)
            rates.append(beside.load.per_second / alone.load.per_second)
            costs.append(beside.cpu_us_per_request / alone.cpu_us_per_request)
    finally:
        for part in reversed(parts):
            part.stop()
        field.stop()
    return rates, costs


def _background(config_path: Path, port: int, parts: list[Running], *, limit_s: float) -> None:
    for part in ("control", "sequencer"):
        command = [sys.executable, "-m", "wardlaw.cli.processes", part, str(config_path)]
        log = config_path.parent / f"{part}.log"
        parts.append(Running(command, log=log, limit_s=limit_s, env=os.environ))
    parts[0].wait_port(port, within_s=_WITHIN_S)


def viewers_of(config_path: Path, port: int) -> tuple[str, ...]:
    """A cookie for each viewer: as many persons as one may not watch more than so often, signed in."""
    engine = open_database(Installation(load_config(config_path)).database_url(os.environ))
    names = [f"person:viewer-{number}" for number in range(-(-VIEWERS // MOST_OF_ONE))]
    with writing(engine) as connection:
        for name in names:
            add_person(connection, Person(id=name, name=name, roles=(Role.SECOPS,)), by="person:bench", now=time.time())
    engine.dispose()
    cookies = [sign_in(config_path, port, person=name) for name in names]
    return tuple(cookies[number // MOST_OF_ONE] for number in range(VIEWERS))


def _round(console: Running, port: int, cookies: Sequence[str], *, seconds: float) -> Round:
    weight = Weight(console.pid)
    if not cookies:
        began, before = time.perf_counter(), weight.cpu_us()
        time.sleep(seconds)
        return Round(time.perf_counter() - began, (weight.cpu_us() - before) / 1e6)
    viewing = _view(port, cookies, seconds=seconds + _WARM_S)
    time.sleep(_WARM_S)
    began, before = time.perf_counter(), weight.cpu_us()
    time.sleep(seconds)
    spent = (weight.cpu_us() - before) / 1e6
    passed = time.perf_counter() - began
    return Round(passed, spent, _seen(viewing))


def _view(port: int, cookies: Sequence[str], *, seconds: float) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "bench.live", "view", str(port), str(seconds), *cookies]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def _seen(viewing: subprocess.Popen[str]) -> Watched:
    output, _ = viewing.communicate(timeout=120)
    for line in output.splitlines():
        if line.startswith(MARK):
            seen = msgspec.json.decode(line.removeprefix(MARK), type=Watched)
            if seen.refused:
                raise StartError(f"{seen.refused} of {VIEWERS} viewers were refused")
            return seen
    raise StartError(f"the viewers told nothing: {output[-500:]}")


class Tally:
    """What one stream said so far; nothing of its first seconds, in which others still come.

    Args:
        since: Unix seconds from which on it counts.
    """

    def __init__(self, since: float) -> None:
        self._since = since
        self.rows = self.told = self.lost = 0
        self.delays_ms: list[float] = []

    def line(self, line: bytes, now: float) -> None:
        """One line of the stream, that arrived at this moment (Unix seconds)."""
        if now < self._since or not line.startswith(b'data: {"shown"'):
            return
        said = json.loads(line.removeprefix(b"data: "))
        self.rows += said["shown"]
        self.told += said["fitting"]
        self.lost += said["lost"]
        self.delays_ms.append(now * 1_000 - said["newest_ms"])


async def watch(port: int, cookie: str, tally: Tally, *, until: float) -> bool:
    """One viewer; whether it was let in."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 20)
    writer.write(f"GET /live HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\ncookie: {cookie}\r\n\r\n".encode())
    is_open = b" 200 " in await reader.readline()
    while is_open and (left := until - time.time()) > 0:
        try:
            line = await asyncio.wait_for(reader.readline(), left)
        except TimeoutError:
            break
        if not line:
            break
        tally.line(line, time.time())
    writer.close()
    return is_open


async def watch_all(port: int, seconds: float, cookies: Sequence[str]) -> Watched:
    """All viewers for some seconds."""
    began = time.time()
    tallies = [Tally(began + _WARM_S) for _ in cookies]
    found = [watch(port, cookie, one, until=began + seconds) for cookie, one in zip(cookies, tallies, strict=True)]
    let_in = await asyncio.gather(*found)
    return Watched(
        seconds=seconds - _WARM_S,
        rows=sum(one.rows for one in tallies),
        told=sum(one.told for one in tallies),
        lost=sum(one.lost for one in tallies),
        refused=let_in.count(False),
        delays_ms=[delay for one in tallies for delay in one.delays_ms],
    )


async def feed(config_path: Path, per_s: int) -> None:
    """Make decisions at an even pace until the process is ended; tells how many each second."""
    config = load_config(config_path)
    places = Installation(config)
    keyring = places.open_keyring(os.environ)
    settings = SpoolSettings()
    spool = SpoolWriter(Path(config.audit.spool), gateway="gateway-1", sign=places.gateway_signer(), settings=settings)
    policies = PolicySet.build(policy_text(12))
    ready = []
    for request, findings, state in cases(_CASES, seed=1):
        decision = decide(request, findings, policies, state)
        ready.append((request, decision, msgspec.json.encode(Inputs(request, tuple(findings), state, decision))))
    random, count, mark, began = RandomPool(os.urandom), 0, secrets.token_hex(8), time.perf_counter()
    told_at, kept = began, 0
    while True:
        due = min(
            int((time.perf_counter() - began) * per_s), count + per_s // 4
        )  # what was not made in time is made evenly
        waiting = []
        while count < due:
            request, decision, inputs = ready[count % _CASES]
            sealed = keyring.seal_parts(request.principal.id, _MONTH, (("inputs", inputs),), random=random.take)
            envelope = Envelope(
                kind=RecordKind.DECISION, id=f"dec_{mark}{count:016x}", exchange=f"exc_{mark}{count:016x}",
                at=int(time.time() * 1_000), gateway="", epoch=0, seq=0, action=request.action.value,
                effect=decision.effect.value, demanded=decision.demanded.value, policies=decision.policies,
                route=request.route, subject=sealed.pseudonym, sealed=tuple(one.part for one in sealed.parts),
            )  # fmt: skip
            waiting.append(spool.append(envelope, blobs=tuple(one.blob for one in sealed.parts), delta=b"d" * 80))
            count += 1
        found = await asyncio.gather(*waiting, return_exceptions=True)
        kept += sum(
            not isinstance(one, BaseException) for one in found
        )  # a spool that is starved refuses, as at a gateway
        if (now := time.perf_counter()) - told_at >= 1.0:
            sys.stdout.write(f"{kept / (now - told_at):.1f}\n")
            sys.stdout.flush()
            told_at, kept = now, 0
        await asyncio.sleep(_TICK_S)


def main(arguments: Sequence[str]) -> None:
    """``feed CONFIG PER_S`` or ``view PORT SECONDS COOKIE …``, as ``measure`` starts them."""
    what, *given = arguments
    if what == "feed":
        uvloop.run(feed(Path(given[0]), int(given[1])))
    else:
        seen = uvloop.run(watch_all(int(given[0]), float(given[1]), given[2:]))
        sys.stdout.write(MARK + msgspec.json.encode(seen).decode() + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
