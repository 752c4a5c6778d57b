"""Whether a provision or a clause asks something of a system, from which day, and on whose word."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from wardlaw.evidence.observed import APPLIES, Applicability
from wardlaw.facts.action import Action
from wardlaw.facts.clause import Clause
from wardlaw.facts.principal import PrincipalKind
from wardlaw.facts.tier import SystemRole, Tier
from wardlaw.governance.frameworks.framework import AppliesFrom, DateScope, Provision
from wardlaw.register.system import System

_ALWAYS_BOUND = (Tier.UNDETERMINED, Tier.PROHIBITED)  # what is not known, or worst, never lowers a duty
_GRANTS = (Action.GRANT,)
_KINDS = {"user": PrincipalKind.USER, "agent": PrincipalKind.AGENT, "nhi": PrincipalKind.NHI}
_DEPLOYERS = (SystemRole.DEPLOYER, SystemRole.DEPLOYER_PUBLIC, SystemRole.DEPLOYER_PUBLIC_SERVICE)
_FRIA_POINTS = ("annex-iii-5b", "annex-iii-5c")


def provision_applies(
    provision: Provision, system: System, *, said_by: str, chosen: Mapping[DateScope, date]
) -> Applicability:
    """Whether a provision binds a system.

    Args:
        said_by: Who last said what the register holds of the system.
        chosen: Another reading of a date, by its scope.
    """
    why = _not_bound(provision, system)
    if why:
        return Applicability(applies=False, reason=why, said_by=said_by)
    one = _date_for(provision, system)
    if one is None:
        return APPLIES
    day = chosen.get(one.scope, one.day)
    reason = f"{one.note} " if one.note else ""
    if day != one.day:
        reason += f"The configuration reads {day} instead of {one.day}. "
    if one.was is not None:
        reason += f"It was {one.was} before {one.changed_by}. "
    return Applicability(True, day, reason.strip(), said_by, one.verified.value)


def clause_applies(clause: Clause, system: System, *, said_by: str, day: date) -> Applicability:
    """Whether a clause looks at the traffic of a system on a day."""
    if clause.valid_to and date.fromisoformat(clause.valid_to) < day:
        return Applicability(False, None, f"its last day was {clause.valid_to}", f"the clause's owner, {clause.owner}")
    if clause.principals or clause.actions == _GRANTS:
        why = _not_looked_at(clause, system.kinds)
        if why:
            return Applicability(False, None, why, said_by)
    if clause.valid_from:
        return Applicability(True, date.fromisoformat(clause.valid_from), "", f"the clause's owner, {clause.owner}")
    return APPLIES


def _not_looked_at(clause: Clause, kinds: frozenset[str]) -> str:
    """Why a clause looks at no caller of these kinds; empty when it may, or when nothing is known of them."""
    if clause.actions == _GRANTS and kinds and "app" not in kinds:
        return "it looks at grants to apps, and no app belongs to the system"
    callers = {_KINDS[kind] for kind in kinds if kind in _KINDS}
    if clause.principals and callers and callers.isdisjoint(clause.principals):
        names = ", ".join(one.value for one in clause.principals)
        return f"it looks at {names}, and the system has no such callers"
    return ""


def _not_bound(provision: Provision, system: System) -> str:
    """Why a provision does not bind a system; empty when it does."""
    if provision.binds and system.tier not in (*_ALWAYS_BOUND, *provision.binds):
        tiers = " or ".join(one.value for one in provision.binds)
        return f"it binds systems of the tier {tiers}, and this one is registered as {system.tier.value}"
    if system.annex_point and system.annex_point in provision.not_for:
        return f"it does not bind systems of {system.annex_point}"
    if provision.addressees and system.roles and not _is_addressed(provision.addressees, system):
        ours = ", ".join(one.value for one in system.roles)
        return f"it binds {', '.join(provision.addressees)}, and we are registered as {ours}"
    return ""


def _is_addressed(addressees: tuple[str, ...], system: System) -> bool:
    deploys = any(role in _DEPLOYERS for role in system.roles)
    if deploys and ("deployer" in addressees):
        return True
    # Who deploys owes this one for two uses only; while the use is not known it counts.
    if deploys and "deployer-annex-iii-5b-5c" in addressees and system.annex_point in ("", *_FRIA_POINTS):
        return True
    return any(role.value in addressees for role in system.roles)


def _date_for(provision: Provision, system: System) -> AppliesFrom | None:
    """The date that holds for a system; the earliest one where the register does not say which."""
    by_scope = {one.scope: one for one in provision.dates}
    legacy = by_scope.get(DateScope.LEGACY)
    if legacy is not None and legacy.placed_before and system.placed_at and system.placed_at < legacy.placed_before:
        return legacy
    if system.annex_point == "annex-i" and DateScope.ANNEX_I in by_scope:
        return by_scope[DateScope.ANNEX_I]
    days = [one for one in provision.dates if one.scope is not DateScope.LEGACY]
    return min(days, key=lambda one: one.day, default=None)
