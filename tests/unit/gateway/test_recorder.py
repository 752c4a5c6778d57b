from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from wardlaw.audit.envelope import RecordKind, encode
from wardlaw.facts.action import Action
from wardlaw.facts.errors import InputError, UnavailableError
from wardlaw.facts.exchange import Channel, Measures, Segment, ToolCall
from wardlaw.facts.record import Outcome, Passage
from wardlaw.gateway.judge import Matter
from wardlaw.gateway.recorder import Recorder, month_of
from wardlaw.testing.worker import ADA, BOT, NOON, Worker

TEXT = "Ada Quist asks about invoice 4711, adaq@example.com"


def matter(worker: Worker, *texts: str, calls: tuple[ToolCall, ...] = ()) -> Matter:
    resource = worker.services.registry.candidates("demo", "chat.completions")[0].resource
    segments = tuple(Segment(n, Channel.USER, f"/messages/{n}/content", text) for n, text in enumerate(texts))
    return Matter(Action.MODEL_CALL, resource, Measures(), segments=segments, tool_calls=calls)


def judge(worker: Worker, *matters: Matter) -> None:
    async def story() -> None:
        for one in matters:
            await worker.judge.judge(worker.case(), one)

    asyncio.run(story())


def test_nothing_personal_stands_in_the_envelope(worker: Worker) -> None:
    judge(worker, matter(worker, TEXT))
    (envelope,) = worker.envelopes()
    raw = encode(envelope)
    for word in ("user:ada", "Quist", "invoice", "example.com", "support", "ses_1", "key:ada"):
        assert word.encode() not in raw
    assert envelope.subject == worker.keyring.pseudonym("user:ada", "2026-11")


def test_what_an_agent_does_is_sealed_for_the_person_it_acts_for(worker: Worker) -> None:
    asyncio.run(worker.judge.judge(worker.case(BOT), matter(worker, TEXT)))
    (envelope,) = worker.envelopes()
    assert envelope.subject == worker.keyring.pseudonym("user:ada", "2026-11")
    (inputs,) = worker.inputs()
    assert inputs.request.principal == BOT


def test_a_text_is_recorded_once_and_named_by_its_digest_afterwards(worker: Worker) -> None:
    judge(worker, matter(worker, TEXT), matter(worker, TEXT, "And now?"))
    first, second = worker.contents()
    assert first.passages == (Passage("user", "/messages/0/content", TEXT),)
    assert second.passages[0].text == ""
    assert second.passages[0].sha256
    assert second.passages[1].text == "And now?"


def test_each_month_holds_the_text_of_its_own(worker: Worker) -> None:
    async def story() -> None:
        for now in (NOON, NOON + 40 * 86_400):
            worker.clock.now = now
            await worker.judge.judge(worker.case(), matter(worker, TEXT))

    asyncio.run(story())
    assert [content.passages[0].text for content in worker.contents()] == [TEXT, TEXT]


def test_a_text_belongs_to_one_person(worker: Worker) -> None:
    async def story() -> None:
        await worker.judge.judge(worker.case(ADA), matter(worker, TEXT))
        other = worker.case(type(ADA)(id="user:bo", kind=ADA.kind))
        await worker.judge.judge(other, matter(worker, TEXT))

    asyncio.run(story())
    assert [content.passages[0].text for content in worker.contents()] == [TEXT, TEXT]


def test_a_lost_record_is_no_earlier_record(worker: Worker, tmp_path: Path) -> None:
    spool, asked = worker.spool, matter(worker, TEXT)

    class Failing:
        async def append(self, *_args: object, **_named: object) -> str:
            raise UnavailableError("WL-SPL-001", "The disk is full.")

    async def story() -> None:
        recorder = worker.judge.recorder
        recorder._spool = Failing()  # type: ignore[assignment]
        with pytest.raises(UnavailableError):
            await worker.judge.judge(worker.case(), asked)
        recorder._spool = spool
        await worker.judge.judge(worker.case(), asked)

    asyncio.run(story())
    (content,) = worker.contents()
    assert content.passages[0].text == TEXT


def test_tool_calls_are_kept_with_their_arguments(worker: Worker) -> None:
    call = ToolCall("call_1", "read_file", '{"name": "minutes.txt"}')
    judge(worker, matter(worker, calls=(call,)))
    assert worker.contents()[0].tool_calls == (call,)


def test_without_content_only_the_inputs_are_kept(tmp_path: Path) -> None:
    worker = Worker(tmp_path, keep_content=False)
    judge(worker, matter(worker, TEXT))
    (envelope,) = worker.envelopes()
    assert [part.klass for part in envelope.sealed] == ["inputs"]
    assert worker.contents() == []
    worker.close()


def test_erasing_a_person_makes_the_record_unreadable(worker: Worker) -> None:
    judge(worker, matter(worker, TEXT))
    worker.keyring.erase("user:ada")
    with pytest.raises(InputError, match="WL-KEY-010"):
        worker.inputs()


def test_an_outcome_says_only_what_happened(worker: Worker) -> None:
    async def story() -> None:
        outcome = Outcome("exc_1", "complete", 200, upstream="near", sent_bytes=12)
        worker.judge.recorder.outcome(outcome, record_id="out_1", route="chat.completions")

    asyncio.run(story())
    (envelope,) = worker.envelopes(RecordKind.OUTCOME)
    assert envelope.facts == {"result": "complete", "status": 200, "upstream": "near", "sent_bytes": 12}
    assert (envelope.exchange, envelope.at, envelope.subject) == ("exc_1", int(NOON * 1000), "")


def test_what_people_decided_is_recorded_when_it_takes_effect(worker: Worker) -> None:
    worker.judge.recorder.control("ctl_1", "quarantine.released", "qua_1")
    (envelope,) = worker.envelopes(RecordKind.CONTROL)
    assert envelope.facts == {"operation": "quarantine.released", "target": "qua_1"}


def test_what_is_remembered_is_bounded(worker: Worker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wardlaw.gateway.recorder._RECORDED", 8)
    recorder: Recorder = worker.judge.recorder
    for _ in range(20):
        judge_text = os.urandom(4).hex()
        recorder._remember([("user:ada", "2026-11", judge_text.encode())])
    assert len(recorder._recorded) <= 8


@pytest.mark.parametrize(
    ("at", "month"), [(0.0, "1970-01"), (NOON, "2026-11"), (1_796_083_199.9, "2026-11"), (1_796_083_200.0, "2026-12")]
)
def test_months_are_those_of_utc(at: float, month: str) -> None:
    assert month_of(at) == month
