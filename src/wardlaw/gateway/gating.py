"""Which systems are closed at this door, and when a worker cannot know."""

from __future__ import annotations

from collections.abc import Callable

from wardlaw.facts.canary import KEY_PREFIX
from wardlaw.facts.gate import ClosedGate
from wardlaw.facts.request import RequestFacts
from wardlaw.register.gates.door import GateDoor
from wardlaw.register.system import Traffic

MAX_AGE_S = 2.0
"""A verdict that was revoked must not live on: what was not compared with the tables for so long opens nothing. The same
as for waivers; comparing happens four times a second."""


class GateKeeper:
    """What is closed here; the door is swapped as a whole.

    Args:
        age_s: Seconds since everything was last known to be in force.
    """

    def __init__(self, age_s: Callable[[], float]) -> None:
        self._age_s = age_s
        self.door = GateDoor((), frozenset())

    def closed(self, request: RequestFacts) -> tuple[ClosedGate, ...]:
        """Systems without a live verdict that a request belongs to."""
        if self.door.is_empty:
            return ()
        principal = request.principal
        # What comes with a canary's key reaches no upstream; were it refused here, its clause could prove nothing.
        if principal.credential.startswith(KEY_PREFIX):
            return ()
        traffic = Traffic(
            principal.id,
            principal.acting_for,
            principal.kind.value,
            request.action.value,
            request.route,
            request.resource.id,
        )
        return self.door.closed(traffic, at=request.at, is_known=self._age_s() <= MAX_AGE_S)
