from __future__ import annotations

from wardlaw.register.lifecycle import Lifecycle, may_step


def test_nobody_approves_by_hand_and_nothing_goes_live_unapproved() -> None:
    for old in Lifecycle:
        if old is not Lifecycle.APPROVED:
            assert not may_step(old, Lifecycle.APPROVED)
            assert may_step(old, Lifecycle.LIVE) == (old is Lifecycle.LIVE)


def test_what_lives_can_be_looked_at_again() -> None:
    assert may_step(Lifecycle.LIVE, Lifecycle.IN_REVIEW)
    assert may_step(Lifecycle.PROPOSED, Lifecycle.IN_REVIEW)
    assert not may_step(Lifecycle.RETIRED, Lifecycle.PROPOSED)
