"""What was promised, beside what was measured. It is a table for people: nothing fails when a promise is not met."""

from __future__ import annotations

import math
from collections.abc import Callable

import msgspec

from bench.auditing import AuditFigures
from bench.bundling import Bundled
from bench.consoling import ConsoleFigures
from bench.covering import CoverageFigures
from bench.deciding import DecisionFigures
from bench.deliveries import DeliveryFigures
from bench.exporting import ExportFigures
from bench.guarding import GuardFigures
from bench.inventory import InventoryFigures
from bench.live import LiveFigures
from bench.million import MillionFigures
from bench.modelfiles import ModelFileFigures
from bench.replaying import ReplayFigures
from bench.stages import StageFigures
from bench.targets import DURABLE, LITELLM, PORTKEY, STACK, UNWAITED
from bench.toolcalls import ADDRESS, PROGRAM, ToolFigures
from bench.traffic import TargetFigures, Traffic
from bench.verifying import VerifyFigures


class Results(msgspec.Struct, frozen=True):
    """What was measured; a part that was not run is None."""

    traffic: Traffic | None = None
    decisions: list[DecisionFigures] | None = None
    audit: AuditFigures | None = None
    verify: VerifyFigures | None = None
    stages: StageFigures | None = None
    guard: GuardFigures | None = None
    replay: ReplayFigures | None = None
    export: ExportFigures | None = None
    bundle: Bundled | None = None
    tools: list[ToolFigures] | None = None
    inventory: InventoryFigures | None = None
    coverage: CoverageFigures | None = None
    models: ModelFileFigures | None = None
    deliveries: DeliveryFigures | None = None
    console: ConsoleFigures | None = None
    million: MillionFigures | None = None
    live: LiveFigures | None = None

    def target(self, name: str) -> TargetFigures | None:
        """Figures of one target."""
        listed = self.traffic.targets if self.traffic is not None else []
        return next((one for one in listed if one.name == name), None)


class Promise(msgspec.Struct, frozen=True):
    """One promise.

    Attributes:
        at_most: True when smaller is better.
        measured: None where it was not measured.
    """

    what: str
    unit: str
    limit: float
    at_most: bool
    measured: float | None

    @property
    def is_met(self) -> bool | None:
        """Whether it is kept; None where nothing was measured."""
        if self.measured is None:
            return None
        return self.measured <= self.limit if self.at_most else self.measured >= self.limit


_Read = Callable[[Results], float | None]


def promises(results: Results) -> list[Promise]:
    """Every promise with its figure."""
    return [Promise(what, unit, limit, at_most, _number(read(results))) for what, unit, limit, at_most, read in _TABLE]


def _number(value: float | None) -> float | None:
    return None if value is None or math.isnan(value) else value


def _cpu(name: str) -> _Read:
    def read(results: Results) -> float | None:
        one = results.target(name)
        return one.cpu_us.mid if one is not None and one.cpu_us is not None else None

    return read


def _times_less(peer: str) -> _Read:
    def read(results: Results) -> float | None:
        own, other = _cpu(DURABLE)(results), _cpu(peer)(results)
        return other / own if own and other else None

    return read


def _low(name: str, share: str) -> _Read:
    def read(results: Results) -> float | None:
        one = results.target(name)
        if one is None or one.low is None:
            return None
        return (one.low.p50_us if share == "p50" else one.low.p99_us) / 1000

    return read


def _per_core(results: Results) -> float | None:
    one = results.target(DURABLE)
    return one.per_core if one is not None else None


def _chunk(results: Results) -> float | None:
    own, stack = results.target(DURABLE), results.target(STACK)
    if own is None or stack is None or own.stream is None or stack.stream is None:
        return None
    return (own.stream.work_p50_us - stack.stream.work_p50_us) / 1000


def _memory(results: Results) -> float | None:
    one = results.target(DURABLE)
    return one.rss_mb if one is not None else None


def _decision(clauses: int, *, cold: bool) -> _Read:
    def read(results: Results) -> float | None:
        for one in results.decisions or ():
            if one.clauses == clauses:
                return one.cold_p50_us if cold else one.warm_p50_us
        return None

    return read


def _guard(read: Callable[[GuardFigures], float]) -> _Read:
    return lambda results: read(results.guard) if results.guard else None


def _tool(way: str) -> _Read:
    def read(results: Results) -> float | None:
        return next((one.added.p50_us / 1000 for one in results.tools or () if one.way == way), None)

    return read


_NEVER_MS = 60_000.0  # longer than any sender waits


def _delivered(results: Results) -> float | None:
    """The 99th percentile; where a delivery was lost on the way, it never came."""
    one = results.deliveries
    if one is None:
        return None
    return one.p99_ms if one.taken == one.findings == one.sent else _NEVER_MS


def _inventory(read: Callable[[InventoryFigures], float]) -> _Read:
    return lambda results: read(results.inventory) if results.inventory else None


def _slowest_page(address: str = "") -> _Read:
    """The slowest of all pages, or one of them; nothing where there were fewer than a million of what they show."""

    def read(results: Results) -> float | None:
        one = results.million
        if one is None or one.decisions < 1_000_000 or one.grants < 1_000_000:
            return None
        return max(page.p50_ms for page in one.pages if address in ("", page.address))

    return read


