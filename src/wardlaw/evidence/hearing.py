"""What is known of clauses beside the log, from their sign-offs, canaries, waivers and broken glass.

Each function turns what another room keeps into what states rest on, and leaves out whatever it is not sure of: nothing
that is missing here can make a clause proven.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase

from wardlaw.evidence.observed import Approved, CanaryStanding
from wardlaw.evidence.running import RunningClause
from wardlaw.facts.breakglass import BreakGlass
from wardlaw.facts.canary import CanaryOutcome, CanaryRun
from wardlaw.facts.clause import Wing
from wardlaw.facts.clauselife import ClauseVersion, TextKind
from wardlaw.facts.exemption import Exemption, ExemptionKind
from wardlaw.governance.clausetext import clause_of
from wardlaw.governance.exemptions import may_be_lifted
from wardlaw.governance.renewal import clause_digest
from wardlaw.governance.rights import RoleBook
from wardlaw.governance.signing import standing_sign_offs, valid_until
from wardlaw.governance.standing import ClauseStanding
from wardlaw.register.system import System

_Place = tuple[str, str]

UNPLANNED_S = 2 * 24 * 3_600.0
"""A route on which nothing was tried for so long while others were is none any more, in seconds; twice a canary's turn."""


def approvals(
    standings: Iterable[ClauseStanding],
    enforced: Mapping[str, ClauseVersion],
    running: Iterable[RunningClause],
    *,
    book: RoleBook,
    now: float,
    is_compared: bool = True,
) -> dict[str, Approved]:
    """What people have signed off, by clause; a clause nobody signed is left out.

    Args:
        standings: How files, tables and what is published agree.
        enforced: The version of each clause that is in force by its history.
        now: Unix seconds.
        is_compared: What is published was held against what the tables say should be.
    """
    digests = {one.id: one.digest for one in running}
    found = {}
    for standing in standings:
        version = enforced.get(standing.clause)
        drift = "; ".join(standing.drifted)
        if version is None:
            if drift:
                found[standing.clause] = Approved(drift=drift)
            continue
        digest = _approved_digest(version, digests.get(standing.clause, "") if is_compared else "")
        until = valid_until(version, book, at=now)
        signed = standing_sign_offs(version, at=now)
        if until:
            found[standing.clause] = Approved(digest, tuple(sorted(one.person for one in signed)), until, drift)
            continue
        ended = [
            one.expires_at
            for one in version.sign_offs
            if one.approves and one.digest == version.digest and one.expires_at <= now
        ]
        found[standing.clause] = Approved(digest if ended else "", (), max(ended, default=0.0), drift)
    return found


def _approved_digest(version: ClauseVersion, running: str) -> str:
    """Digest of an approved text in the form of what runs.

    A form has one of its own. Of what was written by hand only the standing tells whether the published text is this
    version's: its drift says so, and where nothing was compared nothing is approved.
    """
    if version.content.kind is TextKind.FORM and version.is_intact:
        return clause_digest(clause_of(version.content))
    return running


def canary_standings(runs: Iterable[CanaryRun]) -> dict[str, tuple[CanaryStanding, ...]]:
    """How the canaries of each clause stand, by route.

    Args:
        runs: The newest of each clause, route and outcome at least.
    """
    by_place: dict[_Place, list[CanaryRun]] = {}
    for run in runs:
        by_place.setdefault((run.clause, run.route), []).append(run)
    newest: dict[str, float] = {}
    for (clause, _), group in by_place.items():
        newest[clause] = max(newest.get(clause, 0.0), *(run.at for run in group))
    found: dict[str, list[CanaryStanding]] = {}
    for (clause, route), group in sorted(by_place.items()):
        last = max(group, key=lambda run: (run.at, run.id))
        if last.outcome is not CanaryOutcome.FAIL and newest[clause] - last.at > UNPLANNED_S:
            continue
        found.setdefault(clause, []).append(
            CanaryStanding(
                route=route,
                passed_at=_latest(group, CanaryOutcome.PASS),
                failed_at=_latest(group, CanaryOutcome.FAIL),
                record=last.decision,
                detail=last.detail,
            )
        )
    return {clause: tuple(standings) for clause, standings in found.items()}


def exceptions(
    exemptions: Iterable[Exemption], running: Iterable[RunningClause], systems: Iterable[System]
) -> dict[_Place, tuple[str, ...]]:
    """Ids of what lifts a clause for callers of a system now, by clause and system.

    A scope that may touch a system counts for it: an exception that is overlooked would let a clause pass for whole.
    """
    clauses, listed = tuple(running), tuple(systems)
    found: dict[_Place, list[str]] = {}
    for exemption in exemptions:
        for system in (one for one in listed if _touches(exemption, one)):
            for clause in (one for one in clauses if exemption.names(one.id) and _may_lift(exemption.kind, one)):
                found.setdefault((clause.id, system.id), []).append(exemption.id)
    return {place: tuple(sorted(ids)) for place, ids in found.items()}


def glass_minutes(
    glasses: Iterable[BreakGlass], running: Iterable[RunningClause], *, since: float, now: float
) -> dict[str, float]:
    """For how many minutes since a time each clause could be passed by, and nobody has found that justified."""
    clauses = tuple(running)
    found: dict[str, float] = {}
    for glass in glasses:
        minutes = (min(glass.closed_at or glass.ends_at, glass.ends_at, now) - max(glass.opened_at, since)) / 60.0
        if glass.is_justified or minutes <= 0.0:
            continue
        for clause in clauses:
            is_meant = not glass.clauses or clause.id in glass.clauses
            if is_meant and _may_lift(ExemptionKind.BREAK_GLASS, clause):
                found[clause.id] = found.get(clause.id, 0.0) + minutes
    return found


def _latest(runs: Iterable[CanaryRun], outcome: CanaryOutcome) -> float:
    return max((run.at for run in runs if run.outcome is outcome), default=0.0)


def _touches(exemption: Exemption, system: System) -> bool:
    scope = exemption.scope
    named = (*scope.principals, *scope.systems)
    if not named or not system.principals:
        return True
    return any(fnmatchcase(name, pattern) for name in named for pattern in system.principals)


def _may_lift(kind: ExemptionKind, running: RunningClause) -> bool:
    form = running.clause
    if not may_be_lifted(running.refs, quarantine=form is not None and form.quarantine):
        return False
    return kind is ExemptionKind.WAIVER or form is None or form.wing is not Wing.SECURITY
