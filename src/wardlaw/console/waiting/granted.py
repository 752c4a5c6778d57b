"""What waits in the inventory: grants that a clause holds, approvals that end soon, plans of revocations."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from wardlaw.console.api.grants import GrantLine, grant_lines
from wardlaw.console.waiting.look import MOST, Look, Waits
from wardlaw.facts.waiting import WaitingItem, WaitingKind
from wardlaw.inventory.granting import DAY_S, GrantApprovalState
from wardlaw.inventory.ruling import Fate
from wardlaw.inventory.withdrawal import PLAN_LIVES_S, Aftermath, WithdrawalState, withdrawal_state
from wardlaw.store.approvalbook import approval_book
from wardlaw.store.grantapprovals import list_grant_approvals
from wardlaw.store.grantquery import grants_of_fate
from wardlaw.store.revocations import list_revocations

SOON_S = 30 * DAY_S
"""How long before its end an approval is decided anew, in seconds; the page of approvals looks as far."""


def held_grants(look: Look) -> Iterator[Waits]:
    """Grants that a clause holds and no approval covers: one line for each app of a directory."""
    if look.passes("grants.approve"):
        return
    turn = look.turn
    items = grants_of_fate(turn.connection, Fate.ASKED, limit=MOST)
    if not items:
        return
    by_app: dict[tuple[str, str], list[GrantLine]] = defaultdict(list)
    for line in grant_lines(turn, items, approval_book(turn.connection)):
        if line.ruling is not None and line.standing.state is not GrantApprovalState.APPROVED:
            by_app[line.directory, line.app or line.grant].append(line)
    for (directory, app), lines in by_app.items():
        oldest = min(lines, key=lambda line: (line.ruling.at if line.ruling else 0.0, line.grant))
        assert oldest.ruling is not None
        item = WaitingItem(
            WaitingKind.GRANT, oldest.grant, oldest.app_name or app, _why(oldest, len(lines)), directory, "",
            oldest.ruling.at, 0.0, look.roles_for("grants.approve"),
        )  # fmt: skip
        yield look.found(item, is_due=look.may("grants.approve"), seen_by="grants.list")


def _why(line: GrantLine, grants: int) -> str:
    said = line.ruling.message if line.ruling is not None else ""
    return f"{said} ({grants} grants)" if grants > 1 else said


def renewals(look: Look) -> Iterator[Waits]:
    """Approvals of grants that end soon, or have ended and were not decided anew."""
    if look.passes("grants.recertify"):
        return
    turn = look.turn
    for one in list_grant_approvals(turn.connection):
        if one.expires_at > turn.now + SOON_S:
            continue
        item = WaitingItem(
            WaitingKind.RENEWAL, one.id, one.app or one.publisher, one.reason, one.directory, one.owner,
            one.approved_at, one.expires_at, look.roles_for("grants.recertify"),
        )  # fmt: skip
        yield look.found(item, is_due=look.may("grants.recertify"), seen_by="grants.approvals")


def revocations(look: Look) -> Iterator[Waits]:
    """Plans of revocations that nobody has confirmed; after a day they lapse."""
    if look.passes("revocations.confirm"):
        return
    turn = look.turn
    for one in list_revocations(turn.connection, limit=MOST):
        if withdrawal_state(one, Aftermath(), at=turn.now) is not WithdrawalState.PLANNED:
            continue
        item = WaitingItem(
            WaitingKind.REVOCATION, one.id, one.app or f"{len(one.steps)} steps", one.reason, one.directory,
            one.planned_by, one.planned_at, one.planned_at + PLAN_LIVES_S, look.roles_for("revocations.confirm"),
        )  # fmt: skip
        is_second = one.persons == 1 or not look.is_me(one.planned_by)
        yield look.found(item, is_due=look.may("revocations.confirm") and is_second, seen_by="revocations.list")
