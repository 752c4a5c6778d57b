"""Anthropic's own API."""

from __future__ import annotations

from wardlaw.facts.routes import WireForm
from wardlaw.gateway.destination import Destination
from wardlaw.gateway.kinds.kind import Errand, Kind, Parcel, as_header
from wardlaw.gateway.wire.headers import upstream_headers


def _pack(there: Destination, errand: Errand) -> Parcel:
    headers = upstream_headers(errand.caller, stream=errand.stream, form=WireForm.ANTHROPIC)
    return Parcel(errand.path, errand.body_for(there.model), headers)


ANTHROPIC = Kind(
    paths=frozenset(("/messages", "/messages/count_tokens")),
    credential=lambda there: as_header("x-api-key", there),
    pack=_pack,
)
