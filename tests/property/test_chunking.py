"""However an answer is cut into pieces, on every surface, it is judged and masked as it is when it comes whole."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import orjson
import pytest
from hypothesis import Phase, assume, example, given, settings
from hypothesis import strategies as st

from tests.transcript.gateway.wire import test_messages_stream as of_messages
from tests.transcript.gateway.wire import test_responses_stream as of_responses
from wardlaw.decision.policyset import PolicySet
from wardlaw.testing.edges import MemoryAnswer, MemoryCall, completion
from wardlaw.testing.worker import SECRET, Worker, starter_set

_FORBID = (
    'forbid(principal, action == Wardlaw::Action::"{}", resource) when {{ context.dataClasses.containsAny([{}]) }};'
)
_HEAD = '@id("{0}") @clause("{0}") @title("Told") @wing("security") @effect("{1}") '
MASKED = (
    _HEAD.format("TST-01", "transform") + '@redact("pii,secret") ' + _FORBID.format("ModelAnswer", '"pii", "secret"')
)
CUT = _HEAD.format("TST-02", "cut") + _FORBID.format("ModelAnswer", '"registered-secret"')
CALLS_CUT = _HEAD.format("TST-03", "cut") + _FORBID.format("ToolCall", '"registered-secret"')
# What nobody may do unregistered, and these three; ceilings and quarantines would carry over from one text to the next.
POLICIES = PolicySet.build(
    "\n".join(
        [block for block in starter_set().text.split("\n\n") if '@base("true")' in block] + [MASKED, CUT, CALLS_CUT]
    )
)
# One key as `openssl genpkey -algorithm EC` writes it, made for this test and used nowhere; and a longer one of the
# same form, whose lines leave the context of a window before it ends.
_LINES = [
    orjson.dumps(n).decode() + "q7Zk8Qw2Lm9Xc4Vb7Nj1Rt5Yp3Hs6Gd0Fa2KiUo8PzTe4WvBx1McRy5LnJ3h"[: 60 - n // 10]
    for n in range(10, 40)
]
KEY = "\n".join(["-----BEGIN RSA PRIVATE KEY-----", *_LINES, "-----END RSA PRIVATE KEY-----"])
VALUES = [
    "ada.quist@example.com",
    "4111 1111 1111 1111",
    "6759649826438453 maestro",
    "DE89 3704 0044 0532 0130 00",
    "+1 (555) 123-4567 ext. 123",
    "+44(20)7946-0958 ext.123456",
    "C01X00T47 passport",
    "ABCPE1234F income tax",
    "born on January 5, 1990",
    "12.03.1985 birthday",
    "2001:db8:85a3:8d3:1319:8a2e:370:7348",
    "password: Xk29fmQ81zzTq7",
    "Authorization: Basic dXNlcjpwYXNzd29yZDEyMzQ1Njc4OTA=",
    "postgres://admin:S3cretPassw0rd99@db.internal:5432/prod",
    "ada\u200b.qu\u0456st@example.com",
    "\\u0061da.quist@example.com",
    KEY,
]
WORDS = ["the", "number", "something", "belongs", "to", "1.", "2024", "日本語", "é😀", "(", "=", "key", "-----BEGIN"]
# Sixteen bytes and more without white space are longer than nothing here, so no run reaches the window's bound.
texts = st.lists(
    st.tuples(st.sampled_from(WORDS) | st.sampled_from(VALUES), st.sampled_from([" ", " ", "\n", ", ", "  "])),
    min_size=1,
    max_size=12,
).map(lambda pairs: "".join(word + gap for word, gap in pairs))
# Without making failures smaller: that plays a whole exchange each time, for minutes.
PHASES = (Phase.explicit, Phase.reuse, Phase.generate)
cuts = st.lists(st.integers(0, 100_000), max_size=40)


def pieces_of(whole: Any, places: list[int]) -> list[Any]:
    """The parts between these places; some may be empty."""
    marks = sorted(place % (len(whole) + 1) for place in places)
    return [whole[start:end] for start, end in zip([0, *marks], [*marks, len(whole)], strict=True)]


class Way(msgspec.Struct):
    """One surface: its request, its answers whole and streamed, and the text a client reads from either."""

    path: str
    body: dict[str, Any]
    whole: Callable[[str], Any]
    events: Callable[[list[str]], list[bytes]]
    read: Callable[[Any], str]
    read_event: Callable[[Any], str]
    mark: str
    upstream: str = "near"


def _chunk(choice: dict[str, Any], kind: str = "chat.completion.chunk") -> dict[str, Any]:
    return {"id": "c", "object": kind, "created": 1, "model": "demo", "choices": [{"index": 0, **choice}]}


def _event(doc: Any) -> bytes:
    return b"data: " + json.dumps(doc).encode() + b"\n\n"  # with every character beyond ASCII escaped


def _chat_events(texts: list[str]) -> list[bytes]:
    deltas = [_event(_chunk({"delta": {"content": text}, "finish_reason": None})) for text in texts]
    return [*deltas, _event(_chunk({"delta": {}, "finish_reason": "stop"})), b"data: [DONE]\n\n"]


def _older_events(texts: list[str]) -> list[bytes]:
    kind = "text_completion"
    deltas = [_event(_chunk({"text": text, "finish_reason": None}, kind)) for text in texts]
    return [*deltas, _event(_chunk({"text": "", "finish_reason": "stop"}, kind)), b"data: [DONE]\n\n"]


def _responses_events(texts: list[str]) -> list[bytes]:
    head = [of_responses.response(), of_responses.message()]
    return [*head, *map(of_responses.text, texts), of_responses.close("".join(texts)), of_responses.end()]


def _messages_events(texts: list[str]) -> list[bytes]:
    head = [of_messages.start(), of_messages.begin(0, type="text", text="")]
    return [*head, *(of_messages.text(0, text) for text in texts), of_messages.stop(0), of_messages.end()]


def _response(text: str) -> Any:
    part = {"type": "output_text", "text": text, "annotations": []}
    item = {"type": "message", "id": "msg_1", "role": "assistant", "status": "completed", "content": [part]}
    return {"id": "resp_1", "object": "response", "status": "completed", "output": [item]}


def _message(text: str) -> Any:
    made = {"id": "m", "type": "message", "role": "assistant", "model": "s", "stop_reason": "end_turn"}
    return {**made, "content": [{"type": "text", "text": text}]}


SAID = [{"role": "user", "content": "hello"}]
WAYS = {
    "chat": Way(
        "/v1/chat/completions",
        {"model": "demo", "messages": SAID},
        completion,
        _chat_events,
        lambda doc: doc["choices"][0]["message"]["content"],
        lambda doc: "".join(one["delta"].get("content") or "" for one in doc.get("choices", ())),
        "[DONE]",
    ),
    "completions": Way(
        "/v1/completions",
        {"model": "demo", "prompt": "hello"},
        lambda text: _chunk({"text": text, "finish_reason": "stop", "logprobs": None}, "text_completion"),
        _older_events,
        lambda doc: doc["choices"][0]["text"],
        lambda doc: "".join(one["text"] for one in doc.get("choices", ())),
        "[DONE]",
    ),
    "responses": Way(
        "/v1/responses",
        {"model": "demo", "input": "hello"},
        _response,
        _responses_events,
        lambda doc: doc["output"][0]["content"][0]["text"],
        lambda doc: doc["delta"] if doc.get("type") == "response.output_text.delta" else "",
        "response.completed",
    ),
    "messages": Way(
        "/v1/messages",
        {"model": "sonnet", "messages": SAID, "max_tokens": 99},
        _message,
        _messages_events,
        lambda doc: doc["content"][0]["text"],
        lambda doc: doc["delta"].get("text", "") if doc.get("type") == "content_block_delta" else "",
        "message_stop",
        "other",
    ),
}


class Served:
    """A worker under the three clauses, and the one event loop it lives in."""

    def __init__(self, folder: Any, runner: asyncio.Runner) -> None:
        self.worker = Worker(folder, policies=POLICIES, keep_content=False)
        self._runner = runner

    def ask(self, way: Way, *answer: object, stream: bool) -> MemoryCall:
        self.worker.upstreams.plays[way.upstream] = [MemoryAnswer(*answer)]
        return self._runner.run(self.worker.serve(MemoryCall({**way.body, "stream": stream}, path=way.path)))


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with asyncio.Runner() as runner:
        made = Served(tmp_path_factory.mktemp("worker"), runner)
        yield made
        made.worker.close()


def documents(call: MemoryCall) -> list[Any]:
    lines = [line[6:] for line in call.text.split("\n") if line.startswith("data: ")]
    return [orjson.loads(line) for line in lines if line != "[DONE]"]


def streamed(way: Way, call: MemoryCall) -> str:
    return "".join(way.read_event(doc) for doc in documents(call))


@pytest.mark.parametrize("name", WAYS)
@settings(max_examples=25, phases=PHASES, deadline=None)
@given(text=texts, deltas=cuts, borders=cuts)
@example(text=f"Here is the service's own key:\n{KEY}\nand some further words.", deltas=list(range(2_000)), borders=[])
@example(text="something written elsewhere C01X00T47 passport of somebody", deltas=list(range(99)), borders=[])
@example(text="something called +44(20)7946-0958 ext.123456 belongs somewhere", deltas=list(range(99)), borders=[])
def test_a_stream_says_what_the_whole_answer_says(
    served: Served, name: str, text: str, deltas: list[int], borders: list[int]
) -> None:
    way = WAYS[name]
    assume(text.strip())
    whole = served.ask(way, way.whole(text), stream=False)
    raw = b"".join(way.events(pieces_of(text, deltas)))
    call = served.ask(way, *pieces_of(raw, borders), stream=True)
    if whole.status != 200:  # something was left to be found after it had been masked
        assert call.aborted
        assert way.mark not in call.text
        return
    assert (call.status, call.aborted) == (200, False)
    assert way.mark in call.text
    assert streamed(way, call) == way.read(whole.document)


@pytest.mark.parametrize("name", WAYS)
@settings(max_examples=12, phases=PHASES, deadline=None)
@given(before=texts, after=texts, deltas=cuts, borders=cuts)
def test_a_stream_with_a_block_in_its_middle_is_cut_however_it_comes(
    served: Served, name: str, before: str, after: str, deltas: list[int], borders: list[int]
) -> None:
    way = WAYS[name]
    text = f"{before} {SECRET} {after}"
    whole = served.ask(way, way.whole(text), stream=False)
    assert (whole.status, whole.error["code"]) == (403, "request_cut")
    # What may have left is what the whole answer would have said had it ended before the secret.
    allowed = served.ask(way, way.whole(before + " "), stream=False)
    raw = b"".join(way.events(pieces_of(text, deltas)))
    call = served.ask(way, *pieces_of(raw, borders), stream=True)
    assert call.aborted
    assert way.mark not in call.text
    assert '"error"' in call.text
    if allowed.status == 200:
        assert "request_cut" in call.text
        assert way.read(allowed.document).startswith(streamed(way, call))
    assert SECRET[:10] not in call.text


@settings(max_examples=20, phases=PHASES, deadline=None)
@given(
    limit=st.integers(0, 99),
    note=st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
    bad=st.booleans(),
    parts=cuts,
    borders=cuts,
)
@pytest.mark.parametrize("name", ["chat", "responses", "messages"])
def test_arguments_of_a_call_are_judged_and_leave_as_they_are_however_they_come(
    served: Served, name: str, limit: int, note: str, *, bad: bool, parts: list[int], borders: list[int]
) -> None:
    way = WAYS[name]
    arguments = json.dumps({"limit": limit, "note": note + (SECRET if bad else "")})
    raw = b"".join(CALLS[name](pieces_of(arguments, parts)))
    call = served.ask(way, *pieces_of(raw, borders), stream=True)
    if bad:
        assert call.aborted
        assert way.mark not in call.text
        assert SECRET[:10] not in call.text
        return
    assert not call.aborted
    assert way.mark in call.text
    (given,) = [found for doc in documents(call) if (found := ARGUMENTS[name](doc))]
    assert orjson.loads(given) == orjson.loads(arguments)


def _chat_call(parts: list[str]) -> list[bytes]:
    begins = {"index": 0, "id": "c1", "type": "function", "function": {"name": "query_customers", "arguments": ""}}
    deltas = [begins, *({"index": 0, "function": {"arguments": part}} for part in parts)]
    events = [_event(_chunk({"delta": {"tool_calls": [delta]}, "finish_reason": None})) for delta in deltas]
    return [*events, _event(_chunk({"delta": {}, "finish_reason": "tool_calls"})), b"data: [DONE]\n\n"]


def _responses_call(parts: list[str]) -> list[bytes]:
    item = {"id": "fc", "type": "function_call", "call_id": "c1", "name": "query_customers", "status": "completed"}
    at = {"item_id": "fc", "output_index": 0}
    kind = "response.function_call_arguments"
    begins = of_responses.event("response.output_item.added", output_index=0, item=item | {"arguments": ""})
    deltas = [of_responses.event(f"{kind}.delta", **at, delta=part) for part in parts]
    done = of_responses.event(f"{kind}.done", **at, arguments="".join(parts))
    ends = of_responses.event("response.output_item.done", output_index=0, item=item | {"arguments": "".join(parts)})
    return [of_responses.response(), begins, *deltas, done, ends, of_responses.end()]


def _messages_call(parts: list[str]) -> list[bytes]:
    begins = of_messages.begin(0, type="tool_use", id="c1", name="query_customers", input={})
    deltas = [of_messages.delta(0, type="input_json_delta", partial_json=part) for part in parts]
    return [of_messages.start(), begins, *deltas, of_messages.stop(0), of_messages.end("tool_use")]


CALLS: dict[str, Callable[[list[str]], list[bytes]]] = {
    "chat": _chat_call,
    "responses": _responses_call,
    "messages": _messages_call,
}


def _chat_arguments(doc: Any) -> str:
    calls = [call for one in doc.get("choices", ()) for call in one["delta"].get("tool_calls", ())]
    return "".join(call["function"]["arguments"] for call in calls)


ARGUMENTS: dict[str, Callable[[Any], str]] = {
    "chat": _chat_arguments,
    "responses": lambda doc: doc["delta"] if doc.get("type") == "response.function_call_arguments.delta" else "",
    "messages": lambda doc: doc.get("delta", {}).get("partial_json", ""),
}
