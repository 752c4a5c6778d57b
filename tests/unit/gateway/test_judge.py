from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from wardlaw.audit.envelope import RecordKind
from wardlaw.decision.decide import SAW_TOOL_RESULT, decide
from wardlaw.decision.policyset import PolicySet
from wardlaw.facts.action import Action
from wardlaw.facts.approval import CallAnswer
from wardlaw.facts.decision import ReasonCode
from wardlaw.facts.effect import Effect, RouteMode
from wardlaw.facts.errors import UnavailableError
from wardlaw.facts.exchange import Channel, Measures, ToolCall
from wardlaw.facts.finding import Finding, FindingKind, Level
from wardlaw.facts.gate import ClosedGate, GateMode
from wardlaw.gateway.holding import TableHolding
from wardlaw.gateway.judge import Case, Judgement, Matter
from wardlaw.security.asking.places import ROWS_COPIED, place_label
from wardlaw.state.authority import Ask
from wardlaw.state.callers import state_key
from wardlaw.state.habits import Deed, Habits
from wardlaw.store.approvals import answer_call
from wardlaw.store.database import writing
from wardlaw.testing.databases import sqlite_database
from wardlaw.testing.worker import ADA, BOT, Worker


def model(worker: Worker, **changes: object) -> Matter:
    """A harmless model call, with fields changed."""
    resource = worker.services.registry.candidates("demo", "chat.completions")[0].resource
    return Matter(**{"action": Action.MODEL_CALL, "resource": resource, "measures": Measures(), "calls": 1} | changes)


def finding(kind: FindingKind, channel: Channel = Channel.USER) -> Finding:
    return Finding(kind, "test", "1", "rule", Level.BLOCK, 1000, label="x", channel=channel.value, segment=0, end=9)


def ask(case: Case, at: float) -> Ask:
    return Ask(principal=case.principal_key, person=case.person_key, session=case.session_key, at=at)


def judge(worker: Worker, *matters: Matter, case: Case | None = None) -> list[Judgement]:
    """Judge one after the other."""
    case = case or worker.case()

    async def story() -> list[Judgement]:
        return [await worker.judge.judge(case, matter) for matter in matters]

    return asyncio.run(story())


def test_the_record_is_durable_before_the_judgement_is_returned(worker: Worker) -> None:
    case = worker.case()

    async def story() -> None:
        judgement = await worker.judge.judge(case, model(worker))
        assert worker.spool.stats().records == 1
        assert judgement.released
        assert judgement.receipt

    asyncio.run(story())
    (inputs,) = worker.inputs()
    assert inputs.state.calls_minute == 1
    assert inputs.request.exchange == case.exchange


def test_nothing_is_judged_when_its_record_cannot_be_made_durable(worker: Worker) -> None:
    worker.spool.close()
    with pytest.raises(UnavailableError, match="WL-SPL-006"):
        judge(worker, model(worker))


def test_what_was_reserved_is_taken_back_when_it_was_not_released(worker: Worker) -> None:
    many = frozenset(f"s{n}" for n in range(101))
    big = model(worker, subjects=many, tokens=70, measures=Measures(data_subjects=101, result_bytes=900))
    denied, after = judge(worker, big, model(worker))
    assert denied.decision.effect is Effect.DENY
    assert denied.decision.reasons[0].clause == "GOV-07"
    assert after.released
    first, second = worker.inputs()
    assert (first.state.session_subjects, first.state.tokens_day, first.state.session_bytes) == (101, 70, 900)
    assert (second.state.session_subjects, second.state.tokens_day, second.state.session_bytes) == (0, 0, 0)
    assert second.state.calls_minute == 2  # the call itself stays counted


def test_small_sips_add_up_and_only_new_people_count(worker: Worker) -> None:
    sips = [
        model(
            worker, subjects=frozenset(f"s{n}" for n in range(start, start + 90)), measures=Measures(data_subjects=90)
        )
        for start in (0, 0, 90, 180, 270, 360, 450)
    ]
    judged = judge(worker, *sips)
    assert [one.measures.data_subjects for one in judged[:3]] == [90, 0, 90]
    assert [one.released for one in judged] == [True] * 6 + [False]  # 540 > 500 in one session
    assert worker.inputs()[-1].state.session_subjects == 540


