"""The decision's context: every attribute of ``facts.attributes``, derived from the three inputs.

A path exists for each attribute of the table and for nothing else (a test holds it), so a
``forbid`` can never meet an attribute that nobody produced.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import Any

from wardlaw.facts.finding import Finding, FindingKind, Level
from wardlaw.facts.grantfacts import NO_GRANT, GrantFacts
from wardlaw.facts.request import RequestFacts, Snapshot

SYSTEM_PROMPT = "system-prompt"
"""Data class, and label of its findings, of a token planted in a system prompt."""
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
        case FindingKind.LEAK:
            # Only a planted token is certain; a passage or a link is a detector's guess.
            return (finding.label,) if finding.label == SYSTEM_PROMPT else ()
        case _:
            return ()


class Facts:
    """The three inputs with what follows from them, computed once or when asked for.

    Attributes:
        classes: Data classes of the findings, sorted.
        kinds: Kinds of the findings, alone and with their level, sorted.
        injection: The highest injection score.
    """

    __slots__ = ("classes", "injection", "kinds", "request", "state")

    def __init__(self, request: RequestFacts, findings: Sequence[Finding], state: Snapshot) -> None:
        self.request = request
        self.state = state
        self.injection = 0
        self.classes: tuple[str, ...] = ()
        self.kinds: tuple[str, ...] = ()
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
        self.classes = tuple(sorted(classes))
        self.kinds = tuple(sorted(kinds))

    @property
    def epoch(self) -> int:
        """Unix seconds."""
        return int(self.request.at)

    @property
    def acts_for_person(self) -> bool:
        """An agent acts for a person."""
        return self.request.principal.acting_for != ""

    @property
    def tool_effects(self) -> tuple[str, ...]:
        """What a tool call does."""
        call = self.request.call
        return call.effects if call is not None else ()

    @property
    def tool_confirmed(self) -> bool:
        """Nothing but a tool call is unconfirmed."""
        call = self.request.call
        return call is None or call.confirmed

    @property
    def call_findings(self) -> tuple[str, ...]:
        """What is wrong with a tool call."""
        call = self.request.call
        return call.found if call is not None else ()

    @property
    def argument_origins(self) -> tuple[str, ...]:
        """Origins of its critical arguments, sorted."""
        call = self.request.call
        return tuple(sorted(call.argument_origins)) if call is not None else ()

    @property
    def intent_matched(self) -> bool:
        """Somebody asked for it, as far as anybody can tell."""
        call = self.request.call
        return call is None or call.intent_matched

    @property
    def user_channel(self) -> bool:
        """Whether a person's own words are told from those of others."""
        call = self.request.call
        return self.request.principal.app_user_channel if call is None else call.user_known

    @property
    def grant(self) -> GrantFacts:
        """The grant that is judged; at the door one that nothing can be said of."""
        return self.request.grant or NO_GRANT

    @property
    def requested_rows(self) -> int:
        """Rows asked for; a call without a limit asks for all there are."""
        asked = self.request.measures.requested_rows
        return MAX_LONG if asked < 0 else min(asked, MAX_LONG)


# Where each attribute stands in the facts. Paths, not functions: one ``attrgetter`` reads all that a slice asks for
# in a single call, and this is done for every decision.
PATHS: dict[str, str] = {
    "epoch": "epoch",
    "hour": "request.hour",
    "weekday": "request.weekday",
    "route": "request.route",
    "principalRegistered": "request.principal.registered",
    "team": "request.principal.team",
    "groups": "request.principal.groups",
    "systems": "state.systems",
    "actsForPerson": "acts_for_person",
    "resourceId": "request.resource.id",
    "resourceRegistered": "request.resource.registered",
    "destinationRegistered": "request.resource.destination_registered",
    "upstream": "request.resource.upstream",
    "region": "request.resource.region",
    "destinationTrust": "request.resource.trust",
    "toolEffect": "request.resource.effect",
    "toolEffects": "tool_effects",
    "toolConfirmed": "tool_confirmed",
    "callFindings": "call_findings",
    "argumentOrigins": "argument_origins",
    "intentMatched": "intent_matched",
    "userChannel": "user_channel",
    "bodyBytes": "request.measures.body_bytes",
    "attachments": "request.measures.attachments",
    "maxTokens": "request.measures.max_tokens",
    "promptTokens": "request.measures.prompt_tokens",
    "hostedTools": "request.measures.hosted_tools",
    "uninspected": "request.measures.uninspected",
    "records": "request.measures.records",
    "requestedRows": "requested_rows",
    "sqlKinds": "request.measures.sql_kinds",
    "copiesRows": "request.measures.copies_rows",
    "touchesCopy": "request.measures.touches_copy",
    "carriedSubjects": "request.measures.carried_subjects",
    "dataSubjects": "request.measures.data_subjects",
    "resultBytes": "request.measures.result_bytes",
    "resultUnparsed": "request.measures.result_unparsed",
    "dataClasses": "classes",
    "findings": "kinds",
    "injectionScore": "injection",
    "callsPerMinute": "state.calls_minute",
    "tokensPerDay": "state.tokens_day",
    "sessionSubjects": "state.session_subjects",
    "subjectsPerDay": "state.subjects_day",
    "sessionBytes": "state.session_bytes",
    "bytesPerDay": "state.bytes_day",
    "probes": "state.probes",
    "taint": "state.taint",
    "anomalyScore": "state.anomaly_score",
    "appId": "grant.app",
    "appPublisher": "grant.publisher",
    "appVerified": "grant.verified",
    "appFirstParty": "grant.first_party",
    "aiVendor": "grant.vendor",
    "appKnownBad": "grant.known_bad",
    "scopePrivilege": "grant.privilege",
    "scopeData": "grant.data",
    "consent": "grant.consent",
    "grantApproval": "grant.approval",
    "accountKind": "grant.account_kind",
    "directory": "grant.directory",
    "platform": "grant.platform",
}


def make_reader(names: Sequence[str]) -> Callable[[Facts], tuple[Any, ...]]:
    """Something that reads the values of these attributes, in order; sets come as tuples.

    Raises:
        KeyError: An attribute nothing produces; ``decide()`` turns it into a deny.
    """
    if not names:
        return lambda _facts: ()
    read = attrgetter(*(PATHS[name] for name in names))
    return read if len(names) > 1 else lambda facts: (read(facts),)


def build_context(facts: Facts, attributes: Sequence[str]) -> dict[str, Any]:
    """The named attributes, in the order given; sets as sorted lists.

    Raises:
        KeyError: An attribute nothing produces; ``decide()`` turns it into a deny.
    """
    values = make_reader(attributes)(facts)
    return {
        name: sorted(value) if value.__class__ is tuple else value
        for name, value in zip(attributes, values, strict=True)
    }
