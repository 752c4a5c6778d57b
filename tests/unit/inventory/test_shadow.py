from __future__ import annotations

from wardlaw.inventory.granting import GrantApprovalState, GrantStanding
from wardlaw.inventory.shadow import ShadowVendor, VendorStanding, mark_sanctioned, tallied, with_standings


def vendor(name: str, accounts: int) -> ShadowVendor:
    return ShadowVendor(name, False, accounts, 1.0, 0.0, (), (), ())


def test_what_nobody_allowed_comes_first_then_what_most_use() -> None:
    found = mark_sanctioned((vendor("openai", 9), vendor("otter", 1), vendor("mistral", 5)), {"openai"})
    assert [(one.vendor, one.sanctioned) for one in found] == [("mistral", False), ("otter", False), ("openai", True)]


def test_approvals_that_cover_everything_allow_a_vendor_and_those_that_ran_out_do_not() -> None:
    standings = {
        "openai": VendorStanding(approved=3, until=86_400.0),
        "otter": VendorStanding(expired=2, ended_at=86_400.0),
    }
    first, second = mark_sanctioned(with_standings((vendor("openai", 9), vendor("otter", 1)), standings), set())
    assert (first.vendor, first.sanctioned, second.vendor, second.sanctioned) == ("otter", False, "openai", True)
    assert first.standing.words == "2 with an approval that ran out (the last on 1970-01-02)"
    assert second.standing.words == "approved until 1970-01-02"


def test_a_part_that_is_not_approved_leaves_the_whole_unallowed() -> None:
    part = tallied([GrantStanding(state, "gap_1", 86_400.0) for state in GrantApprovalState], unapproved=2)
    assert (part.approved, part.expired, part.exceeding, part.unapproved) == (1, 1, 1, 3)
    assert not part.is_whole
    assert part.words.endswith("1 beyond their approval, 3 without any, 1 approved")
    assert VendorStanding().words == "nobody has approved it"
    assert not VendorStanding().is_whole
