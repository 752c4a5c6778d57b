from __future__ import annotations

import orjson
import pytest

from wardlaw.facts.exchange import Channel
from wardlaw.gateway.wire.answer import (
    Usage,
    read_answer,
    read_embeddings_answer,
    read_refusal,
    refuse_encoding,
    rewrite_answer,
)
from wardlaw.gateway.wire.body import BodyLimits
from wardlaw.gateway.wire.failure import BadUpstreamError


def _raw(message=None, *, choice=None, **members):
    message = {"role": "assistant", "content": "hello"} if message is None else message
    return orjson.dumps(
        {
            "id": "chatcmpl-1",
            "object": "chat.completion",
            "created": 1_790_000_000,
            "model": "gpt",
            "choices": [{"index": 0, "message": message, "finish_reason": "stop"} | (choice or {})],
        }
        | members
    )


def _texts(answer):
    return {segment.pointer: segment.text for segment in answer.segments}


def test_an_ordinary_answer():
    answer = read_answer(_raw(usage={"prompt_tokens": 5, "completion_tokens": 7, "total_tokens": 12}))
    assert _texts(answer) == {"/id": "chatcmpl-1", "/model": "gpt", "/choices/0/message/content": "hello"}
    assert {segment.channel for segment in answer.segments} == {Channel.ANSWER}
    assert (answer.usage, answer.finish_reasons, answer.tool_calls) == (Usage(5, 7), ("stop",), ())


def test_every_text_is_found():
    message = {
        "role": "assistant",
        "content": [{"type": "text", "text": "part"}],
        "refusal": "no",
        "reasoning_content": "think",
        "annotations": [{"type": "url_citation", "url_citation": {"title": "t", "url": "https://x.test"}}],
        "zeta": {"deep": "d"},
    }
    texts = set(_texts(read_answer(_raw(message, choice={"extra": "e"}, warning="w"))).values())
    assert {"part", "no", "think", "url_citation", "t", "https://x.test", "zeta", "deep", "d", "extra", "e"} <= texts
    assert {"warning", "w"} <= texts


def test_tool_calls_are_numbered_over_all_choices():
    def message(name):
        call = {"id": f"call_{name}", "type": "function", "function": {"name": name, "arguments": '{"q":1}'}}
        return {"role": "assistant", "content": None, "tool_calls": [call]}

    custom = {"id": "c", "type": "custom", "custom": {"name": "shell", "input": "ls"}}
    hosted = {"id": "h", "type": "mcp_call", "server": "x"}
    legacy = {"role": "assistant", "content": None, "function_call": {"name": "old", "arguments": "{}"}}
    choices = [
        {"index": 0, "message": message("f"), "finish_reason": "tool_calls"},
        {"index": 1, "message": {"content": None, "tool_calls": [custom, hosted]}, "finish_reason": "tool_calls"},
        {"index": 2, "message": legacy, "finish_reason": "function_call"},
    ]
    answer = read_answer(_raw(choices=choices))
    assert [(call.index, call.id, call.name) for call in answer.tool_calls] == [
        (0, "call_f", "f"),
        (1, "c", "shell"),
        (2, "h", "mcp_call"),
        (3, "", "old"),
    ]
    assert answer.tool_calls[1].arguments == "ls"
    arguments = [segment for segment in answer.segments if segment.channel is Channel.TOOL_ARGUMENTS]
    assert [(segment.text, segment.call_id) for segment in arguments] == [
        ('{"q":1}', "call_f"),
        ("ls", "c"),
        ("{}", ""),
    ]
    assert _texts(answer)["/choices/1/message/tool_calls/1/server"] == "x"


def test_sound_is_said_to_be_unread_and_its_words_are_read():
    answer = read_answer(_raw({"content": None, "audio": {"id": "a", "data": "QUJD", "transcript": "spoken"}}))
    assert answer.uninspected == ("audio",)
    assert "spoken" in _texts(answer).values()
    assert "QUJD" not in _texts(answer).values()


def test_token_probabilities_are_read_as_the_texts_they_make():
    tokens = [
        {"token": "sec", "bytes": [115, 101, 99], "logprob": -0.1, "top_logprobs": [{"token": "pub", "bytes": None}]},
        {"token": "ret", "bytes": [114, 101, 116], "logprob": -0.1, "top_logprobs": [], "note": "n"},
    ]
    texts = [segment.text for segment in read_answer(_raw(choice={"logprobs": {"content": tokens}})).segments]
    assert texts.count("secret") == 1
    assert {"pub", "note", "n"} <= set(texts)


def test_bytes_that_say_something_else_than_their_token_are_read():
    tokens = [{"token": "a", "bytes": list(b"hid")}, {"token": "b", "bytes": list(b"den")}]
    texts = [segment.text for segment in read_answer(_raw(choice={"logprobs": {"content": tokens}})).segments]
    assert {"ab", "hidden"} <= set(texts)


