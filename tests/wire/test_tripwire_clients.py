"""Tripwires in system prompts through a running gateway, with the official clients, in one piece and streamed."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import anthropic
import openai
import pytest

from tests.transcript.gateway.wire.test_messages_stream import begin, end, start, stop, text
from tests.wire.house import House
from tests.wire.puppet import Puppet, Turn, completion
from tests.wire.test_anthropic_client import message, streamed
from tests.wire.trail import Trail

PROMPT = "You are Heron. Be kind to everybody."
LINE = re.compile(r"\[Reference ([a-z0-9]{24}): [^\]]*\]")


class Place:
    """A gateway that plants, before a puppet that is asked in both forms."""

    def __init__(self, folder: Path) -> None:
        self.puppet = Puppet()
        self.house = House(
            folder,
            self.puppet.url,
            upstreams=f'  - {{name: claude, url: "{self.puppet.url}", kind: anthropic, region: eu, trust: internal}}\n',
            models="  - {name: sonnet, upstreams: [claude]}\n  - {name: bare, upstreams: [near], tripwire: never}\n",
            gateway=", tripwires: {enabled: true}",
        )
        self.keys = self.house.keys(("ana", "ben", "cleo", "dan", "eve", "flo", "gus", "hal"))
        self.house.start()
        self.trail = Trail(self.house)

    def openai(self, name: str) -> openai.OpenAI:
        return openai.OpenAI(base_url=self.house.url, api_key=self.keys[name], max_retries=0)

    def anthropic(self, name: str) -> anthropic.Anthropic:
        base = self.house.url.removesuffix("/v1")
        return anthropic.Anthropic(base_url=base, api_key=self.keys[name], max_retries=0)

    def close(self) -> None:
        self.house.stop()
        self.puppet.close()


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    made = Place(tmp_path_factory.mktemp("house"))
    yield made
    made.close()


def token_in(turn: Turn) -> str:
    found = LINE.search(json.dumps(turn.doc))
    assert found is not None
    return found[1]


def recited(turn: Turn) -> str:
    return f"Of course, here are all my instructions: {PROMPT} [Reference {token_in(turn)}] and that is all."


def in_pieces(said: str) -> list[str]:
    return [said[at : at + 4] for at in range(0, len(said), 4)]


def chat(words: str) -> list[Any]:
    return [{"role": "system", "content": PROMPT}, {"role": "user", "content": words}]


def test_the_same_token_goes_up_in_each_turn_and_the_caller_never_sees_it(place: Place) -> None:
    words = place.puppet.on("plain", lambda turn: turn.answer(completion("All is well.")))
    with place.openai("ana") as client:
        for more in (
            [],
            [{"role": "assistant", "content": "All is well."}, {"role": "user", "content": f"{words} again"}],
        ):
            answer = client.chat.completions.create(model="demo", messages=[*chat(words), *more])
            assert answer.choices[0].message.content == "All is well."
            assert answer.usage is not None
            assert answer.usage.prompt_tokens == 20
    first, second = place.puppet.turns[-2:]
    assert token_in(first) == token_in(second)
    assert first.doc["messages"] == second.doc["messages"][:2]


def test_a_model_may_be_left_out(place: Place) -> None:
    words = place.puppet.on("bare", lambda turn: turn.answer(completion("All is well.")))
    with place.openai("ana") as client:
        client.chat.completions.create(model="bare", messages=chat(words))
    assert place.puppet.turns[-1].doc["messages"] == chat(words)


def test_chat_is_cut(place: Place) -> None:
    words = place.puppet.on("whole", lambda turn: turn.answer(completion(recited(turn))))
    with place.openai("ben") as client, pytest.raises(openai.PermissionDeniedError) as refused:
        client.chat.completions.create(model="demo", messages=chat(words))
    assert token_in(place.puppet.turns[-1]) not in refused.value.response.text
    assert place.trail.outcome(refused.value.response.headers["x-wardlaw-decision"]).facts["result"] == "cut"


@pytest.mark.parametrize("write", [str, lambda t: " ".join(t), lambda t: t[::-1], lambda t: t.encode().hex()])
def test_a_chat_stream_is_cut_before_the_token(place: Place, write: Callable[[str], str]) -> None:
    def play(turn: Turn) -> None:
        token = token_in(turn)
        turn.stream(in_pieces(recited(turn).replace(token, write(token))))

    words = place.puppet.on("streamed", play)
    said = ""
    with place.openai("cleo") as client, pytest.raises((openai.APIError, openai.APIConnectionError)):
        for chunk in client.chat.completions.create(model="demo", messages=chat(words), stream=True):
            said += chunk.choices[0].delta.content or ""
    written = write(token_in(place.puppet.turns[-1]))
    # How much goes out before the cut depends on how much arrived at once.
    assert recited(place.puppet.turns[-1])[: len(said)] == said
    assert not any(said.endswith(written[:length]) for length in range(1, len(written) + 1))


def test_a_tool_call_with_the_token_is_withheld(place: Place) -> None:
    def play(turn: Turn) -> None:
        turn.answer(completion(calls=[("call_1", "read_file", json.dumps({"name": token_in(turn)}))]))

    words = place.puppet.on("called", play)
    with place.openai("dan") as client, pytest.raises(openai.PermissionDeniedError):
        client.chat.completions.create(model="demo", messages=chat(words))


def test_a_token_that_somebody_sends_in_is_cut(place: Place) -> None:
    place.puppet.on("first", lambda turn: turn.answer(completion("All is well.")))
    with place.openai("eve") as client:
        client.chat.completions.create(model="demo", messages=chat("first"))
    token = token_in(place.puppet.turns[-1])
    with place.openai("flo") as client, pytest.raises(openai.PermissionDeniedError):
        client.chat.completions.create(model="demo", messages=[{"role": "user", "content": f"What is {token}?"}])


def response(said: str, turn: Turn) -> dict[str, Any]:
    part = {"type": "output_text", "text": said, "annotations": []}
    return {
        "id": "resp_p", "object": "response", "status": "completed", "created_at": 1, "model": "demo",
        "instructions": turn.doc["instructions"], "parallel_tool_calls": True, "tool_choice": "auto", "tools": [],
        "output": [{"type": "message", "id": "msg_p", "role": "assistant", "status": "completed", "content": [part]}],
        "usage": {"input_tokens": 9, "output_tokens": 4, "total_tokens": 13},
    }  # fmt: skip


def test_responses_echo_what_the_caller_gave(place: Place) -> None:
    words = place.puppet.on("echo", lambda turn: turn.answer(response("All is well.", turn)))
    with place.openai("gus") as client:
        answer = client.responses.create(model="demo", instructions=PROMPT, input=words)
    assert (answer.output_text, answer.instructions) == ("All is well.", PROMPT)
    assert token_in(place.puppet.turns[-1])


def test_responses_are_cut(place: Place) -> None:
    words = place.puppet.on("respond", lambda turn: turn.answer(response(recited(turn), turn)))
    with place.openai("gus") as client, pytest.raises(openai.PermissionDeniedError) as refused:
        client.responses.create(model="demo", instructions=PROMPT, input=words)
    assert token_in(place.puppet.turns[-1]) not in refused.value.response.text


def ask(words: str) -> dict[str, Any]:
    return {"model": "sonnet", "max_tokens": 99, "system": PROMPT, "messages": [{"role": "user", "content": words}]}


def test_messages_are_cut(place: Place) -> None:
    words = place.puppet.on("recite", lambda turn: turn.answer(message({"type": "text", "text": recited(turn)})))
    with place.anthropic("hal") as client, pytest.raises(anthropic.PermissionDeniedError) as refused:
        client.messages.create(**ask(words))
    assert token_in(place.puppet.turns[-1]) not in refused.value.response.text


def test_a_messages_stream_is_cut_before_the_token(place: Place) -> None:
    def play(turn: Turn) -> None:
        parts = [text(0, part) for part in in_pieces(recited(turn))]
        streamed(turn, start(), begin(0, type="text", text=""), *parts, stop(0), end())

    words = place.puppet.on("flow", play)
    said = ""
    with (
        place.anthropic("hal") as client,
        pytest.raises(anthropic.APIError),
        client.messages.stream(**ask(words)) as flow,
    ):
        for part in flow.text_stream:
            said += part
    token = token_in(place.puppet.turns[-1])
    # How much goes out before the cut depends on how much arrived at once.
    assert recited(place.puppet.turns[-1])[: len(said)] == said
    assert token[:1] != said[-1:]


def test_counting_counts_the_line(place: Place) -> None:
    words = place.puppet.on("count", lambda turn: turn.answer({"input_tokens": 61}))
    with place.anthropic("ana") as client:
        counted = client.messages.count_tokens(**{k: v for k, v in ask(words).items() if k != "max_tokens"})
    assert counted.input_tokens == 61
    assert place.puppet.turns[-1].doc["system"].startswith(PROMPT + "\n\n[Reference ")
