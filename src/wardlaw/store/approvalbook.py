"""The approvals to hold grants against, with the members of the groups that they name."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy.engine import Connection

from wardlaw.inventory.granting import ApprovalBook, GrantApproval
from wardlaw.inventory.groups import GroupBook
from wardlaw.inventory.view import assemble
from wardlaw.store.grantapprovals import list_grant_approvals
from wardlaw.store.inventory import list_memberships
from wardlaw.store.syncruns import telling_runs


def approval_book(connection: Connection, directory: str = "") -> ApprovalBook:
    """The approvals that were not taken back; members are read of one directory alone when it is named."""
    approvals = list_grant_approvals(connection)
    return ApprovalBook(approvals, groups_of(connection, approvals, directory))


def groups_of(connection: Connection, approvals: Iterable[GrantApproval], directory: str = "") -> GroupBook:
    """Who is in which group; without an approval that names groups nobody is looked up."""
    if not any(one.groups for one in approvals):
        return GroupBook()
    told = list_memberships(connection, directory)
    # Put together, as everywhere: what the latest of several feeds says to be gone is gone.
    return GroupBook(assemble(told, telling_runs(connection)).items)
