"""Whole exchanges of the Messages stream layer, told as transcripts, and read by the official client."""

from __future__ import annotations

from typing import Any

import anthropic
import httpx2
import orjson
import pytest

from tests.transcript.playbook import ENDED, ending, questions, sent, settle
from wardlaw.facts.exchange import Channel
from wardlaw.gateway.wire.answer import Usage
from wardlaw.gateway.wire.commands import (
    Command,
    Cut,
    Finish,
    Judged,
    JudgeToolCall,
    JudgeUninspected,
    Refused,
    UpstreamBytes,
)
from wardlaw.gateway.wire.dialect import ANTHROPIC
from wardlaw.gateway.wire.headers import caller_headers, own_headers
from wardlaw.gateway.wire.messages_stream import MessagesStream
from wardlaw.security.window import ReleaseWindow

ASK: dict[str, Any] = {"model": "m", "max_tokens": 9, "messages": [{"role": "user", "content": "hello"}]}


def event(kind: str, **members: Any) -> bytes:
    return b"event: " + kind.encode() + b"\ndata: " + orjson.dumps({"type": kind, **members}) + b"\n\n"


def start(**more: Any) -> bytes:
    message = {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "m",
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": {"input_tokens": 11, "output_tokens": 1},
        **more,
    }
    return event("message_start", message=message)


def begin(index: int, **block: Any) -> bytes:
    return event("content_block_start", index=index, content_block=block)


def delta(index: int, **members: Any) -> bytes:
    return event("content_block_delta", index=index, delta=members)


def text(index: int, words: str) -> bytes:
    return delta(index, type="text_delta", text=words)


def stop(index: int) -> bytes:
    return event("content_block_stop", index=index)


def end(reason: str = "end_turn") -> bytes:
    told = event("message_delta", delta={"stop_reason": reason, "stop_sequence": None}, usage={"output_tokens": 7})
    return told + event("message_stop")


def layer() -> MessagesStream:
    return MessagesStream(window=ReleaseWindow)


def play(*events: bytes) -> list[Command]:
    made = layer()
    found: list[Command] = []
    for item in events:
        found += settle(made, made.handle(UpstreamBytes(item)))
    return found + settle(made, made.handle(ENDED))


def docs(data: bytes) -> list[dict[str, Any]]:
    return [orjson.loads(line[6:]) for line in data.split(b"\n") if line.startswith(b"data: ")]


def said(data: bytes, member: str = "text") -> str:
    return "".join(doc["delta"].get(member, "") for doc in docs(data) if doc["type"] == "content_block_delta")


def whole() -> tuple[bytes, ...]:
    return (
        start(),
        event("ping"),
        begin(0, type="thinking", thinking="", signature=""),
        delta(0, type="thinking_delta", thinking="Thinking about lighthouses."),
        delta(0, type="signature_delta", signature="c2lnbmF0dXJl"),
        stop(0),
        begin(1, type="text", text=""),
        text(1, "Once upon "),
        text(1, "a time everything happened."),
        stop(1),
        begin(2, type="tool_use", id="toolu_1", name="query", input={}),
        delta(2, type="input_json_delta", partial_json=""),
        delta(2, type="input_json_delta", partial_json='{"sql": "sel'),
        delta(2, type="input_json_delta", partial_json='ect 1", "n": 3}'),
        stop(2),
        end("tool_use"),
    )


