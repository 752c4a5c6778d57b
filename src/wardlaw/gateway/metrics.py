"""Prometheus metrics of the gateway. Labels are closed sets only: never a principal, never a text."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from wardlaw.facts.decision import Decision
from wardlaw.facts.effect import Effect

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_OVERHEAD_S = (0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.025, 0.1, 0.5)
_DURATION_S = (0.005, 0.02, 0.1, 0.5, 1, 2, 5, 10, 30, 60, 300)


class Metrics:
    """The metrics of one worker."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._exchanges = Counter(
            "wardlaw_exchanges", "Exchanges ended", ("route", "result", "status"), registry=self.registry
        )
        # The library's own lookup of a labelled counter takes a lock and several calls; the sets are closed and small.
        self._ended: dict[tuple[str, str, int], Counter] = {}
        self._decided: dict[tuple[str, Effect, Effect], Counter] = {}
        self._decisions = Counter(
            "wardlaw_decisions", "Decisions made", ("action", "effect", "demanded"), registry=self.registry
        )
        self._clauses = Counter(
            "wardlaw_clause_matches", "Clauses that matched", ("clause", "mode"), registry=self.registry
        )
        self._overhead = Histogram(
            "wardlaw_overhead_seconds", "Time added to an exchange", buckets=_OVERHEAD_S, registry=self.registry
        )
        self._duration = Histogram(
            "wardlaw_exchange_seconds", "Time from request to last byte", buckets=_DURATION_S, registry=self.registry
        )
        self._refused = Counter("wardlaw_admission_refusals", "Callers not admitted", ("code",), registry=self.registry)
        self.running = Gauge("wardlaw_exchanges_running", "Exchanges running now", registry=self.registry)
        self.policies_loaded = Gauge("wardlaw_policies", "Policies in force", registry=self.registry)
        self.stale_s = Gauge(
            "wardlaw_state_age_seconds", "Seconds since keys and policies were last compared", registry=self.registry
        )

    def decided(self, decision: Decision, action: str) -> None:
        """Count a decision and the clauses it rests on."""
        key = (action, decision.effect, decision.demanded)
        counter = self._decided.get(key)
        if counter is None:
            counter = self._decided[key] = self._decisions.labels(
                action, decision.effect.value, decision.demanded.value
            )
        counter.inc()
        for reason in decision.reasons:
            if reason.clause:
                self._clauses.labels(reason.clause, "enforce").inc()
        for hit in decision.hits:
            self._clauses.labels(hit.clause, hit.mode.value).inc()

    def refused(self, code: str) -> None:
        """Count a caller that was not admitted."""
        self._refused.labels(code).inc()

    def ended(self, route: str, result: str, *, status: int, duration_s: float, overhead_s: float) -> None:
        """Count the end of an exchange."""
        key = (route, result, status)
        counter = self._ended.get(key)
        if counter is None:
            counter = self._ended[key] = self._exchanges.labels(route, result, str(status))
        counter.inc()
        self._duration.observe(duration_s)
        self._overhead.observe(overhead_s)

    def render(self) -> bytes:
        """The text exposition format."""
        return generate_latest(self.registry)
