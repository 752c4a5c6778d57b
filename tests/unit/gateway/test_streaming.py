from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Sequence

import pytest

from tests.unit.gateway.test_answering import MASK_ANSWERS
from wardlaw.adapters.outside import failed
from wardlaw.config.model import OnFailure
from wardlaw.decision.policyset import PolicySet
from wardlaw.facts.action import Action
from wardlaw.facts.effect import Effect
from wardlaw.facts.errors import UnavailableError
from wardlaw.facts.exchange import Segment
from wardlaw.facts.finding import Finding, FindingKind, Level
from wardlaw.gateway.inspection import Inspection
from wardlaw.gateway.outside import Outside
from wardlaw.testing.edges import MemoryAnswer, MemoryCall, chunk, stream, user
from wardlaw.testing.worker import SECRET, Worker, inspector, starter_set

ASK = user("Tell me a story.", stream=True)


def played(worker: Worker, *pieces: bytes, call: MemoryCall | None = None, breaks: str = "") -> MemoryCall:
    """Serve a stream made of these pieces."""
    broken = UnavailableError(breaks, "The upstream broke off.") if breaks else None
    worker.upstreams.will(MemoryAnswer(*pieces, breaks=broken))
    return asyncio.run(worker.serve(call or MemoryCall(ASK)))


def outcome(worker: Worker) -> str:
    (end,) = worker.outcomes()
    return str(end["result"])


def test_a_harmless_stream_comes_through_whole(worker: Worker) -> None:
    call = played(worker, *stream("Once upon ", "a time there ", "was a lighthouse."))
    assert call.spoken == "Once upon a time there was a lighthouse."
    assert call.text.endswith("data: [DONE]\n\n")
    assert (call.status, call.aborted) == (200, False)
    assert outcome(worker) == "complete"


def test_the_bytes_of_the_upstream_may_be_cut_anywhere(worker: Worker) -> None:
    whole = b"".join(stream("Once upon ", "a time."))
    call = played(worker, *[whole[at : at + 3] for at in range(0, len(whole), 3)])
    assert call.spoken == "Once upon a time."


@pytest.mark.parametrize("form", [SECRET, base64.b64encode(SECRET.encode()).decode(), SECRET.encode().hex()])
def test_a_secret_split_over_many_pieces_never_leaves(worker: Worker, form: str) -> None:
    text = f"The notes say that it reads {form} and goes to sleep."
    call = played(worker, *stream(*[text[at : at + 4] for at in range(0, len(text), 4)]))
    assert form[:6] not in call.spoken
    assert "[DONE]" not in call.text
    assert '"error"' in call.text
    assert call.aborted
    assert outcome(worker) == "cut"


def test_the_upstream_is_let_go_of_when_a_stream_is_cut(worker: Worker) -> None:
    answer = MemoryAnswer(*stream(f"It is {SECRET} now ", "and more ", "and more"))
    worker.upstreams.will(answer)
    call = asyncio.run(worker.serve(MemoryCall(ASK)))
    assert answer.closed
    assert "and more" not in call.text


def test_after_a_cut_by_a_registered_secret_the_caller_is_locked_out(worker: Worker) -> None:
    worker.upstreams.will(MemoryAnswer(*stream(f"It is {SECRET}.")))

    async def story() -> MemoryCall:
        await worker.serve(MemoryCall(ASK))
        return await worker.serve(MemoryCall(user("Good morning")))

    assert asyncio.run(story()).status == 403


def test_personal_data_is_masked_in_its_piece_and_judged_again(worker: Worker) -> None:
    worker.holder.current = PolicySet.build(f"{starter_set().text}\n{MASK_ANSWERS}")
    call = played(worker, *stream("Please write to ", "ada.quist@exam", "ple.com about ", "the invoice."))
    assert "ada.quist" not in call.text
    assert call.spoken.startswith("Please write to ")
    assert call.spoken.endswith("about the invoice.")
    decisions = [one for one in worker.inputs() if one.request.action is Action.MODEL_ANSWER]
    assert Effect.TRANSFORM in [one.decision.effect for one in decisions]
    assert any(one.request.rewritten and one.decision.effect is Effect.ALLOW for one in decisions)


