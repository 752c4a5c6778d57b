"""Requests and places that the tests of all kinds share."""

from __future__ import annotations

from typing import Any

import msgspec

from wardlaw.gateway.credential import Credential
from wardlaw.gateway.destination import Destination
from wardlaw.gateway.kinds.kind import Errand

DOC: dict[str, Any] = {"model": "demo", "messages": [{"role": "user", "content": "hello"}]}
AT = 1_440_938_160.0  # 2015-08-30 12:36:00 UTC, the time of AWS's vectors


def errand(path: str = "/chat/completions", *, raw: bytes | None = b"{}", stream: bool = False, **more: Any) -> Errand:
    caller = more.pop("caller", {})
    return Errand(path=path, doc={**DOC, **more}, raw=raw, stream=stream, caller=caller, at=AT)


def place(**more: Any) -> Destination:
    made = Destination(
        name="up",
        url="https://up.example",
        credential=Credential.fixed("sk-up"),
        model="their-name",
        region="eu",
        trust="partner",
        connect_timeout_s=1.0,
        first_byte_timeout_s=1.0,
        idle_timeout_s=1.0,
        total_timeout_s=1.0,
    )
    return msgspec.structs.replace(made, **more)