def test_what_was_counted_before_is_not_counted_again(worker: Worker) -> None:
    first = model(worker, subjects=frozenset(("a", "b")), tokens=10, measures=Measures(data_subjects=2, result_bytes=5))
    again = model(
        worker, subjects=frozenset(("a", "b")), tokens=10, measures=Measures(data_subjects=2, result_bytes=5),
        counted=False,
    )  # fmt: skip
    judged = judge(worker, first, again)
    assert judged[1].measures.data_subjects == 2
    state = worker.inputs()[1].state
    assert (state.calls_minute, state.tokens_day, state.session_bytes, state.session_subjects) == (1, 10, 5, 2)


def test_taint_that_a_request_brings_is_decided_on_and_stays(worker: Worker) -> None:
    judge(worker, model(worker, labels=("saw:pii",)), model(worker))
    first, second = worker.inputs()
    assert first.state.taint == ("saw:pii",)
    assert second.state.taint == ("saw:pii",)


def test_a_registered_secret_by_the_caller_quarantines_the_caller(worker: Worker) -> None:
    leak = model(worker, findings=(finding(FindingKind.FINGERPRINT),))
    (cut,) = judge(worker, leak)
    assert cut.decision.effect is Effect.CUT
    ((_, notice),) = worker.noticed
    assert {kind for kind, _ in notice.locked} == {"session", "principal"}
    assert "SEC-05" in notice.reason
    (envelope,) = worker.envelopes(RecordKind.DECISION)
    assert envelope.facts["quarantine"] == "SEC-05"


def test_a_quarantined_caller_is_cut_in_every_session(worker: Worker) -> None:
    async def story() -> Judgement:
        await worker.judge.judge(worker.case(), model(worker, findings=(finding(FindingKind.TRIPWIRE),)))
        return await worker.judge.judge(worker.case(session="ses_2"), model(worker))

    later = asyncio.run(story())
    assert later.decision.effect is Effect.CUT
    assert later.decision.reasons[0].code is ReasonCode.QUARANTINED


def test_the_person_behind_an_agent_is_locked_as_well(worker: Worker) -> None:
    judge(worker, model(worker, findings=(finding(FindingKind.FINGERPRINT),)), case=worker.case(BOT))
    ((_, notice),) = worker.noticed
    assert dict(notice.locked)["person"] == state_key(b"k" * 32, "caller", "user:ada")


def test_a_poisoned_document_locks_the_session_alone(worker: Worker) -> None:
    judge(worker, model(worker, findings=(finding(FindingKind.FINGERPRINT, Channel.TOOL_RESULT),)))
    ((_, notice),) = worker.noticed
    assert [kind for kind, _ in notice.locked] == ["session"]


def test_an_answer_after_foreign_text_locks_the_session_alone(worker: Worker) -> None:
    answer = model(
        worker, action=Action.MODEL_ANSWER, findings=(finding(FindingKind.FINGERPRINT, Channel.ANSWER),),
        labels=(SAW_TOOL_RESULT,), calls=0,
    )  # fmt: skip
    judge(worker, answer)
    ((_, notice),) = worker.noticed
    assert [kind for kind, _ in notice.locked] == ["session"]


def test_text_alone_cuts_without_quarantine(worker: Worker) -> None:
    cut, after = judge(worker, model(worker, findings=(finding(FindingKind.INJECTION),)), model(worker))
    assert cut.decision.effect is Effect.CUT
    assert after.released
    ((_, notice),) = worker.noticed
    assert notice.locked == ()


