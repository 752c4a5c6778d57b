"""What the detectors cost: inside a gateway, beside its event loop, and of its requests a second.

The tiers are the text's views and the rules (0), the linear model (1) and the encoder (2), which is asked where the
linear model leaves a doubt.
"""

from __future__ import annotations

import itertools
import random
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from bench import latency
from bench.bodies import bodies, body, pieces, pieces_for
from bench.figures import percentile
from bench.latency import DIRECT, Added, Line
from bench.load import LoadSpec, run_load
from bench.mix import chat, in_other_scripts, segments, words_of
from bench.processes import StartError, Weight
from bench.targets import Field, Target
from bench.watched import INSPECT, LOOP, WINDOW, Sample, read_samples
from wardlaw.adapters.encoder import load_encoder
from wardlaw.adapters.weights import load_weights
from wardlaw.facts.exchange import Channel, Segment
from wardlaw.security.encoder import WINDOW as PIECES
from wardlaw.security.encoder import EncoderDetector, unsettled
from wardlaw.security.fingerprint import FingerprintBook
from wardlaw.security.inspect import Inspector
from wardlaw.security.learned import Weights

PROMPT_CHARS = 1_000
HISTORY_CHARS = 200_000
WITHOUT, WITH, WATCHED = "wardlaw-rules", "wardlaw-encoder", "wardlaw-watched"
_NO_ENCODER = "encoder: {enabled: false}\n"
_KEY = b"b" * 32
_DOUBTFUL_TEXTS = 400
_WAITING_LINES = 4  # connections that ask for doubtful texts while the loop is watched


class GuardFigures(msgspec.Struct, frozen=True):
    """Microseconds, MB, or a share.

    Attributes:
        ascii_us: Tiers 0 and 1 over a prompt of 1 KB, in a gateway (p50); ``scripts_us`` in other scripts.
        history_us: The same over 200 KB that are known and 1 KB that is new.
        window_us: CPU of the encoder for a full window, on one core.
        share: Of the segments of the mix, those that the encoder is asked about; ``asked`` of ``texts``.
        loop_us: Latest that the event loop came back while the encoder worked, ``loop_p99_us`` nearly always;
            ``windows`` were read meanwhile. ``calm_us`` the latest with prompts that leave no doubt.
        cpu_us: CPU per request of the mix, tiers 0 and 1; ``encoder_cpu_us`` with the encoder, too.
        rss_mb: Memory of the worker with the encoder, after the load.
        errors: Answers other than 200, in all of it.
    """

    ascii_us: float
    ascii_p99_us: float
    scripts_us: float
    scripts_p99_us: float
    history_us: float
    window_us: float
    share: float
    asked: int
    texts: int
    loop_us: float
    loop_p99_us: float
    calm_us: float
    windows: int
    cpu_us: float
    encoder_cpu_us: float
    added: Added
    rss_mb: float
    errors: int


