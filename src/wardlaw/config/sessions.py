"""How long people stay signed in to the console."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta


class Sessions(msgspec.Struct, frozen=True):
    """Sessions of the console."""

    idle_s: Annotated[
        int, Meta(ge=60, le=86_400, description="Seconds without a request after which a session ends.")
    ] = 1_800
    longest_s: Annotated[
        int, Meta(ge=300, le=86_400, description="Seconds after which a session ends whatever is asked.")
    ] = 43_200
    proof_s: Annotated[
        int,
        Meta(
            ge=30,
            le=3_600,
            description="Seconds for which a proof of who somebody is counts for what needs a fresh one.",
        ),
    ] = 300
