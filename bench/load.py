"""Saturated load: 32 connections, each asking again as soon as it is answered, no two bodies alike.

wrk where it is installed; otherwise an own client, slower but the same for every target of a run.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import cast

import msgspec
import uvloop

from bench.bodies import MODEL, SYSTEM, bodies, body, pieces, pieces_for
from bench.figures import percentile
from bench.http1 import AnswerParser, End, Head, request_bytes
from bench.mix import mixed_prompts

CONNECTIONS = 32
MARK = "bench-result "
PATH = "/v1/chat/completions"


class LoadSpec(msgspec.Struct, frozen=True):
    """One run of load.

    Attributes:
        headers: One set of request headers for each caller; requests take turns.
        seed: Another seed gives other bodies.
        mix: Bodies of the mix (``bench/mix.py``) in place of prose of one length; by the own client alone.
    """

    port: int
    headers: list[dict[str, str]]
    seconds: float
    prompt_bytes: int
    seed: int
    connections: int = CONNECTIONS
    mix: bool = False


class LoadResult(msgspec.Struct, frozen=True):
    """What came of it; latencies in microseconds, errors of any kind together (any answer but 200 is one)."""

    requests: int
    seconds: float
    p50_us: float
    p99_us: float
    errors: int

    @property
    def per_second(self) -> float:
        """Requests per second."""
        return self.requests / self.seconds if self.seconds else 0.0


def has_wrk() -> bool:
    """Whether wrk is installed."""
    return shutil.which("wrk") is not None


def run_load(spec: LoadSpec, folder: Path) -> LoadResult:
    """Put load on a target for some seconds."""
    folder.mkdir(parents=True, exist_ok=True)
    if has_wrk() and not spec.mix:
        script = folder / "load.lua"
        script.write_text(lua_script(spec), encoding="utf-8")
        command = ["wrk", "-t1", f"-c{spec.connections}", f"-d{max(1, round(spec.seconds))}s", "--timeout", "10s"]
        command += ["-s", str(script), f"http://127.0.0.1:{spec.port}{PATH}"]
    else:
        path = folder / "load.json"
        path.write_bytes(msgspec.json.encode(spec))
        command = [sys.executable, "-m", "bench.load", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=spec.seconds + 60, check=False)
    return read_result(done.stdout + done.stderr)


def read_result(output: str) -> LoadResult:
    """The result out of a load generator's output.

    Raises:
        ValueError: There is none.
    """
    for line in output.splitlines():
        if line.startswith(MARK):
            return msgspec.json.decode(line.removeprefix(MARK), type=LoadResult)
    raise ValueError(f"the load generator gave no result: {output[-500:]}")


def lua_script(spec: LoadSpec) -> str:
    """A wrk script that puts every body together anew."""
    parts = ",\n".join(json.dumps(part) for part in pieces(spec.seed))
    callers = ",\n".join(
        "{" + ", ".join(f"[{json.dumps(name)}]={json.dumps(value)}" for name, value in one.items()) + "}"
        for one in ({**headers, "content-type": "application/json"} for headers in spec.headers)
    )
    frame = json.dumps(
        {"model": MODEL, "messages": [{"role": "system", "content": SYSTEM}, {"role": "user", "content": "|"}]},
        separators=(",", ":"),
    )
    before, after = frame.split("|")
    return f"""math.randomseed({spec.seed})
local parts = {{{parts}}}
local callers = {{{callers}}}
local before, after = {json.dumps(before)}, {json.dumps(after)}
local count, turn, bad = {pieces_for(spec.prompt_bytes)}, 0, 0
local chosen = {{}}
function request()
  for place = 1, count do chosen[place] = parts[math.random(#parts)] end
  turn = turn % #callers + 1
  return wrk.format("POST", {json.dumps(PATH)}, callers[turn], before .. table.concat(chosen, " ") .. after)
end
function done(summary, latency, requests)
  local e = summary.errors
  io.write(string.format('{MARK}{{"requests":%d,"seconds":%.6f,"p50_us":%.1f,"p99_us":%.1f,"errors":%d}}\\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50), latency:percentile(99),
    e.connect + e.read + e.write + e.status + e.timeout))
end
"""


class _Caller(asyncio.Protocol):
    """One connection of the own client."""

    def __init__(self, run: _Run) -> None:
        self._run = run
        self._parser = AnswerParser()
        self._status = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._ask()

    def _ask(self) -> None:
        self._sent = time.perf_counter_ns()
        self._transport.write(self._run.next_request())

    def data_received(self, data: bytes) -> None:
        for event in self._parser.feed(data):
            if isinstance(event, Head):
                self._status = event.status
            elif isinstance(event, End):
                self._run.count(self._status, (time.perf_counter_ns() - self._sent) / 1000)
                if self._run.is_over:
                    self._transport.close()
                else:
                    self._ask()

    def connection_lost(self, exc: Exception | None) -> None:
        self._run.lost()


class _Run:
    """What the connections of the own client share."""

    def __init__(self, spec: LoadSpec) -> None:
        source = map(body, mixed_prompts(spec.seed)) if spec.mix else bodies(spec.prompt_bytes, seed=spec.seed)
        # Made before the clock starts; several times as many as one connection asks in a second.
        self._bodies = [next(source) for _ in range(4_000)]
        self._headers = spec.headers
        self._turn = 0
        self.took: list[float] = []
        self.errors = 0
        self.is_over = False

    def next_request(self) -> bytes:
        self._turn += 1
        body = self._bodies[self._turn % len(self._bodies)]
        # The number keeps every body different from the one that stood at this place a round ago.
        body = body.replace(b"You are a helpful", b"You are helpful in case %d, a" % self._turn, 1)
        return request_bytes(PATH, self._headers[self._turn % len(self._headers)], body)

    def count(self, status: int, took_us: float) -> None:
        self.took.append(took_us)
        self.errors += status != 200

    def lost(self) -> None:
        self.errors += not self.is_over


async def run_own(spec: LoadSpec) -> LoadResult:
    """The own client."""
    run = _Run(spec)
    loop = asyncio.get_running_loop()
    began = time.perf_counter()
    transports = [
        (await loop.create_connection(lambda: _Caller(run), "127.0.0.1", spec.port))[0] for _ in range(spec.connections)
    ]
    await asyncio.sleep(spec.seconds)
    run.is_over = True
    seconds = time.perf_counter() - began
    for transport in transports:
        transport.close()
    took = run.took or [0.0]
    return LoadResult(len(run.took), seconds, percentile(took, 0.5), percentile(took, 0.99), run.errors)


def main(arguments: Sequence[str]) -> None:
    """Run the own client for the spec in a file."""
    spec = msgspec.json.decode(Path(arguments[0]).read_bytes(), type=LoadSpec)
    result = uvloop.run(run_own(spec))
    sys.stdout.write(MARK + msgspec.json.encode(result).decode() + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
