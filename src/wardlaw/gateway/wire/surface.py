"""One surface of the gateway: how its requests, answers, streams and errors are read and written.

Everything else is the same for all of them: who is admitted, what is inspected, metered, decided and recorded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import msgspec

from wardlaw.facts.exchange import ToolCall
from wardlaw.facts.routes import WireForm
from wardlaw.gateway.translation.shape import Translation
from wardlaw.gateway.wire.answer import Answer
from wardlaw.gateway.wire.asked import Asked
from wardlaw.gateway.wire.body import BodyLimits
from wardlaw.gateway.wire.dialect import Dialect
from wardlaw.gateway.wire.lane import StreamLane
from wardlaw.security.window import ReleaseWindow

Doc = Mapping[str, Any]


def no_calls(_doc: Doc) -> Iterator[ToolCall]:
    """The history of a surface without conversation."""
    return iter(())


def as_it_came(_doc: Doc) -> Doc:
    """Nothing is set in the body."""
    return {}


class Surface(msgspec.Struct, frozen=True, kw_only=True):
    """One way to ask a model.

    Attributes:
        route: Name for clauses, scopes and settings; two paths may share one.
        path: Where callers find it.
        upstream_path: Where upstreams have it, below their base URL.
        form: What upstreams must speak to serve it.
        converses: Requests open with the beginning of a conversation, from which a session can be derived.
        dialect: How errors are worded.
        read: The parsed body to what is asked; raises ``InputError``.
        history: The tool calls which the body says the model made.
        read_answer: The bytes of an answer; raises ``BadUpstreamError``.
        rewrite_answer: The answer with the texts at these pointers replaced.
        stream: Makes the layer between an upstream's stream and the caller; ``None`` where nothing streams.
        translations: How upstreams of another form serve it, where a model asks for that.
        part: Type of a part that holds text, where a system prompt can be added to; ``""`` where there is none.
        settle: Members that are set in the body before it goes up, so that a vendor's default does not hold.
    """

    route: str
    path: str
    upstream_path: str
    dialect: Dialect
    read: Callable[[dict[str, Any], BodyLimits], Asked]
    read_answer: Callable[[bytes], Answer]
    rewrite_answer: Callable[[Answer, Mapping[str, str]], bytes]
    stream: Callable[[Callable[[], ReleaseWindow]], StreamLane] | None = None
    history: Callable[[Doc], Iterator[ToolCall]] = no_calls
    settle: Callable[[Doc], Doc] = as_it_came
    form: WireForm = WireForm.OPENAI
    converses: bool = True
    part: str = ""
    translations: Mapping[WireForm, Translation] = {}
