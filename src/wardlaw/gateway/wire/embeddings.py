"""Reading an embeddings request and its answer."""

from __future__ import annotations

from typing import Any

import msgspec

from wardlaw.facts.exchange import Channel, Measures, Segment
from wardlaw.gateway.wire.body import DEFAULT_LIMITS, BodyLimits, wrong
from wardlaw.gateway.wire.reading import Reading, check_names, whole

_VENDOR_SIDE = frozenset({"store", "models", "fallbacks", "provider", "plugins", "file_ids", "container"})


class EmbeddingsRequest(msgspec.Struct, frozen=True):
    """An embeddings request as the door needs it.

    Attributes:
        inputs: Texts (or token lists) to embed.
        segments: Every text of the body, each once.
        uninspected: ``tokens`` when the input comes as token ids, which nobody can read here.
        hosted_tools: Stored state and model fallbacks asked for.
    """

    model: str
    inputs: int
    segments: tuple[Segment, ...]
    uninspected: tuple[str, ...] = ()
    hosted_tools: tuple[str, ...] = ()

    def measures(self, body_bytes: int) -> Measures:
        """The countable facts of the request."""
        return Measures(
            body_bytes=body_bytes,
            prompt_tokens=body_bytes // 4,
            hosted_tools=self.hosted_tools,
            uninspected=self.uninspected,
        )


def read_embeddings(doc: dict[str, Any], *, limits: BodyLimits = DEFAULT_LIMITS) -> EmbeddingsRequest:
    """Read the body of ``POST /v1/embeddings``.

    Raises:
        InputError: WL-GW-108 a name that differs by case, WL-GW-110 a wrong type or a missing member.
        TooLargeError: WL-GW-111 too many texts.
    """
    check_names(doc, "")
    model = doc.get("model")
    if type(model) is not str or not model:
        raise wrong("/model", "the name of a model")
    whole(doc, "dimensions", least=1)
    reading = Reading(limits.max_leaves)
    inputs = _input(doc.get("input"), reading)
    for name, value in doc.items():
        if name in _VENDOR_SIDE and value is not None and value is not False:
            reading.hosted[name] = None
        if name != "input":
            reading.member(name, value, "", Channel.OTHER)
    return EmbeddingsRequest(
        model=model,
        inputs=inputs,
        segments=tuple(reading.segments),
        uninspected=tuple(reading.uninspected),
        hosted_tools=tuple(reading.hosted),
    )


def _input(value: Any, reading: Reading) -> int:
    """Read the input; returns how many texts it holds."""
    if type(value) is str and value:
        reading.text(Channel.USER, "/input", value)
        return 1
    if type(value) is not list or not value:
        raise wrong("/input", "a text, a list of texts, or token ids")
    if _is_tokens(value):
        reading.uninspected["tokens"] = None
        return 1
    for place, item in enumerate(value):
        if type(item) is str:
            if item:
                reading.text(Channel.USER, f"/input/{place}", item)
        elif type(item) is list and item and _is_tokens(item):
            reading.uninspected["tokens"] = None
        else:
            raise wrong(f"/input/{place}", "a text or a list of token ids")
    return len(value)


def _is_tokens(value: list[Any]) -> bool:
    return all(type(item) is int for item in value)
