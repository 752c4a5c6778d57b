"""Where a system stands between a wish and its end, and which steps lead from one to the next."""

from __future__ import annotations

from enum import StrEnum


class Lifecycle(StrEnum):
    """Stages; retired systems are kept apart (``KeptSystem.retired_at``)."""

    PROPOSED = "proposed"  # somebody wants it
    IN_REVIEW = "in-review"  # it is being looked at
    APPROVED = "approved"  # those due have said yes
    LIVE = "live"  # it is used
    RETIRED = "retired"  # it is not used any more


_BY_HAND = {
    (Lifecycle.PROPOSED, Lifecycle.IN_REVIEW),
    (Lifecycle.APPROVED, Lifecycle.LIVE),
    (Lifecycle.APPROVED, Lifecycle.IN_REVIEW),
    (Lifecycle.LIVE, Lifecycle.IN_REVIEW),
    (Lifecycle.IN_REVIEW, Lifecycle.PROPOSED),
}


def may_step(old: Lifecycle, new: Lifecycle) -> bool:
    """Whether a person may take this step by hand. Approval is never one of them: sign-offs give it."""
    return old is new or (old, new) in _BY_HAND
