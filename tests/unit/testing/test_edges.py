from __future__ import annotations

import asyncio

import pytest

from wardlaw.facts.errors import InputError, UnavailableError
from wardlaw.gateway.port import CallerGoneError
from wardlaw.gateway.registry import NOWHERE
from wardlaw.gateway.wire.answer import read_answer
from wardlaw.testing.edges import MemoryAnswer, MemoryCall, MemoryUpstreams, completion, stream, user, with_result


def test_a_call_keeps_only_its_first_reply() -> None:
    call = MemoryCall(user("Hello"))
    call.reply(403, [("a", "b")], b'{"error": 1}')
    call.reply(200, [], b"{}")
    assert (call.status, call.answer_headers, call.error) == (403, {"a": "b"}, 1)
    assert call.sent_bytes == len(b'{"error": 1}')


def test_a_body_meets_the_limits_of_a_server() -> None:
    assert asyncio.run(MemoryCall(b"abc").body(limit_bytes=3, within_s=1)) == b"abc"
    with pytest.raises(InputError, match="WL-GWY-002"):
        asyncio.run(MemoryCall(b"abcd").body(limit_bytes=3, within_s=1))
    with pytest.raises(InputError, match="WL-GWY-003"):
        asyncio.run(MemoryCall(late=True).body(limit_bytes=3, within_s=1))


def test_a_caller_leaves_when_it_is_told_to() -> None:
    call = MemoryCall(gone_after=1)
    call.open(200, [])
    for event in stream("Hello ")[:1]:
        asyncio.run(call.send(event))
    with pytest.raises(CallerGoneError):
        asyncio.run(call.send(b"more"))
    assert call.spoken == "Hello "


def test_answers_come_in_turn_and_errors_are_raised() -> None:
    upstreams = MemoryUpstreams()
    upstreams.will(MemoryAnswer(completion("Hi")), UnavailableError("WL-UPS-003", "It broke off."), upstream="")

    async def story() -> bytes:
        answer = await upstreams.post(NOWHERE, "/x", b"{}", ())
        with pytest.raises(UnavailableError):
            await upstreams.post(NOWHERE, "/x", b"{}", ())
        body = await answer.whole(10_000)
        with pytest.raises(UnavailableError, match="WL-UPS-004"):
            await answer.whole(10)
        await answer.close()
        assert answer.closed
        return body

    body = asyncio.run(story())
    assert read_answer(body).segments[-1].text is not None
    assert [asked.document for asked in upstreams.asked] == [{}, {}]


def test_an_answer_breaks_off_after_its_pieces() -> None:
    async def story() -> tuple[bytes, bytes]:
        pieces = MemoryAnswer(b"a", b"b", breaks=UnavailableError("WL-UPS-003", "It broke off.")).pieces()
        found = await anext(pieces), await anext(pieces)
        with pytest.raises(UnavailableError):
            await anext(pieces)
        return found

    assert asyncio.run(story()) == (b"a", b"b")


def test_a_result_stands_after_the_call_it_answers() -> None:
    messages = with_result("?", "rows", call_id="c9")["messages"]
    assert [message["role"] for message in messages] == ["user", "assistant", "tool"]
    assert messages[1]["tool_calls"][0]["id"] == messages[2]["tool_call_id"] == "c9"
