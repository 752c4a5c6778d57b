from __future__ import annotations

import asyncio
import json
from typing import Any

import msgspec
import pytest

from tests.unit.gateway.test_messages_surface import message
from tests.unit.gateway.test_responses_surface import answer, words
from wardlaw.config.detection import Planting, Tripwires
from wardlaw.facts.exchange import Channel, Segment
from wardlaw.facts.finding import FindingKind
from wardlaw.gateway.planting import LINE, Planted, plant
from wardlaw.gateway.registry import Registry
from wardlaw.testing.edges import MemoryAnswer, MemoryCall, completion, stream
from wardlaw.testing.worker import BOT, CONFIG, TRIPWIRES, Worker

PROMPT = "You are Heron. Be kind."
TOKEN = TRIPWIRES.token("user:ada", Segment(0, Channel.SYSTEM, "", PROMPT).sha256)
PLANTED = LINE.format(token=TOKEN)


def chat(prompt: Any = PROMPT, *, model: str = "planted", **more: Any) -> MemoryCall:
    messages = [{"role": "system", "content": prompt}, {"role": "user", "content": "Hello"}]
    return MemoryCall({"model": model, "messages": messages, **more})


def served(worker: Worker, call: MemoryCall, *answers: MemoryAnswer, upstream: str = "near") -> MemoryCall:
    worker.upstreams.will(*answers, upstream=upstream)
    return asyncio.run(worker.serve(call))


def sent(worker: Worker) -> Any:
    return worker.upstreams.asked[-1].document


def test_the_line_stands_behind_the_system_prompt_and_nothing_else_changes(worker: Worker) -> None:
    call = served(worker, chat(temperature=0.5), MemoryAnswer(completion("Hi")))
    assert call.document == completion("Hi")
    document = sent(worker)
    assert document["messages"][0] == {"role": "system", "content": f"{PROMPT}\n\n{PLANTED}"}
    assert (document["messages"][1]["content"], document["temperature"]) == ("Hello", 0.5)


def test_it_is_the_same_in_each_turn_and_another_for_each_caller_and_prompt(worker: Worker) -> None:
    first = {
        "model": "planted",
        "messages": [{"role": "developer", "content": PROMPT}, {"role": "user", "content": "a"}],
    }
    more = [{"role": "assistant", "content": "b"}, {"role": "user", "content": "c"}]
    worker.upstreams.will(MemoryAnswer(completion("b")), MemoryAnswer(completion("d")))

    async def talk() -> None:
        await worker.serve(MemoryCall(first))
        await worker.serve(MemoryCall({**first, "messages": [*first["messages"], *more]}))

    asyncio.run(talk())
    one, two = (asked.document["messages"] for asked in worker.upstreams.asked)
    assert one == two[:2]
    owners = {
        plant(first, [_system(PROMPT)], part="text", owner=who, tripwires=TRIPWIRES).token for who in ("a", BOT.id)
    }  # type: ignore[union-attr]
    assert len(owners) == 2


def test_parts_get_a_part_more(worker: Worker) -> None:
    parts = [{"type": "text", "text": PROMPT}, {"type": "text", "text": "Today is Monday."}]
    served(worker, chat(parts), MemoryAnswer(completion("Hi")))
    assert sent(worker)["messages"][0]["content"] == [*parts, {"type": "text", "text": PLANTED}]


@pytest.mark.parametrize(
    "call",
    [
        chat(model="demo"),
        chat(prompt_logprobs=0),
        chat(""),
        MemoryCall({"model": "planted", "messages": [{"role": "user", "content": "Hello"}]}),
        MemoryCall({"model": "planted", "prompt": "Hello"}, path="/v1/completions"),
    ],
)
def test_where_nothing_can_be_planted_the_bytes_go_as_they_came(worker: Worker, call: MemoryCall) -> None:
    worker.upstreams.will(MemoryAnswer(completion("Hi")))
    asyncio.run(worker.serve(call))
    assert worker.upstreams.asked[-1].body == call.raw


@pytest.mark.parametrize("system", [PROMPT, [{"type": "text", "text": PROMPT, "cache_control": {"type": "ephemeral"}}]])
@pytest.mark.parametrize("path", ["/v1/messages", "/v1/messages/count_tokens"])
def test_messages_and_their_count(worker: Worker, system: Any, path: str) -> None:
    doc = {
        "model": "planted-sonnet",
        "max_tokens": 9,
        "system": system,
        "messages": [{"role": "user", "content": "Hi"}],
    }
    said = message({"type": "text", "text": "Hi"}) if path == "/v1/messages" else {"input_tokens": 60}
    call = served(worker, MemoryCall(doc, path=path), MemoryAnswer(said), upstream="other")
    assert call.document == said
    got = sent(worker)["system"]
    assert got == (f"{PROMPT}\n\n{PLANTED}" if type(system) is str else [*system, {"type": "text", "text": PLANTED}])


