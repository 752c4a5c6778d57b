from __future__ import annotations

import asyncio
from typing import Any

import orjson
import pytest

from wardlaw.facts.errors import InputError
from wardlaw.facts.exchange import Channel
from wardlaw.gateway.wire.answer import Answer, rewrite_answer
from wardlaw.gateway.wire.completions import read_completions, read_completions_answer
from wardlaw.gateway.wire.failure import BadUpstreamError
from wardlaw.testing.edges import MemoryAnswer, MemoryCall
from wardlaw.testing.worker import SECRET, Worker

PATH = "/v1/completions"


def answer(*choices: dict[str, Any], **more: Any) -> Answer:
    return read_completions_answer(orjson.dumps({"id": "c", "choices": list(choices), **more}))


def texts(channel: Channel, **doc: Any) -> list[str]:
    asked = read_completions({"model": "m", **doc})
    return [segment.text for segment in asked.segments if segment.channel is channel]


def test_prompts_and_suffix_are_the_users() -> None:
    assert texts(Channel.USER, prompt="hello", suffix="bye") == ["hello", "bye"]
    assert texts(Channel.USER, prompt=["a", "b"]) == ["a", "b"]
    assert texts(Channel.OTHER, prompt="a", user="u", strange={"x": "words"}) == ["m", "u", "strange", "x", "words"]


@pytest.mark.parametrize("prompt", [[1, 2], [[1], [2, 3]]])
def test_token_ids_are_said_to_be_unread(prompt: object) -> None:
    assert read_completions({"model": "m", "prompt": prompt}).uninspected == ("tokens",)


def test_the_ceiling_counts_every_draft_of_every_prompt() -> None:
    asked = read_completions({"model": "m", "prompt": ["a", "b"], "n": 2, "best_of": 3, "max_tokens": 10})
    assert asked.measures(40).max_tokens == 60
    assert read_completions({"model": "m", "prompt": "", "stream": True}).stream


def test_vendor_side_members_are_hosted_and_the_prompt_is_none() -> None:
    asked = read_completions({"model": "m", "prompt": "a", "store": True, "provider": {"only": ["x"]}, "models": None})
    assert asked.hosted_tools == ("store", "provider")


@pytest.mark.parametrize(
    "doc",
    [
        {"prompt": "x"},
        {"model": "m", "prompt": 3},
        {"model": "m", "prompt": []},
        {"model": "m", "prompt": [{"text": "x"}]},
        {"model": "m", "prompt": "x", "suffix": 3},
        {"model": "m", "prompt": "x", "echo": "yes"},
        {"model": "m", "prompt": "x", "best_of": 1_000},
        {"model": "m", "prompt": "x", "n": 1_000},
        {"model": "m", "prompt": "x", "stream_options": 3},
        {"model": "m", "prompt": "x", "Prompt": "y"},
    ],
)
def test_other_shapes_are_refused(doc: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        read_completions(doc)


def test_probabilities_are_read_as_the_texts_they_make() -> None:
    logprobs = {
        "tokens": ["se", "cret"],
        "token_logprobs": [-0.1, -0.2],
        "top_logprobs": [{"se": -0.1, "ze": -2}, None],
        "text_offset": [0, 2],
        "odd": {"words": "inner"},
    }
    got = answer({"text": "secret", "index": 0, "finish_reason": "stop", "logprobs": logprobs})
    found = [segment.text for segment in got.segments]
    assert found.count("secret") == 2
    assert {"se\nze", "inner"} <= set(found)
    assert got.finish_reasons == ("stop",)
    rewritten = orjson.loads(rewrite_answer(got, {"/choices/0/text": "***"}))
    assert rewritten["choices"][0] == {"text": "***", "index": 0, "finish_reason": "stop", "logprobs": None}


@pytest.mark.parametrize(
    "raw",
    [
        b"{}",
        b'{"choices": [{"index": 0}]}',
        b'{"choices": [{"text": 3}]}',
        b'{"choices": [{"text": "x", "message": {"tool_calls": []}}]}',
        b'{"choices": [{"text": "x", "more": {"tool_calls": [{}]}}]}',
        b'{"choices": [{"text": "x", "Text": "y"}]}',
    ],
)
def test_another_shape_is_no_answer(raw: bytes) -> None:
    with pytest.raises(BadUpstreamError):
        read_completions_answer(raw)


def chunk(text: object, *, reason: str | None = None, **more: Any) -> bytes:
    choice = {"text": text, "index": 0, "logprobs": {"tokens": [text]}, "finish_reason": reason, **more}
    return b"data: " + orjson.dumps({"id": "c", "object": "text_completion", "choices": [choice]}) + b"\n\n"


def served(worker: Worker, doc: dict[str, Any], *pieces: object) -> MemoryCall:
    worker.upstreams.will(MemoryAnswer(*pieces))
    return asyncio.run(worker.serve(MemoryCall({"model": "demo", **doc}, path=PATH)))


def said(call: MemoryCall) -> str:
    docs = [orjson.loads(line[6:]) for line in call.text.splitlines() if line.startswith("data: {")]
    return "".join(choice["text"] for doc in docs for choice in doc.get("choices", ()))


def test_a_complete_exchange(worker: Worker) -> None:
    document = {"id": "c", "choices": [{"text": " there", "index": 0, "logprobs": None, "finish_reason": "stop"}]}
    call = served(worker, {"prompt": "Hello", "echo": True}, document)
    assert call.document == document
    assert worker.upstreams.asked[0].path == "/completions"
    assert {one.request.route for one in worker.inputs()} == {"completions"}


def test_a_stream_comes_through_in_its_own_form(worker: Worker) -> None:
    pieces = (chunk("Once upon "), chunk("a time "), chunk("it was."), chunk("", reason="stop"), b"data: [DONE]\n\n")
    call = served(worker, {"prompt": "Tell", "stream": True}, *pieces)
    assert said(call) == "Once upon a time it was."
    assert "delta" not in call.text
    assert "tokens" not in call.text
    assert call.text.endswith("data: [DONE]\n\n")
    assert worker.outcomes()[0]["result"] == "complete"


def test_a_secret_split_over_pieces_never_leaves(worker: Worker) -> None:
    text = f"The notes say that it reads {SECRET} and goes to sleep."
    pieces = [chunk(text[at : at + 4]) for at in range(0, len(text), 4)]
    call = served(worker, {"prompt": "Tell", "stream": True}, *pieces, chunk("", reason="stop"), b"data: [DONE]\n\n")
    assert SECRET[:6] not in said(call)
    assert call.aborted
    assert "[DONE]" not in call.text


@pytest.mark.parametrize(
    "piece", [chunk(3), chunk("x", delta={"tool_calls": [{}]}), chunk("x", inner={"tool_calls": [{}]})]
)
def test_a_stream_of_another_shape_is_spoilt(worker: Worker, piece: bytes) -> None:
    call = served(worker, {"prompt": "Tell", "stream": True}, piece, b"data: [DONE]\n\n")
    assert "WL-GW-201" in call.text
    assert call.aborted


def test_hosted_things_are_denied(worker: Worker) -> None:
    call = asyncio.run(worker.serve(MemoryCall({"model": "demo", "prompt": "x", "store": True}, path=PATH)))
    assert (call.status, call.error["clause"]) == (403, "ACC-05")
