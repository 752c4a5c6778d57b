"""Whole exchanges of the stream layer, told as transcripts."""

from __future__ import annotations

import itertools

import orjson
import pytest

from tests.transcript.playbook import (
    DONE,
    ENDED,
    HEAD,
    chunk,
    chunks,
    ending,
    event,
    play,
    questions,
    sent,
    settle,
    stream,
    text_of,
)
from wardlaw.facts.errors import Fault
from wardlaw.facts.exchange import Channel
from wardlaw.gateway.wire.answer import Usage
from wardlaw.gateway.wire.commands import (
    AbortUpstream,
    ClientGone,
    Cut,
    Finish,
    Judge,
    Judged,
    JudgeToolCall,
    Refused,
    Send,
    UpstreamBytes,
    UpstreamEnded,
    UpstreamFailed,
)

ROLE = chunk({"role": "assistant", "content": ""})
STOP = chunk(reason="stop")
USAGE = event(HEAD | {"choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7}})
TOOL = [
    chunk(
        {"tool_calls": [{"index": 0, "id": "call_1", "type": "function", "function": {"name": "f", "arguments": ""}}]}
    ),
    chunk({"tool_calls": [{"index": 0, "function": {"arguments": '{"q":'}}]}),
    chunk({"tool_calls": [{"index": 0, "function": {"arguments": '"x"}'}}]}),
    chunk(reason="tool_calls"),
]


def _ask(layer, data):
    """Feed bytes of which everything but text and tool calls is allowed at once."""
    found = []
    for command in layer.handle(UpstreamBytes(data)):
        if isinstance(command, Judge) and not command.pointer.endswith("/content"):
            found += layer.handle(Judged(command.ticket))
        else:
            found.append(command)
    return found


def test_an_ordinary_stream_comes_out_whole_and_in_order():
    words = ["Hello ", "dear customer, ", "everything ", "is fine."]
    commands = play([ROLE, *(chunk({"content": word}) for word in words), STOP, USAGE, DONE, ENDED])
    data = sent(commands)
    assert text_of(data) == "".join(words)
    assert data.endswith(DONE)
    assert chunks(data)[0]["choices"][0]["delta"] == {"role": "assistant", "content": ""}
    assert [value["choices"][0]["finish_reason"] for value in chunks(data) if value["choices"]][-1] == "stop"
    assert {value["id"] for value in chunks(data)} == {"chatcmpl-1"}
    assert commands[-1] == Finish(Usage(3, 4), ("stop",))


def test_an_unchanged_event_leaves_as_the_bytes_it_came_in():
    layer = stream()
    assert sent(settle(layer, layer.handle(UpstreamBytes(ROLE)))) == ROLE
    settle(layer, layer.handle(UpstreamBytes(chunk({"content": "words "}))))
    assert sent(settle(layer, layer.handle(UpstreamBytes(USAGE)))) == USAGE


def test_nothing_leaves_before_its_verdict():
    layer = stream()
    settle(layer, layer.handle(UpstreamBytes(ROLE)))
    commands = layer.handle(UpstreamBytes(chunk({"content": "Everything considered improves"})))
    [question] = questions(commands)
    assert sent(commands) == b""
    assert question.piece.text
    assert sent(layer.handle(Judged(question.ticket))) != b""


def test_the_end_waits_for_every_verdict():
    layer = stream()
    settle(layer, layer.handle(UpstreamBytes(ROLE)))
    commands = layer.handle(UpstreamBytes(chunk({"content": "secret"}) + STOP + USAGE + DONE))
    commands += layer.handle(UpstreamEnded())
    assert (sent(commands), ending(commands)) == (b"", None)
    [question] = questions(commands)
    assert question.piece.text == "secret"
    commands = layer.handle(Judged(question.ticket))
    assert text_of(sent(commands)) == "secret"
    assert isinstance(commands[-1], Finish)


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_verdicts_in_any_order_release_in_the_stream_s_order(order):
    layer = stream()
    settle(layer, layer.handle(UpstreamBytes(ROLE)))
    found = []
    for word in ("Considerable ", "improvements ", "everywhere. "):
        found += questions(layer.handle(UpstreamBytes(chunk({"content": word}))))
    found += questions(layer.handle(UpstreamBytes(STOP + DONE)))
    assert len(found) >= 3
    picked = [found[place] for place in order] + found[3:]
    commands = [command for question in picked for command in layer.handle(Judged(question.ticket))]
    assert text_of(sent(commands)) == "Considerable improvements everywhere. "
    assert isinstance(commands[-1], Finish)


def test_a_masked_piece_leaves_in_its_place():
    layer = stream()
    settle(layer, layer.handle(UpstreamBytes(ROLE)))
    [question] = questions(layer.handle(UpstreamBytes(chunk({"content": "DE89370400440532013000"}) + STOP + DONE)))
    commands = layer.handle(Judged(question.ticket, "[iban]"))
    assert text_of(sent(commands)) == "[iban]"
    assert b"DE89" not in sent(commands)


def test_a_refused_piece_cuts_the_stream():
    layer = stream()
    settle(layer, layer.handle(UpstreamBytes(ROLE)))
    [question] = questions(layer.handle(UpstreamBytes(chunk({"content": "secret"}) + STOP + DONE)))
    commands = layer.handle(Refused(question.ticket, "request_cut", b'data: {"error":{}}\n\n'))
    assert commands == [Send(b'data: {"error":{}}\n\n'), AbortUpstream(), Cut("request_cut")]
    assert layer.handle(UpstreamBytes(ROLE)) == []
    assert layer.handle(Judged(question.ticket)) == []


def test_a_secret_split_over_chunks_is_judged_whole():
    secret = "sk-live-0123456789abcdef"
    layer = stream()
    settle(layer, layer.handle(UpstreamBytes(ROLE)))
    judged = []
    for part in [*(chunk({"content": letter}) for letter in f"the key {secret} works everywhere"), STOP, DONE]:
        for command in questions(layer.handle(UpstreamBytes(part))):
            judged.append(command.piece.text)
            layer.handle(Judged(command.ticket))
    assert "".join(judged) == f"the key {secret} works everywhere"
    assert [text for text in judged if "sk" in text or "cdef" in text] == [text for text in judged if secret in text]


def test_a_tool_call_is_judged_complete_and_released_in_one_piece():
    layer = stream()
    commands = []
    for part in [ROLE, *TOOL, DONE]:
        commands += _ask(layer, part)
    [question] = [command for command in commands if isinstance(command, JudgeToolCall)]
    assert (question.call.id, question.call.name, question.call.arguments) == ("call_1", "f", '{"q":"x"}')
    assert [(segment.channel, segment.text) for segment in question.segments] == [
        (Channel.ANSWER, "call_1"),
        (Channel.ANSWER, "f"),
        (Channel.TOOL_ARGUMENTS, '{"q":"x"}'),
    ]
    assert b"tool_calls" not in sent(commands)
    released = sent(layer.handle(Judged(question.ticket)))
    first, last = chunks(released)
    assert first["choices"][0]["delta"]["tool_calls"] == [
        {"id": "call_1", "type": "function", "function": {"name": "f", "arguments": '{"q":"x"}'}, "index": 0}
    ]
    assert last["choices"][0]["finish_reason"] == "tool_calls"


def test_arguments_of_a_tool_call_can_be_masked():
    layer = stream()
    commands = [command for part in [ROLE, *TOOL, DONE] for command in _ask(layer, part)]
    question = questions(commands)[-1]
    data = sent(layer.handle(Judged(question.ticket, "{}")))
    assert chunks(data)[0]["choices"][0]["delta"]["tool_calls"][0]["function"]["arguments"] == "{}"


def test_text_comes_before_the_calls_and_calls_before_the_end():
    parts = [ROLE, chunk({"content": "Let me look."}), *TOOL[:3], chunk({}, reason="tool_calls"), DONE]
    kinds = []
    for value in chunks(sent(play(parts))):
        choice = value["choices"][0]
        kinds.append("end" if choice["finish_reason"] else next(iter(choice["delta"])))
    assert kinds[0] == "role"
    assert kinds[-2:] == ["tool_calls", "end"]
    assert "content" in kinds[1:-2]


def test_everything_in_one_chunk():
    call = {"index": 0, "id": "c", "function": {"name": "f", "arguments": "{}"}}
    one = chunk({"role": "assistant", "content": "hello there", "tool_calls": [call]}, reason="tool_calls")
    data = sent(play([one, DONE]))
    deltas = [value["choices"][0] for value in chunks(data)]
    assert deltas[0]["delta"] == {"role": "assistant"}
    assert text_of(data) == "hello there"
    assert deltas[-2]["delta"]["tool_calls"][0]["id"] == "c"
    assert deltas[-1] == {"index": 0, "delta": {}, "finish_reason": "tool_calls"}


def test_the_first_chunk_s_surroundings_are_judged_before_anything_of_it_leaves():
    layer = stream()
    commands = layer.handle(UpstreamBytes(chunk({"role": "assistant", "content": "hi"}, reason="stop") + DONE))
    assert {question.piece.text for question in questions(commands)} == {"chatcmpl-1", "gpt", "hi"}
    for question in questions(commands):
        if question.piece.text != "chatcmpl-1":
            assert layer.handle(Judged(question.ticket)) == []
    [head] = [question for question in questions(commands) if question.piece.text == "chatcmpl-1"]
    assert text_of(sent(layer.handle(Judged(head.ticket)))) == "hi"


def test_surroundings_are_judged_again_only_when_they_change():
    layer = stream()
    settle(layer, layer.handle(UpstreamBytes(ROLE)))
    assert questions(layer.handle(UpstreamBytes(chunk({"content": ""})))) == []
    changed = layer.handle(UpstreamBytes(chunk({"role": "assistant"}, system_fingerprint="fp_secret")))
    assert [question.piece.text for question in questions(changed)] == ["fp_secret"]


def test_other_texts_are_windowed_or_judged():
    parts = [
        ROLE,
        chunk({"reasoning_content": "thinking about"}),
        chunk({"refusal": "I cannot"}),
        chunk({"zeta": "unknown text"}),
        chunk({"reasoning_details": [{"type": "x", "text": "nested"}]}),
        chunk({"annotations": [{"url_citation": {"title": "cited"}}]}),
        chunk({}, choice={"note": "beside"}),
        STOP,
        DONE,
    ]
    layer = stream()
    judged = ""
    data = b""
    for part in parts:
        todo = layer.handle(UpstreamBytes(part))
        for question in questions(todo):
            judged += question.piece.text + "|"
            todo += layer.handle(Judged(question.ticket))
        data += sent(todo)
    names = ["zeta", "reasoning_details", "url_citation", "note"]
    texts = ["nested", "cited", "beside", "x"]
    assert all(word + "|" in judged for word in names + texts)
    for name, text in {"reasoning_content": "thinking about", "refusal": "I cannot", "zeta": "unknown text"}.items():
        assert text_of(data, name) == text
        assert all(word in judged for word in text.split())
    assert b"nested" in data
    assert b"beside" in data


def test_a_nested_text_is_judged_with_what_went_before():
    layer = stream()
    settle(layer, layer.handle(UpstreamBytes(ROLE)))
    found = []
    for text in ("sk-li", "ve-123"):
        commands = layer.handle(UpstreamBytes(chunk({"details": [{"text": text}]})))
        found += [question.piece for question in questions(commands) if question.pointer.endswith("/text")]
        settle(layer, commands)
    assert found[1].judged == "sk-live-123"


def test_masking_a_nested_text_ends_the_stream():
    layer = stream()
    settle(layer, layer.handle(UpstreamBytes(ROLE)))
    commands = layer.handle(UpstreamBytes(chunk({"content": [{"type": "text", "text": "iban"}]})))
    question = questions(commands)[-1]
    assert ending(layer.handle(Judged(question.ticket, "x"))) == Cut("WL-GW-209", failed=True)


def test_several_answers_do_not_mix():
    parts = [chunk({"role": "assistant", "content": ""}, index=index) for index in (0, 1)]
    for word in ("considerable ", "improvements"):
        parts += [chunk({"content": f"{index}{word}"}, index=index) for index in (0, 1)]
    parts += [chunk(reason="stop", index=1), chunk(reason="length", index=0), DONE]
    commands = play(parts)
    assert text_of(sent(commands), index=0) == "0considerable 0improvements"
    assert text_of(sent(commands), index=1) == "1considerable 1improvements"
    assert ending(commands) == Finish(None, ("length", "stop"))


def test_probabilities_and_padding_are_left_out():
    part = chunk(
        {"content": "considerable improvements "},
        choice={"logprobs": {"content": [{"token": "secret"}]}},
        obfuscation="aB3xZ",
    )
    commands = play([ROLE, part, STOP, DONE])
    assert b"aB3xZ" not in sent(commands)
    assert b'"secret"' not in sent(commands)
    assert text_of(sent(commands)) == "considerable improvements "


def test_a_missing_finish_reason_is_no_loss():
    commands = play([ROLE, chunk({"content": "the end"}), *TOOL[:3], DONE])
    assert text_of(sent(commands)) == "the end"
    assert b'"name":"f"' in sent(commands)
    assert ending(commands) == Finish(None, ("",))


def test_done_without_its_empty_line_counts():
    assert isinstance(ending(play([ROLE, STOP, b"data: [DONE]", ENDED])), Finish)
    assert isinstance(ending(play([ROLE, STOP, b"data: [DONE]\n", ENDED])), Finish)


def test_what_follows_done_never_leaves():
    commands = play([ROLE, STOP, DONE + chunk({"content": "more"}) + b"<html>\n\n", ENDED])
    assert b"more" not in sent(commands)
    assert isinstance(ending(commands), Finish)


@pytest.mark.parametrize(
    ("events", "code"),
    [
        ([ROLE, ENDED], "WL-GW-204"),
        ([ROLE, STOP, ENDED], "WL-GW-204"),
        ([ENDED], "WL-GW-204"),
        ([ROLE, STOP[:-9], ENDED], "WL-GW-204"),
        ([ROLE, b'data: {"error":{"message":"sk-secret"}}\n\n'], "WL-GW-205"),
        ([ROLE, STOP, chunk({"content": "more"})], "WL-GW-206"),
        ([ROLE, STOP, TOOL[0]], "WL-GW-206"),
        ([ROLE, STOP, chunk({"zeta": ["more"]})], "WL-GW-206"),
        ([ROLE, STOP, chunk(reason="length")], "WL-GW-201"),
        ([b"<html>\n\n"], "WL-GW-202"),
        ([b"data: {\n\n"], "WL-GW-201"),
        ([b'data: {"a":"\xff"}\n\n'], "WL-GW-201"),
        ([b"data: []\n\n"], "WL-GW-201"),
        ([event({"id": "x"})], "WL-GW-201"),
        ([event({"choices": {}})], "WL-GW-201"),
        ([event({"choices": [1]})], "WL-GW-201"),
        ([event({"choices": [{"delta": {}}]})], "WL-GW-201"),
        ([chunk(index=-1)], "WL-GW-201"),
        ([chunk(index=128)], "WL-GW-201"),
        ([chunk(index=True)], "WL-GW-201"),
        ([chunk("text")], "WL-GW-201"),
        ([chunk({"content": 3})], "WL-GW-201"),
        ([chunk({"Content": "x"})], "WL-GW-201"),
        ([chunk({"tool_calls": {"a": 1}})], "WL-GW-201"),
        ([chunk(reason=3)], "WL-GW-201"),
        ([chunk({"role": ["assistant"], "extra": [{"tool_calls": [{"id": "c"}]}]})], "WL-GW-201"),
        ([chunk(choice={"message": {"tool_calls": [{"id": "c"}]}})], "WL-GW-201"),
        ([chunk(tool_calls=[{"id": "c"}])], "WL-GW-201"),
        ([event(HEAD | {"Choices": [], "choices": []})], "WL-GW-201"),
        ([chunk({f"field{number}": "x" for number in range(600)})], "WL-GW-201"),
        ([ROLE, UpstreamFailed("WL-UPS-003", "It broke off.")], "WL-UPS-003"),
    ],
)
def test_a_spoilt_stream_is_never_a_complete_one(events, code):
    commands = play([*events, DONE, ENDED])
    assert commands[-3:] == [commands[-3], AbortUpstream(), Cut(code, failed=True)]
    last = chunks(commands[-3].data)[-1]
    assert last["error"]["code"] == code
    assert "sk-secret" not in last["error"]["message"]
    assert b"[DONE]" not in sent(commands)


def test_a_failure_drops_what_waits():
    layer = stream()
    settle(layer, layer.handle(UpstreamBytes(ROLE)))
    commands = layer.handle(UpstreamBytes(chunk({"content": "waiting"}) + STOP + b"garbage\n\n"))
    assert questions(commands) == []
    assert b"waiting" not in sent(commands)
    assert ending(commands) == Cut("WL-GW-202", failed=True)


def test_too_large_an_event():
    layer = stream()
    commands = layer.handle(UpstreamBytes(b"data: " + b"x" * (1024 * 1024 + 1)))
    assert ending(commands) == Cut("WL-GW-203", failed=True)


def test_a_caller_that_leaves_ends_the_upstream():
    layer = stream()
    layer.handle(UpstreamBytes(ROLE))
    assert layer.handle(ClientGone()) == [AbortUpstream()]
    assert layer.handle(UpstreamBytes(STOP)) == []


def test_a_verdict_nobody_waits_for_is_a_fault():
    layer = stream()
    for step in (Judged(7), Refused(7, "x", b"")):
        with pytest.raises(Fault) as caught:
            layer.handle(step)
        assert caught.value.code == "WL-GW-290"


def test_usage_is_known_while_the_stream_runs():
    layer = stream()
    settle(
        layer, layer.handle(UpstreamBytes(chunk({"content": "a"}, usage={"prompt_tokens": 1, "completion_tokens": 1})))
    )
    assert layer.usage == Usage(1, 1)


def test_duplicate_names_do_not_reach_the_caller():
    twice = b'data: {"id":"a","choices":[{"index":0,"delta":{"content":"hidden","content":"seen words "}}]}\n\n'
    data = sent(play([twice, STOP, DONE]))
    assert b"hidden" not in data
    assert orjson.loads(data.split(b"\n\n")[0][6:])["choices"][0]["delta"] == {"content": "seen words "}
