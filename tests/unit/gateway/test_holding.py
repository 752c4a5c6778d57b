from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import text
from sqlalchemy.engine import Engine

from tests.unit.decision.cases import request
from wardlaw.decision.decide import decide
from wardlaw.decision.policyset import PolicySet
from wardlaw.facts.action import Action
from wardlaw.facts.approval import ApprovalState, CallAnswer, CallPass, HeldDetail
from wardlaw.facts.effect import Effect
from wardlaw.facts.exchange import Channel, Segment
from wardlaw.facts.principal import Principal, PrincipalKind
from wardlaw.facts.request import Snapshot
from wardlaw.facts.resource import Resource, ResourceKind, ToolEffect
from wardlaw.gateway.holding import HeldMatter, TableHolding, pass_for
from wardlaw.gateway.tablework import TableWork
from wardlaw.store.approvals import MOST_WAITING, answer_call, get_approval, get_detail, list_approvals
from wardlaw.store.database import open_database, reading, writing
from wardlaw.store.keyring import Keyring
from wardlaw.store.keyring_kek import LocalKek
from wardlaw.store.migrate import upgrade
from wardlaw.store.notifications import Event, list_due

NOW = 1_790_000_000.0
BOT = Principal(id="agent:bot", kind=PrincipalKind.AGENT, acting_for="user:ada")
PAY = Resource(ResourceKind.TOOL, "tool:pay", True, "bank", True, effect=ToolEffect.PAYMENT)
HELD = """
@id("base") permit(principal, action, resource);
@id("AGT-01") @clause("AGT-01") @title("Payments need a person") @effect("hold") @expires_minutes("10")
forbid(principal, action, resource) when { context.toolEffect == "payment" };
@id("AGT-02") @clause("AGT-02") @title("After mail two persons") @effect("hold") @approvers("2")
forbid(principal, action, resource) when { context.taint.contains("saw:mail") };
"""
POLICIES = PolicySet.build(HELD)


class _Kek:
    def load(self) -> tuple[LocalKek, ...]:
        return (LocalKek(b"\x01" * 32),)


def matter(arguments: str | None = '{"to": "a"}', *, taint: tuple[str, ...] = (), **changes: object) -> HeldMatter:
    asked = request(principal=BOT, action=Action.TOOL_CALL, resource=PAY, at=NOW, body_sha256="ab", **changes)
    state = Snapshot(taint=taint)
    decision = decide(asked, (), POLICIES, state)
    assert decision.effect is Effect.HOLD
    return HeldMatter(asked, state, decision, POLICIES, arguments)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    made = open_database(f"sqlite:///{tmp_path}/wardlaw.db")
    upgrade(made)
    yield made
    made.dispose()


@pytest.fixture
def keyring(tmp_path: Path) -> Iterator[Keyring]:
    made = Keyring(f"sqlite:///{tmp_path}/deks.db", _Kek())
    yield made
    made.close()


@pytest.fixture
def table(engine: Engine, keyring: Keyring) -> TableHolding:
    return TableHolding(engine, keyring, secret=b"k" * 32, inspect=lambda _text, _channel: (), channels=("hook",))


def answer(engine: Engine, approval: str, by: str = "person:ben", *, approves: bool = True, at: float = NOW) -> None:
    with writing(engine) as connection:
        answer_call(connection, approval, CallAnswer(by, at, approves, "because"))


def test_a_held_call_is_parked_once_and_sealed(table: TableHolding, engine: Engine, keyring: Keyring) -> None:
    async def story() -> None:
        first = await table.park(matter())
        again = await table.park(matter('{ "to":"a" }'))  # the same call in other spelling
        other = await table.park(matter('{"to": "b"}'))
        assert first == again
        assert first.approval != other.approval
        assert first.expires_at == NOW + 600

    asyncio.run(story())
    with reading(engine) as connection:
        parked = list_approvals(connection, now=NOW)
        assert len(parked) == 2
        approval = parked[0]
        sealed = get_detail(connection, approval.id)
        told = list_due(connection, now=NOW)
    assert (approval.principal, approval.acting_for, approval.resource) == ("agent:bot", "user:ada", "tool:pay")
    assert approval.why == "AGT-01: Payments need a person."
    assert sealed is not None
    detail = msgspec.json.decode(keyring.unseal(sealed.subject, sealed.part, sealed.ciphertext), type=HeldDetail)
    assert '"to"' in detail.arguments
    assert b'"to"' not in sealed.ciphertext
    assert {one.event for one in told} == {Event.HELD}
    assert {one.incident for one in told} == {one.id for one in parked}


def test_the_most_approvers_and_the_shortest_time_count(table: TableHolding, engine: Engine) -> None:
    notice = asyncio.run(table.park(matter(taint=("saw:mail",))))
    with reading(engine) as connection:
        approval = get_approval(connection, notice.approval)
    assert (approval.clauses, approval.approvers, approval.expires_at) == (("AGT-01", "AGT-02"), 2, NOW + 600)


