"""What takes somebody out of a clause for a while, as ``decide()`` reads it: a waiver, or broken glass."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from wardlaw.facts.principal import Principal


class ExemptionKind(StrEnum):
    """Where it comes from."""

    WAIVER = "waiver"
    BREAK_GLASS = "break-glass"


class ExemptionScope(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whom and what it is for; all that is named must fit, and at least one thing is named.

    Attributes:
        principals: Ids of callers, or of persons that callers act for.
        systems: Ids of the apps and agents that ask (``agent:…``, ``nhi:…``), whomever they act for.
        resources: ``model:<name>`` or ``tool:<name>``, ``*`` for any characters.
    """

    principals: tuple[str, ...] = ()
    systems: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()

    @property
    def is_open(self) -> bool:
        """It names nothing, and so would be for everybody."""
        return not (self.principals or self.systems or self.resources)


class Exemption(msgspec.Struct, frozen=True):
    """One exemption that was granted.

    Attributes:
        id: ``wvr_…`` or ``brk_…``.
        clauses: Ids of clauses; none named by broken glass means every one it may lift.
        starts_at: First moment it stands, Unix seconds.
        ends_at: First moment it no longer does.
    """

    id: str
    kind: ExemptionKind
    clauses: tuple[str, ...]
    scope: ExemptionScope
    starts_at: float
    ends_at: float

    def covers(self, principal: Principal, resource: str, *, at: float) -> bool:
        """Whether it stands at this moment (Unix seconds) and is for who asks and what is asked for."""
        scope = self.scope
        if not self.starts_at <= at < self.ends_at or scope.is_open:
            return False
        if scope.principals and principal.id not in scope.principals and principal.acting_for not in scope.principals:
            return False
        if scope.systems and principal.id not in scope.systems:
            return False
        return not scope.resources or any(_fits(pattern, resource) for pattern in scope.resources)

    def names(self, clause: str) -> bool:
        """Whether it is meant for this clause."""
        return clause in self.clauses or (self.kind is ExemptionKind.BREAK_GLASS and not self.clauses)


def _fits(pattern: str, text: str) -> bool:
    """Whether a text fits a pattern in which ``*`` stands for any characters."""
    first, *rest = pattern.split("*")
    if not rest:
        return text == pattern
    if not text.startswith(first):
        return False
    at = len(first)
    for part in rest[:-1]:
        found = text.find(part, at)
        if found < 0:
            return False
        at = found + len(part)
    return text.endswith(rest[-1]) and len(text) - len(rest[-1]) >= at
