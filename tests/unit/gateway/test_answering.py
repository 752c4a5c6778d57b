from __future__ import annotations

import asyncio
import json

import pytest

from wardlaw.decision.policyset import PolicySet
from wardlaw.facts.action import Action
from wardlaw.facts.effect import Effect
from wardlaw.facts.exchange import Measures
from wardlaw.gateway.answering import AnswerHalf, Released, Withheld
from wardlaw.gateway.history import call_digest
from wardlaw.gateway.judge import Case
from wardlaw.gateway.request import Accepted, Prepared, RequestHalf
from wardlaw.gateway.services import Stopwatch
from wardlaw.gateway.surfaces import CHAT
from wardlaw.gateway.wire.failure import BadUpstreamError
from wardlaw.testing.edges import MemoryAnswer, completion, user
from wardlaw.testing.worker import SECRET, Worker, starter_set

MASK_ANSWERS = (
    '@id("PRV-09") @clause("PRV-09") @title("Addresses are masked") @wing("governance") @effect("transform") '
    '@redact("pii") forbid(principal, action == Wardlaw::Action::"ModelAnswer", resource) '
    'when { context.dataClasses.contains("pii") };'
)


async def accepted(worker: Worker, case: Case) -> Accepted:
    """A request that was let through."""
    half = RequestHalf(worker.services, Stopwatch(), CHAT)
    raw = json.dumps(user("Hello")).encode()
    doc, asked = half.read(raw)
    prepared: Prepared = await half.prepare(case, doc, raw, asked)
    worker.upstreams.will(MemoryAnswer())
    outcome = await half.submit(case, prepared, headers={})
    assert isinstance(outcome, Accepted)
    return outcome


def answered(worker: Worker, document: object, case: Case | None = None) -> Released | Withheld:
    """Judge an answer by an upstream."""
    case = case or worker.case()

    async def story() -> Released | Withheld:
        raw = document if isinstance(document, bytes) else json.dumps(document).encode()
        return await AnswerHalf(worker.services, CHAT).judge(case, await accepted(worker, case), raw)

    return asyncio.run(story())


def test_a_harmless_answer_is_released_as_it_came(worker: Worker) -> None:
    document = completion("It is sunny.")
    outcome = answered(worker, document)
    assert isinstance(outcome, Released)
    assert json.loads(outcome.body) == document
    assert outcome.usage is not None
    assert worker.inputs()[1].request.action is Action.MODEL_ANSWER


def test_an_answer_with_a_registered_secret_is_withheld(worker: Worker) -> None:
    outcome = answered(worker, completion(f"The key is {SECRET}."))
    assert isinstance(outcome, Withheld)
    assert outcome.judgement.decision.effect is Effect.CUT


def test_a_bulk_answer_is_withheld(worker: Worker) -> None:
    text = json.dumps([{"id": n, "email": f"customer{n}@example.com"} for n in range(30)])
    outcome = answered(worker, completion(text))
    assert isinstance(outcome, Withheld)
    assert outcome.judgement.decision.reasons[0].clause == "GOV-08"


def test_every_tool_call_is_judged_and_a_released_one_remembered(worker: Worker) -> None:
    case = worker.case()
    calls = [("call_1", "read_file", '{"name": "a.txt"}'), ("call_2", "query_customers", '{"limit": 5}')]
    assert isinstance(answered(worker, completion(calls=calls), case), Released)
    known = asyncio.run(worker.ledger.was_released(case.principal_key, "call_1", "call_2"))
    assert known == {identity: call_digest(name, arguments) for identity, name, arguments in calls}
    assert [one.request.resource.id for one in worker.inputs()[2:]] == ["tool:read_file", "tool:query_customers"]


@pytest.mark.parametrize(
    ("name", "arguments", "clause", "effect"),
    [
        ("query_customers", '{"sql": "select * from customers"}', "GOV-07", Effect.DENY),
        ("pay", '{"amount": 5}', "ACC-06", Effect.HOLD),
        ("rm_rf", "{}", "ACC-03", Effect.DENY),
        ("read_file", json.dumps({"name": SECRET}), "SEC-05", Effect.CUT),
    ],
)
def test_one_refused_tool_call_withholds_the_answer(
    worker: Worker, name: str, arguments: str, clause: str, effect: Effect
) -> None:
    calls = [("call_1", "read_file", "{}"), ("call_2", name, arguments)]
    outcome = answered(worker, completion(calls=calls))
    assert isinstance(outcome, Withheld)
    assert outcome.judgement.decision.effect is effect
    assert clause in [reason.clause for reason in outcome.judgement.decision.reasons]


@pytest.mark.parametrize("raw", [b"<html>", b'{"choices": 3}', b'{"choices": [{"message": {}}], "choices": []}'])
def test_an_answer_nobody_can_read_is_not_released(worker: Worker, raw: bytes) -> None:
    with pytest.raises(BadUpstreamError, match="WL-GW-201"):
        answered(worker, raw)


def test_a_masked_answer_is_judged_again_and_its_calls_are_those_released(worker: Worker) -> None:
    worker.holder.current = PolicySet.build(f"{starter_set().text}\n{MASK_ANSWERS}")
    call = ("call_1", "read_file", '{"name": "ada.quist@example.com"}')
    case = worker.case()
    outcome = answered(worker, completion("Ask ada.quist@example.com.", calls=[call]), case)
    assert isinstance(outcome, Released)
    assert b"ada.quist" not in outcome.body
    arguments = json.loads(outcome.body)["choices"][0]["message"]["tool_calls"][0]["function"]["arguments"]
    known = asyncio.run(worker.ledger.was_released(case.principal_key, "call_1"))
    assert known == {"call_1": call_digest("read_file", arguments)}
    actions = [(one.request.action, one.request.rewritten) for one in worker.inputs()[1:]]
    assert actions == [(Action.MODEL_ANSWER, False), (Action.MODEL_ANSWER, True), (Action.TOOL_CALL, False)]


def refused(worker: Worker, raw: bytes, status: int = 400) -> Released | Withheld:
    case = worker.case()

    async def story() -> Released | Withheld:
        return await AnswerHalf(worker.services, CHAT).refusal(case, await accepted(worker, case), raw, status)

    return asyncio.run(story())


def test_an_upstreams_own_error_is_passed_on_when_it_holds_nothing(worker: Worker) -> None:
    raw = b'{"error": {"message": "max_tokens is too large"}}'
    outcome = refused(worker, raw)
    assert isinstance(outcome, Released)
    assert outcome.body == raw


@pytest.mark.parametrize("raw", [b"not json at all", json.dumps({"error": {"message": SECRET}}).encode()])
def test_an_upstreams_error_that_cannot_be_judged_or_holds_a_secret_is_not(worker: Worker, raw: bytes) -> None:
    assert isinstance(refused(worker, raw), Withheld)


def test_measures_of_an_answer_are_its_bytes_and_people(worker: Worker) -> None:
    document = completion("Ask ada.quist@example.com or bo.berg@example.com.")
    answered(worker, document)
    measures: Measures = worker.inputs()[1].request.measures
    assert (measures.data_subjects, measures.result_bytes) == (2, len(json.dumps(document)))


def test_rows_a_tool_call_asks_for_are_measured(worker: Worker) -> None:
    answered(worker, completion(calls=[("call_1", "query_customers", '{"limit": 5}')]))
    assert worker.inputs()[2].request.measures.requested_rows == 5