def test_repeated_probing_becomes_a_quarantine(worker: Worker) -> None:
    injection = model(worker, findings=(finding(FindingKind.INJECTION),))
    judged = judge(worker, *[injection] * 5, model(worker), model(worker))
    assert [one.decision.reasons[0].clause for one in judged[:5]] == ["SEC-01"] * 5
    assert judged[5].decision.reasons[0].clause == "SEC-06"
    assert judged[6].decision.reasons[0].code is ReasonCode.QUARANTINED


def test_what_a_document_says_is_not_its_readers_probing(worker: Worker) -> None:
    poisoned = model(worker, findings=(finding(FindingKind.INJECTION, Channel.TOOL_RESULT),))
    judged = judge(worker, *[poisoned] * 6, model(worker))
    assert judged[-1].released


@pytest.mark.parametrize(
    ("kind", "label", "labels", "probes"),
    [
        (FindingKind.LEAK, "system-prompt", (), 1),
        (FindingKind.LEAK, "system-prompt", (SAW_TOOL_RESULT,), 0),
        (FindingKind.LEAK, "conversation", (), 0),
        (FindingKind.INJECTION, "exfil", (), 0),
    ],
)
def test_an_answer_that_leaks_is_probing_only_where_the_caller_brought_it_about(
    worker: Worker, kind: FindingKind, label: str, labels: tuple[str, ...], probes: int
) -> None:
    link = msgspec.structs.replace(finding(FindingKind.LEAK, Channel.ANSWER), label="conversation")
    leak = msgspec.structs.replace(finding(kind, Channel.ANSWER), label=label)
    answer = model(worker, action=Action.MODEL_ANSWER, findings=(link, leak), labels=labels, calls=0)
    (cut, _) = judge(worker, answer, model(worker))
    assert cut.decision.effect is Effect.CUT
    assert worker.inputs()[-1].state.probes == probes


def test_a_refusal_by_governance_is_no_probe(worker: Worker) -> None:
    large = model(worker, measures=Measures(body_bytes=9_000_000))
    judge(worker, *[large] * 6, model(worker))
    assert worker.inputs()[-1].state.probes == 0


def test_released_tool_calls_are_remembered_and_refused_ones_are_not(worker: Worker) -> None:
    case = worker.case()
    tool = worker.services.registry.tool

    async def story() -> dict[str, bytes]:
        for call_id, name in (("call_good", "read_file"), ("call_bad", "unknown_tool")):
            matter = Matter(Action.TOOL_CALL, tool(name), Measures(), release=((call_id, b"d" * 32),))
            await worker.judge.judge(case, matter)
        return await worker.ledger.was_released(case.principal_key, "call_good", "call_bad")

    assert asyncio.run(story()) == {"call_good": b"d" * 32}


def test_observing_records_what_would_have_happened(worker: Worker) -> None:
    case = worker.case(mode=RouteMode.OBSERVE)
    (judgement,) = judge(worker, model(worker, findings=(finding(FindingKind.FINGERPRINT),)), case=case)
    assert judgement.released
    assert judgement.decision.demanded is Effect.CUT
    assert worker.noticed == []
    (envelope,) = worker.envelopes(RecordKind.DECISION)
    assert (envelope.effect, envelope.demanded) == ("allow", "cut")


def test_hours_and_weekdays_are_those_of_the_installations_zone(worker: Worker) -> None:
    judge(worker, model(worker))
    (inputs,) = worker.inputs()
    assert (inputs.request.hour, inputs.request.weekday) == (12, 3)


def test_the_log_rebuilds_the_state_it_decided_on(worker: Worker, tmp_path: Path) -> None:
    case = worker.case()
    quarantined = model(worker, findings=(finding(FindingKind.TRIPWIRE),))
    judge(worker, model(worker, tokens=50, labels=("saw:pii",)), quarantined, case=case)
    worker.envelopes()
    rebuilt = worker.rebuilt_ledger()
    snapshot = asyncio.run(rebuilt.reserve(ask(case, worker.clock()))).snapshot
    assert snapshot.tokens_day == 50
    assert snapshot.taint == ("saw:pii",)
    assert "SEC-03" in snapshot.quarantined


