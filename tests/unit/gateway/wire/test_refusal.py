from __future__ import annotations

import orjson
import pytest

from wardlaw.facts.approval import HeldNotice
from wardlaw.facts.decision import Decision, Reason, ReasonCode
from wardlaw.facts.effect import Effect
from wardlaw.facts.errors import ConfigError, Fault, InputError, UnavailableError
from wardlaw.facts.resource import Resource, ResourceKind
from wardlaw.gateway.wire.failure import BadUpstreamError, TooLargeError
from wardlaw.gateway.wire.refusal import (
    cut_event,
    error_body,
    error_event,
    held_body,
    refusal_body,
    upstream_refusal,
)

MODEL = Resource(kind=ResourceKind.MODEL, id="model:x", registered=False)


def _decision(effect=Effect.DENY, code=ReasonCode.CLAUSE, *, public=True, clause="GOV-07"):
    reason = Reason(
        code=code,
        effect=effect,
        message="Customer data stays inside.",
        clause=clause,
        policy=clause,
        advice="Ask for a summary instead.",
        findings=(0,),
        public=public,
    )
    return Decision(request="dec_1", effect=effect, demanded=effect, policies="0" * 64, reasons=(reason,))


def _error(refusal):
    return orjson.loads(refusal.body)["error"]


def test_governance_explains_itself():
    refusal = refusal_body(_decision())
    error = _error(refusal)
    assert (refusal.status, refusal.code, error["code"]) == (403, "policy_denied", "policy_denied")
    assert error["message"] == "GOV-07: Customer data stays inside. Ask for a summary instead. (dec_1)"
    assert (error["clause"], error["advice"]) == ("GOV-07", "Ask for a summary instead.")
    assert error["decision_id"] == "dec_1"
    headers = dict(refusal.headers)
    assert headers["x-should-retry"] == "false"
    assert headers["x-wardlaw-decision"] == "dec_1"
    assert "retry-after" not in headers
    assert "connection" not in headers


@pytest.mark.parametrize("effect", [Effect.DENY, Effect.CUT, Effect.HOLD])
@pytest.mark.parametrize("code", list(ReasonCode))
def test_security_gives_no_oracle(effect, code):
    one = refusal_body(_decision(effect, code, public=False))
    other = refusal_body(_decision(effect, ReasonCode.CLAUSE, public=False, clause="SEC-99"))
    assert one == other
    text = one.body.decode()
    assert "GOV-07" not in text
    assert "Customer" not in text
    assert "Ask for" not in text
    assert set(_error(one)) == {"message", "type", "param", "code", "decision_id"}


def test_a_governance_reason_behind_a_security_reason_stays_hidden():
    hidden = _decision(Effect.CUT, public=False)
    both = Decision(
        request="dec_1",
        effect=Effect.CUT,
        demanded=Effect.CUT,
        policies="",
        reasons=hidden.reasons + _decision().reasons,
    )
    assert refusal_body(both) == refusal_body(hidden)


@pytest.mark.parametrize(
    ("effect", "code", "status", "name"),
    [
        (Effect.CUT, ReasonCode.CLAUSE, 403, "request_cut"),
        (Effect.HOLD, ReasonCode.CLAUSE, 403, "held"),
        (Effect.DENY, ReasonCode.UNREGISTERED, 403, "unregistered"),
        (Effect.DENY, ReasonCode.QUARANTINED, 403, "quarantined"),
        (Effect.DENY, ReasonCode.STATE_UNAVAILABLE, 503, "state_unavailable"),
        (Effect.DENY, ReasonCode.ENGINE_FAULT, 500, "engine_fault"),
        (Effect.DENY, ReasonCode.MISSING_ATTRIBUTE, 500, "missing_attribute"),
        (Effect.DENY, ReasonCode.REWRITE_REFUSED, 403, "policy_denied"),
    ],
)
def test_each_reason_has_its_code(effect, code, status, name):
    refusal = refusal_body(_decision(effect, code))
    assert (refusal.status, refusal.code) == (status, name)
    headers = dict(refusal.headers)
    assert ("connection" in headers) == (effect is Effect.CUT)
    assert ("x-should-retry" in headers) == (status != 503)


def test_an_unregistered_model_is_not_found():
    refusal = refusal_body(_decision(code=ReasonCode.UNREGISTERED, clause=""), resource=MODEL)
    error = _error(refusal)
    assert (refusal.status, error["code"], error["param"]) == (404, "model_not_found", "model")
    assert (error["type"], error["clause"], error["decision_id"]) == ("invalid_request_error", None, "dec_1")


