"""Whether what is now said of a system asks less of us than what was said before: such a word needs legal (SOD-8).

Held against everything that was ever said, not only the last word: nobody makes a classification milder in two steps, by
taking it back first.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from wardlaw.facts.tier import Tier
from wardlaw.register.system import System

CLASSIFYING = ("roles", "tier", "annex_point", "placed_at")
"""The fields from which the law's duties follow."""

# From each tier, those that ask for at least as much. A general-purpose model has duties of its own (Chapter V), so only
# the worst covers them.
_NO_MILDER: dict[Tier, frozenset[Tier]] = {
    Tier.PROHIBITED: frozenset(),
    Tier.HIGH: frozenset({Tier.PROHIBITED}),
    Tier.GPAI: frozenset({Tier.PROHIBITED}),
    Tier.LIMITED: frozenset({Tier.PROHIBITED, Tier.HIGH}),
    Tier.MINIMAL: frozenset({Tier.PROHIBITED, Tier.HIGH, Tier.GPAI, Tier.LIMITED}),
    Tier.OUT_OF_SCOPE: frozenset({Tier.PROHIBITED, Tier.HIGH, Tier.GPAI, Tier.LIMITED, Tier.MINIMAL}),
}


def differing(old: System, new: System, *, fields: Sequence[str]) -> tuple[str, ...]:
    """Which of these fields say something else."""
    return tuple(name for name in fields if getattr(old, name) != getattr(new, name))


def milder(history: Iterable[System], new: System) -> tuple[str, ...]:
    """The fields in which a system is now called milder than it was.

    Args:
        history: Every state it was in, oldest first.
    """
    states = tuple(history)
    found: list[str] = []
    tier = next((one.tier for one in reversed(states) if one.tier is not Tier.UNDETERMINED), Tier.UNDETERMINED)
    if not _is_covered(tier, new.tier):
        found.append("tier")
    # Without a point the earliest date counts, without roles every duty does: only another word can be milder.
    point = next((one.annex_point for one in reversed(states) if one.annex_point), "")
    if point and new.annex_point not in ("", point):
        found.append("annex_point")
    roles = next((one.roles for one in reversed(states) if one.roles), ())
    if new.roles and not set(roles) <= set(new.roles):
        found.append("roles")
    # What was placed before a day may be exempt for longer.
    placed = next((one.placed_at for one in reversed(states) if one.placed_at), None)
    if placed is not None and new.placed_at is not None and new.placed_at < placed:
        found.append("placed_at")
    return tuple(found)


def _is_covered(before: Tier, after: Tier) -> bool:
    if Tier.UNDETERMINED in (before, after) or before is after:
        return True  # nobody had said it, or now everything applies
    return after in _NO_MILDER[before]
