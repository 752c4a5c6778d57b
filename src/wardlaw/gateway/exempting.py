"""The waivers and broken glass a worker knows, and when it must not believe them any longer."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

from wardlaw.facts.exemption import Exemption
from wardlaw.store.exemptions import Exemptions

MAX_AGE_S = 2.0
"""A waiver that was ended must not live on: what was not compared with the tables for so long lifts nothing. Clauses
stay in force longer without a comparison, since there the doubt falls on the safe side."""

_log = logging.getLogger("wardlaw.gateway")


class ExemptionBook:
    """What is lifted here; swapped as a whole, and nothing while it cannot be compared.

    Args:
        age_s: Seconds since everything was last known to be in force.
    """

    def __init__(self, age_s: Callable[[], float]) -> None:
        self._age_s = age_s
        self._standing: tuple[Exemption, ...] = ()

    def in_force(self) -> tuple[Exemption, ...]:
        """What may be lifted now; each says itself from when to when it stands."""
        if not self._standing or self._age_s() > MAX_AGE_S:
            return ()
        return self._standing

    async def renew(self, load: Callable[[], Awaitable[Exemptions]]) -> None:
        """Take what the tables hold now; whatever goes wrong on the way leaves nothing lifted.

        Raises:
            WardlawError: They cannot be read.
        """
        try:
            found = await load()
        except BaseException:
            self._standing = ()
            raise
        if found.forged:
            _log.error("not signed by this installation, and so without effect: %s", ", ".join(found.forged))
        if found.returned:
            _log.error("ended before their time and put back, and so without effect: %s", ", ".join(found.returned))
        self._standing = found.standing
