"""Effects of a decision and the modes a clause or a route can stand in."""

from __future__ import annotations

from enum import StrEnum


class Effect(StrEnum):
    """What happens to a request; the strongest effect wins (DESIGN: cut > deny > hold > transform > allow).

    ``OBLIGE`` is an effect of clauses alone: the request is allowed, and the door owes something with the answer.
    """

    ALLOW = "allow"
    OBLIGE = "oblige"
    TRANSFORM = "transform"
    HOLD = "hold"
    DENY = "deny"
    CUT = "cut"

    @property
    def strength(self) -> int:
        """Place in the order of strength: 0 for allow to 5 for cut."""
        return _STRENGTH[self]


_STRENGTH = {effect: place for place, effect in enumerate(Effect)}


def strongest(effects: tuple[Effect, ...]) -> Effect:
    """The strongest of the effects; ``ALLOW`` when there are none."""
    return max(effects, key=_STRENGTH.__getitem__) if effects else Effect.ALLOW


class Mode(StrEnum):
    """How a clause stands: ``warn`` and ``shadow`` are recorded and never change the verdict."""

    ENFORCE = "enforce"
    WARN = "warn"
    SHADOW = "shadow"


class RouteMode(StrEnum):
    """How an installation or a route stands: ``observe`` records what would have happened."""

    ENFORCE = "enforce"
    OBSERVE = "observe"