_TABLE: tuple[tuple[str, str, float, bool, _Read], ...] = (
    ("CPU per request, prompts of 1 KB, everything on", "µs", 400, True, _cpu(DURABLE)),
    ("requests a second per core", "1/s", 2_500, False, _per_core),
    ("CPU against LiteLLM, which does nothing", "× less", 20, False, _times_less(LITELLM)),
    ("CPU against Portkey, which does nothing", "× less", 6, False, _times_less(PORTKEY)),
    ("added latency p50 at low load, durable record", "ms", 1.25, True, _low(DURABLE, "p50")),
    ("added latency p50 without the wait for the disk", "ms", 1.0, True, _low(UNWAITED, "p50")),
    ("added latency p99 at low load, durable record", "ms", 3, True, _low(DURABLE, "p99")),
    ("added per stream chunk above the same stack", "ms", 0.15, True, _chunk),
    ("memory of a worker after the load", "MB", 120, True, _memory),
    ("decision alone p50, 12 clauses, warm", "µs", 50, True, _decision(12, cold=False)),
    ("decision alone p50, 12 clauses, cold", "µs", 50, True, _decision(12, cold=True)),
    ("decision alone p50, 200 clauses, warm", "µs", 100, True, _decision(200, cold=False)),
    ("decision alone p50, 200 clauses, cold", "µs", 100, True, _decision(200, cold=True)),
    ("audit, the full path", "records/s", 15_000, False, lambda r: r.audit.through_per_second if r.audit else None),
    (
        "audit, durable append p99, 64 in flight",
        "ms",
        4,
        True,
        lambda r: r.audit.append_p99_us / 1000 if r.audit else None,
    ),
    (
        "rules and linear model on 1 KB of ASCII, p50, in the server",
        "ms",
        0.15,
        True,
        _guard(lambda g: g.ascii_us / 1000),
    ),
    ("the same in other scripts", "ms", 0.5, True, _guard(lambda g: g.scripts_us / 1000)),
    ("a history of 200 KB with a new text of 1 KB, p50", "ms", 3, True, _guard(lambda g: g.history_us / 1000)),
    ("encoder, a full window, CPU of one core", "ms", 15, True, _guard(lambda g: g.window_us / 1000)),
    ("share of the mix's texts that the encoder is asked about", "%", 3, True, _guard(lambda g: g.share * 100)),
    (
        "latest return of the event loop while the encoder works: sooner than one window",
        "ms",
        15,
        True,
        _guard(lambda g: g.loop_us / 1000),
    ),
    (
        "requests a second per core, the mix, rules and linear model",
        "1/s",
        2_200,
        False,
        _guard(lambda g: 1e6 / g.cpu_us),
    ),
    ("the same with the encoder at its share", "1/s", 800, False, _guard(lambda g: 1e6 / g.encoder_cpu_us)),
    (
        "added latency p50 at low load, rules and linear model",
        "ms",
        1.4,
        True,
        _guard(lambda g: g.added.p50_us / 1000),
    ),
    ("memory of a worker with the encoder, after the load", "MB", 250, True, _guard(lambda g: g.rss_mb)),
    ("added to a call of a tool, a program behind, p50", "ms", 2, True, _tool(PROGRAM)),
    ("added to a call of a tool, an address behind, p50", "ms", 2, True, _tool(ADDRESS)),
    (
        "replay, decisions judged anew on one core",
        "1/s",
        10_000,
        False,
        lambda r: 1e6 / r.replay.cpu_us if r.replay else None,
    ),
    (
        "export, records told to one target on one core",
        "1/s",
        10_000,
        False,
        lambda r: 1e6 / r.export.cpu_us if r.export else None,
    ),
    (
        "evidence report over 1,000,000 decisions, nothing counted before",
        "s",
        60,
        True,
        lambda r: r.bundle.seconds if r.bundle and r.bundle.decisions >= 1_000_000 else None,
    ),
    (
        "verify 1,000,000 records",
        "s",
        5,
        True,
        lambda r: r.verify.whole.seconds if r.verify and r.verify.whole.records >= 1_000_000 else None,
    ),
    ("a million grants listed again, work in the store", "s", 5, True, _inventory(lambda one: one.work_s)),
    (
        "the state of 500 clauses for 200 systems, CPU",
        "s",
        1,
        True,
        lambda r: r.coverage.clauses_s if r.coverage else None,
    ),
    (
        "a red-team report of 90 MB imported, CPU",
        "s",
        1.5,
        True,
        lambda r: r.models.report_s if r.models and r.models.report_bytes >= 90_000_000 else None,
    ),
    ("webhook to finding, p99 at 200 deliveries/s", "ms", 250, True, _delivered),
    ("the console's first view at a million decisions, p50", "ms", 150, True, _slowest_page("/")),
    ("its slowest page or filter at a million decisions and grants, p50", "ms", 300, True, _slowest_page()),
    ("the slowest question to a million grants", "ms", 300, True, _inventory(lambda one: max(one.asked_ms.values()))),
)