def test_a_long_answer_is_judged_again_every_few_thousand_characters(worker: Worker) -> None:
    played(worker, *stream(*["the lighthouse keeper walked along the shore " * 10] * 30))
    moved = [one.request.measures.result_bytes for one in worker.inputs() if one.request.action is Action.MODEL_ANSWER]
    assert moved[0] == 0  # the judgement that opened the stream
    assert len(moved) == 5
    assert moved == sorted(moved)
    whole = 45 * 10 * 30 + len("chatcmpl-1demo")  # id and model are texts too
    assert moved[-1] == whole  # the ceiling is on the whole answer
    assert worker.inputs()[-1].state.session_bytes == whole  # and each byte counts once


def test_a_streamed_bulk_answer_is_cut_at_the_ceiling_of_one_answer(worker: Worker) -> None:
    rows = [f"customer{n}@example.com, Graz;\n" for n in range(60)]
    call = played(worker, *stream(*rows))
    assert call.aborted
    assert "customer2@example.com" in call.spoken
    assert "customer40@example.com" not in call.text
    refused = worker.inputs()[-1].decision
    assert refused.reasons[0].clause == "GOV-08"


def test_what_came_since_the_last_look_is_judged_before_the_end(worker: Worker) -> None:
    worker.holder.current = PolicySet.build(
        starter_set().text
        + '@id("X-1") @clause("X-1") @title("Not so much") @wing("governance") @effect("deny") '
        + "forbid(principal, action, resource) when { context.resultBytes > 20 };"
    )
    call = played(worker, *stream("A sentence that is longer than twenty bytes ", "altogether."))
    assert "[DONE]" not in call.text
    assert call.aborted
    assert outcome(worker) == "cut"


NOTHING_UNREAD = (
    '@id("OPS-99") @clause("OPS-99") @title("Nothing unread") @effect("deny") @wing("governance") '
    'forbid(principal, action == Wardlaw::Action::"ModelAnswer", resource) '
    'when { context.findings.contains("uninspected:note") };'
)


@pytest.mark.parametrize("denied", [True, False])
def test_sound_in_a_stream_is_judged_as_something_nobody_read(worker: Worker, denied: bool) -> None:
    if denied:
        worker.holder.current = PolicySet.build(f"{starter_set().text}\n{NOTHING_UNREAD}")
    pieces = (
        chunk({"content": "Listen: "}),
        chunk({"audio": {"id": "a1", "data": "UklGRg=="}}),
        *stream("and that was it."),
    )
    call = played(worker, *pieces)
    assert ("UklGRg==" in call.text) is not denied
    assert call.aborted is denied
    labels = {finding.label for inputs in worker.inputs() for finding in inputs.findings}
    assert "audio" in labels


NOTHING_DISLIKED = NOTHING_UNREAD.replace("OPS-99", "OPS-98").replace("uninspected:note", "injection:block")


class Strict:
    """A detector of others that dislikes a word, or fails."""

    id, version = "acme", "1"

    def __init__(self, *, fails: bool, placed: bool) -> None:
        self.fails, self.placed = fails, placed

    async def ask(self, segments: Sequence[Segment]) -> tuple[Finding, ...]:
        if self.fails and any("lighthouse" in one.text for one in segments):
            return (failed(self.id, self.version, "timeout", OnFailure.DENY),)
        return tuple(
            Finding(
                FindingKind.INJECTION, self.id, "1", "word", Level.BLOCK, 950, segment=one.index,
                start=one.text.index("lighthouse") if self.placed else 0,
                end=one.text.index("lighthouse") + 10 if self.placed else 0, channel=one.channel.value,
            )
            for one in segments
            if "lighthouse" in one.text
        )  # fmt: skip

    async def close(self) -> None:
        return


@pytest.mark.parametrize(("fails", "placed"), [(True, False), (False, True), (False, False)])
def test_a_stream_is_judged_by_detectors_of_others_too(worker: Worker, fails: bool, placed: bool) -> None:
    worker.holder.current = PolicySet.build(f"{starter_set().text}\n{NOTHING_DISLIKED}")
    outside = Outside((Strict(fails=fails, placed=placed),))
    worker.services = worker.services._replace(inspection=Inspection(inspector(), outside=outside))
    call = played(worker, *stream("Once upon ", "a time there ", "was a ", "lighthouse ", "in the sea."))
    assert "lighthouse" not in call.spoken
    assert call.aborted
    assert "[DONE]" not in call.text


