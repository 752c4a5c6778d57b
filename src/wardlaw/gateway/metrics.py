"""Prometheus metrics of the gateway. Labels are closed sets only: never a principal, never a text.

Counted in plain numbers, on the event loop alone, and put into the library's families when somebody asks: its own
counters take a lock and several calls for each addition, and a request makes eight.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from wardlaw.facts.decision import Decision
from wardlaw.facts.effect import Effect

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_OVERHEAD_S = (0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.025, 0.1, 0.5)
_DURATION_S = (0.005, 0.02, 0.1, 0.5, 1, 2, 5, 10, 30, 60, 300)


class _Times:
    """How many durations fell below each bound."""

    def __init__(self, bounds: tuple[float, ...]) -> None:
        self._bounds = bounds
        self._counts = [0] * (len(bounds) + 1)
        self._sum = 0.0

    def add(self, seconds: float) -> None:
        """Count one; a duration equal to a bound lies below it."""
        self._counts[bisect_left(self._bounds, seconds)] += 1
        self._sum += seconds

    def family(self, name: str, meaning: str) -> HistogramMetricFamily:
        """What was counted."""
        buckets: list[tuple[str, float]] = []
        below = 0
        for bound, count in zip((*map(float, self._bounds), float("inf")), self._counts, strict=True):
            below += count
            buckets.append(("+Inf" if bound == float("inf") else str(bound), below))
        found = HistogramMetricFamily(name, meaning)
        found.add_metric([], buckets, self._sum)
        return found


class Metrics(Collector):
    """The metrics of one worker.

    Attributes:
        running: Exchanges running now.
        policies: Policies in force.
        age_s: Seconds since keys and policies were last compared with those in force; set by the runtime.
        texts: New texts judged, and those of them that the encoder has read; set by the runtime.
        habits_age_s: Seconds since behaviour was last shared with other workers; 0 where there is nobody to share with.
        habits_lost: Judged calls whose behaviour no other worker will hear of.
        forgeries: Marks of canaries that were not believed, by the reason; set by the runtime.
    """

    def __init__(self) -> None:
        self.running = 0
        self.policies = 0
        self.age_s: Callable[[], float] = lambda: 0.0
        self.texts: Callable[[], tuple[int, int]] = lambda: (0, 0)
        self.habits_age_s: Callable[[], float] = lambda: 0.0
        self.habits_lost: Callable[[], int] = lambda: 0
        self.forgeries: Callable[[], Mapping[str, int]] = dict
        self._ended: dict[tuple[str, str, int], int] = {}
        self._decided: dict[tuple[str, Effect, Effect], int] = {}
        self._clauses: dict[tuple[str, str], int] = {}
        self._refused: dict[str, int] = {}
        self._labels: dict[str, int] = {}
        self._overhead = _Times(_OVERHEAD_S)
        self._duration = _Times(_DURATION_S)
        self._registry = CollectorRegistry()
        self._registry.register(self)

    def decided(self, decision: Decision, action: str) -> None:
        """Count a decision and the clauses it rests on."""
        key = (action, decision.effect, decision.demanded)
        self._decided[key] = self._decided.get(key, 0) + 1
        for reason in decision.reasons:
            if reason.clause:
                self._count_clause(reason.clause, "enforce")
        for hit in decision.hits:
            self._count_clause(hit.clause, "lifted" if hit.lifted_by else hit.mode.value)

    def _count_clause(self, clause: str, mode: str) -> None:
        self._clauses[clause, mode] = self._clauses.get((clause, mode), 0) + 1

    def labelled(self, headers: Sequence[str]) -> None:
        """Count an answer that goes out, and the headers that label it as made by an AI system."""
        for name in ("all", *headers):
            self._labels[name] = self._labels.get(name, 0) + 1

    def refused(self, code: str) -> None:
        """Count a caller that was not admitted."""
        self._refused[code] = self._refused.get(code, 0) + 1

    def ended(self, route: str, result: str, *, status: int, duration_s: float, overhead_s: float) -> None:
        """Count the end of an exchange."""
        key = (route, result, status)
        self._ended[key] = self._ended.get(key, 0) + 1
        self._duration.add(duration_s)
        self._overhead.add(overhead_s)

    def collect(self) -> Iterator[Metric]:
        """Everything as families of the library."""
        yield _counter(
            "wardlaw_exchanges",
            "Exchanges ended",
            ("route", "result", "status"),
            (((route, result, str(status)), count) for (route, result, status), count in self._ended.items()),
        )
        yield _counter(
            "wardlaw_decisions",
            "Decisions made",
            ("action", "effect", "demanded"),
            (((action, done.value, asked.value), count) for (action, done, asked), count in self._decided.items()),
        )
        yield _counter("wardlaw_clause_matches", "Clauses that matched", ("clause", "mode"), self._clauses.items())
        yield _counter(
            "wardlaw_answer_labels",
            "Answers given out, and how many of them were labelled",
            ("label",),
            (((name,), count) for name, count in self._labels.items()),
        )
        yield _counter(
            "wardlaw_admission_refusals",
            "Callers not admitted",
            ("code",),
            (((code,), count) for code, count in self._refused.items()),
        )
        yield _counter(
            "wardlaw_canary_forgeries",
            "Marks of canaries that were not believed",
            ("why",),
            (((why,), count) for why, count in self.forgeries().items()),
        )
        judged, read = self.texts()
        yield _counter("wardlaw_texts", "New texts judged", ("tier",), ((("all",), judged), (("encoder",), read)))
        yield self._overhead.family("wardlaw_overhead_seconds", "Time added to an exchange")
        yield self._duration.family("wardlaw_exchange_seconds", "Time from request to last byte")
        yield GaugeMetricFamily("wardlaw_exchanges_running", "Exchanges running now", value=self.running)
        yield GaugeMetricFamily("wardlaw_policies", "Policies in force", value=self.policies)
        yield GaugeMetricFamily(
            "wardlaw_state_age_seconds", "Seconds since keys and policies were last compared", value=self.age_s()
        )
        yield GaugeMetricFamily(
            "wardlaw_habits_age_seconds",
            "Seconds since behaviour was last shared with other workers",
            value=self.habits_age_s(),
        )
        lost = CounterMetricFamily("wardlaw_habits_lost", "Calls whose behaviour other workers will not hear of")
        lost.add_metric([], self.habits_lost())
        yield lost

    def render(self) -> bytes:
        """The text exposition format."""
        return generate_latest(self._registry)


def _counter(
    name: str, meaning: str, labels: tuple[str, ...], counts: Iterable[tuple[tuple[str, ...], int]]
) -> CounterMetricFamily:
    family = CounterMetricFamily(name, meaning, labels=labels)
    for values, count in counts:
        family.add_metric(values, count)
    return family
