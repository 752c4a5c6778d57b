"""Amazon Bedrock: Anthropic's models by InvokeModel, signed with AWS Signature Version 4 or with a Bedrock API key.

Source: Amazon Bedrock API reference, ``InvokeModel`` and ``InvokeModelWithResponseStream``, and "Anthropic Claude
Messages API" (2026-11); anthropic-python 2.14.0, ``lib/bedrock``.
"""

from __future__ import annotations

import time
from urllib.parse import quote, urlsplit

import orjson

from wardlaw.gateway.destination import Destination
from wardlaw.gateway.kinds.kind import Errand, Kind, Parcel, as_bearer
from wardlaw.gateway.wire.eventstream import EventStreamRecoder, aws_refusal
from wardlaw.gateway.wire.headers import Header, known_betas, upstream_headers
from wardlaw.gateway.wire.recoding import Recoding
from wardlaw.gateway.wire.sigv4 import SigningKey, Unsigned, sign

_VERSION = "bedrock-2023-05-31"
_SERVICE = "bedrock"
_OURS = frozenset(("model", "stream", "anthropic_version", "anthropic_beta"))
_STREAM = "application/vnd.amazon.eventstream"


def _pack(there: Destination, errand: Errand) -> Parcel:
    # Version and previews are ours to say, whatever the caller wrote into its body.
    doc = {name: value for name, value in errand.doc.items() if name not in _OURS}
    doc["anthropic_version"] = _VERSION
    if betas := known_betas(errand.caller):
        doc["anthropic_beta"] = betas
    body = orjson.dumps(doc)
    verb = "invoke-with-response-stream" if errand.stream else "invoke"
    path = f"/model/{quote(there.model, safe='')}/{verb}"
    headers = [pair for pair in upstream_headers({}, stream=False) if pair[0] != "accept"]
    headers.append(("accept", _STREAM if errand.stream else "application/json"))
    return Parcel(path, body, (*headers, *_signature(there, path, body, errand.at)))


def _signature(there: Destination, path: str, body: bytes, at: float) -> tuple[Header, ...]:
    who = there.aws
    if who is None:
        return ()
    url = urlsplit(there.url)
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(at))
    signed = [
        ("content-type", "application/json"),
        ("host", url.netloc),
        ("x-amz-date", stamp),
    ]
    own = [("x-amz-date", stamp)]
    if token := who.session_token.current():
        signed.append(("x-amz-security-token", token))
        own.append(("x-amz-security-token", token))
    key = SigningKey(who.access_key.current(), who.secret_key.current(), who.region, _SERVICE)
    unsigned = Unsigned(path=url.path + path, headers=signed, body=body)
    return (*own, ("authorization", sign(key, unsigned, stamp=stamp)))


BEDROCK = Kind(
    paths=frozenset(("/messages",)),
    credential=as_bearer,
    pack=_pack,
    recoding=Recoding(stream=EventStreamRecoder, refusal=aws_refusal),
)
