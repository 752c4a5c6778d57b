"""The gateway, with a clock at some places inside: ``python -m bench.watched CONFIG SAMPLES``.

Each line of the file of samples is a kind, microseconds, and what it was about: ``inspect`` the built-in detectors over
the segments of one body (their characters), ``window`` one run of the encoder's network
(word pieces), ``loop`` how much later than asked the event loop came back (0).
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

from wardlaw.adapters.encoder import OnnxRunner
from wardlaw.facts.exchange import Segment
from wardlaw.facts.finding import Finding
from wardlaw.gateway.door import Door
from wardlaw.gateway.inspection import Inspection
from wardlaw.gateway.main import main as serve
from wardlaw.gateway.runtime import Runtime

INSPECT: Final = "inspect"
WINDOW: Final = "window"
LOOP: Final = "loop"
_TICK_S = 0.002


class Sample(msgspec.Struct, frozen=True):
    """One line."""

    kind: str
    us: float
    size: int


def read_samples(path: Path, *, start: int = 0) -> tuple[list[Sample], int]:
    """The samples from a place on, and the place where they end."""
    raw = path.read_bytes()[start:] if path.exists() else b""
    whole = raw[: raw.rfind(b"\n") + 1]
    found = []
    for line in whole.decode().splitlines():
        kind, us, size = line.split()
        found.append(Sample(kind, float(us), int(size)))
    return found, start + len(whole)


class Watch:
    """Writes samples.

    Args:
        file: Descriptor of the file; every line is written at once, after the clock was read.
    """

    def __init__(self, file: int) -> None:
        self._file = file

    def note(self, kind: str, began_ns: int, size: int) -> None:
        """Write how long something took that began then."""
        took_us = (time.perf_counter_ns() - began_ns) / 1000
        os.write(self._file, f"{kind} {took_us:.1f} {size}\n".encode())

    def install(self) -> None:
        """Put the clock in; to be called before workers are forked."""
        inspect, run, opened = Inspection.inspect, OnnxRunner.run, Runtime.open

        def timed_inspect(inspection: Inspection, segments: Iterable[Segment]) -> tuple[Finding, ...]:
            listed = tuple(segments)
            began = time.perf_counter_ns()
            found = inspect(inspection, listed)
            self.note(INSPECT, began, sum(len(segment.text) for segment in listed))
            return found

        def timed_run(runner: OnnxRunner, windows: Sequence[Sequence[int]]) -> Any:
            began = time.perf_counter_ns()
            found = run(runner, windows)
            self.note(WINDOW, began, sum(len(window) for window in windows))
            return found

        async def watched_open(runtime: Runtime) -> Door:
            door = await opened(runtime)
            runtime.bench_task = asyncio.get_running_loop().create_task(self._loop())  # type: ignore[attr-defined]
            return door

        Inspection.inspect = timed_inspect  # type: ignore[method-assign]
        OnnxRunner.run = timed_run  # type: ignore[method-assign]
        Runtime.open = watched_open  # type: ignore[method-assign]

    async def _loop(self) -> None:
        while True:
            began = time.perf_counter_ns() + int(_TICK_S * 1e9)
            await asyncio.sleep(_TICK_S)
            self.note(LOOP, began, 0)


def main(arguments: list[str]) -> int:
    """Run the gateway of the configuration file named first."""
    config, samples = arguments
    Watch(os.open(samples, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)).install()
    return serve([config])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
