from __future__ import annotations

import orjson

from wardlaw.gateway.wire.dialect import OPENAI

DETAIL = {"message": "No.", "type": "policy_refusal", "param": None, "code": "held"}


def test_errors_as_openai_words_them() -> None:
    assert orjson.loads(OPENAI.body(403, DETAIL)) == {"error": DETAIL}
    event = OPENAI.event(DETAIL)
    assert event.startswith(b"data: ")
    assert event.endswith(b"\n\n")
    assert orjson.loads(event[6:]) == {"error": DETAIL}
