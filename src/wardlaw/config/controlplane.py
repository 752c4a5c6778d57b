"""The management API and who asks it: settings."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from wardlaw.config.sessions import Sessions
from wardlaw.config.tls import Tls


class ControlPlane(msgspec.Struct, frozen=True):
    """The management API."""

    socket: Annotated[str, Meta(description="Unix socket; callers are known by their peer credentials.")] = (
        "{data_dir}/control.sock"
    )
    listen: Annotated[
        str, Meta(description="Address and port of the same API for tokens; empty for none. Not loopback needs `tls`.")
    ] = "127.0.0.1:8081"
    tls: Annotated[Tls, Meta(description="Certificate of the management API.")] = Tls()
    sessions: Annotated[Sessions, Meta(description="How long people stay signed in to the console.")] = Sessions()
    requests_per_hour: Annotated[
        int,
        Meta(
            ge=1,
            le=1_000,
            description="Waivers, AI tools and appeals that one person may ask for in any hour, together; 429 above.",
        ),
    ] = 20
