"""Google Vertex AI: Anthropic's models by their raw prediction, and others by the endpoint that speaks as OpenAI does.

The base URL ends with the location: ``https://HOST/v1/projects/PROJECT/locations/LOCATION``. The credential is an OAuth
access token, which lives an hour: it stands in a file that something beside the gateway renews.

Source: Vertex AI reference, "Use Claude models" and "Chat Completions" (2026-11); anthropic-python 2.14.0,
``lib/vertex``.
"""

from __future__ import annotations

from urllib.parse import quote

import orjson

from wardlaw.facts.routes import WireForm
from wardlaw.gateway.destination import Destination
from wardlaw.gateway.kinds.kind import Errand, Kind, Parcel, as_bearer
from wardlaw.gateway.wire.google import google_refusal
from wardlaw.gateway.wire.headers import upstream_headers
from wardlaw.gateway.wire.recoding import Recoding

_VERSION = "vertex-2023-10-16"
_COUNT = "/messages/count_tokens"
_MODELS = "/publishers/anthropic/models/"


def _pack_anthropic(there: Destination, errand: Errand) -> Parcel:
    headers = upstream_headers(errand.caller, stream=errand.stream, form=WireForm.ANTHROPIC)
    kept = tuple(pair for pair in headers if pair[0] != "anthropic-version")
    # Version and previews are ours to say, whatever the caller wrote into its body.
    doc = {name: value for name, value in errand.doc.items() if name not in ("model", "anthropic_beta")}
    if errand.path == _COUNT:
        counted = {**doc, "model": there.model, "anthropic_version": _VERSION}
        return Parcel(f"{_MODELS}count-tokens:rawPredict", orjson.dumps(counted), kept)
    verb = "streamRawPredict" if errand.stream else "rawPredict"
    path = f"{_MODELS}{quote(there.model, safe='@')}:{verb}"
    return Parcel(path, orjson.dumps({**doc, "anthropic_version": _VERSION}), kept)


def _pack_openai(there: Destination, errand: Errand) -> Parcel:
    headers = upstream_headers(errand.caller, stream=errand.stream)
    return Parcel("/endpoints/openapi" + errand.path, errand.body_for(there.model), headers)


VERTEX = Kind(
    paths=frozenset(("/messages", _COUNT)),
    credential=as_bearer,
    pack=_pack_anthropic,
    recoding=Recoding(refusal=google_refusal),
)
VERTEX_OPENAI = Kind(paths=frozenset(("/chat/completions",)), credential=as_bearer, pack=_pack_openai)
