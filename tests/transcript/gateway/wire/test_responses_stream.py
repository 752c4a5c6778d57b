"""Whole exchanges of the Responses stream layer, told as transcripts, and read by the official client."""

from __future__ import annotations

from typing import Any

import httpx2
import openai
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
from wardlaw.gateway.wire.dialect import RESPONSES
from wardlaw.gateway.wire.headers import caller_headers, own_headers
from wardlaw.gateway.wire.responses_stream import ResponsesStream
from wardlaw.security.window import ReleaseWindow


def event(kind: str, **members: Any) -> bytes:
    doc = {"type": kind, "sequence_number": 0, **members}
    return b"event: " + kind.encode() + b"\ndata: " + orjson.dumps(doc) + b"\n\n"


def response(kind: str = "response.created", **more: Any) -> bytes:
    made = {"id": "resp_1", "object": "response", "model": "demo", "status": "in_progress", "output": [], "error": None}
    return event(kind, response=made | more)


def message(index: int = 0) -> bytes:
    item = {"id": f"msg_{index}", "type": "message", "role": "assistant", "status": "in_progress", "content": []}
    part = {"type": "output_text", "text": "", "annotations": []}
    at = {"item_id": f"msg_{index}", "output_index": index, "content_index": 0}
    return event("response.output_item.added", output_index=index, item=item) + event(
        "response.content_part.added", **at, part=part
    )


def text(words: str, index: int = 0, kind: str = "response.output_text.delta", **more: Any) -> bytes:
    at = {"item_id": f"msg_{index}", "output_index": index, "content_index": 0}
    return event(kind, **(at | {"delta": words, "logprobs": [{"token": words}]} | more))


def close(words: str, index: int = 0, **more: Any) -> bytes:
    at = {"item_id": f"msg_{index}", "output_index": index, "content_index": 0}
    part = {"type": "output_text", "text": words, "annotations": []}
    item = {"id": f"msg_{index}", "type": "message", "role": "assistant", "status": "completed", "content": [part]}
    return (
        event("response.output_text.done", **at, text=words)
        + event("response.content_part.done", **at, part=part)
        + event("response.output_item.done", output_index=index, item=item | more)
    )


def call(index: int = 0, **more: Any) -> bytes:
    item = {
        "id": "fc_1",
        "type": "function_call",
        "call_id": "call_1",
        "name": "query",
        "arguments": '{"a": 1}',
        "status": "completed",
    } | more
    at = {"item_id": "fc_1", "output_index": index}
    return (
        event("response.output_item.added", output_index=index, item=item | {"arguments": ""})
        + event("response.function_call_arguments.delta", **at, delta='{"a": 1}')
        + event("response.function_call_arguments.done", **at, arguments='{"a": 1}')
        + event("response.output_item.done", output_index=index, item=item)
    )


def end(*output: Any, kind: str = "response.completed") -> bytes:
    usage = {"input_tokens": 11, "output_tokens": 7, "total_tokens": 18}
    return response(kind, status=kind.rpartition(".")[2], output=list(output), usage=usage)


def layer() -> ResponsesStream:
    return ResponsesStream(window=ReleaseWindow)


def play(*events: bytes, made: ResponsesStream | None = None) -> list[Command]:
    made = made or layer()
    found: list[Command] = []
    for item in events:
        found += settle(made, made.handle(UpstreamBytes(item)))
    return found + settle(made, made.handle(ENDED))


def docs(data: bytes) -> list[dict[str, Any]]:
    return [orjson.loads(line[6:]) for line in data.split(b"\n") if line.startswith(b"data: ")]


def said(data: bytes, kind: str = "response.output_text.delta") -> str:
    return "".join(doc["delta"] for doc in docs(data) if doc["type"] == kind)


WORDS = "Once upon a time everything happened."


def whole() -> tuple[bytes, ...]:
    return (
        response(tools=[{"type": "function", "name": "query"}], instructions="Be kind."),
        response("response.in_progress"),
        message(0),
        text("Once upon "),
        text("a time everything happened."),
        close(WORDS),
        call(1),
        end({"type": "message", "content": [{"type": "output_text", "text": "something else entirely"}]}),
    )