def test_an_unregistered_tool_is_refused():
    tool = Resource(kind=ResourceKind.TOOL, id="tool:x", registered=False)
    assert refusal_body(_decision(code=ReasonCode.UNREGISTERED), resource=tool).status == 403


def test_rate_clauses_answer_429_without_an_invitation_to_retry():
    refusal = refusal_body(_decision(clause="GOV-11"), rate_clauses={"GOV-11"})
    assert (refusal.status, refusal.code) == (429, "rate_limited")
    assert dict(refusal.headers)["x-should-retry"] == "false"
    assert refusal_body(_decision(clause="GOV-07"), rate_clauses={"GOV-11"}).status == 403


def test_a_decision_without_reasons_is_still_a_refusal():
    refusal = refusal_body(Decision(request="dec_1", effect=Effect.DENY, demanded=Effect.DENY, policies=""))
    assert refusal.status == 403
    assert "dec_1" in _error(refusal)["message"]


def test_a_cut_event_is_one_event_with_an_error():
    event = cut_event(_decision(Effect.CUT, public=False))
    assert event.startswith(b"data: {")
    assert event.endswith(b"}\n\n")
    assert event.count(b"\n") == 2
    assert orjson.loads(event[6:])["error"]["code"] == "request_cut"
    assert (
        orjson.loads(error_event("WL-GW-204", "ended\nearly", decision_id="dec_1")[6:])["error"]["code"] == "WL-GW-204"
    )


@pytest.mark.parametrize(
    ("error", "status", "kind", "retry"),
    [
        (InputError("WL-GW-103", "Not JSON.", "Mend it."), 400, "invalid_request_error", False),
        (TooLargeError("WL-GW-101", "Too large."), 413, "invalid_request_error", False),
        (BadUpstreamError("WL-GW-201", "Garbage."), 502, "upstream_error", True),
        (UnavailableError("WL-UPS-001", "Down."), 503, "upstream_error", True),
        (Fault("WL-GW-190", "secret detail"), 500, "server_error", False),
        (ConfigError("WL-CFG-001", "secret detail"), 500, "server_error", False),
    ],
)
def test_errors_have_a_body_too(error, status, kind, retry):
    refusal = error_body(error, decision_id="dec_1")
    found = _error(refusal)
    assert (refusal.status, found["type"], found["code"]) == (status, kind, error.code)
    assert ("x-should-retry" not in dict(refusal.headers)) == retry
    assert "secret detail" not in found["message"]


def test_what_an_upstream_refuses():
    own = b'{"error":{"message":"too long"}}'
    assert upstream_refusal(400, own, decision_id="dec_1").body == own
    assert upstream_refusal(400, None, decision_id="dec_1").status == 400
    limited = upstream_refusal(429, own, decision_id="dec_1")
    assert (limited.status, "x-should-retry" in dict(limited.headers)) == (429, False)
    for status in (401, 403):
        refusal = upstream_refusal(status, b'{"error":{"message":"Incorrect API key sk-abc"}}', decision_id="dec_1")
        assert (refusal.status, refusal.code) == (502, "upstream_credentials")
        assert b"sk-abc" not in refusal.body
    assert [upstream_refusal(status, own, decision_id="d").status for status in (500, 502, 503, 504, 418)] == [
        502,
        502,
        503,
        504,
        502,
    ]
    assert upstream_refusal(500, own, decision_id="d").body != own


def test_a_call_that_waits_is_a_conflict_that_clients_do_not_try_again():
    waiting = HeldNotice("apr_1", 1_790_000_000.0, retry="wlr_1")
    decision = _decision(Effect.HOLD)
    told = refusal_body(decision, held=waiting)
    error = orjson.loads(told.body)["error"]
    assert (told.status, error["code"], error["approval"], error["retry"]) == (409, "held", "apr_1", "wlr_1")
    assert ("x-should-retry", "false") in told.headers
    assert "apr_1" in error["message"]
    assert b"apr_1" in cut_event(decision, held=waiting)
    nobody = refusal_body(decision, held=HeldNotice(message="Nobody could be asked."))
    error = orjson.loads(nobody.body)["error"]
    assert (nobody.status, error["approval"]) == (403, None)
    assert error["message"].endswith("Nobody could be asked.")
    stronger = refusal_body(_decision(Effect.DENY), held=waiting)
    assert stronger.status == 403
    assert b"apr_1" not in stronger.body


def test_a_kept_answer_that_still_waits_says_so_in_the_same_members():
    told = held_body(HeldNotice("apr_1", 1_790_000_000.0, retry="wlr_1"))
    error = orjson.loads(told.body)["error"]
    assert (told.status, error["code"], error["retry"]) == (409, "held", "wlr_1")
    assert ("x-should-retry", "false") in told.headers
