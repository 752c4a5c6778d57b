"""The decision's context: every attribute of ``facts.attributes``, derived from the three inputs.

A getter exists for each attribute of the table and for nothing else (a test holds it), so a
``forbid`` can never meet an attribute that nobody produced.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from wardlaw.facts.finding import Finding, FindingKind, Level
from wardlaw.facts.request import RequestFacts, Snapshot

MAX_LONG = 9_223_372_036_854_775_807  # Cedar's Long is a signed 64-bit number


def classes_of(finding: Finding) -> tuple[str, ...]:
    """Data classes a finding puts into ``dataClasses``; empty for kinds that are no data."""
    match finding.kind:
        case FindingKind.PII:
            return ("pii", f"pii:{finding.label}")
        case FindingKind.SECRET:
            return ("secret", f"secret:{finding.label}") if finding.level is not Level.NOTE else ()
        case FindingKind.FINGERPRINT:
            return ("secret", "registered-secret", finding.label)
        case FindingKind.TRIPWIRE:
            return ("tripwire", finding.label)
        case _:
            return ()


class Facts:
    """The three inputs with what follows from the findings, computed once."""

    __slots__ = ("classes", "injection", "kinds", "request", "state")

    def __init__(self, request: RequestFacts, findings: Sequence[Finding], state: Snapshot) -> None:
        self.request = request
        self.state = state
        self.injection = 0
        self.classes: list[str] = []
        self.kinds: list[str] = []
        if findings:
            self._read(findings)

    def _read(self, findings: Sequence[Finding]) -> None:
        classes: set[str] = set()
        kinds: set[str] = set()
        for finding in findings:
            classes.update(classes_of(finding))
            kinds.add(finding.kind.value)
            kinds.add(f"{finding.kind.value}:{finding.level.value}")
            if finding.kind is FindingKind.INJECTION:
                self.injection = max(self.injection, finding.score)
        self.classes = sorted(classes)
        self.kinds = sorted(kinds)


def _rows(facts: Facts) -> int:
    asked = facts.request.measures.requested_rows
    return MAX_LONG if asked < 0 else min(asked, MAX_LONG)


# A StrEnum is text already: its ``.value`` would cost more than the rest of a getter.
GETTERS: dict[str, Callable[[Facts], Any]] = {
    "epoch": lambda f: int(f.request.at),
    "hour": lambda f: f.request.hour,
    "weekday": lambda f: f.request.weekday,
    "route": lambda f: f.request.route,
    "principalRegistered": lambda f: f.request.principal.registered,
    "team": lambda f: f.request.principal.team,
    "groups": lambda f: list(f.request.principal.groups),
    "actsForPerson": lambda f: f.request.principal.acting_for != "",
    "resourceId": lambda f: f.request.resource.id,
    "resourceRegistered": lambda f: f.request.resource.registered,
    "destinationRegistered": lambda f: f.request.resource.destination_registered,
    "upstream": lambda f: f.request.resource.upstream,
    "region": lambda f: f.request.resource.region,
    "destinationTrust": lambda f: f.request.resource.trust,
    "toolEffect": lambda f: f.request.resource.effect,
    "bodyBytes": lambda f: f.request.measures.body_bytes,
    "attachments": lambda f: f.request.measures.attachments,
    "maxTokens": lambda f: f.request.measures.max_tokens,
    "promptTokens": lambda f: f.request.measures.prompt_tokens,
    "hostedTools": lambda f: sorted(f.request.measures.hosted_tools),
    "uninspected": lambda f: sorted(f.request.measures.uninspected),
    "requestedRows": _rows,
    "dataSubjects": lambda f: f.request.measures.data_subjects,
    "resultBytes": lambda f: f.request.measures.result_bytes,
    "resultUnparsed": lambda f: f.request.measures.result_unparsed,
    "dataClasses": lambda f: f.classes,
    "findings": lambda f: f.kinds,
    "injectionScore": lambda f: f.injection,
    "callsPerMinute": lambda f: f.state.calls_minute,
    "tokensPerDay": lambda f: f.state.tokens_day,
    "sessionSubjects": lambda f: f.state.session_subjects,
    "subjectsPerDay": lambda f: f.state.subjects_day,
    "sessionBytes": lambda f: f.state.session_bytes,
    "bytesPerDay": lambda f: f.state.bytes_day,
    "probes": lambda f: f.state.probes,
    "taint": lambda f: sorted(f.state.taint),
    "anomalyScore": lambda f: f.state.anomaly_score,
}


def build_context(facts: Facts, attributes: Sequence[str]) -> dict[str, Any]:
    """The named attributes, in the order given.

    Raises:
        KeyError: An attribute nothing produces; ``decide()`` turns it into a deny.
    """
    return {name: GETTERS[name](facts) for name in attributes}
