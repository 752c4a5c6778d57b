"""Errors of Google's API in the words of the Messages API."""

from __future__ import annotations

import json

from wardlaw.gateway.wire.google import google_refusal

GIVEN = {"error": {"code": 429, "message": "Quota exceeded", "status": "RESOURCE_EXHAUSTED", "details": ["internal"]}}


def test_its_own_errors_are_reworded_and_their_details_left_out() -> None:
    for raw in (json.dumps(GIVEN), json.dumps([GIVEN])):
        told = json.loads(google_refusal(429, raw.encode()))
        assert (told["type"], told["error"]) == (
            "error",
            {"type": "rate_limit_error", "message": "Quota exceeded"},
        )


def test_errors_of_the_model_and_what_nobody_knows_stay() -> None:
    model = b'{"type":"error","error":{"type":"invalid_request_error","message":"too long"}}'
    for raw in (model, b"<html>", b'{"error":"text"}', b"[1,2]"):
        assert google_refusal(400, raw) == raw
