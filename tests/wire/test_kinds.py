"""Every kind of upstream, and both translations, with the official clients before a gateway and stand-ins behind it."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import anthropic
import openai
import pytest

from tests.transcript.gateway.wire.test_messages_stream import begin, delta, end, start, stop, text
from tests.unit.gateway.wire.test_eventstream import chunk as aws_chunk
from tests.wire.house import House
from tests.wire.puppet import Puppet, Turn, completion, event
from tests.wire.test_anthropic_client import message

ACCESS, SECRET_KEY = "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
KEYS = {"AZURE_KEY": "az-key", "GOOGLE_TOKEN": "ya29.token", "LOCAL_KEY": "local-key", "CLAUDE_KEY": "sk-ant-key"}
ENV = {**KEYS, "AWS_ID": ACCESS, "AWS_SECRET": SECRET_KEY, "AWS_TOKEN": "session-token"}
VERTEX_PLACE = "/v1/projects/p/locations/eu"
WEATHER: Any = {"type": "object", "properties": {"limit": {"type": "integer"}}}
USED = {"type": "tool_use", "id": "toolu_1", "name": "query_customers", "input": {"limit": 5}}
CALLED = ("call_1", "query_customers", '{"limit": 5}')


class Place:
    """One gateway with an upstream of every kind, all of them the same puppet."""

    def __init__(self, folder: Path) -> None:
        self.puppet = Puppet()
        root = self.puppet.url.removesuffix("/v1")
        aws = "{access_key: env:AWS_ID, secret_key: env:AWS_SECRET, session_token: env:AWS_TOKEN, region: eu-central-1}"
        kinds = {
            "azure-old": f'url: "{root}", kind: azure, key: env:AZURE_KEY, api_version: "2024-10-21"',
            "azure-new": f'url: "{root}", kind: azure, key: env:AZURE_KEY',
            "bedrock": f'url: "{root}", kind: bedrock, aws: {aws}',
            "vertex": f'url: "{root}{VERTEX_PLACE}", kind: vertex, key: env:GOOGLE_TOKEN',
            "gemini": f'url: "{root}{VERTEX_PLACE}", kind: vertex-openai, key: env:GOOGLE_TOKEN',
            "ollama": f'url: "{root}/v1", kind: ollama',
            "vllm": f'url: "{root}/v1", kind: vllm, key: env:LOCAL_KEY',
            "claude": f'url: "{root}/v1", kind: anthropic, key: env:CLAUDE_KEY',
            "gpt": f'url: "{root}/v1", kind: openai, key: env:LOCAL_KEY',
        }
        self.house = House(
            folder,
            self.puppet.url,
            upstreams="".join(
                f"  - {{name: {name}, {more}, region: eu, trust: internal}}\n" for name, more in kinds.items()
            ),
            models="".join(
                f"  - {{name: m-{name}, translate: true, upstreams: [{{name: {name}, model: 'there:{name}'}}]}}\n"
                for name in kinds
            ),
        )
        self.key = self.house.key("ana")
        self.house.start(env=ENV)

    def openai(self) -> openai.OpenAI:
        return openai.OpenAI(base_url=self.house.url, api_key=self.key, max_retries=0)

    def anthropic(self) -> anthropic.Anthropic:
        return anthropic.Anthropic(
            base_url=self.house.url.removesuffix("/v1"), api_key=self.key, max_retries=0, default_headers={"x-own": "1"}
        )

    def close(self) -> None:
        self.house.stop()
        self.puppet.close()


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    made = Place(tmp_path_factory.mktemp("house"))
    yield made
    made.close()


def chat(words: str, model: str, **more: Any) -> dict[str, Any]:
    return {"model": f"m-{model}", "messages": [{"role": "user", "content": words}], **more}


def streamed(*events: bytes) -> Callable[[Turn], None]:
    def play(turn: Turn) -> None:
        turn.open_stream()
        for item in events:
            turn.piece(item)
        turn.close_stream()

    return play


STORY = (start(), begin(0, type="text", text=""), text(0, "All is "), text(0, "well."), stop(0), end())
USING = (
    start(),
    begin(0, **{**USED, "input": {}}),
    delta(0, type="input_json_delta", partial_json='{"limit"'),
    delta(0, type="input_json_delta", partial_json=": 5}"),
    stop(0),
    end("tool_use"),
)
USAGE = {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18}
CHAT_STORY = (
    event({"role": "assistant", "content": ""}),
    event({"content": "All is "}),
    event({"content": "well."}),
    event({}, finish="length"),
    b"data: " + json.dumps({"choices": [], "usage": USAGE}).encode() + b"\n\ndata: [DONE]\n\n",
)


def call_events() -> tuple[bytes, ...]:
    identity, name, arguments = CALLED
    head = {"index": 0, "id": identity, "type": "function", "function": {"name": name, "arguments": ""}}
    parts = [{"index": 0, "function": {"arguments": part}} for part in (arguments[:7], arguments[7:])]
    deltas = [event({"tool_calls": [one]}) for one in (head, *parts)]
    return (*deltas, event({}, finish="tool_calls"), b"data: [DONE]\n\n")


def check_signature(turn: Turn) -> None:
    """As AWS does, from what arrived: "Create a signed AWS API request", written down a second time."""
    scheme, _, rest = turn.headers["authorization"].partition(" ")
    fields = dict(part.split("=", 1) for part in rest.split(", "))
    stamp = turn.headers["x-amz-date"]
    scope = f"{stamp[:8]}/eu-central-1/bedrock/aws4_request"
    assert (scheme, fields["Credential"]) == ("AWS4-HMAC-SHA256", f"{ACCESS}/{scope}")
    names = fields["SignedHeaders"].split(";")
    assert {"host", "x-amz-date", "x-amz-security-token"} <= set(names)
    canonical = ["POST", "/".join(quote(part, safe="-_.~") for part in turn.path.split("/")), ""]
    canonical += [f"{name}:{turn.headers[name]}" for name in names]
    canonical += ["", ";".join(names), hashlib.sha256(turn.body).hexdigest()]
    text = "\n".join((scheme, stamp, scope, hashlib.sha256("\n".join(canonical).encode()).hexdigest()))
    key = b"AWS4" + SECRET_KEY.encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    assert fields["Signature"] == hmac.digest(key, text.encode(), "sha256").hex()


@pytest.mark.parametrize(
    ("model", "path", "header"),
    [
        (
            "azure-old",
            "/openai/deployments/there%3Aazure-old/chat/completions?api-version=2024-10-21",
            ("api-key", "az-key"),
        ),
        ("azure-new", "/openai/v1/chat/completions", ("api-key", "az-key")),
        ("gemini", f"{VERTEX_PLACE}/endpoints/openapi/chat/completions", ("authorization", "Bearer ya29.token")),
        ("ollama", "/v1/chat/completions", ("authorization", "")),
        ("vllm", "/v1/chat/completions", ("authorization", "Bearer local-key")),
    ],
)
def test_kinds_that_speak_as_openai_does(place: Place, model: str, path: str, header: tuple[str, str]) -> None:
    words = place.puppet.on(f"whole {model}", lambda turn: turn.answer(completion("All is well.")))
    with place.openai() as client:
        answer = client.chat.completions.create(**chat(words, model))
        assert answer.choices[0].message.content == "All is well."
        turn = place.puppet.turns[-1]
        words = place.puppet.on(f"stream {model}", streamed(*CHAT_STORY))
        chunks = client.chat.completions.create(**chat(words, model), stream=True)
        assert "".join(one.choices[0].delta.content or "" for one in chunks if one.choices) == "All is well."
    for one in (turn, place.puppet.turns[-1]):
        assert (one.path, one.headers.get(header[0], "")) == (path, header[1])
        assert (one.doc["model"], place.key in one.head.decode()) == (f"there:{model}", False)


def test_bedrock_whole_and_in_its_own_framing(place: Place) -> None:
    words = place.puppet.on("rock", lambda turn: turn.answer(message({"type": "text", "text": "All is well."})))
    events = [json.loads(line[6:]) for one in STORY for line in one.split(b"\n") if line.startswith(b"data: ")]
    raw = b"".join(map(aws_chunk, events))
    pieces = [raw[at : at + 50] for at in range(0, len(raw), 50)]

    def play(turn: Turn) -> None:
        turn.open_stream({"content-type": "application/vnd.amazon.eventstream"})
        for piece in pieces:
            turn.piece(piece)
        turn.close_stream()

    with place.anthropic() as client:
        answer = client.messages.create(**chat(words, "bedrock", max_tokens=9))
        assert answer.content[0].text == "All is well."  # type: ignore[union-attr]
        turn = place.puppet.turns[-1]
        with client.messages.stream(**chat(place.puppet.on("stone", play), "bedrock", max_tokens=9)) as stream:
            assert "".join(stream.text_stream) == "All is well."
        pieces[-1] = pieces[-1][:-9]  # ends within a message
        with (
            pytest.raises(anthropic.APIError),
            client.messages.stream(**chat(place.puppet.on("broken", play), "bedrock", max_tokens=9)) as stream,
        ):
            stream.until_done()
    ends = ("invoke", "invoke-with-response-stream", "invoke-with-response-stream")
    for one, verb in zip((turn, *place.puppet.turns[-2:]), ends, strict=True):
        assert one.path == f"/model/there%3Abedrock/{verb}"
        assert one.headers["x-amz-security-token"] == "session-token"
        assert (one.doc["anthropic_version"], "model" in one.doc) == ("bedrock-2023-05-31", False)
        check_signature(one)


def test_vertex(place: Place) -> None:
    words = place.puppet.on("tex", lambda turn: turn.answer(message({"type": "text", "text": "All is well."})))
    with place.anthropic() as client:
        client.messages.create(**chat(words, "vertex", max_tokens=9))
        turn = place.puppet.turns[-1]
        words = place.puppet.on("vert", streamed(*STORY))
        with client.messages.stream(**chat(words, "vertex", max_tokens=9)) as stream:
            assert "".join(stream.text_stream) == "All is well."
    for one, verb in ((turn, "rawPredict"), (place.puppet.turns[-1], "streamRawPredict")):
        assert one.path == f"{VERTEX_PLACE}/publishers/anthropic/models/there%3Avertex:{verb}"
        assert one.headers["authorization"] == "Bearer ya29.token"
        assert (one.doc["anthropic_version"], "model" in one.doc) == ("vertex-2023-10-16", False)


TOOL: Any = {"type": "function", "function": {"name": "query_customers", "parameters": WEATHER}}


@pytest.mark.parametrize("model", ["claude", "bedrock"])
def test_the_openai_client_before_an_upstream_of_messages(place: Place, model: str) -> None:
    told = message({"type": "text", "text": "Let me see."}, USED, reason="tool_use")
    first = place.puppet.on(f"first {model}", lambda turn: turn.answer(told))
    second = place.puppet.on(f"second {model}", lambda turn: turn.answer(message({"type": "text", "text": "5 rows"})))
    with place.openai() as client:
        answer = client.chat.completions.create(**chat(first, model, tools=[TOOL], max_tokens=50, stop=["END"]))
        choice = answer.choices[0]
        assert (choice.finish_reason, choice.message.content) == ("tool_calls", "Let me see.")
        (call,) = choice.message.tool_calls or ()
        assert answer.usage is not None
        assert (answer.usage.prompt_tokens, answer.usage.completion_tokens) == (20, 20)
        asked = place.puppet.turns[-1].doc
        assert (asked["max_tokens"], asked["stop_sequences"]) == (50, ["END"])
        assert asked["tools"] == [{"name": "query_customers", "input_schema": WEATHER}]
        history: Any = [
            {"role": "user", "content": second},
            choice.message.model_dump(exclude_none=True, exclude={"refusal"}),
            {"role": "tool", "tool_call_id": call.id, "content": "rain"},
        ]
        answer = client.chat.completions.create(model=f"m-{model}", messages=history, tools=[TOOL])
    assert (answer.choices[0].finish_reason, answer.choices[0].message.content) == ("stop", "5 rows")
    turns = place.puppet.turns[-1].doc["messages"]
    assert turns[1]["content"][1] == USED
    assert turns[2]["content"] == [{"type": "tool_result", "tool_use_id": "toolu_1", "content": "rain"}]


def test_the_openai_client_reads_streams_and_errors_of_messages(place: Place) -> None:
    with place.openai() as client:
        words = place.puppet.on("told", streamed(*STORY))
        chunks = list(
            client.chat.completions.create(**chat(words, "claude"), stream=True, stream_options={"include_usage": True})
        )
        assert "".join(one.choices[0].delta.content or "" for one in chunks if one.choices) == "All is well."
        assert [one.choices[0].finish_reason for one in chunks if one.choices][-1] == "stop"
        usage = chunks[-1].usage
        assert usage is not None
        assert (usage.prompt_tokens, usage.completion_tokens) == (11, 7)
        words = place.puppet.on("using", streamed(*USING))
        chunks = list(client.chat.completions.create(**chat(words, "claude", tools=[TOOL]), stream=True))
        calls = [call for one in chunks for call in one.choices[0].delta.tool_calls or ()]
        arguments = "".join(call.function.arguments or "" for call in calls if call.function)
        assert json.loads(arguments) == {"limit": 5}
        assert chunks[-1].choices[0].finish_reason == "tool_calls"
        words = place.puppet.on("half", streamed(*STORY[:-2]))
        with pytest.raises(openai.APIError):
            list(client.chat.completions.create(**chat(words, "claude"), stream=True))
        refused = {"type": "error", "error": {"type": "invalid_request_error", "message": "prompt is too long"}}
        words = place.puppet.on("long", lambda turn: turn.answer(refused, status=400))
        with pytest.raises(openai.BadRequestError, match="prompt is too long"):
            client.chat.completions.create(**chat(words, "claude"))
        with pytest.raises(openai.BadRequestError, match="no counterpart"):
            client.chat.completions.create(**chat("hello", "claude", seed=5))
    turn = place.puppet.turns[-1]
    assert (turn.headers["x-api-key"], turn.headers["anthropic-version"]) == ("sk-ant-key", "2023-06-01")


MESSAGES_TOOL: Any = {"name": "query_customers", "input_schema": WEATHER}


@pytest.mark.parametrize("model", ["gpt", "azure-new"])
def test_the_anthropic_client_before_an_upstream_of_chat(place: Place, model: str) -> None:
    first = place.puppet.on(f"one {model}", lambda turn: turn.answer(completion("Let me see.", calls=[CALLED])))
    second = place.puppet.on(f"two {model}", lambda turn: turn.answer(completion("5 rows")))
    with place.anthropic() as client:
        more: Any = {"system": "Be kind.", "tools": [MESSAGES_TOOL], "max_tokens": 50, "stop_sequences": ["END"]}
        answer = client.messages.create(**chat(first, model), **more)
        assert answer.stop_reason == "tool_use"
        said, call = answer.content
        assert (said.text, call.name, call.input) == ("Let me see.", "query_customers", {"limit": 5})  # type: ignore[union-attr]
        assert (answer.usage.input_tokens, answer.usage.output_tokens) == (20, 20)
        asked = place.puppet.turns[-1].doc
        assert asked["messages"][0] == {"role": "system", "content": "Be kind."}
        assert (asked["max_completion_tokens"], asked["stop"]) == (50, ["END"])
        history: Any = [
            {"role": "user", "content": second},
            {"role": "assistant", "content": [block.model_dump(exclude_none=True) for block in answer.content]},
            {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "call_1", "content": "rain"}]},
        ]
        answer = client.messages.create(model=f"m-{model}", max_tokens=9, messages=history, tools=[MESSAGES_TOOL])
    assert (answer.stop_reason, answer.content[0].text) == ("end_turn", "5 rows")  # type: ignore[union-attr]
    assert place.puppet.turns[-1].doc["messages"][2] == {"role": "tool", "tool_call_id": "call_1", "content": "rain"}


def test_the_anthropic_client_reads_streams_and_errors_of_chat(place: Place) -> None:
    with place.anthropic() as client:
        words = place.puppet.on("chatted", streamed(*CHAT_STORY))
        with client.messages.stream(**chat(words, "vllm", max_tokens=9)) as stream:
            assert "".join(stream.text_stream) == "All is well."
            final = stream.get_final_message()
        assert (final.stop_reason, final.usage.output_tokens) == ("max_tokens", 7)
        assert (place.puppet.turns[-1].doc["max_tokens"], place.puppet.turns[-1].doc["stream"]) == (9, True)
        words = place.puppet.on("called", streamed(*call_events()))
        with client.messages.stream(**chat(words, "gpt", max_tokens=9, tools=[MESSAGES_TOOL])) as stream:
            final = stream.get_final_message()
        assert (final.stop_reason, final.content[0].input) == ("tool_use", {"limit": 5})  # type: ignore[union-attr]
        words = place.puppet.on("halved", streamed(*CHAT_STORY[:3]))
        with (
            pytest.raises(anthropic.APIError),
            client.messages.stream(**chat(words, "gpt", max_tokens=9)) as stream,
        ):
            stream.until_done()
        words = place.puppet.on("longer", lambda turn: turn.answer({"error": {"message": "too long"}}, status=400))
        with pytest.raises(anthropic.BadRequestError, match="too long"):
            client.messages.create(**chat(words, "gpt", max_tokens=9))
        with pytest.raises(anthropic.BadRequestError, match="no counterpart"):
            client.messages.create(**chat("hello", "gpt", max_tokens=9), extra_body={"top_k": 5})
    assert "x-own" not in place.puppet.turns[-1].headers
    assert "anthropic-version" not in place.puppet.turns[-1].headers
