"""Which values each attribute can take: for telling what can never be true and what is misspelt."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from wardlaw.facts.attributes import BY_NAME, AttributeType
from wardlaw.facts.effect import Effect
from wardlaw.facts.finding import FindingKind, Level
from wardlaw.facts.origin import CallRule, Provenance
from wardlaw.facts.resource import ToolEffect, Trust
from wardlaw.facts.routes import ROUTES
from wardlaw.facts.sqlkind import SqlKind
from wardlaw.governance.problems import did_you_mean
from wardlaw.governance.reader import MAX_LONG

SCORE = (0, 1000)  # findings and anomaly score themselves in thousandths (facts.finding)


class Domain(msgspec.Struct, frozen=True):
    """Values of one attribute.

    Attributes:
        low: Smallest number.
        high: Largest number.
        words: The only texts; empty when any text may stand.
        prefixes: Texts that begin so may stand too.
    """

    low: int = 0
    high: int = MAX_LONG
    words: frozenset[str] = frozenset()
    prefixes: tuple[str, ...] = ()

    def unknown(self, word: str) -> bool:
        """Whether nothing produces this text."""
        known = any(word.startswith(prefix) and word != prefix for prefix in self.prefixes)
        return bool(self.words) and word not in self.words and not known


def _values(closed: type[StrEnum]) -> frozenset[str]:
    return frozenset(member.value for member in closed)


_FINDINGS = _values(FindingKind) | {f"{kind.value}:{level.value}" for kind in FindingKind for level in Level}
_CALL_FINDINGS = _values(CallRule) | {
    f"{rule.value}:{demand.value}" for rule in CallRule for demand in Effect if demand is not Effect.OBLIGE
}
# INVARIANT: the words ``decision.context.classes_of`` and ``facts.exchange.Measures`` name.
_DOMAINS: dict[str, Domain] = {
    "hour": Domain(0, 23),
    "weekday": Domain(1, 7),
    "injectionScore": Domain(*SCORE),
    "anomalyScore": Domain(*SCORE),
    "route": Domain(words=frozenset(ROUTES)),
    "destinationTrust": Domain(words=_values(Trust)),
    "toolEffect": Domain(words=_values(ToolEffect)),
    "toolEffects": Domain(words=_values(ToolEffect)),
    "callFindings": Domain(words=_CALL_FINDINGS),
    "argumentOrigins": Domain(words=_values(Provenance)),
    "sqlKinds": Domain(words=_values(SqlKind)),
    "uninspected": Domain(words=frozenset(("image", "audio", "file", "tokens", "encrypted"))),
    "findings": Domain(words=_FINDINGS),
    "dataClasses": Domain(
        words=frozenset(("pii", "secret", "registered-secret", "tripwire", "system-prompt")),
        prefixes=("pii:", "secret:", "tripwire:"),
    ),
}
_TOLD = frozenset(("yes", "no", "unknown"))
# INVARIANT: the words of ``wardlaw.inventory.model`` and ``wardlaw.inventory.granting``, which stand beside this room.
_DOMAINS |= {
    "appVerified": Domain(words=_TOLD),
    "appFirstParty": Domain(words=_TOLD),
    "scopePrivilege": Domain(0, 4),
    "consent": Domain(words=frozenset(("user", "admin", "installation", "requested", "unknown"))),
    "grantApproval": Domain(words=frozenset(("unapproved", "approved", "expired", "exceeds-approval"))),
    "accountKind": Domain(words=frozenset(("human", "nhi", "agent", "unknown", "organisation"))),
}
_ANY = Domain()

# What a clause on grants may ask: what the inventory knows, the time, and the app as the resource.
_OF_GRANTS = frozenset(("inventory", "clock"))

# What a quarantine may rest on: facts that are so, not guesses of a detector (DESIGN, "Text alone stops
# the request; it does not punish"). ``secret:<slug>`` also names guesses by format, so it is not here.
DETERMINISTIC_ATTRIBUTES = frozenset(("dataClasses", "probes", "taint"))


MOST_QUARANTINE_MINUTES = 525_600
"""A year: longer than that is until released."""


def is_evidence(attribute: str) -> bool:
    """Whether an attribute tells of something that happened, and not only of who, when and how unusual."""
    return attribute != "anomalyScore" and BY_NAME[attribute].producer in ("detectors", "provenance", "state")


def fits_action(attribute: str, *, of_grants: bool) -> bool:
    """Whether an attribute says anything of a grant, or of a request at the door."""
    producer = BY_NAME[attribute].producer
    if of_grants:
        return producer in _OF_GRANTS or attribute == "resourceId"
    return producer != "inventory"


def domain(attribute: str) -> Domain:
    """Values of an attribute; any when it is open."""
    return _DOMAINS.get(attribute, _ANY)


def is_deterministic_class(word: str) -> bool:
    """Whether a data class is an exact match of something the operator registered or planted."""
    return word in ("registered-secret", "tripwire", "system-prompt") or word.startswith("tripwire:")


def why_unknown(attribute: str, word: str) -> str:
    """The nearest value, when nothing produces this one; ``""`` when it is produced."""
    values = domain(attribute)
    if word == "*" and BY_NAME[attribute].type is AttributeType.SET:
        return ""
    if not values.unknown(word):
        return ""
    return did_you_mean(word, values.words) or "See the attribute table."
