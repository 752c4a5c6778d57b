"""Held calls with the official clients: they wait, are approved, and what was kept is given out once."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anthropic
import openai
import pytest
from mcp import ClientSession
from sqlalchemy import text as sql

from tests.transcript.gateway.wire.test_messages_stream import begin, delta, end, start, stop, text
from tests.transcript.gateway.wire.test_responses_stream import call as responses_call
from tests.transcript.gateway.wire.test_responses_stream import end as responses_end
from tests.transcript.gateway.wire.test_responses_stream import response as responses_begin
from tests.wire.house import House
from tests.wire.puppet import Puppet, Turn, completion, event
from tests.wire.test_anthropic_client import message
from tests.wire.toolclients import talk, text_of
from tests.wire.trail import Trail
from wardlaw.audit.envelope import RecordKind
from wardlaw.facts.approval import CallAnswer
from wardlaw.store.approvals import answer_call, get_approval

ARGUMENTS = '{"disk": "sda"}'
CALL = {"id": "call_w", "type": "function", "function": {"name": "wipe_disk", "arguments": ARGUMENTS}}
TOOL_PUPPET = str(Path(__file__).parent / "toolpuppet.py")
SERVERS = {"servers": [{"name": "plain", "command": [sys.executable, TOOL_PUPPET, "plain"], "call_timeout_s": 20}]}
TOOLS = (
    "  - {name: wipe_disk, effect: destructive}\n"
    "  - {name: read_disk, effect: read}\n"
    "  - {name: plain__echo, effect: destructive}\n"
)


class Place:
    """A gateway before a puppet that speaks every form, with a server of tools behind it."""

    def __init__(self, folder: Path) -> None:
        self.puppet = Puppet()
        self.house = House(
            folder,
            self.puppet.url,
            tools=TOOLS,
            upstreams=f'  - {{name: claude, url: "{self.puppet.url}", kind: anthropic, region: eu, trust: internal}}\n',
            models="  - {name: sonnet, upstreams: [claude]}\n",
            extra=f"mcp: {json.dumps(SERVERS)}\n",
        )
        self.keys = self.house.keys([f"u{number}" for number in range(24)])
        self.house.start()
        self.trail = Trail(self.house)

    def approve(self, approval: str, *, approves: bool = True) -> None:
        with self.house.writing() as connection:
            answer_call(connection, approval, CallAnswer("person:ben", time.time(), approves, "looked at it"))

    def controls(self) -> list[str]:
        return [str(one.facts.get("target")) for one in self.trail.all() if one.kind is RecordKind.CONTROL]

    def is_recorded(self, approval: str) -> bool:
        """Whether its use stands in the log; nobody waits for that record, so it comes a moment later."""
        return self.trail.wait(lambda one: one.facts.get("target") == approval).kind is RecordKind.CONTROL


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    made = Place(tmp_path_factory.mktemp("house"))
    yield made
    made.house.stop()
    made.puppet.close()


@pytest.fixture(scope="module")
def keys(place: Place) -> Iterator[str]:
    """Keys of callers that did nothing yet."""
    return iter(place.keys.values())


def play(turn: Turn) -> None:
    """Answer with words and a call of a tool that a clause holds, in the form and manner that was asked for."""
    doc, streams = turn.doc, bool(turn.doc.get("stream"))
    if turn.path == "/v1/messages" and streams:
        used = begin(1, type="tool_use", id="toolu_w", name="wipe_disk", input={})
        pieces = [start(), begin(0, type="text", text=""), text(0, "I will wipe it now. "), stop(0), used]
        pieces += [delta(1, type="input_json_delta", partial_json=ARGUMENTS), stop(1), end("tool_use")]
    elif turn.path == "/v1/messages":
        used_whole = {"type": "tool_use", "id": "toolu_w", "name": "wipe_disk", "input": json.loads(ARGUMENTS)}
        turn.answer(message({"type": "text", "text": "I will."}, used_whole, reason="tool_use"))
        return
    elif turn.path == "/v1/responses":
        item = {"type": "function_call", "id": "fc_1", "call_id": "call_w", "name": "wipe_disk", "arguments": ARGUMENTS}
        made = {"id": "resp_1", "object": "response", "created_at": 1, "model": "demo", "status": "completed"}
        if not streams:
            turn.answer({**made, "output": [item]})
            return
        pieces = [responses_begin(), responses_call(name="wipe_disk", call_id="call_w"), responses_end(item)]
    elif not streams:
        turn.answer(completion("I will.", calls=[("call_w", "wipe_disk", ARGUMENTS)]))
        return
    else:
        pieces = [event({"role": "assistant", "content": "I will wipe it now. "})]
        pieces += [event({"tool_calls": [{"index": 0, **CALL}]}), event({}, finish="tool_calls"), b"data: [DONE]\n\n"]
    assert doc
    turn.open_stream()
    for piece in pieces:
        turn.piece(piece)
    turn.close_stream()


def ask(place: Place, surface: str, key: str, words: str, *, stream: bool, token: str = "") -> Any:
    """The name of the tool the model calls; or the error, as the official client raises it."""
    headers = {"Wardlaw-Retry": token} if token else {}
    said: list[Any] = [{"role": "user", "content": words}]
    if surface == "messages":
        with anthropic.Anthropic(base_url=place.house.url.removesuffix("/v1"), api_key=key) as client:
            asked: dict[str, Any] = {"model": "sonnet", "max_tokens": 99, "messages": said, "extra_headers": headers}
            if not stream:
                return client.messages.create(**asked).content[-1].name  # type: ignore[union-attr]
            with client.messages.stream(**asked) as streamed:
                return streamed.get_final_message().content[-1].name  # type: ignore[union-attr]
    with openai.OpenAI(base_url=place.house.url, api_key=key) as openai_client:
        if surface == "responses":
            if not stream:
                made = openai_client.responses.create(model="demo", input=said, extra_headers=headers)
                return made.output[-1].name  # type: ignore[union-attr]
            with openai_client.responses.stream(model="demo", input=said, extra_headers=headers) as events:
                return events.get_final_response().output[-1].name  # type: ignore[union-attr]
        if not stream:
            answer = openai_client.chat.completions.create(model="demo", messages=said, extra_headers=headers)
            return answer.choices[0].message.tool_calls[0].function.name  # type: ignore[index,union-attr]
        chunks = openai_client.chat.completions.create(model="demo", messages=said, stream=True, extra_headers=headers)
        names = [one.function.name for chunk in chunks for one in chunk.choices[0].delta.tool_calls or ()]  # type: ignore[union-attr]
        return next(name for name in names if name)


def refused(place: Place, surface: str, key: str, words: str, **more: Any) -> tuple[int, dict[str, Any]]:
    """Status, 0 within a stream, and members of the error."""
    with pytest.raises((openai.APIError, anthropic.APIError)) as caught:
        ask(place, surface, key, words, **more)
    body: Any = caught.value.body
    body = body.get("error", body) if isinstance(body, dict) else {}
    return getattr(caught.value, "status_code", 0), body


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
@pytest.mark.parametrize("surface", ["chat", "responses", "messages"])
def test_an_answer_with_a_held_call_is_kept_and_given_out_once(
    place: Place, keys: Iterator[str], surface: str, stream: bool
) -> None:
    words = place.puppet.on(f"wipe-{surface}-{stream}", play)
    key = next(keys)
    status, told = refused(place, surface, key, words, stream=stream)
    assert told["code"] == "held"
    assert stream or status == 409
    assert told["clause"] == "ACC-06"
    assert told["approval"].startswith("apr_")
    assert told["approvals"] == [told["approval"]]
    assert told["see"] == f"wardlaw approvals show {told['approval']}"
    assert told["expires"] > "2026"
    token = told["retry"]
    asked = len(place.puppet.turns)
    status, waiting = refused(place, surface, key, words, stream=stream, token=token)
    assert (status, waiting["code"], waiting["retry"]) == (409, "held", token)
    assert waiting["approval"] == told["approval"]
    other = next(iter(set(place.keys.values()) - {key}))
    for wrong in (
        refused(place, surface, key, words + " ", stream=stream, token=token),
        refused(place, surface, key, words, stream=stream, token=token[:-1] + "0x"),
        refused(place, surface, other, words, stream=stream, token=token),
    ):
        assert (wrong[0], wrong[1]["code"]) == (404, "WL-APR-008")
    place.approve(told["approval"])
    assert ask(place, surface, key, words, stream=stream, token=token) == "wipe_disk"
    assert len(place.puppet.turns) == asked  # no upstream was asked again
    assert place.is_recorded(told["approval"])
    status, gone = refused(place, surface, key, words, stream=stream, token=token)
    assert (status, gone["code"]) == (404, "WL-APR-008")


def test_what_is_given_out_is_what_was_kept_byte_for_byte(place: Place, keys: Iterator[str]) -> None:
    body = json.dumps(completion("I will.", calls=[("call_w", "wipe_disk", ARGUMENTS)]), indent=3).encode()
    words, key = place.puppet.on("bytes", lambda turn: turn.raw(body)), next(keys)
    _, told = refused(place, "chat", key, words, stream=False)
    place.approve(told["approval"])
    with openai.OpenAI(base_url=place.house.url, api_key=key) as client:
        given = client.chat.completions.with_raw_response.create(
            model="demo",
            messages=[{"role": "user", "content": words}],
            extra_headers={"Wardlaw-Retry": told["retry"]},
        )
    assert given.content == body
    assert given.headers["x-wardlaw-decision"].startswith("dec_")


def test_what_was_refused_is_never_given_out(place: Place, keys: Iterator[str]) -> None:
    words, key = place.puppet.on("no", play), next(keys)
    _, told = refused(place, "chat", key, words, stream=False)
    place.approve(told["approval"], approves=False)
    status, no = refused(place, "chat", key, words, stream=False, token=told["retry"])
    assert (status, no["code"]) == (403, "WL-APR-009")
    assert refused(place, "chat", key, words, stream=False, token=told["retry"])[1]["code"] == "WL-APR-008"
    status, again = refused(place, "chat", key, words, stream=False)
    assert (status, again["code"], again["approval"], again["retry"]) == (403, "held", None, None)
    assert "refused by a person" in again["message"]


def test_without_the_token_the_same_call_goes_once(place: Place, keys: Iterator[str]) -> None:
    words, key = place.puppet.on("plainly", play), next(keys)
    _, told = refused(place, "chat", key, words, stream=False)
    place.approve(told["approval"])
    assert ask(place, "chat", key, words, stream=False) == "wipe_disk"
    assert refused(place, "chat", key, words, stream=False)[1]["approval"] != told["approval"]


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
def test_an_answer_with_several_held_calls_goes_when_all_were_approved(
    place: Place, keys: Iterator[str], stream: bool
) -> None:
    calls = [(f"call_{disk}", "wipe_disk", json.dumps({"disk": disk})) for disk in ("sda", "sdb")]

    def two(turn: Turn) -> None:
        if not stream:
            turn.answer(completion(calls=calls))
            return
        turn.open_stream()
        for place_, (name, tool, arguments) in enumerate(calls):
            made = {"index": place_, "id": name, "type": "function", "function": {"name": tool, "arguments": arguments}}
            turn.piece(event({"tool_calls": [made]}))
        turn.piece(event({}, finish="tool_calls") + b"data: [DONE]\n\n")
        turn.close_stream()

    words, key = place.puppet.on(f"two-{stream}", two), next(keys)
    _, told = refused(place, "chat", key, words, stream=stream)
    first, token = told["approval"], told["retry"]
    if not stream:
        assert len(told["approvals"]) == 2
    place.approve(first)
    _, told = refused(place, "chat", key, words, stream=stream, token=token)
    assert told["code"] == "held"
    assert told["approval"] != first
    place.approve(told["approval"])
    assert ask(place, "chat", key, words, stream=stream, token=told["retry"]) == "wipe_disk"


def held(result: Any) -> dict[str, Any]:
    assert result.is_error
    assert result.meta["wardlaw/refusal"]["code"] == "held"
    found: dict[str, Any] = result.meta["wardlaw/held"]
    return found


def test_a_held_call_of_an_mcp_agent_goes_once_when_it_was_approved(place: Place, keys: Iterator[str]) -> None:
    key = next(keys)

    async def call(session: ClientSession, words: str = "grüße") -> Any:
        return await session.call_tool("plain__echo", {"text": words})

    first = held(talk(place.house, call, key=key))
    assert first["why"]
    assert first["approval"] in first["why"]
    assert held(talk(place.house, call, key=key))["approval"] == first["approval"]
    with place.house.writing() as connection:
        approval = get_approval(connection, first["approval"])
    assert approval.resource == "tool:plain__echo"
    place.approve(first["approval"])
    other = talk(place.house, lambda session: call(session, "other"), key=key)
    assert held(other)["approval"] != first["approval"]

    async def five(session: ClientSession) -> list[Any]:
        return list(await asyncio.gather(*(call(session) for _ in range(5))))

    results = talk(place.house, five, key=key)
    assert sorted(bool(one.is_error) for one in results) == [False, True, True, True, True]
    assert [text_of(one) for one in results if not one.is_error] == ["grüße"]
    assert place.is_recorded(first["approval"])


def test_when_the_tables_are_away_calls_stay_held_and_say_so(tmp_path: Path) -> None:
    made = Place(tmp_path)
    try:
        words, key = made.puppet.on("away", play), made.keys["u1"]
        _, told = refused(made, "chat", key, words, stream=False)
        made.approve(told["approval"])
        with made.house.writing() as connection:
            for table in ("call_approval", "kept_answer"):
                connection.execute(sql(f"ALTER TABLE {table} RENAME TO away_{table}"))
        status, away = refused(made, "chat", key, words, stream=False)
        assert (status, away["code"], away["approval"]) == (403, "held", None)
        assert "Nobody could be asked" in away["message"]
        status, away = refused(made, "chat", key, words, stream=False, token=told["retry"])
        assert (status, away["code"]) == (503, "WL-APR-010")
        with made.house.writing() as connection:
            for table in ("call_approval", "kept_answer"):
                connection.execute(sql(f"ALTER TABLE away_{table} RENAME TO {table}"))
        assert ask(made, "chat", key, words, stream=False, token=told["retry"]) == "wipe_disk"
    finally:
        made.house.stop()
        made.puppet.close()