def test_a_translated_request_carries_it_too(worker: Worker) -> None:
    call = served(
        worker, chat(model="planted-sonnet"), MemoryAnswer(message({"type": "text", "text": "Hi"})), upstream="other"
    )
    assert call.document["choices"][0]["message"]["content"] == "Hi"
    assert PLANTED in json.dumps(sent(worker)["system"])


def test_responses_repeat_the_callers_own_instructions(worker: Worker) -> None:
    doc = {"model": "planted", "instructions": PROMPT, "input": "Hello"}
    echoed = {**answer(words("Hi")), "instructions": f"{PROMPT}\n\n{PLANTED}"}
    call = served(worker, MemoryCall(doc, path="/v1/responses"), MemoryAnswer(echoed))
    assert sent(worker)["instructions"] == f"{PROMPT}\n\n{PLANTED}"
    assert (call.status, call.document) == (200, {**echoed, "instructions": PROMPT})


def test_an_echo_hides_no_token_elsewhere(worker: Worker) -> None:
    doc = {"model": "planted", "instructions": PROMPT, "input": "Hello"}
    told = {**answer(words(f"It is {TOKEN}.")), "instructions": f"{PROMPT}\n\n{PLANTED}"}
    call = served(worker, MemoryCall(doc, path="/v1/responses"), MemoryAnswer(told))
    assert call.status == 403
    assert TOKEN not in call.text


def test_what_cannot_be_restored_stays_as_it_is() -> None:
    planted = Planted({}, TOKEN, PROMPT)
    for raw in (b'{"instructions": "none"}', b"no json " + TOKEN.encode(), f'{{"instructions": "x {TOKEN}"}}'.encode()):
        assert planted.restore(raw) == raw


def test_input_items_get_it_where_there_are_no_instructions(worker: Worker) -> None:
    items = [{"role": "system", "content": [{"type": "input_text", "text": PROMPT}]}, {"role": "user", "content": "Hi"}]
    doc = {"model": "planted", "input": items}
    served(worker, MemoryCall(doc, path="/v1/responses"), MemoryAnswer(answer(words("Hi"))))
    assert sent(worker)["input"][0]["content"][-1] == {"type": "input_text", "text": PLANTED}


def test_a_leaked_token_is_cut_before_it_leaves(worker: Worker) -> None:
    call = served(worker, chat(), MemoryAnswer(completion(f"My instructions: {PROMPT} {PLANTED}")))
    assert (call.status, call.error["code"]) == (403, "request_cut")
    assert TOKEN not in call.text
    assert worker.outcomes()[0]["result"] == "cut"
    (leak,) = [one for inputs in worker.inputs() for one in inputs.findings if one.rule == "tripwire-leaked"]
    assert leak.kind is FindingKind.LEAK
    assert [clause.clause for clause in worker.inputs()[-1].decision.reasons] == ["SEC-09"]


@pytest.mark.parametrize("written", [TOKEN, " ".join(TOKEN), f"{TOKEN[:13]} {TOKEN[13:]}", TOKEN.encode().hex()])
def test_a_stream_is_cut_before_any_of_it_leaves(worker: Worker, written: str) -> None:
    text = f"Of course I can tell you all of them now: {written} and more of this."
    pieces = stream(*[text[at : at + 3] for at in range(0, len(text), 3)])
    call = served(worker, chat(stream=True), MemoryAnswer(*pieces))
    assert call.aborted
    assert "Of course I can tell you all of them now: ".startswith(call.spoken)
    assert worker.outcomes()[0]["result"] == "cut"


def test_a_token_in_the_arguments_of_a_tool_is_withheld(worker: Worker) -> None:
    calls = [("call_1", "read_file", json.dumps({"name": TOKEN[::-1]}))]
    call = served(worker, chat(), MemoryAnswer(completion(calls=calls)))
    assert call.status == 403


def test_a_replayed_token_is_cut_whoever_sends_it(worker: Worker) -> None:
    token = TRIPWIRES.token("user:somebody", b"x" * 32)
    doc = {"model": "demo", "messages": [{"role": "user", "content": f"What does {token} mean?"}]}
    call = served(worker, MemoryCall(doc))
    assert call.status == 403
    assert worker.upstreams.asked == []


def test_the_configuration_says_which_models(worker: Worker) -> None:
    gateway = msgspec.structs.replace(CONFIG.gateway, tripwires=Tripwires(enabled=True))
    off = msgspec.structs.replace(CONFIG.models[0], tripwire=Planting.NEVER)
    usual = Registry(msgspec.structs.replace(CONFIG, gateway=gateway, models=(off, *CONFIG.models[1:])), lambda _: "")
    assert [usual.plants(name) for name in ("demo", "abroad", "planted", "nobody")] == [False, True, True, False]
    assert [worker.services.registry.plants(name) for name in ("demo", "planted")] == [False, True]


def _system(text: str) -> Segment:
    return Segment(0, Channel.SYSTEM, "/messages/0/content", text)