def client(body: bytes) -> openai.OpenAI:
    headers = list(caller_headers({}, stream=True, own=own_headers(decision_id="dec_1")))

    def answer(_request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(200, headers=headers, content=body)

    return openai.OpenAI(
        api_key="wl_test",
        base_url="http://127.0.0.1:1/v1",
        http_client=httpx2.Client(transport=httpx2.MockTransport(answer)),
    )


def test_an_ordinary_stream_comes_out_whole_and_in_order() -> None:
    commands = play(*whole())
    data = sent(commands)
    assert said(data) == WORDS
    assert said(data, "response.function_call_arguments.delta") == '{"a": 1}'
    assert [doc["sequence_number"] for doc in docs(data)] == list(range(len(docs(data))))
    assert commands[-1] == Finish(Usage(11, 7), ("completed",))
    assert b"Be kind." not in data


def test_what_repeats_a_text_is_written_from_what_was_released() -> None:
    data = sent(play(*whole()))
    assert b"something else" not in data
    by_kind = {doc["type"]: doc for doc in docs(data)}
    assert by_kind["response.output_text.done"]["text"] == WORDS
    assert by_kind["response.content_part.done"]["part"]["text"] == WORDS
    output = by_kind["response.completed"]["response"]["output"]
    assert (output[0]["content"][0]["text"], output[1]["arguments"]) == (WORDS, '{"a": 1}')


def test_the_official_client_reads_it() -> None:
    with client(sent(play(*whole()))).responses.stream(model="demo", input="hello") as stream:
        for _ in stream:
            pass
        final = stream.get_final_response()
    assert final.output_text == WORDS
    assert final.output[1].name == "query"  # type: ignore[union-attr]


def test_a_masked_text_is_masked_wherever_it_is_repeated() -> None:
    made = layer()
    settle(made, made.handle(UpstreamBytes(response() + message())))
    commands = made.handle(UpstreamBytes(text("ada@example.com") + close("ada@example.com") + end()))
    found = questions(commands)
    data = sent(commands)
    for question in found:
        masked = isinstance(question, JudgeToolCall) or question.piece.text != "ada@example.com"
        data += sent(made.handle(Judged(question.ticket, None if masked else "[masked]")))
    assert b"ada@example" not in data
    assert docs(data)[-1]["response"]["output"][0]["content"][0]["text"] == "[masked]"


def test_nothing_leaves_before_its_verdict_and_the_end_waits() -> None:
    made = layer()
    settle(made, made.handle(UpstreamBytes(response() + message())))
    commands = made.handle(UpstreamBytes(text("secret") + close("secret") + end()))
    [question] = [one for one in questions(commands) if one.piece.text == "secret"]  # type: ignore[union-attr]
    left = [one for one in questions(commands) if one is not question]
    assert b"secret" not in b"".join(sent(made.handle(Judged(one.ticket))) for one in left)
    assert isinstance(made.handle(Judged(question.ticket))[-1], Finish)


@pytest.mark.parametrize("size", [1, 7, 50])
def test_the_bytes_may_be_cut_anywhere(size: int) -> None:
    raw = b"".join(whole())
    assert said(sent(play(*[raw[at : at + size] for at in range(0, len(raw), size)]))) == WORDS


def test_a_text_that_comes_without_deltas_is_read_from_its_end() -> None:
    commands = play(response(), message(), close("All at once."), end())
    assert said(sent(commands)) == "All at once."
    assert any(isinstance(command, Finish) for command in commands)


def test_a_tool_call_leaves_whole_after_its_verdict() -> None:
    made = layer()
    settle(made, made.handle(UpstreamBytes(response())))
    commands = made.handle(UpstreamBytes(call()))
    [question] = questions(commands)
    assert isinstance(question, JudgeToolCall)
    assert (question.call.id, question.call.name, question.call.arguments) == ("call_1", "query", '{"a": 1}')
    assert [s.text for s in question.segments if s.channel is Channel.TOOL_ARGUMENTS] == ['{"a": 1}']
    assert sent(commands) == b""
    kinds = [doc["type"] for doc in docs(sent(made.handle(Judged(question.ticket))))]
    assert kinds == [
        "response.output_item.added",
        "response.function_call_arguments.delta",
        "response.function_call_arguments.done",
        "response.output_item.done",
    ]


def test_an_item_of_any_other_kind_is_decided_like_a_call() -> None:
    made = layer()
    settle(made, made.handle(UpstreamBytes(response())))
    item = {"id": "ws_1", "type": "web_search_call", "action": {"query": "words"}}
    added = event("response.output_item.added", output_index=0, item=item)
    progress = event("response.web_search_call.searching", output_index=0, item_id="ws_1")
    assert made.handle(UpstreamBytes(added + progress)) == []
    [question] = questions(made.handle(UpstreamBytes(event("response.output_item.done", output_index=0, item=item))))
    assert isinstance(question, JudgeToolCall)
    assert question.call.name == "web_search_call"


def test_reasoning_is_judged_like_any_text() -> None:
    at = {"item_id": "rs_1", "output_index": 0, "summary_index": 0}
    part = {"type": "summary_text", "text": ""}
    item = {"id": "rs_1", "type": "reasoning", "summary": []}
    commands = play(
        response(),
        event("response.output_item.added", output_index=0, item=item),
        event("response.reasoning_summary_part.added", **at, part=part),
        event("response.reasoning_summary_text.delta", **at, delta="Thinking about lighthouses."),
        event("response.reasoning_summary_text.done", **at, text="x"),
        event("response.reasoning_summary_part.done", **at, part=part | {"text": "x"}),
        event(
            "response.output_item.done", output_index=0, item=item | {"summary": [part], "encrypted_content": "QUJD"}
        ),
        end(kind="response.incomplete"),
    )
    last = docs(sent(commands))[-1]["response"]["output"][0]
    assert last["summary"] == [{"type": "summary_text", "text": "Thinking about lighthouses."}]
    assert last["encrypted_content"] == "QUJD"
    assert commands[-1] == Finish(Usage(11, 7), ("incomplete",))


def test_a_refused_call_cuts_the_stream_and_the_client_raises() -> None:
    made = layer()
    data = sent(settle(made, made.handle(UpstreamBytes(response()))))
    [question] = questions(made.handle(UpstreamBytes(call())))
    told = RESPONSES.event({"message": "No.", "type": "policy_refusal", "code": "policy_denied", "param": None})
    commands = made.handle(Refused(question.ticket, "clause", told))
    assert isinstance(ending(commands), Cut)
    assert b"query" not in sent(commands)
    with pytest.raises(openai.APIError) as caught:
        list(client(data + sent(commands)).responses.create(model="demo", input="x", stream=True))
    assert caught.value.code == "policy_denied"


AT = {"item_id": "msg_0", "output_index": 0, "content_index": 0}
BROKEN = [
    (),
    (response(),),
    whole()[:-1],
    (text("x"),),
    (b"data: {}\n\n",),
    (b"data: [DONE]\n\n",),
    (b"event: error\ndata: " + orjson.dumps({"type": "response.completed", "response": {}}) + b"\n\n",),
    (response(), event("error", message="secret words")),
    (response(), response("response.failed", error={"message": "secret words"})),
    (response(error={"message": "secret words"}),),
    (response(), message(1)),
    (response(), text("x")),
    (response(), message(), text("x", content_index=3), end()),
    (response(), message(), text("x", kind="response.refusal.delta"), end()),
    (response(), message(), text("x"), end()),
    (response(), message(), text(3), end()),  # type: ignore[arg-type]
    (response(), message(), close("x"), text("late"), end()),
    (response(), message(), text("x"), message(1), text("y", 1), end()),
    (response(), message(), event("response.content_part.added", **AT, part={"type": "news"}), end()),
    (response(), message(), event("response.content_part.added", **AT, part={"type": "output_text"}), end()),
    (response(), message(), event("response.content_part.done", **AT | {"content_index": 1},
                                  part={"type": "output_text", "text": "x"}), end()),
    (response(), message(), close("x", type="function_call"), end()),
    (response(), message(), close("x", content=[{}, {}]), end()),
    (response(), message(), close("x", more={"type": "function_call", "name": "f"}), end()),
    (response(), call(name=""), end()),
    (response(metadata={"tool_calls": [{}]}), end()),
]  # fmt: skip


@pytest.mark.parametrize("events", BROKEN, ids=range(len(BROKEN)))
def test_a_spoilt_stream_ends_with_an_error_and_never_with_its_mark(events: tuple[bytes, ...]) -> None:
    commands = play(*events)
    cut = ending(commands)
    assert isinstance(cut, Cut)
    assert cut.failed
    assert b"response.completed" not in sent(commands)
    assert b"secret words" not in sent(commands)
    with pytest.raises(openai.APIError):
        list(client(sent(commands)).responses.create(model="demo", input="x", stream=True))


@pytest.mark.parametrize("late", [False, True])
def test_what_only_the_vendor_can_read_waits_for_its_own_verdict(late: bool) -> None:
    layer = ResponsesStream(window=ReleaseWindow)
    settle(layer, layer.handle(UpstreamBytes(response())))
    item = {"id": "rs_1", "type": "reasoning", "summary": []}
    sealed = item | {"encrypted_content": "sealed"}
    added = event("response.output_item.added", output_index=0, item=item if late else sealed)
    done = event("response.output_item.done", output_index=0, item=sealed)
    asked = layer.handle(UpstreamBytes(added + done))
    (unread,) = [command for command in asked if isinstance(command, JudgeUninspected)]
    assert unread.kind == "encrypted"
    others = [command for command in asked if command is not unread]
    assert b"sealed" not in sent(settle(layer, others))
    assert b"sealed" in sent(settle(layer, layer.handle(Judged(unread.ticket))))
