"""Vertex, in both forms."""

from __future__ import annotations

import json

from tests.unit.gateway.kinds.errands import errand, place
from wardlaw.gateway.kinds.vertex import VERTEX, VERTEX_OPENAI

SONNET = place(model="claude-sonnet-4-5@20250929")


def test_a_message_is_a_raw_prediction_of_the_model_in_the_address() -> None:
    caller = {"anthropic-beta": "context-1m-2025-08-07", "anthropic-version": "2023-06-01"}
    parcel = VERTEX.pack(SONNET, errand("/messages", caller=caller, anthropic_version="x", anthropic_beta=["any"]))
    assert parcel.path == "/publishers/anthropic/models/claude-sonnet-4-5@20250929:rawPredict"
    doc, head = json.loads(parcel.body), dict(parcel.headers)
    assert doc == {"anthropic_version": "vertex-2023-10-16", "messages": [{"role": "user", "content": "hello"}]}
    assert head["anthropic-beta"] == "context-1m-2025-08-07"
    assert "anthropic-version" not in head


def test_a_stream_has_a_verb_of_its_own_and_says_so_in_the_body() -> None:
    parcel = VERTEX.pack(SONNET, errand("/messages", stream=True))
    assert parcel.path.endswith(":streamRawPredict")


def test_counting_names_the_model_in_the_body() -> None:
    parcel = VERTEX.pack(SONNET, errand("/messages/count_tokens"))
    assert parcel.path == "/publishers/anthropic/models/count-tokens:rawPredict"
    assert json.loads(parcel.body)["model"] == "claude-sonnet-4-5@20250929"


def test_a_model_cannot_lead_elsewhere() -> None:
    assert "/models/a%2F..%3Ab:rawPredict" in VERTEX.pack(place(model="a/..:b"), errand("/messages")).path


def test_the_endpoint_in_the_other_form() -> None:
    parcel = VERTEX_OPENAI.pack(place(model="google/gemini-2.5-pro"), errand())
    assert parcel.path == "/endpoints/openapi/chat/completions"
    assert json.loads(parcel.body)["model"] == "google/gemini-2.5-pro"
    assert VERTEX_OPENAI.credential(place()) == (("authorization", "Bearer sk-up"),)