def test_rewriting_drops_the_probabilities_that_repeat_the_text():
    raw = _raw(choice={"logprobs": {"content": [{"token": "hello", "bytes": None}]}})
    answer = read_answer(raw)
    replacements = {"/choices/0/message/content": "[x]", "/choices/0/logprobs/content": "[x]"}
    choice = orjson.loads(rewrite_answer(answer, replacements))["choices"][0]
    assert choice["message"]["content"] == "[x]"
    assert choice["logprobs"] is None
    assert answer.doc["choices"][0]["logprobs"] is not None


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"<html>",
        _raw()[:-5],
        b"[]",
        b"{}",
        b'{"choices":{}}',
        b'{"choices":[1]}',
        b'{"choices":[{}]}',
        b'{"choices":[{"message":"x"}]}',
        b'{"choices":[{"message":{"content":3}}]}',
        b'{"choices":[{"message":{"content":"a","content":"b"}}]}',
        b'{"choices":[{"message":{"content":"a","Content":"b"}}]}',
        b'{"choices":[{"message":{"tool_calls":{}}}]}',
        b'{"choices":[{"message":{"tool_calls":[1]}}]}',
        b'{"choices":[{"message":{"tool_calls":[{"function":{"name":""}}]}}]}',
        b'{"choices":[{"message":{"tool_calls":[{"function":{"name":"f","arguments":{}}}]}}]}',
        b'{"choices":[{"message":{"function_call":"f"}}]}',
        b'{"choices":[{"message":{},"finish_reason":3}]}',
        b'{"choices":[{"message":{}}],"tool_calls":[{}]}',
        b'{"choices":[{"message":{},"delta":{"tool_calls":[{}]}}]}',
        b'{"choices":[{"message":{"extra":[[{"function_call":{}}]]}}]}',
        b'{"choices":[{"message":{},"logprobs":{"content":[{"token":3}]}}]}',
        b'{"choices":[{"message":{},"logprobs":{"content":[{"bytes":[300]}]}}]}',
        b'{"choices":[{"message":{},"logprobs":{"content":[{"bytes":"x"}]}}]}',
    ],
)
def test_garbage_is_a_bad_gateway(raw):
    with pytest.raises(BadUpstreamError) as caught:
        read_answer(raw)
    assert (caught.value.code, caught.value.http_status) == ("WL-GW-201", 502)


def test_an_error_in_place_of_an_answer():
    with pytest.raises(BadUpstreamError) as caught:
        read_answer(b'{"error":{"message":"sk-secret is wrong"}}')
    assert caught.value.code == "WL-GW-205"
    assert "sk-secret" not in str(caught.value)


def test_an_answer_has_a_size():
    with pytest.raises(BadUpstreamError):
        read_answer(_raw({"content": "x"}, choice={"more": ["y"] * 50}), limits=BodyLimits(max_leaves=20))


def test_usage_that_cannot_be_believed_is_none():
    for usage in ("x", {"prompt_tokens": -1}, {"completion_tokens": "3"}, None):
        assert read_answer(_raw(usage=usage)).usage is None


def test_embeddings():
    raw = orjson.dumps(
        {
            "object": "list",
            "data": [
                {"object": "embedding", "index": 0, "embedding": [0.5, -0.25]},
                {"object": "embedding", "index": 1, "embedding": "AACAPw=="},
                {"object": "embedding", "index": 2, "embedding": "not base64!", "note": "n"},
            ],
            "model": "e",
            "usage": {"prompt_tokens": 4, "total_tokens": 4},
        }
    )
    answer = read_embeddings_answer(raw)
    assert _texts(answer) == {
        "/model": "e",
        "/data/2/embedding": "not base64!",
        "#/data/2/note": "note",
        "/data/2/note": "n",
    }
    assert answer.usage == Usage(4, 0)
    for bad in (b"{}", b'{"data":[1]}', b"x"):
        with pytest.raises(BadUpstreamError):
            read_embeddings_answer(bad)


def test_a_refusal_of_the_upstream_is_read_as_far_as_it_can_be():
    found = read_refusal(b'{"error":{"message":"too long","code":"context_length_exceeded"}}', status=400)
    assert [segment.text for segment in found.segments][:1] == ["too long"]
    assert read_refusal(b"<html>", status=502).segments == ()


@pytest.mark.parametrize("encoding", ["gzip", "br", "identity, gzip"])
def test_compressed_answers_are_refused(encoding):
    with pytest.raises(BadUpstreamError) as caught:
        refuse_encoding({"content-encoding": encoding})
    assert caught.value.code == "WL-GW-207"


def test_plain_answers_pass():
    refuse_encoding({})
    refuse_encoding({"content-encoding": "Identity"})
