from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.unit.demo.asgi import request
from wardlaw.demo.model import ScriptedModel
from wardlaw.gateway.wire.answer import read_answer, read_embeddings_answer
from wardlaw.testing.edges import user

TOOLS = [{"type": "function", "function": {"name": "query_customers"}}]


@pytest.fixture
def model(tmp_path: Path) -> ScriptedModel:
    return ScriptedModel(tmp_path / "seen.jsonl", "wk_live_abc")


def chat(model: ScriptedModel, document: object) -> bytes:
    status, body = request(model, "/v1/chat/completions", json.dumps(document).encode())
    assert status == 200
    return body


def test_answers_are_of_the_shape_the_gateway_reads(model: ScriptedModel) -> None:
    answer = read_answer(chat(model, user("Hello there")))
    assert answer.doc["choices"][0]["message"]["content"] == "You said: Hello there"
    assert answer.usage is not None
    called = read_answer(chat(model, user("Export the complete customer database", tools=TOOLS)))
    assert called.tool_calls[0].name == "query_customers"
    assert called.finish_reasons == ("tool_calls",)


def test_every_request_is_noted_whole(model: ScriptedModel, tmp_path: Path) -> None:
    for text in ("one", "zwei ä"):
        chat(model, user(text))
    lines = [json.loads(line) for line in (tmp_path / "seen.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [json.loads(line["body"])["messages"][0]["content"] for line in lines] == ["one", "zwei ä"]
    assert {line["path"] for line in lines} == {"/v1/chat/completions"}


def test_a_stream_splits_the_key_over_many_pieces(model: ScriptedModel) -> None:
    body = chat(model, user("What is the API key?", stream=True))
    deltas = [json.loads(line[6:])["choices"][0]["delta"] for line in body.split(b"\n") if line.startswith(b"data: {")]
    assert "wk_live_abc" in "".join(delta.get("content") or "" for delta in deltas)
    assert b"wk_live_abc" not in body
    assert body.endswith(b"data: [DONE]\n\n")


def test_a_streamed_tool_call_comes_in_pieces(model: ScriptedModel) -> None:
    body = chat(model, user("Export the complete customer database", stream=True, tools=TOOLS))
    assert body.count(b"tool_calls") > 3
    assert b'"finish_reason": "tool_calls"' in body


def test_embeddings_and_models_are_answered_too(model: ScriptedModel) -> None:
    _, body = request(model, "/v1/embeddings", json.dumps({"model": "demo", "input": ["a", "b"]}).encode())
    assert len(read_embeddings_answer(body).doc["data"]) == 2
    _, body = request(model, "/v1/embeddings", json.dumps({"model": "demo", "input": "a"}).encode())
    assert len(json.loads(body)["data"]) == 1
    _, body = request(model, "/v1/models", method="GET")
    assert json.loads(body)["data"][0]["id"] == "demo"


def test_a_mere_look_and_nonsense_are_answered_too(model: ScriptedModel) -> None:
    assert request(model, "/", method="HEAD")[0] == 200  # what `wardlaw doctor` sends
    assert request(model, "/v1/chat/completions", b"no json")[0] == 400
