"""What answers owe by a clause, as the official clients of each surface meet it."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import anthropic
import openai
import pytest

from tests.transcript.gateway.wire import test_responses_stream as responses
from tests.transcript.gateway.wire.test_messages_stream import begin, end, start, stop, text
from tests.wire.house import STARTER, House
from tests.wire.puppet import Puppet, Turn, completion
from tests.wire.test_anthropic_client import message
from wardlaw.governance.fmt import write_clause
from wardlaw.governance.forms import clause_from_form
from wardlaw.governance.shipped import templates

NOTICE = "You are talking to a machine."
TODAY = date(2026, 11, 22)


class Place:
    def __init__(self, folder: Path) -> None:
        self.puppet = Puppet()
        self.puppet.default = play
        self.house = House(
            folder,
            self.puppet.url,
            upstreams=f'  - {{name: claude, url: "{self.puppet.url}", kind: anthropic, region: eu, trust: internal}}\n',
            models="  - {name: sonnet, upstreams: [claude]}\n  - {name: plain, upstreams: [near]}\n",
            gateway=", metrics: true",
        )
        form = {"notice": NOTICE, "systems": "demo, sonnet", "mode": "enforce"}
        clause = clause_from_form(templates()["disclosure"], form, identity="DIS-01")
        starter = {path.name: path.read_text() for path in STARTER.glob("*.yaml")}
        self.house.publish({**starter, "dis-01.yaml": write_clause(clause)}, version=2)
        self.key = self.house.key("ana")
        self.house.start()
        self.chat = openai.OpenAI(base_url=self.house.url, api_key=self.key, max_retries=0)
        base = self.house.url.removesuffix("/v1")
        self.messages = anthropic.Anthropic(base_url=base, api_key=self.key, max_retries=0)

    def close(self) -> None:
        self.chat.close()
        self.messages.close()
        self.house.stop()
        self.puppet.close()


def play(turn: Turn) -> None:
    """Say ``Hello there.`` in the form the request asks for; ``{"a": 1}`` where it asks for JSON."""
    if turn.path == "/v1/messages":
        if turn.doc.get("stream"):
            turn.open_stream()
            blocks = (begin(0, type="text", text=""), text(0, "Hello "), text(0, "there."), stop(0))
            for data in (start(), *blocks, end()):
                turn.piece(data)
            turn.close_stream()
        else:
            turn.answer(message({"type": "text", "text": "Hello there."}))
    elif turn.path == "/v1/responses":
        turn.open_stream()
        said = (
            responses.message(0),
            responses.text("Hello "),
            responses.text("there."),
            responses.close("Hello there."),
        )
        for data in (responses.response(), *said, responses.end()):
            turn.piece(data)
        turn.close_stream()
    elif turn.doc.get("stream"):
        turn.stream(["Hello ", "there."])
    else:
        turn.answer(completion('{"a": 1}' if "json" in str(turn.doc["messages"]) else "Hello there."))


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    made = Place(tmp_path_factory.mktemp("house"))
    yield made
    made.close()


def ask(words: str, *earlier: Any, model: str = "demo", **more: Any) -> dict[str, Any]:
    return {"model": model, "messages": [*earlier, {"role": "user", "content": words}], **more}


ANSWERED = ({"role": "user", "content": "hi"}, {"role": "assistant", "content": "Hello."})


def test_a_whole_answer_tells_people_once_and_machines_always(place: Place) -> None:
    first = place.chat.chat.completions.with_raw_response.create(**ask("hello"))
    assert first.parse().choices[0].message.content == f"{NOTICE}\n\nHello there."
    assert (first.headers["x-wardlaw-ai-generated"], first.headers["x-wardlaw-ai-disclosure"]) == (
        "true",
        "first-reply",
    )
    later = place.chat.chat.completions.with_raw_response.create(**ask("more", *ANSWERED))
    assert later.parse().choices[0].message.content == "Hello there."
    assert later.headers["x-wardlaw-ai-generated"] == "true"
    assert "x-wardlaw-ai-disclosure" not in later.headers


def test_streams_begin_with_it_on_every_surface(place: Place) -> None:
    chunks = place.chat.chat.completions.create(**ask("hello"), stream=True)
    assert "".join(one.choices[0].delta.content or "" for one in chunks if one.choices) == f"{NOTICE}\n\nHello there."
    again = place.chat.chat.completions.create(**ask("hello", *ANSWERED), stream=True)
    assert "".join(one.choices[0].delta.content or "" for one in again if one.choices) == "Hello there."
    with place.messages.messages.stream(**ask("hello", model="sonnet"), max_tokens=9) as told:
        assert "".join(told.text_stream) == f"{NOTICE}\n\nHello there."
        assert told.response.headers["x-wardlaw-ai-generated"] == "true"
    with place.chat.responses.stream(model="demo", input="hello") as stream:
        shown = "".join(one.delta for one in stream if one.type == "response.output_text.delta")
        final = stream.get_final_response()
    assert shown == f"{NOTICE}\n\nHello there."
    assert final.output_text == shown  # what repeats a text repeats the notice


def test_messages_have_it_in_their_first_block(place: Place) -> None:
    whole = place.messages.messages.create(**ask("hello", model="sonnet"), max_tokens=9)
    assert whole.content[0].text == f"{NOTICE}\n\nHello there."  # type: ignore[union-attr]


def test_what_is_meant_for_a_program_stays_readable_for_it(place: Place) -> None:
    told = place.chat.chat.completions.with_raw_response.create(**ask("json please"))
    assert json.loads(told.parse().choices[0].message.content or "") == {"a": 1}
    assert told.headers["x-wardlaw-ai-disclosure"] == "first-reply"


def test_models_the_clause_does_not_name_owe_nothing_and_coverage_is_counted(place: Place) -> None:
    plain = place.chat.chat.completions.with_raw_response.create(**ask("hello", model="plain"))
    assert plain.parse().choices[0].message.content == "Hello there."
    assert "x-wardlaw-ai-generated" not in plain.headers
    place.chat.chat.completions.create(**ask("hello"))
    with urllib.request.urlopen(f"http://127.0.0.1:{place.house.port}/metrics", timeout=5) as answer:
        lines = dict(line.rsplit(" ", 1) for line in answer.read().decode().splitlines() if "answer_labels" in line)
    every = float(lines['wardlaw_answer_labels_total{label="all"}'])
    marked = float(lines['wardlaw_answer_labels_total{label="x-wardlaw-ai-generated"}'])
    assert 1 <= marked < every
