from __future__ import annotations

import pytest

from wardlaw.facts.errors import Fault, InputError
from wardlaw.facts.routes import WireForm
from wardlaw.gateway.wire.headers import caller_headers, check_request_headers, own_headers, upstream_headers

JSON = {"content-type": "application/json"}


@pytest.mark.parametrize(
    "kind", ["application/json", "Application/JSON; charset=utf-8", 'application/json;charset="UTF-8"']
)
def test_plain_json_passes(kind):
    check_request_headers({"content-type": kind, "content-encoding": "identity"})


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"content-type": "text/plain"},
        {"content-type": "application/json; charset=utf-16"},
        {"content-type": "application/json, text/plain"},
        JSON | {"content-encoding": "gzip"},
    ],
)
def test_other_bodies_are_unsupported(headers):
    with pytest.raises(InputError) as caught:
        check_request_headers(headers)
    assert (caught.value.code, caught.value.http_status) == ("WL-GW-114", 415)


@pytest.mark.parametrize("extra", [{"x-a": "b\r\nx-c: d"}, {"x-a": "b\nc"}, {"x-a": "\0"}, {"x a": "b"}, {"": "b"}])
def test_smuggled_headers_are_refused(extra):
    with pytest.raises(InputError) as caught:
        check_request_headers(JSON | extra)
    assert caught.value.code == "WL-GW-113"


def test_nothing_of_the_caller_goes_up_but_closed_forms():
    sent = {
        "authorization": "Bearer wl_secret",
        "cookie": "a=b",
        "connection": "keep-alive",
        "transfer-encoding": "chunked",
        "te": "trailers",
        "x-forwarded-for": "10.0.0.1",
        "forwarded": "for=10.0.0.1",
        "x-wardlaw-session": "s1",
        "x-wardlaw-decision": "dec_fake",
        "openai-organization": "org-1",
        "user-agent": "secret in a header",
        "accept-encoding": "gzip, br",
        "openai-beta": "assistants=v2",
        "host": "gateway",
    }
    up = upstream_headers(sent, stream=True, own=[("authorization", "Bearer sk-upstream")])
    assert dict(up) == {
        "content-type": "application/json",
        "accept": "text/event-stream",
        "accept-encoding": "identity",
        "user-agent": "wardlaw",
        "openai-beta": "assistants=v2",
        "authorization": "Bearer sk-upstream",
    }
    assert len(up) == len(dict(up))
    assert "openai-beta" not in dict(upstream_headers({"openai-beta": "anything else"}, stream=False))


def test_only_numbers_come_back():
    down = {
        "content-type": "text/html",
        "set-cookie": "a=b",
        "server": "x",
        "content-encoding": "gzip",
        "x-request-id": "secret",
        "x-wardlaw-decision": "dec_fake",
        "openai-processing-ms": "12",
        "x-ratelimit-remaining-requests": "59",
        "x-ratelimit-reset-tokens": "6m0s",
        "x-ratelimit-limit-tokens": "sk-secret",
        "retry-after": "2",
    }
    own = own_headers(decision_id="dec_1", overhead_us=321, receipt="abc=")
    assert dict(caller_headers(down, stream=False, own=own)) == {
        "content-type": "application/json",
        "openai-processing-ms": "12",
        "x-ratelimit-remaining-requests": "59",
        "x-ratelimit-reset-tokens": "6m0s",
        "retry-after": "2",
        "x-request-id": "dec_1",
        "x-wardlaw-decision": "dec_1",
        "x-wardlaw-overhead-us": "321",
        "x-wardlaw-receipt": "abc=",
    }
    assert dict(caller_headers({}, stream=True))["content-type"].startswith("text/event-stream")


def test_our_own_headers_cannot_be_split():
    with pytest.raises(Fault) as caught:
        own_headers(decision_id="dec_1", receipt="a\r\nx: y")
    assert caught.value.code == "WL-GW-191"
    with pytest.raises(Fault):
        upstream_headers({}, stream=False, own=[("authorization", "Bearer x\n")])


def test_only_the_closed_list_reaches_anthropic():
    sent = {
        "anthropic-version": "2023-06-01",
        "anthropic-beta": "context-1m-2025-08-07, my-secret-text-2025-01-01,context-1m-2025-08-07,mcp-client-2025-04-04",
        "openai-beta": "responses=v1",
        "x-api-key": "wl_ada",
        "anthropic-dangerous-direct-browser-access": "true",
    }
    up = dict(upstream_headers(sent, stream=True, form=WireForm.ANTHROPIC))
    assert up["anthropic-version"] == "2023-06-01"
    assert up["anthropic-beta"] == "context-1m-2025-08-07,mcp-client-2025-04-04"
    assert up.keys() == {
        "content-type", "accept", "accept-encoding", "user-agent", "anthropic-version", "anthropic-beta"
    }  # fmt: skip
    odd = dict(upstream_headers({"anthropic-version": "tell me"}, stream=False, form=WireForm.ANTHROPIC))
    assert odd["anthropic-version"] == "2023-06-01"
    assert "anthropic-beta" not in odd
    assert "anthropic-version" not in dict(upstream_headers(sent, stream=False))


def test_limits_of_anthropic_come_back_as_numbers_only():
    down = dict(
        caller_headers({"anthropic-ratelimit-requests-remaining": "9", "anthropic-ratelimit-x": "words"}, stream=False)
    )
    assert down["anthropic-ratelimit-requests-remaining"] == "9"
    assert "anthropic-ratelimit-x" not in down
