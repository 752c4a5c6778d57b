from __future__ import annotations

from tests.unit.store.test_grantlots import listed
from tests.unit.store.test_grantstanding import approval
from wardlaw.inventory.granting import GrantApprovalState
from wardlaw.inventory.model import App, Grant, Group, Membership
from wardlaw.store.approvalbook import approval_book, groups_of
from wardlaw.store.database import writing
from wardlaw.store.grantapprovals import keep_approval
from wardlaw.store.grantstanding import approvals_due, standing_lots


def test_a_lot_is_looked_at_grant_by_grant_where_an_approval_names_a_group(database) -> None:
    with writing(database) as connection:
        grants = [Grant(f"g{who}", who, "a") for who in ("ada", "bob", "eve")]
        told = [Group("sales"), Membership("m1", "sales", "ada"), Membership("m2", "all", "", "sales")]
        listed(connection, 1, App("a"), *grants, *told)
        assert groups_of(connection, (approval("p"),)).members("acme", "sales") == frozenset()
        keep_approval(connection, approval("p", groups=("all",)))
        book = approval_book(connection, "acme")
        found = {lot.account: one.state for (lot, _, one), _ in standing_lots(connection, book, at=500.0)}
        assert found == {
            "ada": GrantApprovalState.APPROVED,
            "bob": GrantApprovalState.UNAPPROVED,
            "eve": GrantApprovalState.UNAPPROVED,
        }
        kept = (approval("p", groups=("all",)),)
        (due,) = approvals_due(connection, kept, groups_of(connection, kept), before=2_000.0, at=500.0)
        assert (due.grants, due.accounts) == (1, 1)