def tool_stream(name: str, arguments: str) -> tuple[bytes, ...]:
    head = {"index": 0, "id": "call_1", "type": "function", "function": {"name": name, "arguments": ""}}
    parts = [
        chunk({"tool_calls": [{"index": 0, "function": {"arguments": arguments[at : at + 5]}}]})
        for at in range(0, len(arguments), 5)
    ]
    return (chunk({"tool_calls": [head]}), *parts, chunk({}, finish="tool_calls"), b"data: [DONE]\n\n")


def test_a_tool_call_is_complete_before_it_is_released(worker: Worker) -> None:
    case = worker.case()
    call = played(worker, *tool_stream("query_customers", '{"limit": 40}'))
    deltas = [line for line in call.text.splitlines() if "tool_calls" in line and '"delta":{"tool_calls"' in line]
    assert len(deltas) == 1
    assert json.loads(deltas[0][6:])["choices"][0]["delta"]["tool_calls"][0]["function"]["arguments"] == '{"limit": 40}'
    assert asyncio.run(worker.ledger.was_released(case.principal_key, "call_1"))


def test_a_refused_tool_call_cuts_the_stream(worker: Worker) -> None:
    call = played(worker, *tool_stream("query_customers", '{"sql": "select * from customers"}'))
    assert "select" not in call.text
    assert "GOV-07" in call.text
    assert call.aborted
    assert outcome(worker) == "cut"


def test_an_upstream_that_breaks_off_leaves_no_complete_stream(worker: Worker) -> None:
    call = played(worker, chunk({"content": "Half a sentence and "}), breaks="WL-UPS-003")
    assert "[DONE]" not in call.text
    assert "WL-UPS-003" in call.text
    assert call.aborted
    assert outcome(worker) == "upstream-failed"


def test_an_upstream_that_ends_without_its_mark_leaves_no_complete_stream(worker: Worker) -> None:
    call = played(worker, chunk({"content": "Half a sentence and "}))
    assert "[DONE]" not in call.text
    assert call.aborted
    assert outcome(worker) == "upstream-failed"


def test_garbage_is_no_stream(worker: Worker) -> None:
    call = played(worker, b"data: {oops\n\n")
    assert "WL-GW-201" in call.text
    assert call.aborted


def test_a_caller_that_leaves_ends_the_upstream(worker: Worker) -> None:
    answer = MemoryAnswer(*stream("One sentence here. ", "Another sentence there. ", "And a third one."))
    worker.upstreams.will(answer)
    asyncio.run(worker.serve(MemoryCall(ASK, gone_after=1)))
    assert answer.closed
    assert outcome(worker) == "client-gone"


def test_a_stream_stops_when_its_record_cannot_be_made_durable(worker: Worker) -> None:
    class Closing(MemoryAnswer):
        async def pieces(self):  # type: ignore[no-untyped-def]
            yield chunk({"content": "Nothing to see here, "})
            worker.spool.close()
            yield chunk({"content": "write to ada.quist@example.com "})
            yield chunk({"content": "regularly thereafter, always "})

    worker.upstreams.will(Closing())
    call = asyncio.run(worker.serve(MemoryCall(ASK)))
    assert "ada.quist" not in call.text
    assert "WL-SPL-006" in call.text
    assert call.aborted


def test_a_stream_that_may_not_open_is_refused_with_a_status(worker: Worker) -> None:
    worker.holder.current = PolicySet.build(
        starter_set().text
        + '@id("X-2") @clause("X-2") @title("No answers") @wing("governance") @effect("deny") '
        + 'forbid(principal, action == Wardlaw::Action::"ModelAnswer", resource);'
    )
    call = played(worker, *stream("Hello"))
    assert (call.status, call.error["clause"]) == (403, "X-2")
    assert outcome(worker) == "refused"
