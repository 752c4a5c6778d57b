"""How clauses are proved to hold."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta


class Canaries(msgspec.Struct, frozen=True):
    """Synthetic requests that clauses must stop."""

    enabled: Annotated[bool, Meta(description="Send them with `up`, by a timetable and when somebody asks.")] = True
    every_h: Annotated[
        float, Meta(gt=0, le=720, description="Hours within which each clause is tried on each of its routes.")
    ] = 24.0
    pace_s: Annotated[float, Meta(ge=0, le=3_600, description="Seconds between two that are due.")] = 5.0
    start_s: Annotated[
        float, Meta(ge=0, le=86_400, description="Seconds after the start in which none is sent unasked.")
    ] = 60.0
    within_s: Annotated[
        float, Meta(gt=0, le=60, description="Seconds in which a verdict must have come; one that comes later is none.")
    ] = 5.0