def test_what_was_approved_goes_once(table: TableHolding, engine: Engine) -> None:
    async def story() -> None:
        assert await table.use(matter()) is None
        notice = await table.park(matter())
        assert await table.use(matter()) is None
        answer(engine, notice.approval)
        assert await table.use(matter('{"to": "b"}')) is None
        assert await table.use(matter(taint=("saw:mail",))) is None
        used = await table.use(matter())
        assert used is not None
        assert (used.approval, used.clauses) == (notice.approval, ("AGT-01",))
        assert await table.use(matter()) is None
        asked_anew = await table.park(matter())
        assert asked_anew.approval not in ("", notice.approval)

    asyncio.run(story())
    with reading(engine) as connection:
        states = [one.state for one in list_approvals(connection, now=NOW, waiting=False)]
    assert sorted(states) == [ApprovalState.USED, ApprovalState.WAITING]


def test_what_was_refused_is_not_asked_again_until_it_has_run_out(table: TableHolding, engine: Engine) -> None:
    async def story() -> None:
        notice = await table.park(matter())
        answer(engine, notice.approval, approves=False)
        assert await table.use(matter()) is None
        refused = await table.park(matter())
        assert refused.approval == ""
        assert "refused" in refused.message
        later = msgspec.structs.replace(matter(), request=msgspec.structs.replace(matter().request, at=NOW + 601))
        assert (await table.park(later)).approval not in ("", notice.approval)

    asyncio.run(story())


def test_what_ran_out_is_worth_nothing(table: TableHolding, engine: Engine) -> None:
    async def story() -> None:
        notice = await table.park(matter())
        answer(engine, notice.approval)
        late = msgspec.structs.replace(matter(), request=msgspec.structs.replace(matter().request, at=NOW + 600))
        assert await table.use(late) is None

    asyncio.run(story())


def test_a_caller_does_not_flood_people(table: TableHolding) -> None:
    async def story() -> None:
        for number in range(MOST_WAITING):
            assert (await table.park(matter(f'{{"to": {number}}}'))).approval
        told = await table.park(matter('{"to": "one more"}'))
        assert told.approval == ""
        assert "wait for a person already" in told.message
        assert (await table.park(matter('{"to": 0}'))).approval  # one that waits is found all the same

    asyncio.run(story())


def test_of_many_at_one_time_one_row_is_made_and_one_call_goes(table: TableHolding, engine: Engine) -> None:
    async def story() -> None:
        notices = await asyncio.gather(*(table.park(matter()) for _ in range(12)))
        assert len({one.approval for one in notices}) == 1
        answer(engine, notices[0].approval)
        used = await asyncio.gather(*(table.use(matter()) for _ in range(12)))
        assert len([one for one in used if one is not None]) == 1

    asyncio.run(story())


def test_without_the_tables_the_call_stays_held_and_says_so(table: TableHolding, engine: Engine) -> None:
    with writing(engine) as connection:
        connection.execute(text("DROP TABLE call_approval"))

    async def story() -> None:
        assert await table.use(matter()) is None
        told = await table.park(matter())
        assert told.approval == ""
        assert told.message.startswith("Nobody could be asked")

    asyncio.run(story())


def test_tables_that_hang_are_waited_for_only_so_long(engine: Engine, keyring: Keyring) -> None:
    work = TableWork(patience_s=0.0)
    table = TableHolding(engine, keyring, secret=b"k" * 32, inspect=lambda _text, _channel: (), work=work)

    async def story() -> None:
        assert await table.use(matter()) is None
        assert (await table.park(matter())).approval == ""

    asyncio.run(story())


def test_a_pass_is_for_its_call_alone() -> None:
    held = matter()
    own = CallPass("apr_1", held.call().digest(), ("AGT-01",))
    assert pass_for(held, (own,), rewritten=False) == own
    assert pass_for(matter('{"to": "b"}'), (own,), rewritten=False) is None
    assert pass_for(matter('{"to": "b"}'), (own,), rewritten=True) == own
    assert pass_for(held, (), rewritten=True) is None


def test_a_request_to_a_model_counts_as_its_body_does(table: TableHolding, engine: Engine, keyring: Keyring) -> None:
    whole = matter(None)
    spoken = msgspec.structs.replace(whole, segments=(Segment(0, Channel.USER, "/m", "pay it"),))
    other = msgspec.structs.replace(whole, request=msgspec.structs.replace(whole.request, body_sha256="cd"))
    assert whole.call().digest() == spoken.call().digest() != other.call().digest()
    notice = asyncio.run(table.park(spoken))
    with reading(engine) as connection:
        sealed = get_detail(connection, notice.approval)
    assert sealed is not None
    detail = msgspec.json.decode(keyring.unseal(sealed.subject, sealed.part, sealed.ciphertext), type=HeldDetail)
    assert detail.arguments == "pay it"
