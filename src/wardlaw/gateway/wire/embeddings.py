"""Reading an embeddings request and its answer."""

from __future__ import annotations

from typing import Any

from wardlaw.facts.exchange import Channel
from wardlaw.gateway.wire.asked import Asked
from wardlaw.gateway.wire.body import DEFAULT_LIMITS, BodyLimits, wrong
from wardlaw.gateway.wire.members import EMBEDDINGS, hosted_names
from wardlaw.gateway.wire.reading import Reading, check_names, whole


class EmbeddingsRequest(Asked, frozen=True, kw_only=True):
    """An embeddings request as the door needs it.

    Attributes:
        inputs: Texts (or token lists) to embed. Token ids nobody can read here: ``uninspected`` then says ``tokens``.
    """

    inputs: int


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
    inputs = read_inputs(doc.get("input"), "/input", reading)
    reading.hosted |= hosted_names(doc, EMBEDDINGS)
    for name, value in doc.items():
        if name != "input":
            reading.member(name, value, "", Channel.OTHER)
    return EmbeddingsRequest(
        model=model,
        inputs=inputs,
        segments=tuple(reading.segments),
        uninspected=tuple(reading.uninspected),
        hosted_tools=tuple(reading.hosted),
    )


def read_inputs(value: Any, pointer: str, reading: Reading) -> int:
    """Read texts or token ids in any of the forms they come in; returns how many texts there are."""
    if type(value) is str and value:
        reading.text(Channel.USER, pointer, value)
        return 1
    if type(value) is not list or not value:
        raise wrong(pointer, "a text, a list of texts, or token ids")
    if _is_tokens(value):
        reading.uninspected["tokens"] = None
        return 1
    for place, item in enumerate(value):
        if type(item) is str:
            if item:
                reading.text(Channel.USER, f"{pointer}/{place}", item)
        elif type(item) is list and item and _is_tokens(item):
            reading.uninspected["tokens"] = None
        else:
            raise wrong(f"{pointer}/{place}", "a text or a list of token ids")
    return len(value)


def _is_tokens(value: list[Any]) -> bool:
    return all(type(item) is int for item in value)
