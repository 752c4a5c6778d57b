"""Requests and policies the tests of the decision share."""

from __future__ import annotations

from typing import Any

import msgspec

from wardlaw.decision.policyset import PolicySet
from wardlaw.facts.action import Action
from wardlaw.facts.effect import RouteMode
from wardlaw.facts.exchange import Measures
from wardlaw.facts.finding import Finding, FindingKind, Level
from wardlaw.facts.principal import Principal, PrincipalKind
from wardlaw.facts.request import RequestFacts
from wardlaw.facts.resource import Resource, ResourceKind

PERMIT = '@id("base") permit(principal, action, resource) when { context.principalRegistered && context.resourceRegistered };'
BULK = (
    '@id("GOV-07") @clause("GOV-07") @title("Bulk personal data") @effect("deny") @wing("governance") '
    '@advice("Ask for an extract.") forbid(principal, action, resource) '
    "when { context.dataSubjects > 100 || context.sessionSubjects > 500 };"
)
INJECTION = (
    '@id("SEC-01") @clause("SEC-01") @title("Prompt injection") @effect("cut") @wing("security") '
    "forbid(principal, action, resource) when { context.injectionScore >= 900 };"
)
LEAK = (
    '@id("SEC-02") @clause("SEC-02") @title("A registered secret") @effect("cut") @wing("security") @quarantine("true") '
    'forbid(principal, action, resource) when { context.dataClasses.contains("registered-secret") };'
)
MASK = (
    '@id("PRV-02") @clause("PRV-02") @title("Personal data leaves the EU") @effect("transform") @redact("pii") '
    'forbid(principal, action, resource) when { context.dataClasses.contains("pii") && context.region != "eu" };'
)


def policies(*texts: str) -> PolicySet:
    """A set of the base permit and the given policies."""
    return PolicySet.build("\n".join((PERMIT, *texts)))


def request(**changes: Any) -> RequestFacts:
    """An ordinary request by a person, with fields changed; ``data_subjects`` goes into the measures."""
    measures = Measures(data_subjects=changes.pop("data_subjects", 0))
    model = Resource(
        kind=ResourceKind.MODEL,
        id="model:gpt",
        registered=changes.pop("registered", True),
        upstream="primary",
        destination_registered=True,
        region=changes.pop("region", "eu"),
    )
    plain = RequestFacts(
        id="dec_1",
        exchange="exc_1",
        at=1_790_000_000.0,
        hour=10,
        weekday=3,
        principal=Principal(id="user:sales-1", kind=PrincipalKind.USER),
        action=Action.MODEL_CALL,
        resource=model,
        route="chat.completions",
        route_mode=RouteMode.ENFORCE,
        session="s1",
        measures=measures,
    )
    return msgspec.structs.replace(plain, **changes)


def finding(kind: FindingKind, **changes: Any) -> Finding:
    """A finding at block level."""
    plain = Finding(kind=kind, detector="test", version="1", rule="r1", level=Level.BLOCK, score=950, segment=0, end=9)
    return msgspec.structs.replace(plain, **changes)
