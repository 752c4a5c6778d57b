"""Where the CPU of a loaded gateway goes, stage by stage: sampled from outside with py-spy, where it is installed.

Samples of the main thread are put under the outermost function that stands in the table, and scaled to the CPU
time the kernel counted for that thread; the other threads are told as the kernel counts them. Functions are named
by file and name; one that is renamed falls into "elsewhere", which therefore must stay small.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import msgspec

from bench.load import LoadSpec, run_load
from bench.processes import StartError, Weight, thread_cpu_us
from bench.targets import DURABLE, Field

ENV_PYSPY = "WARDLAW_BENCH_PYSPY"
_RATE = 250  # samples a second
_THREAD = re.compile(r"thread \((\d+)\): (.*?)(?:_\d+)?(?: \d+)?$")
_ELSEWHERE, _SERVER = "elsewhere in Python", "server and event loop"
_STARTING = "starting"  # of no request; it must not be seen once the gateway has said that it is ready
# Innermost first: a sample belongs to the first stage whose function stands in its stack. File, function, stage.
STAGES: tuple[tuple[str, str, str], ...] = (
    ("security/", "Normaliser.normalise", "inspect: normalise"),
    ("security/", "InjectionDetector.detect", "inspect: injection rules"),
    ("security/", "SecretDetector.detect", "inspect: secrets"),
    ("security/", "LinearDetector.", "inspect: linear model"),
    ("security/", "ExfiltrationDetector.", "inspect: links in answers"),
    ("security/anomaly.py", "", "behaviour profiles"),
    ("state/habits.py", "", "behaviour profiles"),
    ("gateway/doubts.py", "", "encoder: hand over and receive"),
    ("security/carrying.py", "", "compare the answer with its conversation"),
    ("security/gist.py", "", "compare the answer with its conversation"),
    ("gateway/gists.py", "", "compare the answer with its conversation"),
    ("security/", "PiiDetector.", "inspect: personal data"),
    ("security/", "FingerprintDetector.detect", "inspect: fingerprints"),
    ("security/", "HiddenDetector.detect", "inspect: hidden text"),
    ("gateway/inspection.py", "", "inspect: what was judged before"),
    ("decision/", "", "decide"),
    ("state/", "", "state authority"),
    ("gateway/recorder.py", "", "record: encode and seal"),
    ("store/keyring.py", "", "record: encode and seal"),
    ("store/spool.py", "", "record: hand over and receive"),
    ("gateway/admission.py", "", "admit"),
    ("gateway/keybook.py", "", "admit"),
    ("gateway/metering.py", "", "meter"),
    ("gateway/upstream.py", "", "call the upstream"),
    ("gateway/connection.py", "", "call the upstream"),
    ("gateway/wire/response.py", "", "call the upstream"),
    ("gateway/wire/answer.py", "", "read the answer"),
    ("gateway/wire/", "", "read and check the request"),
    ("gateway/judge.py", "", "judge: facts and state keys"),
    ("gateway/server.py", "", _SERVER),
    ("gateway/runtime.py", "Runtime._health", "exchange and door"),
    ("gateway/runtime.py", "", _STARTING),
    ("gateway/main.py", "", _STARTING),
    ("gateway/", "", "exchange and door"),
    ("granian/", "", _SERVER),
)


# What each stage may take of a request's 400 µs; docs/benchmarks.md says why, in the same words where it has them.
BUDGET: Mapping[str, float] = {
    _SERVER: 60,
    "call the upstream": 50,
    "admit": 10,
    "read and check the request": 25,
    "inspect: normalise": 15,
    "inspect: injection rules": 40,
    "inspect: secrets": 15,
    "inspect: personal data": 15,
    "inspect: fingerprints": 10,
    "inspect: hidden text": 5,
    "state authority": 15,
    "judge: facts and state keys": 10,
    "meter": 10,
    "decide": 20,
    "record: encode and seal": 45,
    "record: hand over and receive": 35,
    "read the answer": 8,
    "compare the answer with its conversation": 4,
    "exchange and door": 8,
}


class StageFigures(msgspec.Struct, frozen=True):
    """CPU microseconds per request by stage, largest first; ``threads`` are those beside the main one."""

    requests: int
    cpu_us: float
    stages: dict[str, float]
    threads: dict[str, float]


def find_pyspy() -> str:
    """Path of py-spy; empty when there is none."""
    return os.environ.get(ENV_PYSPY, "") or shutil.which("py-spy") or ""


def measure(folder: Path, *, seconds: float, connections: int, limit_s: float) -> StageFigures:
    """Load one gateway and look where its time goes.

    Raises:
        StartError: There is no py-spy, or it may not look (it needs the right to trace processes).
    """
    program = find_pyspy()
    if not program:
        raise StartError(f"py-spy is not installed (or set {ENV_PYSPY})")
    field = Field(folder, limit_s=limit_s)
    try:
        field.start([DURABLE])
        if DURABLE in field.absent:
            raise StartError(field.absent[DURABLE])
        target = field.targets[-1]
        assert target.running is not None
        weight = Weight(target.running.pid)
        spec = LoadSpec(
            port=target.port,
            headers=target.headers,
            seconds=seconds,
            prompt_bytes=1_000,
            seed=50,
            connections=connections,
        )
        idle = weight.by_process()
        run_load(msgspec.structs.replace(spec, seconds=2, seed=49), folder / "load")
        warm = weight.by_process()
        pid = max(warm, key=lambda one: warm[one] - idle.get(one, 0.0))  # the worker
        output = folder / "samples"
        command = [program, "record", "--threads", "--rate", str(_RATE), "--duration", str(round(seconds))]
        command += ["--format", "raw"]
        with (folder / "py-spy.log").open("wb") as log:
            spy = subprocess.Popen([*command, "--output", str(output), "--pid", str(pid)], stdout=log, stderr=log)
        before, threads_before = weight.cpu_us(), thread_cpu_us(pid)
        load = run_load(spec, folder / "load")
        cpu, threads = weight.cpu_us() - before, thread_cpu_us(pid)
        try:
            spy.wait(30)
        except subprocess.TimeoutExpired:
            spy.kill()
        if not output.exists():
            raise StartError("py-spy gave nothing: " + (folder / "py-spy.log").read_text(encoding="utf-8")[-500:])
        used = {tid: (value - threads_before.get(tid, 0.0)) / load.requests for tid, value in threads.items()}
    finally:
        field.stop()
    raw = output.read_text(encoding="utf-8")
    main_us = used.pop(pid, 0.0)
    return StageFigures(
        requests=load.requests,
        cpu_us=cpu / load.requests,
        stages={stage: share * main_us for stage, share in sort_samples(raw).items()},
        threads=by_thread(used, thread_names(raw)),
    )


def by_thread(used: Mapping[int, float], names: Mapping[int, str]) -> dict[str, float]:
    """CPU per request of the threads beside the main one, those of less than a microsecond left out."""
    found: dict[str, float] = {}
    for tid, value in used.items():
        name = names.get(tid) or "server and client library"
        found[name] = found.get(name, 0.0) + value
    return {name: value for name, value in found.items() if value >= 1}


def thread_names(raw: str) -> dict[int, str]:
    """Names of the threads that ran Python, by their number."""
    first = {line.partition(";")[0] for line in raw.splitlines()}
    return {int(match[1]): match[2] for one in first if (match := _THREAD.match(one))}


def sort_samples(raw: str) -> dict[str, float]:
    """Share of the main thread's samples by stage, largest first.

    Args:
        raw: Stacks as py-spy writes them: the thread and its frames joined by ``;``, outermost first, then a count.
    """
    found: Counter[str] = Counter()
    for line in raw.splitlines():
        stack, _, count = line.rpartition(" ")
        thread, *frames = stack.split(";")
        if count.isdigit() and thread.endswith(": MainThread"):
            found[stage_of(frames)] += int(count)
    total = sum(found.values())
    return {stage: number / total for stage, number in found.most_common()} if total else {}


def stage_of(frames: list[str]) -> str:
    """The stage of one stack."""
    for frame in reversed(frames):
        function, _, place = frame.partition(" (")
        for path, name, stage in STAGES:
            if path in place and function.startswith(name):
                return stage
    return _ELSEWHERE


def in_order(figures: Mapping[str, float]) -> list[tuple[str, float]]:
    """Largest first."""
    return sorted(figures.items(), key=lambda item: -item[1])
