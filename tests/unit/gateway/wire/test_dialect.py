from __future__ import annotations

import orjson
import pytest

from wardlaw.gateway.wire.dialect import ANTHROPIC, OPENAI, RESPONSES

DETAIL = {"message": "No.", "type": "policy_refusal", "param": None, "code": "held"}


def test_errors_as_openai_words_them() -> None:
    assert orjson.loads(OPENAI.body(403, DETAIL)) == {"error": DETAIL}
    event = OPENAI.event(DETAIL)
    assert event.startswith(b"data: ")
    assert event.endswith(b"\n\n")
    assert orjson.loads(event[6:]) == {"error": DETAIL}


@pytest.mark.parametrize(
    ("status", "kind"),
    [(400, "invalid_request_error"), (403, "permission_error"), (404, "not_found_error"), (429, "rate_limit_error"),
     (413, "request_too_large"), (405, "invalid_request_error"), (500, "api_error"), (502, "api_error"),
     (503, "overloaded_error")],
)  # fmt: skip
def test_errors_as_anthropic_words_them(status: int, kind: str) -> None:
    told = orjson.loads(ANTHROPIC.body(status, {**DETAIL, "decision_id": "dec_1"}))
    error = {"message": "No.", "type": kind, "code": "held", "decision_id": "dec_1"}
    assert told == {"type": "error", "error": error, "request_id": "dec_1"}


@pytest.mark.parametrize(
    ("own", "kind"),
    [("policy_refusal", "permission_error"), ("upstream_error", "api_error"), ("server_error", "api_error")],
)
def test_the_event_that_ends_a_stream_has_the_name_clients_raise_on(own: str, kind: str) -> None:
    event = ANTHROPIC.event({**DETAIL, "type": own})
    assert event.startswith(b"event: error\ndata: ")
    assert orjson.loads(event.split(b"data: ")[1])["error"]["type"] == kind


def test_a_responses_stream_ends_with_an_event_on_which_the_client_raises() -> None:
    event = RESPONSES.event(DETAIL)
    assert event.startswith(b"event: error\ndata: ")
    told = orjson.loads(event.split(b"data: ")[1])
    assert (told["type"], told["code"], told["error"]["code"]) == ("error", "held", "held")
    assert RESPONSES.body(403, DETAIL) == OPENAI.body(403, DETAIL)
