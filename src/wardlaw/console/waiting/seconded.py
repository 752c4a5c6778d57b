"""Answers that are a second person's yes, or somebody's word for a time: approvals of grants, tools, revocations, erasures."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from wardlaw.console.waiting.look import MOST, Look
from wardlaw.facts.waiting import AnsweredItem, WaitingKind
from wardlaw.store.erasures import list_erasures
from wardlaw.store.grantapprovals import list_grant_approvals
from wardlaw.store.holds import list_holds
from wardlaw.store.revocations import list_revocations
from wardlaw.store.toolpins import list_pins


class _Said(msgspec.Struct, frozen=True):
    """Somebody's word: on what, whose, when, and what was said."""

    kind: WaitingKind
    id: str
    what: str
    by: str
    at: float
    asked_by: str = ""
    reason: str = ""
    approves: bool = True


def seconded(look: Look) -> Iterator[AnsweredItem]:
    """Those that are this person's, or for them."""
    for said in (*_grants(look), *_second_persons(look)):
        by_me = bool(said.by) and look.is_me(said.by)
        if said.at and (by_me or (said.asked_by and look.is_me(said.asked_by))):
            yield AnsweredItem(
                said.kind, said.id, said.what, said.approves, said.reason, said.at, said.by, said.asked_by, by_me
            )


def _grants(look: Look) -> Iterator[_Said]:
    for one in list_grant_approvals(look.turn.connection, ended=True):
        about = one.app or one.publisher
        yield _Said(WaitingKind.GRANT, one.id, about, one.approver, one.approved_at, one.owner, one.reason)
        yield _Said(WaitingKind.GRANT, one.id, about, one.ended_by, one.ended_at, one.owner, approves=False)
    for pin in list_pins(look.turn.connection):
        yield _Said(WaitingKind.TOOL, f"{pin.server}__{pin.tool}", pin.tool, pin.approved_by, pin.approved_at)


def _second_persons(look: Look) -> Iterator[_Said]:
    connection = look.turn.connection
    for plan in list_revocations(connection, limit=MOST):
        what = plan.app or f"{len(plan.steps)} steps"
        yield _Said(
            WaitingKind.REVOCATION, plan.id, what, plan.confirmed_by, plan.confirmed_at, plan.planned_by, plan.reason
        )
    for one in list_erasures(connection):
        yield _Said(
            WaitingKind.ERASURE,
            one.id,
            one.subject[:16],
            one.confirmed_by,
            one.confirmed_at,
            one.requested_by,
            one.reason,
        )
    for hold in list_holds(connection):
        lifted = max(hold.lifted_at, 0.0)
        yield _Said(
            WaitingKind.HOLD, hold.id, hold.subject[:16], hold.lifted_by, lifted, hold.lift_asked_by, hold.reason
        )
    for pruning in look.deps.log.prunings().list():
        yield _Said(
            WaitingKind.PRUNING, pruning.id, f"records before {pruning.before}", pruning.confirmed_by,
            pruning.confirmed_at, pruning.requested_by, pruning.reason,
        )  # fmt: skip
    approved = look.deps.detecting.approved()
    if approved is not None and approved.asked_by:
        yield _Said(
            WaitingKind.DETECTORS, "detectors", "detectors", approved.approved_by, approved.at, approved.asked_by
        )
