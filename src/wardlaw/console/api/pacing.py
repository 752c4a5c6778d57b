"""How many requests for other people's word one person may file in an hour.

Source: OWASP ASVS 5.0.0, 2.3.2 (limits of business logic) and 2.4.1 (protection against too many calls).
"""

from __future__ import annotations

import math
from datetime import UTC, datetime

from sqlalchemy.engine import Connection

from wardlaw.facts.errors import UnavailableError
from wardlaw.governance.pace import free_again_at
from wardlaw.store.filed import filed_since

HOUR_S = 3_600.0
RULE = "PACE"
"""What the record of a refused request says."""


class TooManyFiledError(UnavailableError):
    """This person has filed as many requests as an hour takes; later they may again.

    Attributes:
        wait_s: Whole seconds until then, at least 1.
    """

    http_status = 429

    def __init__(self, most: int, *, free_at: float, now: float) -> None:
        until = datetime.fromtimestamp(math.ceil(free_at), tz=UTC)
        super().__init__(
            "WL-API-026",
            f"You have asked for {most} things within an hour, and others must look at each of them.",
            f"Ask again after {until:%Y-%m-%d %H:%M:%S} UTC.",
        )
        self.wait_s = max(1, math.ceil(free_at - now))


def too_many_filed(
    connection: Connection, people: frozenset[str], *, most: int, now: float
) -> TooManyFiledError | None:
    """What is answered to a human who may file nothing more at this moment; None where they may.

    Args:
        people: Everything the human is called: more accounts do not make more requests.
        now: Unix seconds.
    """
    filed = filed_since(connection, people, since=now - HOUR_S)
    free_at = free_again_at(filed, most=most, window_s=HOUR_S, now=now)
    return TooManyFiledError(most, free_at=free_at, now=now) if free_at else None