def test_state_keys_tell_kinds_and_names_apart() -> None:
    keys = {
        state_key(b"k", "caller", "user:ada"),
        state_key(b"k", "caller", "user:bob"),
        state_key(b"k", "session", "user:ada"),
        state_key(b"other", "caller", "user:ada"),
        state_key(b"k", "session", "user", "ada"),
    }
    assert len(keys) == 5
    assert {len(key) for key in keys} == {16}
    assert ADA.id.encode() not in b"".join(keys)


def test_behaviour_enters_the_snapshot_before_the_decision_and_the_record_tells_why(worker: Worker) -> None:
    habits = worker.judge.habits = Habits(b"k" * 32)
    case = worker.case()
    for day in range(30):
        for call in range(20):
            usual = Deed(worker.clock.now - (30 - day) * 86_400 + call * 600, Action.MODEL_CALL, tokens=400, records=2)
            habits.settle(habits.arrive([case.principal_key], usual), released=True)
    raid = model(worker, subjects=frozenset(f"s{n}" for n in range(90)), tokens=900_000)
    judge(worker, model(worker, tokens=400), raid, case=case)
    calm, alarmed = worker.inputs()
    assert calm.state.anomaly_score < 333
    assert calm.unusual == ()
    assert alarmed.state.anomaly_score > 616
    assert any("tokens" in words for words in alarmed.unusual)
    again = decide(alarmed.request, alarmed.findings, worker.holder.current, alarmed.state)
    assert again == alarmed.decision


def test_a_masked_request_counts_once_in_the_profile(worker: Worker) -> None:
    habits = worker.judge.habits = Habits(b"k" * 32)
    judge(worker, model(worker, tokens=10), model(worker, tokens=10, counted=False))
    ((profile, _),) = habits.arrive(
        [worker.case().principal_key], Deed(worker.clock.now, Action.MODEL_CALL, calls=0)
    ).arrivals
    assert (profile.values[0], profile.values[1]) == (1.0, 10.0)


HELD = PolicySet.build(
    """@id("base") permit(principal, action, resource);
@id("AGT-01") @clause("AGT-01") @title("Payments need a person") @effect("hold")
forbid(principal, action, resource) when { context.toolEffect == "payment" };"""
)


def pay(worker: Worker, **changes: object) -> Matter:
    call = ToolCall("call_1", "pay", '{"to": "a"}')
    made = Matter(
        Action.TOOL_CALL,
        worker.services.registry.tool("pay"),
        Measures(),
        tool_calls=(call,),
        body_sha256="ab",
        parks=True,
    )
    return msgspec.structs.replace(made, **changes)


@pytest.fixture
def holding(tmp_path: Path) -> Iterator[Worker]:
    """A worker whose held calls wait in tables."""
    with sqlite_database(tmp_path) as engine:
        made = Worker(tmp_path, policies=HELD)
        made.judge.holding = TableHolding(
            engine, made.keyring, secret=b"k" * 32, inspect=made.services.inspection.inspect_text
        )
        yield made
        made.close()


def approve(worker: Worker, approval: str, *, by: str = "person:ben") -> None:
    table = worker.judge.holding
    assert isinstance(table, TableHolding)
    with writing(table._engine) as connection:
        answer_call(connection, approval, CallAnswer(by, worker.clock(), True, "because"))


