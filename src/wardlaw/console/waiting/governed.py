"""What waits in governance: clauses, waivers, requests for AI, gates, classifications, attestations, appeals."""

from __future__ import annotations

from collections.abc import Iterator

from wardlaw.console.waiting.look import MOST, Look, Waits, in_order
from wardlaw.facts.appeal import AppealState
from wardlaw.facts.clauselife import ClauseVersion, LifeState, TextKind
from wardlaw.facts.person import Permission, Role
from wardlaw.facts.waiting import WaitingItem, WaitingKind
from wardlaw.facts.waiver import WaiverState
from wardlaw.governance.clausetext import clause_of
from wardlaw.governance.exemptions import WAITING_S, granting_roles, standing
from wardlaw.register.gates.run import APPROVERS, RunState, missing_roles, state_of
from wardlaw.store.approvals import answered_by
from wardlaw.store.duties import list_appeals
from wardlaw.store.exemptions import list_waivers
from wardlaw.store.gates import gate_by_digest, is_newest, list_gates, list_runs
from wardlaw.store.intakes import list_intakes

GRANTING = (Role.LEGAL, Role.RISK, Role.CISO)
"""Roles that grant waivers (SOD-4)."""


def clauses(look: Look) -> Iterator[Waits]:
    """Versions of clauses that want approvals, emergencies included until others have looked."""
    if not look.deps.life.is_on or look.passes("policy.approve"):
        return
    may_approve = look.may("policy.approve")
    for version, missing in look.deps.life.waiting(look.turn.connection, at=look.turn.now):
        wanted: frozenset[Role] = frozenset().union(*missing)
        is_own = look.is_me(version.author, version.author_human)
        has_signed = any(look.is_me(one.person, one.human) and one.approves for one in version.sign_offs)
        is_emergency = version.review_until > 0
        item = WaitingItem(
            WaitingKind.CLAUSE, version.clause, clause_words(version),
            "in force at once, to be looked at now" if is_emergency else f"version {version.version} is handed in",
            f"risk: {version.content.risk.value}", version.author, version.state_at, version.review_until,
            in_order(wanted),
        )  # fmt: skip
        is_due = may_approve and not is_own and not has_signed and look.has_role(wanted)
        yield look.found(item, is_due=is_due, seen_by="policy.life")


def publishing(look: Look) -> Iterator[Waits]:
    """Approved versions that nobody has published, and those in shadow that nobody has put in force."""
    if not look.deps.life.is_on or look.passes("policy.enforce"):
        return
    steps = {LifeState.APPROVED: "policy.reload", LifeState.SHADOW: "policy.enforce"}
    for version in look.deps.life.newest(look.turn.connection):
        operation = steps.get(version.state)
        if operation is None:
            continue
        is_shadow = version.state is LifeState.SHADOW
        item = WaitingItem(
            WaitingKind.PUBLISH, version.clause, clause_words(version),
            "in shadow, to be put in force" if is_shadow else "approved, to be published",
            f"risk: {version.content.risk.value}", version.author, version.state_at, 0.0, look.roles_for(operation),
        )  # fmt: skip
        authors = tuple(name for name in (version.author, version.author_human) if name)
        yield look.found(item, is_due=look.may(operation, authors=authors), seen_by="policy.life")


def clause_words(version: ClauseVersion) -> str:
    """What a version is about."""
    content = version.content
    if content.kind is TextKind.FORM:
        return f"{version.clause} {clause_of(content).title}"
    return f"{version.clause} ends" if content.kind is TextKind.RETIREMENT else f"{version.clause} (written by hand)"


