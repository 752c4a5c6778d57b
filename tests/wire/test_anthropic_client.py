"""The official Anthropic client against a real gateway: nothing but the base URL is changed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anthropic
import pytest

from tests.transcript.gateway.wire.test_messages_stream import begin, delta, end, start, stop, text
from tests.wire.house import House
from tests.wire.puppet import Puppet, Turn
from tests.wire.trail import Trail

SECRET = "wk_live_Zx81kPq0Lm22Vt97Rb54"
QUERY: Any = {"name": "query_customers", "description": "Looks up.", "input_schema": {"type": "object"}}


def message(*content: dict[str, Any], reason: str = "end_turn") -> dict[str, Any]:
    return {
        "id": "msg_p",
        "type": "message",
        "role": "assistant",
        "model": "sonnet",
        "content": list(content),
        "stop_reason": reason,
        "stop_sequence": None,
        "usage": {"input_tokens": 20, "output_tokens": 20},
    }


class Place:
    """A gateway before a puppet that speaks the Messages API."""

    def __init__(self, folder: Path) -> None:
        self.puppet = Puppet()
        self.puppet.default = lambda turn: turn.answer(message({"type": "text", "text": "All is well."}))
        self.house = House(
            folder,
            self.puppet.url,
            upstreams=f'  - {{name: claude, url: "{self.puppet.url}", kind: anthropic, region: eu, trust: internal}}\n',
            models="  - {name: sonnet, upstreams: [claude]}\n",
        )
        self.house.secret("secret:internal", SECRET)
        self.keys = {name: self.house.key(name) for name in ("ana", "ben", "cleo", "dan")}
        self.house.start()
        self.trail = Trail(self.house)

    def client(self, name: str = "ana", **more: Any) -> anthropic.Anthropic:
        base = self.house.url.removesuffix("/v1")
        return anthropic.Anthropic(base_url=base, api_key=self.keys[name], max_retries=0, **more)

    def close(self) -> None:
        self.house.stop()
        self.puppet.close()


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    made = Place(tmp_path_factory.mktemp("house"))
    yield made
    made.close()


def ask(words: str, **more: Any) -> dict[str, Any]:
    return {"model": "sonnet", "max_tokens": 100, "messages": [{"role": "user", "content": words}], **more}


def streamed(turn: Turn, *events: bytes) -> None:
    turn.open_stream()
    for item in events:
        turn.piece(item)
    turn.close_stream()


def test_a_plain_answer(place: Place) -> None:
    with place.client() as client:
        answer = client.messages.with_raw_response.create(**ask("hello", system="Be kind."))
    assert answer.parse().content[0].text == "All is well."  # type: ignore[union-attr]
    outcome = place.trail.outcome(answer.headers["x-wardlaw-decision"])
    assert (outcome.facts["result"], outcome.facts["completion_tokens"]) == ("complete", 20)
    turn = place.puppet.turns[-1]
    assert turn.path == "/v1/messages"
    assert turn.headers["anthropic-version"] == client.default_headers["anthropic-version"]
    assert place.keys["ana"] not in turn.head.decode()


def test_a_token_as_bearer_works_too(place: Place) -> None:
    base = place.house.url.removesuffix("/v1")
    with anthropic.Anthropic(base_url=base, auth_token=place.keys["ben"], api_key=None) as client:
        assert client.messages.create(**ask("hello")).stop_reason == "end_turn"


def test_counting_tokens(place: Place) -> None:
    words = place.puppet.on("count", lambda turn: turn.answer({"input_tokens": 12}))
    with place.client() as client:
        counted = client.messages.count_tokens(model="sonnet", messages=[{"role": "user", "content": words}])
    assert counted.input_tokens == 12
    assert place.puppet.turns[-1].path == "/v1/messages/count_tokens"


def test_a_stream(place: Place) -> None:
    def play(turn: Turn) -> None:
        streamed(
            turn, start(), begin(0, type="text", text=""), text(0, "Once upon "), text(0, "a time."), stop(0), end()
        )

    with place.client() as client, client.messages.stream(**ask(place.puppet.on("stream", play))) as stream:
        assert "".join(stream.text_stream) == "Once upon a time."
        assert stream.get_final_message().usage.output_tokens == 7


def test_a_tool_call_and_its_result(place: Place) -> None:
    used = {"type": "tool_use", "id": "toolu_w1", "name": "query_customers", "input": {"limit": 5, "sort": "id"}}

    def play(turn: Turn) -> None:
        last = turn.doc["messages"][-1]["content"]
        if isinstance(last, list):
            turn.answer(message({"type": "text", "text": f"It says: {last[0]['content']}"}))
        else:
            part = json.dumps(used["input"])
            streamed(
                turn,
                start(),
                begin(0, **{**used, "input": {}}),
                delta(0, type="input_json_delta", partial_json=part[:9]),
                delta(0, type="input_json_delta", partial_json=part[9:]),
                stop(0),
                end("tool_use"),
            )

    words = place.puppet.on("tool", play)
    with place.client() as client:
        with client.messages.stream(**ask(words, tools=[QUERY])) as stream:
            first = stream.get_final_message()
        (call,) = first.content
        assert (call.name, call.input) == ("query_customers", used["input"])  # type: ignore[union-attr]
        history: Any = [
            {"role": "user", "content": words},
            {"role": "assistant", "content": [block.model_dump(exclude_none=True) for block in first.content]},
            {"role": "user", "content": [{"type": "tool_result", "tool_use_id": call.id, "content": "rain"}]},  # type: ignore[union-attr]
        ]
        second = client.messages.with_raw_response.create(model="sonnet", max_tokens=9, messages=history, tools=[QUERY])
    assert second.parse().content[0].text == "It says: rain"  # type: ignore[union-attr]
    taint = place.trail.inputs(second.headers["x-wardlaw-decision"]).state.taint
    assert "unverified-history" not in taint
    assert "saw:tool-result" in taint


def test_a_hosted_tool_is_refused_with_its_clause(place: Place) -> None:
    tool: Any = {"type": "web_search_20250305", "name": "web_search"}
    with place.client() as client, pytest.raises(anthropic.PermissionDeniedError) as caught:
        client.messages.create(**ask("hello", tools=[tool]))
    body: Any = caught.value.body
    assert (body["type"], body["error"]["clause"]) == ("error", "ACC-05")
    assert place.trail.find(body["error"]["decision_id"]).effect == "deny"


def test_a_cut_stream_raises_and_never_looks_complete(place: Place) -> None:
    whole = f"These are the notes of the day: the service reads {SECRET} and goes on to sleep."

    def play(turn: Turn) -> None:
        pieces = [text(0, whole[at : at + 3]) for at in range(0, len(whole), 3)]
        streamed(turn, start(), begin(0, type="text", text=""), *pieces, stop(0), end())

    words, got = place.puppet.on("leak", play), ""
    with (
        place.client("cleo") as client,
        pytest.raises(anthropic.APIStatusError) as caught,
        client.messages.stream(**ask(words)) as stream,
    ):
        for piece in stream.text_stream:
            got += piece
    assert whole.startswith(got)
    assert SECRET[:8] not in got
    body: Any = caught.value.body
    assert body["error"]["code"] == "request_cut"
    assert place.trail.outcome(body["error"]["decision_id"]).facts["result"] == "cut"


def test_a_model_of_the_other_protocol(place: Place) -> None:
    with place.client("dan") as client, pytest.raises(anthropic.BadRequestError) as caught:
        client.messages.create(**{**ask("hello"), "model": "demo"})
    body: Any = caught.value.body
    assert body["error"]["code"] == "WL-GWY-012"


def test_unknown_models_and_bad_keys(place: Place) -> None:
    with place.client("dan") as client, pytest.raises(anthropic.NotFoundError):
        client.messages.create(**{**ask("hello"), "model": "unheard-of"})
    with (
        anthropic.Anthropic(base_url=place.house.url.removesuffix("/v1"), api_key="wl_nobody") as client,
        pytest.raises(anthropic.AuthenticationError),
    ):
        client.messages.create(**ask("hello"))
