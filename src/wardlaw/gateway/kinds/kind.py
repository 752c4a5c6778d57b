"""What every kind of upstream has to say: how it knows us, how a request is put to it, how its answers are read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec
import orjson

from wardlaw.gateway.destination import Destination
from wardlaw.gateway.wire.headers import Header
from wardlaw.gateway.wire.recoding import Recoding

AS_IT_IS = Recoding()


class Errand(msgspec.Struct, frozen=True, kw_only=True):
    """A request that may go, in the form the upstream speaks.

    Attributes:
        path: Where that form has it, such as ``/chat/completions``.
        doc: The body.
        raw: The same as bytes; ``None`` when it has to be written anew.
        stream: A stream is asked for.
        caller: The caller's head, of which only a closed list goes on.
        at: Now, Unix seconds.
    """

    path: str
    doc: Mapping[str, Any]
    raw: bytes | None
    stream: bool
    caller: Mapping[str, str]
    at: float

    def body_for(self, model: str) -> bytes:
        """The body with the model as the upstream calls it; the original bytes where nothing changes."""
        if self.raw is not None and self.doc["model"] == model:
            return self.raw
        return orjson.dumps({**self.doc, "model": model})


class Parcel(msgspec.Struct, frozen=True):
    """A request ready to be sent: ``path`` stands below the base URL and has nothing in it that needs escaping."""

    path: str
    body: bytes
    headers: tuple[Header, ...]


class Kind(msgspec.Struct, frozen=True, kw_only=True):
    """How upstreams of one kind are asked.

    Attributes:
        paths: What they have, by the paths of their form.
        credential: The headers that carry the key; the same for every request.
        pack: The request as it is sent.
        recoding: What makes their answers those of their form.
    """

    paths: frozenset[str]
    credential: Callable[[Destination], tuple[Header, ...]]
    pack: Callable[[Destination, Errand], Parcel]
    recoding: Recoding = AS_IT_IS


def as_bearer(there: Destination) -> tuple[Header, ...]:
    """The key as bearer token; nothing when there is none."""
    text = there.credential.current()
    return (("authorization", f"Bearer {text}"),) if text else ()


def as_header(name: str, there: Destination) -> tuple[Header, ...]:
    """The key in a header of its own, unless the destination wants it as bearer token."""
    text = there.credential.current()
    if there.bearer or not text:
        return as_bearer(there)
    return ((name, text),)
