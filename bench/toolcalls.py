"""What the gateway adds to a call of a tool: the same call to the same program or address, without it and through it.

One call at a time, in an order that is drawn anew for each; what is added is the difference within one turn.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec
import orjson

from bench.figures import percentile
from bench.latency import Added, Line
from bench.mix import sentences
from bench.processes import Running, free_port
from bench.targets import Field

PROGRAM, ADDRESS = "stdio", "http"
_SENTENCES = 4  # some 300 characters
_MOCK = (sys.executable, "-m", "bench.toolmock")
_ROOT = Path(__file__).resolve().parents[1]
_PATH = "/mcp"

Ask = Callable[[bytes], bytes]


class ToolFigures(msgspec.Struct, frozen=True):
    """One way to a server.

    Attributes:
        direct_p50_us: The call without the gateway.
        added: What the gateway adds to it.
    """

    way: str
    direct_p50_us: float
    added: Added


class _Program:
    """The server as a program of ours."""

    def __init__(self) -> None:
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(_MOCK, stdin=pipe, stdout=pipe, cwd=_ROOT)
        self.ask(_message("initialize", {"protocolVersion": "2025-11-25", "capabilities": {}}))

    def ask(self, message: bytes) -> bytes:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(message + b"\n")
        self._process.stdin.flush()
        return self._process.stdout.readline()

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(10)


def measure(folder: Path, *, turns: int, limit_s: float) -> list[ToolFigures]:
    """Measure both ways.

    Args:
        turns: Calls on each of the four paths; a tenth more is made before, to warm up.
    """
    port = free_port()
    folder.mkdir(parents=True, exist_ok=True)
    server = Running([*_MOCK, str(port)], log=folder / "toolmock.log", limit_s=limit_s, env=os.environ)
    field = Field(folder, limit_s=limit_s)
    program = _Program()
    lines: list[Line] = []
    try:
        server.wait_port(port, within_s=20)
        target = field.start_wardlaw("wardlaw-tools", extra=_servers(port))
        near, far = Line(port, [{}], path=_PATH), Line(target.port, target.headers, path=_PATH)
        lines += (near, far)
        far.body(_message("tools/list", {}))
        asks: Mapping[tuple[str, bool], Ask] = {
            (PROGRAM, False): program.ask,
            (PROGRAM, True): far.body,
            (ADDRESS, False): near.body,
            (ADDRESS, True): far.body,
        }
        return _measure(asks, turns)
    finally:
        for line in lines:
            line.close()
        program.close()
        field.stop()
        server.stop()


def _measure(asks: Mapping[tuple[str, bool], Ask], turns: int) -> list[ToolFigures]:
    draw = random.Random(29)
    order = list(asks)
    took: dict[tuple[str, bool], list[float]] = {path: [] for path in order}
    errors = dict.fromkeys((PROGRAM, ADDRESS), 0)
    for turn in range(-max(10, turns // 10), turns):
        draw.shuffle(order)
        for way, through in order:
            text = sentences(draw, _SENTENCES)  # one that was judged is not judged again, so each is another
            name = f"{way}__echo" if through else "echo"
            message = _message("tools/call", {"name": name, "arguments": {"text": text}})
            began = time.perf_counter_ns()
            said = asks[way, through](message)
            if turn >= 0:
                took[way, through].append((time.perf_counter_ns() - began) / 1000)
                errors[way] += _text(said) != text
    return [
        ToolFigures(way, percentile(took[way, False], 0.5), _added(took[way, False], took[way, True], errors[way]))
        for way in (PROGRAM, ADDRESS)
    ]


def _added(direct: list[float], through: list[float], errors: int) -> Added:
    values = [one - other for one, other in zip(through, direct, strict=True)]
    return Added(percentile(values, 0.5), percentile(values, 0.99), len(values), errors)


def _servers(port: int) -> str:
    servers = [
        {"name": PROGRAM, "command": list(_MOCK), "cwd": str(_ROOT), "region": "eu", "trust": "internal"},
        {"name": ADDRESS, "url": f"http://127.0.0.1:{port}{_PATH}", "region": "eu", "trust": "internal"},
    ]
    return f"mcp: {json.dumps({'servers': servers})}\n"


def _message(method: str, params: dict[str, object]) -> bytes:
    return orjson.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params})


def _text(said: bytes) -> str | None:
    """What the tool gave; None for anything else, which is counted and no end: a detector may stop a text."""
    try:
        return str(orjson.loads(said)["result"]["content"][0]["text"])
    except (orjson.JSONDecodeError, KeyError, IndexError):
        return None
