"""The official client reads what the layers write, without a socket in between."""

from __future__ import annotations

import asyncio

import httpx2
import openai
import orjson
import pytest

from tests.transcript.playbook import DONE, ENDED, chunk, play, sent
from wardlaw.facts.decision import Decision, Reason, ReasonCode
from wardlaw.facts.effect import Effect
from wardlaw.facts.errors import InputError
from wardlaw.facts.resource import Resource, ResourceKind
from wardlaw.gateway.wire.commands import Send
from wardlaw.gateway.wire.failure import BadUpstreamError
from wardlaw.gateway.wire.headers import caller_headers, own_headers
from wardlaw.gateway.wire.refusal import cut_event, error_body, refusal_body

ASK = {"model": "gpt", "messages": [{"role": "user", "content": "hello"}]}


class Wire:
    """Answers every request the same and counts them."""

    def __init__(self, status, headers, body):
        self.status, self.headers, self.body, self.requests = status, list(headers), body, 0

    def __call__(self, request):
        self.requests += 1
        return httpx2.Response(self.status, headers=self.headers, content=self.body)

    def client(self):
        return openai.OpenAI(
            api_key="wl_test",
            base_url="http://127.0.0.1:1/v1",
            http_client=httpx2.Client(transport=httpx2.MockTransport(self)),
            max_retries=2,
        )

    def async_client(self):
        return openai.AsyncOpenAI(
            api_key="wl_test",
            base_url="http://127.0.0.1:1/v1",
            http_client=httpx2.AsyncClient(transport=httpx2.MockTransport(self)),
            max_retries=2,
        )


def _stream(body):
    return Wire(200, caller_headers({}, stream=True, own=own_headers(decision_id="dec_1")), body)


def _decision(effect, *, code=ReasonCode.CLAUSE, public=True):
    reason = Reason(code=code, effect=effect, message="No.", clause="GOV-07", advice="Do this.", public=public)
    return Decision(request="dec_1", effect=effect, demanded=effect, policies="", reasons=(reason,))


def _events():
    calls = [
        {"index": index, "id": f"call_{index}", "type": "function", "function": {"name": "f", "arguments": ""}}
        for index in (0, 1)
    ]
    return [
        chunk({"role": "assistant", "content": ""}),
        chunk({"content": "Looking at "}),
        chunk({"content": "customers everywhere."}),
        chunk({"tool_calls": [calls[0]]}),
        chunk({"tool_calls": [{"index": 0, "function": {"arguments": '{"id":'}}]}),
        chunk({"tool_calls": [{"index": 0, "function": {"arguments": "1}"}}]}),
        chunk({"tool_calls": [calls[1]]}),
        chunk({"tool_calls": [{"index": 1, "function": {"arguments": '{"id":2}'}}]}),
        chunk(reason="tool_calls"),
        DONE,
        ENDED,
    ]


def test_text_and_tool_calls_are_put_together():
    with _stream(sent(play(_events()))).client().chat.completions.stream(**ASK) as stream:
        for _ in stream:
            pass
        message = stream.get_final_completion().choices[0].message
    assert message.content == "Looking at customers everywhere."
    assert [(call.id, call.function.name, call.function.arguments) for call in message.tool_calls] == [
        ("call_0", "f", '{"id":1}'),
        ("call_1", "f", '{"id":2}'),
    ]


@pytest.mark.parametrize("public", [True, False])
def test_a_cut_stream_raises(public):
    before = sent(play(_events()[:3]))
    wire = _stream(before + cut_event(_decision(Effect.CUT, public=public)))
    with pytest.raises(openai.APIError) as caught:
        list(wire.client().chat.completions.create(**ASK, stream=True))
    assert caught.value.code == "request_cut"
    assert "dec_1" in caught.value.message
    assert wire.requests == 1


async def _read_all(wire):
    async with wire.async_client() as client:
        stream = await client.chat.completions.create(**ASK, stream=True)
        return [value async for value in stream]


@pytest.mark.parametrize("events", [_events()[:3], [b"<html>\n\n"], [b'data: {"error":{"message":"x"}}\n\n']])
def test_a_spoilt_stream_raises_in_both_clients(events):
    body = b"".join(command.data for command in play([*events, ENDED]) if isinstance(command, Send))
    with pytest.raises(openai.APIError):
        list(_stream(body).client().chat.completions.create(**ASK, stream=True))
    with pytest.raises(openai.APIError):
        asyncio.run(_read_all(_stream(body)))


@pytest.mark.parametrize(
    ("refusal", "kind", "tries"),
    [
        (refusal_body(_decision(Effect.DENY)), openai.PermissionDeniedError, 1),
        (refusal_body(_decision(Effect.CUT, public=False)), openai.PermissionDeniedError, 1),
        (refusal_body(_decision(Effect.HOLD)), openai.PermissionDeniedError, 1),
        (refusal_body(_decision(Effect.DENY), rate_clauses={"GOV-07"}), openai.RateLimitError, 1),
        (refusal_body(_decision(Effect.DENY, code=ReasonCode.ENGINE_FAULT)), openai.InternalServerError, 1),
        (
            refusal_body(
                _decision(Effect.DENY, code=ReasonCode.UNREGISTERED),
                resource=Resource(kind=ResourceKind.MODEL, id="model:x", registered=False),
            ),
            openai.NotFoundError,
            1,
        ),
        (error_body(InputError("WL-GW-103", "Not JSON."), decision_id="dec_1"), openai.BadRequestError, 1),
    ],
)
def test_a_refusal_raises_the_right_error_and_is_not_tried_again(refusal, kind, tries):
    wire = Wire(refusal.status, refusal.headers, refusal.body)
    with pytest.raises(kind) as caught:
        wire.client().chat.completions.create(**ASK)
    assert (caught.value.code, caught.value.body["decision_id"]) == (refusal.code, "dec_1")
    assert wire.requests == tries


def test_a_failing_upstream_may_be_tried_again():
    refusal = error_body(BadUpstreamError("WL-GW-201", "Garbage."))
    assert "x-should-retry" not in dict(refusal.headers)


def test_the_decision_id_is_the_request_id():
    body = orjson.dumps({"id": "x", "object": "chat.completion", "created": 1, "model": "gpt", "choices": []})
    wire = Wire(200, caller_headers({}, stream=False, own=own_headers(decision_id="dec_1")), body)
    assert wire.client().chat.completions.create(**ASK)._request_id == "dec_1"