def waivers(look: Look) -> Iterator[Waits]:
    """Waivers that nobody has granted or refused."""
    if look.passes("waivers.answer"):
        return
    turn = look.turn
    for one in list_waivers(turn.connection, now=turn.now, limit=MOST):
        if standing(one, now=turn.now) != WaiverState.WAITING.value:
            continue
        scope = ", ".join((*one.scope.principals, *one.scope.systems, *one.scope.resources))
        said = {role for answer in one.answers if answer.approves for role in answer.roles}
        wanted = GRANTING if len(said) != 1 else tuple(role for role in GRANTING if role not in said)
        item = WaitingItem(
            WaitingKind.WAIVER, one.id, one.clause, one.reason, scope, one.asked_by, one.asked_at,
            one.asked_at + WAITING_S, wanted,
        )  # fmt: skip
        may_grant = look.may("waivers.answer", not_by=one.asked_by, rule="SOD-4")
        has_said = look.is_me(*(answer.by for answer in one.answers))
        is_due = may_grant and bool(granting_roles(turn.person.roles)) and not has_said
        yield look.found(item, is_due=is_due, seen_by="waivers.list")


def intakes(look: Look) -> Iterator[Waits]:
    """Requests for AI tools, models and integrations."""
    if look.passes("intake.answer"):
        return
    sees_all = look.holds(Permission.APPROVE_EXCEPTION, Permission.VIEW_AUDIT_LOG, Permission.REGISTER_SYSTEM)
    for one in list_intakes(look.turn.connection, asked_by=None if sees_all else look.names, limit=MOST):
        item = WaitingItem(
            WaitingKind.INTAKE, one.id, one.form.title, one.form.purpose, one.form.vendor or one.form.kind.value,
            one.asked_by, one.asked_at, 0.0, one.missing,
        )  # fmt: skip
        has_said = look.is_me(*(answer.by for answer in one.answers))
        may_say = look.may("intake.answer", not_by=one.asked_by, rule="SOD-4")
        is_due = may_say and look.has_role(one.missing) and not has_said
        yield look.found(item, is_due=is_due, seen_by="intake.list")


def gate_runs(look: Look) -> Iterator[Waits]:
    """Runs of gates that lack a sign-off."""
    if look.passes("gates.answer"):
        return
    connection = look.turn.connection
    for run in list_runs(connection, limit=MOST):
        gate = gate_by_digest(connection, run.gate, run.gate_digest).gate
        if state_of(run, gate) is not RunState.WAITING or not is_newest(connection, run):
            continue
        missing = missing_roles(run, gate) if gate.approvals.roles else APPROVERS
        item = WaitingItem(
            WaitingKind.GATE, run.id, run.system, f"{run.gate}: {run.outcome.value}", run.environment,
            run.requested_by, run.at, 0.0, in_order(missing),
        )  # fmt: skip
        is_out = look.is_me(run.requested_by, *run.authors, *(one.by for one in run.answers))
        is_due = look.may("gates.answer") and not is_out and look.has_role(missing)
        yield look.found(item, is_due=is_due, seen_by="gates.runs")


def thresholds(look: Look) -> Iterator[Waits]:
    """Gates whose checks and thresholds nobody else has signed: they open nothing."""
    if look.passes("gates.sign"):
        return
    for kept in list_gates(look.turn.connection):
        if kept.signed_at:
            continue
        item = WaitingItem(
            WaitingKind.THRESHOLDS, kept.gate.gate, kept.gate.gate, f"version {kept.version} opens nothing yet", "",
            kept.added_by, kept.added_at, 0.0, look.roles_for("gates.sign"),
        )  # fmt: skip
        yield look.found(item, is_due=look.may("gates.sign", authors=(kept.added_by,)), seen_by="gates.list")


def appeals(look: Look) -> Iterator[Waits]:
    """Appeals that nobody has answered: neither who appealed nor who answered the held call may."""
    if look.passes("appeals.answer"):
        return
    connection = look.turn.connection
    for one in list_appeals(connection, state=AppealState.OPEN):
        item = WaitingItem(
            WaitingKind.APPEAL, one.id, one.decision, one.reason, one.effect, one.by, one.at, 0.0,
            look.roles_for("appeals.answer"),
        )  # fmt: skip
        may_say = look.may("appeals.answer", not_by=one.by, rule="APPEAL")
        is_due = may_say and not look.is_me(*answered_by(connection, one.decision))
        yield look.found(item, is_due=is_due, seen_by="appeals.list")
