"""The part over the wire: saturated rounds, latency at low load, streams; every figure beside its peers in one run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from bench import latency, streams
from bench.figures import Spread
from bench.latency import Added, Line
from bench.load import LoadResult, LoadSpec, run_load
from bench.processes import Weight
from bench.streams import StreamFigures
from bench.targets import Field, Target

Say = Callable[[str], None]


class TrafficPlan(msgspec.Struct, frozen=True):
    """How long and how often.

    Attributes:
        rounds: Saturated rounds per target, interleaved.
        seconds: Length of a round.
        warm_s: Load on each target before anything counts; automata and caches grow over the first thousand texts.
        turns: Requests per target at low load.
        stream_turns: Streams per target.
        large: Whether rounds with prompts of 16 KB are run as well.
    """

    targets: tuple[str, ...]
    rounds: int
    seconds: float
    turns: int
    stream_turns: int
    warm_s: float = 1
    large: bool = True
    prompt_bytes: int = 1_000
    large_bytes: int = 16_000


class Round(msgspec.Struct, frozen=True):
    """One saturated round of one target."""

    load: LoadResult
    cpu_us: float

    @property
    def is_void(self) -> bool:
        """Something was not answered with 200, so the round says nothing."""
        return self.load.errors > 0 or self.load.requests == 0

    @property
    def cpu_per_request_us(self) -> float:
        """CPU of the whole process tree per request."""
        return self.cpu_us / self.load.requests


class TargetFigures(msgspec.Struct, frozen=True):
    """Everything measured of one target.

    Attributes:
        rss_mb: Largest process after the load; ``rss_all_mb`` all processes together.
        void: Rounds with errors; they are in no figure.
    """

    name: str
    per_second: Spread | None
    cpu_us: Spread | None
    loaded_p50_us: Spread | None
    loaded_p99_us: Spread | None
    cpu_large_us: Spread | None
    rss_mb: float
    rss_all_mb: float
    low: Added | None
    stream: StreamFigures | None
    void: int

    @property
    def per_core(self) -> float | None:
        """Requests a second that one core carries: a second of CPU over the CPU of one request."""
        return 1e6 / self.cpu_us.mid if self.cpu_us and self.cpu_us.mid else None


class Traffic(msgspec.Struct, frozen=True):
    """The part's result.

    Attributes:
        absent: Targets that could not be measured, and why.
        mock: What answered behind the targets.
    """

    targets: list[TargetFigures]
    absent: dict[str, str]
    mock: str


def measure(plan: TrafficPlan, folder: Path, *, limit_s: float, say: Say) -> Traffic:
    """Start everything, measure it, end everything."""
    field = Field(folder, limit_s=limit_s)
    try:
        say(f"starting {len(plan.targets)} targets")
        field.start(plan.targets)
        for name, why in field.absent.items():
            say(f"without {name}: {why}")
        small = _rounds(field.targets, plan, folder, say)
        large = _large_rounds(field.targets, plan, folder, say) if plan.large else {}
        weights = {target.name: _weight(target) for target in field.targets}
        say(f"low load: {plan.turns} requests each")
        low = _low_load(field.targets, plan)
        say(f"streams: {plan.stream_turns} each")
        streamed = _streams(field.targets, plan) if plan.stream_turns else {}
    finally:
        field.stop()
    figures = [
        _figures(one.name, small[one.name], large.get(one.name, []), weights[one.name], low, streamed)
        for one in field.targets
    ]
    return Traffic(figures, field.absent, field.mock.kind)


def _rounds(targets: Sequence[Target], plan: TrafficPlan, folder: Path, say: Say) -> dict[str, list[Round]]:
    for target in targets:
        _round(target, folder, seconds=plan.warm_s, prompt_bytes=plan.prompt_bytes, seed=1)
    found: dict[str, list[Round]] = {target.name: [] for target in targets}
    for number in range(plan.rounds):
        say(f"saturated round {number + 1} of {plan.rounds}, {plan.seconds:g} s each")
        for target in targets:
            seed = 100 + number  # the same bodies for every target of a round, other ones in the next
            found[target.name].append(
                _round(target, folder, seconds=plan.seconds, prompt_bytes=plan.prompt_bytes, seed=seed)
            )
    return found


def _large_rounds(targets: Sequence[Target], plan: TrafficPlan, folder: Path, say: Say) -> dict[str, list[Round]]:
    say(f"saturated rounds with prompts of {plan.large_bytes // 1000} KB")
    return {
        target.name: [_round(target, folder, seconds=plan.seconds, prompt_bytes=plan.large_bytes, seed=900)]
        for target in targets
    }


def _round(target: Target, folder: Path, *, seconds: float, prompt_bytes: int, seed: int) -> Round:
    weight = Weight(target.running.pid) if target.running is not None else None
    before = weight.cpu_us() if weight is not None else 0.0
    spec = LoadSpec(port=target.port, headers=target.headers, seconds=seconds, prompt_bytes=prompt_bytes, seed=seed)
    load = run_load(spec, folder / "load")
    after = weight.cpu_us() if weight is not None else 0.0
    return Round(load, after - before)


def _weight(target: Target) -> tuple[float, float]:
    return Weight(target.running.pid).rss_mb() if target.running is not None else (0.0, 0.0)


def _low_load(targets: Sequence[Target], plan: TrafficPlan) -> dict[str, Added]:
    lines = {target.name: Line(target.port, target.headers) for target in targets}
    try:
        return latency.measure(lines, turns=plan.turns, prompt_bytes=plan.prompt_bytes, seed=7)
    finally:
        for line in lines.values():
            line.close()


def _streams(targets: Sequence[Target], plan: TrafficPlan) -> dict[str, StreamFigures]:
    asked = {target.name: (target.stream_port, target.stream_headers) for target in targets}
    return streams.measure(asked, turns=plan.stream_turns, prompt_bytes=plan.prompt_bytes, seed=8)


def _figures(
    name: str,
    small: Sequence[Round],
    large: Sequence[Round],
    weight: tuple[float, float],
    low: dict[str, Added],
    streamed: dict[str, StreamFigures],
) -> TargetFigures:
    sound = [one for one in small if not one.is_void]
    sound_large = [one for one in large if not one.is_void]
    has_cpu = any(one.cpu_us for one in sound)
    return TargetFigures(
        name=name,
        per_second=Spread.of([one.load.per_second for one in sound]),
        cpu_us=Spread.of([one.cpu_per_request_us for one in sound]) if has_cpu else None,
        loaded_p50_us=Spread.of([one.load.p50_us for one in sound]),
        loaded_p99_us=Spread.of([one.load.p99_us for one in sound]),
        cpu_large_us=Spread.of([one.cpu_per_request_us for one in sound_large]) if has_cpu else None,
        rss_mb=weight[0],
        rss_all_mb=weight[1],
        low=low.get(name),
        stream=streamed.get(name),
        void=len(small) + len(large) - len(sound) - len(sound_large),
    )
