"""Latency of streams: how long after the upstream sent a chunk the caller has what it caused.

A gateway that inspects streams holds back the unfinished end of a text, so two things are told apart: the *work*
(from the upstream's newest chunk to the bytes it made the gateway send) and the *age* (from the moment a word was
sent by the upstream to the moment the caller has it, what is held back included).
"""

from __future__ import annotations

import json
import socket
import time
from bisect import bisect_right
from collections.abc import Mapping, Sequence

import msgspec

from bench.bodies import bodies
from bench.figures import percentile
from bench.http1 import AnswerParser, End, Head, request_bytes
from bench.latency import DIRECT, TIMEOUT_S
from bench.load import PATH
from bench.mock import CHUNKS, read_spelled


class Stream(msgspec.Struct, frozen=True):
    """One stream as the caller saw it; times in microseconds of the monotonic clock.

    Attributes:
        sent: When the upstream sent each chunk.
        got: When text arrived here, and the times spelled in it.
    """

    status: int
    began: int
    sent: list[int]
    got: list[tuple[int, list[int]]]

    @property
    def is_whole(self) -> bool:
        """Every chunk arrived."""
        return self.status == 200 and len(self.sent) == CHUNKS

    def work_us(self) -> list[int]:
        """For each arrival of text, the time since the upstream's newest chunk before it."""
        ages = [at - self.sent[place - 1] for at, _ in self.got if (place := bisect_right(self.sent, at))]
        return ages[1:]  # the first one also pays for what opens the stream

    def age_us(self) -> list[int]:
        """For each word, the time from its sending to its arrival."""
        return [at - one for at, times in self.got for one in times]

    @property
    def first_us(self) -> int:
        """From the request to the first text."""
        return self.got[0][0] - self.began


class StreamFigures(msgspec.Struct, frozen=True):
    """Medians over the streams of one target in microseconds; what is added to direct, direct itself absolute."""

    work_p50_us: float
    work_p99_us: float
    age_p50_us: float
    first_p50_us: float
    streams: int
    errors: int


def run_stream(port: int, headers: Mapping[str, str], body: bytes) -> Stream:
    """Ask for one stream on a connection of its own and read it to the end."""
    got: list[tuple[int, list[int]]] = []
    status = 0
    parser, reader = AnswerParser(), _TextReader()
    began = time.monotonic_ns() // 1000
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT_S) as line:
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            line.sendall(request_bytes(PATH, headers, body))
            ended = False
            while not ended and (data := line.recv(65_536)):
                at = time.monotonic_ns() // 1000
                for event in parser.feed(data):
                    if isinstance(event, Head):
                        status = event.status
                    elif isinstance(event, End):
                        ended = True
                    elif times := read_spelled(reader.feed(event)):
                        got.append((at, times))
    except OSError:
        status = 0
    return Stream(status, began, sorted(one for _, times in got for one in times), got)


class _TextReader:
    """The text in the events of a chat stream, whatever bytes they come in."""

    def __init__(self) -> None:
        self._buffer = b""

    def feed(self, data: bytes) -> str:
        """The text of the events that these bytes complete."""
        *events, self._buffer = (self._buffer + data).split(b"\n\n")
        return " ".join(_text_of(event) for event in events)


def _text_of(event: bytes) -> str:
    data = event.strip().removeprefix(b"data:").strip()
    if not data.startswith(b"{"):
        return ""
    choices = json.loads(data).get("choices") or [{}]
    return str((choices[0].get("delta") or {}).get("content") or "")


def measure(
    targets: Mapping[str, tuple[int, Sequence[Mapping[str, str]]]], *, turns: int, prompt_bytes: int, seed: int
) -> dict[str, StreamFigures]:
    """Figures by target (port and the headers of its callers); streams take turns."""
    source = bodies(prompt_bytes, seed=seed, stream=True)
    seen: dict[str, list[Stream]] = {name: [] for name in targets}
    for turn in range(-1, turns):
        body = next(source)
        for name, (port, headers) in targets.items():
            stream = run_stream(port, headers[turn % len(headers)], body)
            if turn >= 0:
                seen[name].append(stream)
    direct = summarise(seen[DIRECT], None)
    return {name: summarise(streams, None if name == DIRECT else direct) for name, streams in seen.items()}


def summarise(streams: Sequence[Stream], direct: StreamFigures | None) -> StreamFigures:
    """Medians of the whole streams, less those of direct."""
    whole = [stream for stream in streams if stream.is_whole]
    errors = len(streams) - len(whole)
    if not whole:
        none = float("nan")
        return StreamFigures(none, none, none, none, 0, errors)
    work = [one for stream in whole for one in stream.work_us()]
    age = [one for stream in whole for one in stream.age_us()]
    first = [stream.first_us for stream in whole]
    found = (percentile(work, 0.5), percentile(work, 0.99), percentile(age, 0.5), percentile(first, 0.5))
    if direct is not None:
        base = (direct.work_p50_us, direct.work_p99_us, direct.age_p50_us, direct.first_p50_us)
        found = tuple(one - other for one, other in zip(found, base, strict=True))  # type: ignore[assignment]
    return StreamFigures(*found, streams=len(whole), errors=errors)
