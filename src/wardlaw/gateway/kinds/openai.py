"""OpenAI, and whatever speaks as it does at a base URL of its own: Ollama, vLLM, most model servers."""

from __future__ import annotations

from wardlaw.gateway.destination import Destination
from wardlaw.gateway.kinds.kind import Errand, Kind, Parcel, as_bearer
from wardlaw.gateway.wire.headers import upstream_headers

PATHS = frozenset(("/chat/completions", "/completions", "/embeddings", "/responses"))
"""What the API has of the surfaces that are served."""


def _pack(there: Destination, errand: Errand) -> Parcel:
    headers = upstream_headers(errand.caller, stream=errand.stream)
    return Parcel(errand.path, errand.body_for(there.model), headers)


OPENAI = Kind(paths=PATHS, credential=as_bearer, pack=_pack)
