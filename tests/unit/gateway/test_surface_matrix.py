"""Every surface, streamed or not, under every effect and every state of a required detector: one table for all."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import orjson
import pytest

from tests.transcript.gateway.wire import test_messages_stream as of_messages
from tests.transcript.gateway.wire import test_responses_stream as of_responses
from wardlaw.adapters.outside import failed
from wardlaw.config.model import OnFailure
from wardlaw.decision.policyset import PolicySet
from wardlaw.facts.decision import ReasonCode
from wardlaw.facts.effect import Effect
from wardlaw.facts.exchange import Channel, Segment
from wardlaw.facts.finding import Finding
from wardlaw.gateway.inspection import Inspection
from wardlaw.gateway.outside import Outside
from wardlaw.testing.edges import MemoryAnswer, MemoryCall, completion, stream
from wardlaw.testing.worker import SECRET, Worker, inspector, starter_set

SURFACES = ("chat/completions", "completions", "responses", "messages")
ADDRESS = "ada.quist@example.com"
# What the upstream answers where an effect is asked for; in the order they are played, the gravest last.
ANSWERS = {
    Effect.ALLOW: "All is well here today.",
    Effect.TRANSFORM: f"Write to {ADDRESS} about the weather.",
    Effect.DENY: "All is well here today.",
    Effect.HOLD: "All is well here today.",
    Effect.CUT: f"The service reads {SECRET} and goes on.",
}
_CLAUSE = '@id("TST-01") @clause("TST-01") @title("Told") @wing("governance") @effect("{}") '
_ANSWERS = 'forbid(principal, action == Wardlaw::Action::"ModelAnswer", resource)'
CLAUSES = {
    Effect.TRANSFORM: _CLAUSE.format("transform") + f'@redact("pii") {_ANSWERS} '
    'when { context.dataClasses.contains("pii") };',
    Effect.DENY: _CLAUSE.format("deny") + _ANSWERS + ";",
    Effect.HOLD: _CLAUSE.format("hold") + _ANSWERS + ";",
}
CODES = {Effect.DENY: "policy_denied", Effect.HOLD: "held", Effect.CUT: "request_cut"}


class Detector:
    """A required detector that finds nothing.

    Args:
        state: ``fine``, ``slow`` (its time is over), ``dead`` (it raises), or ``dies`` (it is gone when the answer comes).
    """

    id, version = "acme", "1"

    def __init__(self, state: str) -> None:
        self._state = state
        self.read: list[str] = []

    async def ask(self, segments: Sequence[Segment]) -> tuple[Finding, ...]:
        await asyncio.sleep(0)
        self.read += [segment.text for segment in segments if segment.channel is Channel.ANSWER]
        if self._state == "slow":
            return (failed(self.id, self.version, "TimeoutError", OnFailure.DENY),)
        if self._state == "dead" or (self._state == "dies" and self.read):
            raise ConnectionError
        return ()

    async def close(self) -> None:
        """Nothing to close."""


def _request(surface: str, *, streamed: bool) -> MemoryCall:
    said = {"role": "user", "content": "hello"}
    body: dict[str, object] = {"model": "sonnet" if surface == "messages" else "demo", "stream": streamed}
    match surface:
        case "completions":
            body["prompt"] = "hello"
        case "responses":
            body["input"] = "hello"
        case _:
            body |= {"messages": [said], "max_tokens": 99}
    return MemoryCall(body, path=f"/v1/{surface}")


def _whole(surface: str, words: str) -> object:
    match surface:
        case "completions":
            choice = {"index": 0, "text": words, "finish_reason": "stop", "logprobs": None}
            return {"id": "c", "object": "text_completion", "created": 1, "model": "demo", "choices": [choice]}
        case "responses":
            part = {"type": "output_text", "text": words, "annotations": []}
            item = {"type": "message", "id": "msg_1", "role": "assistant", "status": "completed", "content": [part]}
            return {"id": "resp_1", "object": "response", "status": "completed", "output": [item]}
        case "messages":
            made = {"id": "m", "type": "message", "role": "assistant", "model": "s", "stop_reason": "end_turn"}
            return {**made, "content": [{"type": "text", "text": words}]}
        case _:
            return completion(words)


def _events(surface: str, words: str) -> tuple[bytes, ...]:
    pieces = [words[at : at + 5] for at in range(0, len(words), 5)]
    match surface:
        case "completions":
            made = {"id": "c", "object": "text_completion", "created": 1, "model": "demo"}
            choices = [{"index": 0, "text": piece, "finish_reason": None} for piece in pieces]
            choices.append({"index": 0, "text": "", "finish_reason": "stop"})
            chunks = [b"data: " + orjson.dumps({**made, "choices": [choice]}) + b"\n\n" for choice in choices]
            return (*chunks, b"data: [DONE]\n\n")
        case "responses":
            head = (of_responses.response(), of_responses.message())
            return (*head, *map(of_responses.text, pieces), of_responses.close(words), of_responses.end())
        case "messages":
            head = (of_messages.start(), of_messages.begin(0, type="text", text=""))
            return (*head, *(of_messages.text(0, one) for one in pieces), of_messages.stop(0), of_messages.end())
        case _:
            return stream(*pieces)


MARKS = {
    "chat/completions": "[DONE]",
    "completions": "[DONE]",
    "responses": "response.completed",
    "messages": "message_stop",
}


async def _play(worker: Worker, surface: str, effect: Effect, *, streamed: bool) -> MemoryCall:
    worker.holder.current = PolicySet.build(f"{starter_set().text}\n{CLAUSES.get(effect, '')}")
    words = ANSWERS[effect]
    answer = MemoryAnswer(*_events(surface, words)) if streamed else MemoryAnswer(_whole(surface, words))
    upstream = "other" if surface == "messages" else "near"
    worker.upstreams.plays[upstream] = [answer]
    return await worker.serve(_request(surface, streamed=streamed))


def _with(worker: Worker, state: str) -> Detector:
    detector = Detector(state)
    inspection = Inspection(inspector(), outside=Outside((detector,)))
    worker.services = worker.services._replace(inspection=inspection)
    return detector


def _is_complete(call: MemoryCall, surface: str, *, streamed: bool) -> bool:
    return call.status == 200 and not call.aborted and (not streamed or MARKS[surface] in call.text)


def _play_all(worker: Worker, surface: str, *effects: Effect, streamed: bool) -> list[MemoryCall]:
    async def story() -> list[MemoryCall]:
        return [await _play(worker, surface, effect, streamed=streamed) for effect in effects]

    return asyncio.run(story())


def _reasons(worker: Worker) -> set[ReasonCode]:
    return {one.decision.reasons[0].code for one in worker.inputs() if one.decision.reasons}


@pytest.mark.parametrize("streamed", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize("surface", SURFACES)
def test_every_effect_holds_while_the_detector_is_fine(worker: Worker, surface: str, *, streamed: bool) -> None:
    detector = _with(worker, "fine")
    calls = dict(zip(ANSWERS, _play_all(worker, surface, *ANSWERS, streamed=streamed), strict=True))
    for effect in (Effect.ALLOW, Effect.TRANSFORM):
        assert _is_complete(calls[effect], surface, streamed=streamed), (effect, calls[effect].text)
        assert ADDRESS not in calls[effect].text
    # Nothing went out that was not looked at.
    assert "All is well here today." in "".join(detector.read)
    for effect in (Effect.DENY, Effect.HOLD):
        assert (calls[effect].status, calls[effect].error["code"]) == (403, CODES[effect])
        assert "well" not in calls[effect].text
    cut = calls[Effect.CUT]
    assert SECRET not in cut.text
    assert CODES[Effect.CUT] in cut.text
    assert not _is_complete(cut, surface, streamed=streamed)
    assert cut.aborted if streamed else cut.status == 403
    results = [one["result"] for one in worker.outcomes()]
    assert results == ["complete", "complete", "refused", "refused", "cut"]


@pytest.mark.parametrize("state", ["slow", "dead"])
@pytest.mark.parametrize("streamed", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize("surface", SURFACES)
def test_nothing_is_sent_while_a_required_detector_is_slow_or_dead(
    worker: Worker, surface: str, state: str, *, streamed: bool
) -> None:
    _with(worker, state)
    for call in _play_all(worker, surface, *ANSWERS, streamed=streamed):
        assert (call.status, call.error["code"]) == (403, "policy_denied")
    assert worker.upstreams.asked == []
    assert _reasons(worker) == {ReasonCode.DETECTOR_FAULT}


@pytest.mark.parametrize("streamed", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize("surface", SURFACES)
def test_no_answer_is_released_by_a_detector_that_has_died_meanwhile(
    worker: Worker, surface: str, *, streamed: bool
) -> None:
    _with(worker, "dies")
    (call,) = _play_all(worker, surface, Effect.ALLOW, streamed=streamed)
    assert "well" not in call.text
    assert not _is_complete(call, surface, streamed=streamed)
    assert call.aborted if streamed else call.status == 403
    assert ReasonCode.DETECTOR_FAULT in _reasons(worker)