def test_a_held_call_waits_and_goes_once_when_it_was_approved(holding: Worker) -> None:
    case = holding.case(BOT)

    async def story() -> list[Judgement]:
        first = await holding.judge.judge(case, pay(holding))
        assert first.held is not None
        again = await holding.judge.judge(case, pay(holding))
        approve(holding, first.held.approval)
        other = await holding.judge.judge(case, pay(holding, tool_calls=(ToolCall("c", "pay", '{"to": "b"}'),)))
        gone = await holding.judge.judge(case, pay(holding))
        return [first, again, other, gone, await holding.judge.judge(case, pay(holding))]

    first, again, other, gone, after = asyncio.run(story())
    assert first.held and again.held and other.held and after.held
    assert first.held == again.held
    assert len({first.held.approval, other.held.approval, after.held.approval}) == 3
    assert [one.released for one in (first, again, other, gone, after)] == [False, False, False, True, False]
    assert gone.used is not None
    assert gone.used.approval == first.held.approval
    records = holding.envelopes()
    named = [one.facts.get("approval") for one in records if one.kind is RecordKind.DECISION]
    assert named == [
        first.held.approval, first.held.approval, other.held.approval, first.held.approval, after.held.approval,
    ]  # fmt: skip
    (control,) = [one for one in records if one.kind is RecordKind.CONTROL]
    assert control.facts == {"operation": "approvals.used", "target": first.held.approval}
    inputs = holding.inputs()[3]
    assert (inputs.state.approved, inputs.state.approval) == (("AGT-01",), first.held.approval)
    assert decide(inputs.request, inputs.findings, HELD, inputs.state) == inputs.decision


def test_what_cannot_be_made_again_unchanged_is_held_and_waits_nowhere(holding: Worker) -> None:
    (judged,) = judge(holding, pay(holding, parks=False))
    assert judged.decision.effect is Effect.HOLD
    assert judged.held is None


def test_a_pass_of_the_same_exchange_is_used_without_asking_again(holding: Worker) -> None:
    case = holding.case(BOT)

    async def story() -> tuple[Judgement, Judgement]:
        first = await holding.judge.judge(case, pay(holding))
        assert first.held is not None
        approve(holding, first.held.approval)
        gone = await holding.judge.judge(case, pay(holding))
        assert gone.used is not None
        return gone, await holding.judge.judge(case, pay(holding, passes=(gone.used,)))

    gone, again = asyncio.run(story())
    assert again.released
    assert again.used == gone.used
    assert len(holding.envelopes(RecordKind.CONTROL)) == 1


def test_a_hold_that_is_only_observed_asks_nobody(holding: Worker) -> None:
    (judged,) = judge(holding, pay(holding), case=holding.case(BOT, mode=RouteMode.OBSERVE))
    assert judged.released
    assert judged.held is None


def call_of(worker: Worker, arguments: str, **changes: object) -> Matter:
    resource = worker.services.registry.tool("query_customers")
    calls = (ToolCall("c", "query_customers", arguments),)
    return model(
        worker, **{"action": Action.TOOL_CALL, "resource": resource, "tool_calls": calls, "calls": 0} | changes
    )


def test_a_released_copy_marks_the_session_the_caller_and_the_place(worker: Worker) -> None:
    copied = call_of(worker, "{}", measures=Measures(requested_rows=80, copies_rows=True), targets=("spare",))
    there = call_of(worker, '{"table": "Spare"}')
    elsewhere = call_of(worker, '{"table": "orders"}')
    judge(worker, copied, there, elsewhere)
    first, second, third = worker.inputs()
    assert first.state.taint == ()
    assert {ROWS_COPIED, place_label("spare")} <= set(second.state.taint)
    assert [one.request.measures.touches_copy for one in (first, second, third)] == [False, True, False]


def test_a_copy_that_was_denied_marks_nothing(worker: Worker) -> None:
    copied = call_of(worker, "{}", measures=Measures(requested_rows=-1, copies_rows=True), targets=("spare",))
    denied, _ = judge(worker, copied, call_of(worker, '{"table": "spare"}'))
    assert denied.decision.effect is Effect.DENY
    assert worker.inputs()[1].state.taint == ()


def test_the_systems_of_a_request_and_its_closed_gates_stand_in_the_record(worker: Worker) -> None:
    worker.judge.systems = lambda request: (f"of-{request.principal.id.partition(':')[2]}",)
    worker.judge.gates = lambda _request: (ClosedGate("cv", GateMode.WARN, "shut"),)
    judge(worker, model(worker))
    (told,) = worker.inputs()
    assert told.state.systems == (f"of-{told.request.principal.id.partition(':')[2]}",)
    assert [one.system for one in told.state.gates] == ["cv"]