def client(body: bytes) -> anthropic.Anthropic:
    headers = list(caller_headers({}, stream=True, own=own_headers(decision_id="dec_1")))

    def answer(_request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(200, headers=headers, content=body)

    return anthropic.Anthropic(
        api_key="wl_test",
        base_url="http://127.0.0.1:1",
        http_client=httpx2.Client(transport=httpx2.MockTransport(answer)),
    )


def test_an_ordinary_stream_comes_out_whole_and_in_order() -> None:
    commands = play(*whole())
    data = sent(commands)
    assert said(data) == "Once upon a time everything happened."
    assert said(data, "thinking") == "Thinking about lighthouses."
    assert said(data, "signature") == "c2lnbmF0dXJl"
    assert said(data, "partial_json") == '{"sql":"select 1","n":3}'
    assert [doc["index"] for doc in docs(data) if doc["type"] == "content_block_stop"] == [0, 1, 2]
    assert docs(data)[-1] == {"type": "message_stop"}
    assert commands[-1] == Finish(Usage(11, 7), ("tool_use",))


def test_the_official_client_reads_it() -> None:
    with client(sent(play(*whole()))).messages.stream(**ASK) as stream:
        message = stream.get_final_message()
    thinking, words, call = message.content
    assert (thinking.type, words.text) == ("thinking", "Once upon a time everything happened.")  # type: ignore[union-attr]
    assert (call.id, call.name, call.input) == ("toolu_1", "query", {"sql": "select 1", "n": 3})  # type: ignore[union-attr]
    assert (message.stop_reason, message.usage.output_tokens) == ("tool_use", 7)


@pytest.mark.parametrize("size", [1, 3, 7, 50])
def test_the_bytes_may_be_cut_anywhere(size: int) -> None:
    raw = b"".join(whole())
    pieces = [raw[at : at + size] for at in range(0, len(raw), size)]
    assert said(sent(play(*pieces))) == "Once upon a time everything happened."


def test_nothing_leaves_before_its_verdict_and_the_end_waits() -> None:
    made = layer()
    settle(made, made.handle(UpstreamBytes(start() + begin(0, type="text", text=""))))
    commands = made.handle(UpstreamBytes(text(0, "secret") + stop(0) + end()))
    found = questions(commands)
    assert sent(commands) == b""
    assert found[0].piece.text == "secret"  # type: ignore[union-attr]
    for question in found[1:]:
        assert made.handle(Judged(question.ticket)) == []
    commands = made.handle(Judged(found[0].ticket, "******"))
    assert said(sent(commands)) == "******"
    assert isinstance(commands[-1], Finish)


def test_what_is_split_over_two_blocks_is_seen_together() -> None:
    made = layer()
    settle(made, made.handle(UpstreamBytes(start() + begin(0, type="text", text="") + text(0, "wk_live_") + stop(0))))
    commands = made.handle(UpstreamBytes(begin(1, type="text", text="") + text(1, "Zq81kTb7 ") + stop(1)))
    judged = [question.piece.judged for question in questions(commands) if question.pointer == "/content/1/text"]  # type: ignore[union-attr]
    assert judged[-1] == "wk_live_Zq81kTb7 "


def test_text_that_a_block_begins_with_is_judged_like_any_other() -> None:
    made = layer()
    settle(made, made.handle(UpstreamBytes(start())))
    commands = made.handle(UpstreamBytes(begin(0, type="text", text="first words here and now ")))
    assert "first" not in sent(commands).decode()
    assert any("first" in question.piece.text for question in questions(commands))  # type: ignore[union-attr]


def test_a_tool_call_leaves_whole_after_its_verdict() -> None:
    made = layer()
    settle(made, made.handle(UpstreamBytes(start())))
    commands: list[Command] = []
    for item in whole()[10:14]:
        commands += made.handle(UpstreamBytes(item.replace(b'"index":2', b'"index":0')))
    assert commands == []
    commands = made.handle(UpstreamBytes(stop(0)))
    [question] = questions(commands)
    assert isinstance(question, JudgeToolCall)
    assert question.call.arguments == '{"sql":"select 1","n":3}'
    assert question.call.arguments in [s.text for s in question.segments if s.channel is Channel.TOOL_ARGUMENTS]
    assert sent(commands) == b""
    kinds = [doc["type"] for doc in docs(sent(made.handle(Judged(question.ticket))))]
    assert kinds == ["content_block_start", "content_block_delta", "content_block_stop"]


def test_a_long_signature_leaves_in_one_event() -> None:
    signature = "QUJD" * 3_000
    commands = play(
        start(),
        begin(0, type="thinking", thinking="", signature=""),
        delta(0, type="signature_delta", signature=signature),
        stop(0),
        end(),
    )
    with client(sent(commands)).messages.stream(**ASK) as stream:
        (block,) = stream.get_final_message().content
    assert block.signature == signature  # type: ignore[union-attr]


def test_a_refused_call_cuts_the_stream() -> None:
    made = layer()
    settle(made, made.handle(UpstreamBytes(start())))
    commands = made.handle(UpstreamBytes(begin(0, type="tool_use", id="t", name="wipe", input={"a": 1}) + stop(0)))
    [question] = questions(commands)
    told = ANTHROPIC.event(
        {"message": "No.", "type": "policy_refusal", "code": "policy_denied", "decision_id": "dec_1"}
    )
    commands = made.handle(Refused(question.ticket, "clause", told))
    assert isinstance(ending(commands), Cut)
    assert b"wipe" not in sent(commands)
    with pytest.raises(anthropic.APIStatusError) as caught, client(sent(commands)).messages.stream(**ASK) as stream:
        stream.get_final_message()
    assert "policy_denied" in str(caught.value)


def test_other_blocks_and_deltas_are_judged_and_pass() -> None:
    result = {"type": "web_search_tool_result", "tool_use_id": "s", "content": [{"title": "A title"}]}
    cited = {"type": "char_location", "cited_text": "quoted words"}
    made = layer()
    commands = made.handle(
        UpstreamBytes(
            start()
            + begin(0, **result)
            + stop(0)
            + begin(1, type="text", text="")
            + delta(1, type="citations_delta", citation=cited)
            + stop(1)
            + end()
        )
    )
    asked = [question.piece.text for question in questions(commands)]  # type: ignore[union-attr]
    assert {"A title", "quoted words"} <= set(asked)
    assert [doc.get("delta", {}).get("citation") for doc in docs(sent(settle(made, commands)))].count(cited) == 1


def test_an_event_nobody_knows_is_left_out() -> None:
    commands = play(start(), event("message_news", text="unjudged"), end())
    assert b"unjudged" not in sent(commands)
    assert isinstance(commands[-1], Finish)


def test_what_follows_the_end_is_not_read() -> None:
    commands = play(start() + end() + b"data: [DONE]\n\n" + text(0, "late"))
    assert b"late" not in sent(commands)
    assert isinstance(commands[-1], Finish)


BROKEN = [
    (),
    (start(),),
    whole()[:-1],
    (text(0, "x"),),
    (start(), start()),
    (start(content=[{"type": "text", "text": "x"}]),),
    (b"data: [DONE]\n\n",),
    (b"data: {}\n\n",),
    (b"event: ping\ndata: " + orjson.dumps({"type": "message_stop"}) + b"\n\n",),
    (event("error", error={"type": "overloaded_error", "message": "secret words"}),),
    (start(), text(0, "x")),
    (start(), begin(1, type="text", text="")),
    (start(), begin(0, type="text", text=""), begin(1, type="text", text=""), stop(0), stop(1), end()),
    (start(), begin(0, type="text", text=""), stop(0), text(0, "x")),
    (start(), begin(0, type="text", text=""), stop(0), begin(0, type="text", text="")),
    (start(), begin(0, type="text", text=""), end()),
    (start(), begin(0, type="text", text=""), event("message_stop")),
    (start(), begin(0, text="")),
    (start(), begin(0, type="text", text=""), text(0, 3)),  # type: ignore[arg-type]
    (start(), begin(0, type="text", text=""), delta(0, type="input_json_delta", partial_json="{}")),
    (start(), begin(0, type="tool_use", id="t", name="n", input={}), text(0, "x")),
    (start(), begin(0, type="tool_use", id="t", name="n", input={}), delta(0, type="input_json_delta", partial_json="[")
     , stop(0)),
    (start(), begin(0, type="tool_use", id="t", name="n", input={}), delta(0, type="input_json_delta", partial_json="[]")
     , stop(0)),
    (start(), begin(0, type="tool_use", id="t", input={}), stop(0)),
    (start(), begin(0, type="text", text="", inner={"type": "tool_use"})),
    (start(), event("message_delta", delta={"stop_reason": "end_turn", "tool_calls": [{}]}), end()),
    (start(), event("message_delta", delta={"stop_reason": 3}), end()),
    (start(), event("message_delta", delta={"stop_reason": "end_turn"}, usage={"output_tokens": 1}), end("tool_use")),
    (start(), event("message_delta", delta={"stop_reason": "end_turn"}, usage={"output_tokens": 1}), begin(0, type="text", text=""), end()),
]  # fmt: skip


@pytest.mark.parametrize("events", BROKEN, ids=range(len(BROKEN)))
def test_a_spoilt_stream_ends_with_an_error_and_never_with_its_mark(events: tuple[bytes, ...]) -> None:
    commands = play(*events)
    cut = ending(commands)
    assert isinstance(cut, Cut)
    assert cut.failed
    assert b"message_stop" not in sent(commands)
    assert b"secret words" not in sent(commands)
    with pytest.raises(anthropic.APIStatusError), client(sent(commands)).messages.stream(**ASK) as stream:
        stream.get_final_message()


@pytest.mark.parametrize(
    "block",
    [
        {"type": "redacted_thinking", "data": "sealed"},
        {"type": "odd", "content": [{"encrypted_content": "sealed"}]},
    ],
)
def test_what_only_the_vendor_can_read_waits_for_its_own_verdict(block: dict[str, Any]) -> None:
    layer = MessagesStream(window=ReleaseWindow)
    settle(layer, layer.handle(UpstreamBytes(start())))
    asked = layer.handle(UpstreamBytes(begin(0, **block) + stop(0) + begin(1, **block) + stop(1)))
    (unread,) = [command for command in asked if isinstance(command, JudgeUninspected)]
    assert unread.kind == "encrypted"
    others = [command for command in asked if command is not unread]
    assert b"sealed" not in sent(settle(layer, others))
    refused = layer.handle(Refused(unread.ticket, "clause", b"event: error\n\n"))
    assert isinstance(refused[-1], Cut)
    assert b"sealed" not in sent(refused)
