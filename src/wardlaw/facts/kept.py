"""Something a vendor keeps for a caller: a file, or a batch of requests."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class KeptKind(StrEnum):
    """What is kept."""

    FILE = "file"
    BATCH = "batch"


class Kept(msgspec.Struct, frozen=True):
    """One thing at one upstream, made through the gateway by one caller.

    Attributes:
        id: What the upstream calls it.
        upstream: Name of the upstream.
        owner: Keyed digest of the principal and the person it acts for, hex; no name.
        made_at: Unix seconds.
        purpose: Of a file: what it is for, as the vendor names it.
        endpoint: Of a batch, its input and its output: path of the surface its requests are for.
        model: The model its requests name.
        records: Requests in it.
    """

    id: str
    kind: KeptKind
    upstream: str
    owner: str
    made_at: float
    purpose: str = ""
    endpoint: str = ""
    model: str = ""
    records: int = 0