def measure(folder: Path, *, turns: int, texts: int, seconds: float, limit_s: float) -> GuardFigures:
    """Measure all of it.

    Args:
        turns: Requests for each figure inside a gateway, and at low load.
        texts: Segments of the mix.
        seconds: Length of a run of load.
    """
    weights = load_weights()
    encoder = load_encoder(weights)
    asked, doubtful = _doubts(weights, encoder, texts)
    window_us = _window(encoder, max(20, turns // 10))
    field = Field(folder, limit_s=limit_s)
    try:
        without = field.start_wardlaw(WITHOUT, extra=_NO_ENCODER)
        both = field.start_wardlaw(WITH)
        added = _added(field, without, turns)
        rounds = [_cpu(one, folder, seconds) for one in (without, both, without, both)]
        assert both.running is not None
        rss_mb, _ = Weight(both.running.pid).rss_mb()
        for target in (without, both):
            target.stop()
        inside = _inside(field, folder, doubtful, turns=turns, seconds=seconds)
    finally:
        field.stop()
    return GuardFigures(
        ascii_us=percentile(inside.plain, 0.5),
        ascii_p99_us=percentile(inside.plain, 0.99),
        scripts_us=percentile(inside.scripts, 0.5),
        scripts_p99_us=percentile(inside.scripts, 0.99),
        history_us=percentile(inside.history, 0.5),
        window_us=window_us,
        share=asked / texts,
        asked=asked,
        texts=texts,
        loop_us=max(inside.loop),
        loop_p99_us=percentile(inside.loop, 0.99),
        calm_us=max(inside.calm),
        windows=inside.windows,
        cpu_us=(rounds[0][0] + rounds[2][0]) / 2,
        encoder_cpu_us=(rounds[1][0] + rounds[3][0]) / 2,
        added=added,
        rss_mb=rss_mb,
        errors=sum(errors for _, errors in rounds) + inside.errors + added.errors,
    )


def _doubts(weights: Weights, encoder: EncoderDetector, texts: int) -> tuple[int, list[str]]:
    """How many segments of the mix leave a doubt, and prompts that do."""
    book = FingerprintBook((), key=_KEY, base=257)
    inspector = Inspector(book=book, subject_key=_KEY, weights=weights, doubted=encoder.doubted)

    def leaves_doubt(segment: Segment) -> bool:
        return any(map(unsettled, inspector.inspect(segment)))

    mix = itertools.islice(segments(11), texts)
    asked = sum(leaves_doubt(Segment(0, channel, "", text)) for channel, text in mix)
    tried = itertools.islice(playful_prompts(12), 10 * _DOUBTFUL_TEXTS)
    doubtful = (text for text in tried if leaves_doubt(Segment(0, Channel.USER, "", text)))
    return asked, list(itertools.islice(doubtful, _DOUBTFUL_TEXTS))


def playful_prompts(seed: int) -> Iterator[str]:
    """Harmless prompts, each another one, worded so that many leave the linear model in doubt."""
    draw = random.Random(seed)
    while True:
        role = draw.choice(("a pirate", "a king", "an old teacher", "a robot", "a strict editor"))
        yield f"Pretend you are {role} and tell me {words_of(draw, 12)}"


def _window(encoder: EncoderDetector, runs: int) -> float:
    """CPU of this thread for one full window, p50."""
    runner, draw = encoder._runner, random.Random(5)  # noqa: SLF001 (the network alone, without what prepares it)
    took = []
    for turn in range(runs + 5):
        ids = [encoder._words.begin, *(draw.randrange(1_000, 20_000) for _ in range(PIECES)), encoder._words.end]  # noqa: SLF001
        began = time.thread_time_ns()
        runner.run([ids])
        if turn >= 5:
            took.append((time.thread_time_ns() - began) / 1000)
    return percentile(took, 0.5)


def _added(field: Field, target: Target, turns: int) -> Added:
    direct = field.targets[0]
    lines = {DIRECT: Line(direct.port, direct.headers), target.name: Line(target.port, target.headers)}
    try:
        return latency.measure(lines, turns=turns, prompt_bytes=PROMPT_CHARS, seed=17)[target.name]
    finally:
        for line in lines.values():
            line.close()


def _cpu(target: Target, folder: Path, seconds: float) -> tuple[float, int]:
    """CPU per request of the mix, and errors."""
    assert target.running is not None
    spec = LoadSpec(
        port=target.port,
        headers=target.headers,
        seconds=seconds,
        prompt_bytes=0,
        seed=random.randrange(10**6),
        mix=True,
    )
    weight = Weight(target.running.pid)
    before = weight.cpu_us()
    load = run_load(spec, folder / "load")
    if not load.requests:
        raise StartError("no request of the mix was answered")
    return (weight.cpu_us() - before) / load.requests, load.errors


class _Inside(msgspec.Struct):
    """Samples of a watched gateway, microseconds."""

    plain: list[float]
    scripts: list[float]
    history: list[float]
    loop: list[float]
    calm: list[float]
    windows: int
    errors: int


def _inside(field: Field, folder: Path, doubtful: Sequence[str], *, turns: int, seconds: float) -> _Inside:
    samples = folder / "samples.txt"
    command = [sys.executable, "-m", "bench.watched", "{config}", str(samples)]
    target = field.start_wardlaw(WATCHED, command=command)
    draw, errors, end = random.Random(23), 0, 0

    def phase(made: Iterator[bytes], count: int) -> list[Sample]:
        nonlocal errors, end
        line = Line(target.port, target.headers)
        try:
            errors += sum(line.ask(next(made), turn)[0] != 200 for turn in range(count))
        finally:
            line.close()
        found, end = read_samples(samples, start=end)
        return found

    phase(bodies(PROMPT_CHARS, seed=21), max(20, turns // 5))  # to warm up
    plain = phase(bodies(PROMPT_CHARS, seed=22), turns)
    scripts = phase((body(in_other_scripts(draw, PROMPT_CHARS)) for _ in itertools.count()), turns)
    old = _history(draw)
    phase(_grown(old, 31), 3)
    history = phase(_grown(old, 32), max(10, turns // 4))
    until = time.monotonic() + seconds
    waiting = [
        _Asking(target, [body(text) for text in doubtful[number::_WAITING_LINES]], until)
        for number in range(_WAITING_LINES)
    ]
    for one in waiting:
        one.start()
    for one in waiting:
        one.join()
    busy, end = read_samples(samples, start=end)
    return _Inside(
        plain=_inspected(plain, PROMPT_CHARS),
        scripts=_inspected(scripts, PROMPT_CHARS),
        history=_inspected(history, HISTORY_CHARS),
        loop=[one.us for one in busy if one.kind == LOOP],
        calm=[one.us for one in plain if one.kind == LOOP],
        windows=sum(one.kind == WINDOW for one in busy),
        errors=errors,
    )


class _Asking(threading.Thread):
    """One connection that asks, one request after another, until it is over."""

    def __init__(self, target: Target, asked: list[bytes], until: float) -> None:
        super().__init__(daemon=True)
        self._target, self._asked, self._until = target, asked, until

    def run(self) -> None:
        line = Line(self._target.port, self._target.headers)
        for turn, one in enumerate(self._asked):
            if time.monotonic() > self._until:
                break
            line.ask(one, turn)
        line.close()


def _history(draw: random.Random) -> list[str]:
    parts = pieces(41)
    count = pieces_for(PROMPT_CHARS)
    return [" ".join(draw.choice(parts) for _ in range(count)) for _ in range(HISTORY_CHARS // PROMPT_CHARS)]


def _grown(old: list[str], seed: int) -> Iterator[bytes]:
    """The same history, each time with another new prompt at its end."""
    for text in _prompts(seed):
        yield chat([*old, text])


def _prompts(seed: int) -> Iterator[str]:
    draw, parts, count = random.Random(seed), pieces(seed), pieces_for(PROMPT_CHARS)
    while True:
        yield " ".join(draw.choice(parts) for _ in range(count))


def _inspected(samples: Sequence[Sample], at_least: int) -> list[float]:
    """What inspecting the requests took; the answers are shorter."""
    return [one.us for one in samples if one.kind == INSPECT and one.size >= at_least * 0.9]
