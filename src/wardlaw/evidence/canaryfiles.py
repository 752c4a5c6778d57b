"""Canaries that are uploads: a document, and a batch of requests; nothing of them reaches an upstream."""

from __future__ import annotations

import hashlib

import msgspec

from wardlaw.evidence.canary import CanaryRequest, ModelPlace
from wardlaw.evidence.canarycontent import AbsentError, CanaryContent, InexpressibleError
from wardlaw.evidence.canaryplaces import UNKNOWN_MODEL, Asking, caller_of, stands_where_wanted
from wardlaw.evidence.canarytexts import joined
from wardlaw.evidence.canarywire import PATHS, asking_body, pixel, result_text
from wardlaw.facts import routes

_BOUNDARY = "wardlaw-canary-7d1f0e"
UPLOADED = "file-wardlaw-canary"
"""Beginning of the ids under which what canaries upload seems to be kept."""


def upload_of(asking: Asking, content: CanaryContent) -> CanaryRequest:
    """A document that is handed up, as a vendor's files take it.

    Raises:
        InexpressibleError: No document can be that, or none is taken where the example says.
    """
    keeper = asking.around.keeper
    if keeper is None:
        raise InexpressibleError("files are not served here")
    if False in (asking.wants("destinationRegistered"), asking.wants("resourceRegistered")):
        raise InexpressibleError("the upstream that keeps files is named in the configuration")
    if not stands_where_wanted(asking, keeper):
        raise InexpressibleError(f"files are kept in {keeper.region} at a destination of trust {keeper.trust.value}")
    if content.hosted or content.foreign or content.max_tokens:
        raise AbsentError("a document is texts and pictures")
    if content.broken:
        raise InexpressibleError("no document can be made up that claims to be structured and cannot be read")
    if content.images > 1:
        raise AbsentError("a document is one attachment")
    if content.images:
        return _upload(asking, "canary.png", "image/png", pixel(), purpose="user_data")
    text = result_text(content) if content.people or content.result_bytes else joined(content.texts)
    padded = text.ljust(content.body_bytes) if content.body_bytes > len(text) else text
    return _upload(asking, "canary.txt", "text/plain", padded.encode(), purpose="user_data")


def batch_of(asking: Asking, content: CanaryContent) -> CanaryRequest:
    """A batch of requests that is handed up: each line of it is judged as the request it stands for.

    Raises:
        InexpressibleError: No line can be that.
    """
    place = _batched(asking)
    model = UNKNOWN_MODEL if asking.wants("resourceRegistered") is False else place.name
    line = {
        "custom_id": "canary-1",
        "method": "POST",
        "url": PATHS[place.route],
        "body": msgspec.Raw(asking_body(place.route, content, model=model)),
    }
    lines = [
        msgspec.json.encode({**line, "custom_id": f"canary-{one}"}) for one in range(1, max(1, content.records) + 1)
    ]
    return _upload(asking, "canary.jsonl", "application/jsonl", b"\n".join(lines), purpose="batch")


def batch_start(asking: Asking, upload: CanaryRequest) -> CanaryRequest:
    """The wish to have an uploaded batch run."""
    body = {
        "input_file_id": uploaded_id(upload),
        "endpoint": PATHS[_batched(asking).route],
        "completion_window": "24h",
    }
    answer = {"id": uploaded_id(upload).replace("file-", "batch_", 1), "object": "batch", "status": "validating"}
    return CanaryRequest("/v1/batches", msgspec.json.encode(body), msgspec.json.encode(answer), caller_of(asking))


def fetching_of(upload: CanaryRequest, content: bytes) -> CanaryRequest:
    """The wish to have back what was uploaded; ``content`` is what seems to come."""
    return CanaryRequest(f"/v1/files/{uploaded_id(upload)}/content", b"", content, upload.caller, method="GET")


def forgetting_of(upload: CanaryRequest) -> CanaryRequest:
    """The wish that nothing of an upload stays known."""
    identity = uploaded_id(upload)
    answer = msgspec.json.encode({"id": identity, "object": "file", "deleted": True})
    return CanaryRequest(f"/v1/files/{identity}", b"", answer, upload.caller, method="DELETE")


def uploaded_id(upload: CanaryRequest) -> str:
    """Id under which an upload seems to be kept."""
    return f"{UPLOADED}-{hashlib.sha256(upload.body).hexdigest()[:24]}"


def _batched(asking: Asking) -> ModelPlace:
    """A model whose batches are run.

    Raises:
        InexpressibleError: There is none where the example says.
    """
    if asking.wants("destinationRegistered") is False:
        raise InexpressibleError("every upstream of a registered model is named in the configuration")
    for place in asking.around.batched:
        if stands_where_wanted(asking, place):
            return place
    raise InexpressibleError("no model is served by an upstream that runs batches, where the example says")


def _upload(asking: Asking, name: str, kind: str, data: bytes, *, purpose: str) -> CanaryRequest:
    head = (
        f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="purpose"\r\n\r\n{purpose}\r\n'
        f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
        f"Content-Type: {kind}\r\n\r\n"
    )
    body = head.encode() + data + f"\r\n--{_BOUNDARY}--\r\n".encode()
    plain = CanaryRequest(
        PATHS[routes.FILES],
        body,
        b"",
        caller_of(asking),
        content_type=f"multipart/form-data; boundary={_BOUNDARY}",
    )
    answer = {"id": uploaded_id(plain), "object": "file", "filename": name, "purpose": purpose, "bytes": len(data)}
    return msgspec.structs.replace(plain, answer=msgspec.json.encode(answer))
