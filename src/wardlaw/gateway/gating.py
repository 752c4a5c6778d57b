"""Which systems are closed at this door, and when a worker cannot know."""

from __future__ import annotations

from collections.abc import Callable

from wardlaw.facts.canary import KEY_PREFIX, system_of
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
        # What comes with a canary's key reaches no upstream; were it refused here, its clause could prove nothing.
        if request.principal.credential.startswith(KEY_PREFIX):
            return ()
        return self.door.closed(_traffic(request), at=request.at, is_known=self._age_s() <= MAX_AGE_S)

    def systems(self, request: RequestFacts) -> tuple[str, ...]:
        """Systems of the register that a request belongs to, as it was last read."""
        if not self.door.knows_any:
            return ()
        # Which system a canary's caller is made for stands in its id. Nobody else has a key of that kind, and what comes
        # with one reaches no upstream.
        if request.principal.credential.startswith(KEY_PREFIX) and (made_for := system_of(request.principal.id)):
            return self.door.systems_of_canary(_traffic(request), made_for)
        return self.door.systems(_traffic(request))


def _traffic(request: RequestFacts) -> Traffic:
    principal = request.principal
    return Traffic(
        principal.id,
        principal.acting_for,
        principal.kind.value,
        request.action.value,
        request.route,
        request.resource.id,
    )
