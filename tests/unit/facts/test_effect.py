"""The order of effects."""

from __future__ import annotations

from itertools import pairwise

from wardlaw.facts.effect import Effect, strongest


def test_the_order_is_the_one_of_the_design() -> None:
    order = [Effect.ALLOW, Effect.TRANSFORM, Effect.HOLD, Effect.DENY, Effect.CUT]
    assert all(weaker.strength < stronger.strength for weaker, stronger in pairwise(order))


def test_strongest() -> None:
    assert strongest(()) is Effect.ALLOW
    assert strongest((Effect.HOLD, Effect.CUT, Effect.ALLOW)) is Effect.CUT
