"""Azure OpenAI: a resource of one's own, in it deployments, by whose names models are asked for.

With ``api_version`` the deployment stands in the address, as that API has it; without, it is the newer API without
versions, where the deployment stands in the body. Responses have no deployment in the address in either.

Source: Azure OpenAI REST reference, "Data plane inference" and "API version lifecycle" (2026-11); openai-python 3.54.0,
``lib/azure.py``.
"""

from __future__ import annotations

from urllib.parse import quote

from wardlaw.gateway.destination import Destination
from wardlaw.gateway.kinds.kind import Errand, Kind, Parcel, as_header
from wardlaw.gateway.kinds.openai import PATHS
from wardlaw.gateway.wire.headers import upstream_headers

_RESPONSES = "/responses"


def _pack(there: Destination, errand: Errand) -> Parcel:
    headers = upstream_headers(errand.caller, stream=errand.stream)
    body = errand.body_for(there.model)
    if not there.api_version:
        return Parcel("/openai/v1" + errand.path, body, headers)
    place = "" if errand.path == _RESPONSES else f"/deployments/{quote(there.model, safe='')}"
    return Parcel(f"/openai{place}{errand.path}?api-version={there.api_version}", body, headers)


AZURE = Kind(paths=PATHS, credential=lambda there: as_header("api-key", there), pack=_pack)
