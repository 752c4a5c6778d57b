from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import select, text
from sqlalchemy.engine import Engine

from tests.unit.decision.cases import policies, request
from wardlaw.decision.decide import decide
from wardlaw.facts.approval import ApprovalState, CallAnswer, CallApproval, CallPass, HeldNotice
from wardlaw.facts.errors import RefusedError, UnavailableError
from wardlaw.facts.exchange import Measures
from wardlaw.facts.request import Snapshot
from wardlaw.gateway.judge import Judgement
from wardlaw.gateway.shelf import MOST_BYTES, AnswerShelf, KeptBody, NotShelvedError, ShelvedAnswer
from wardlaw.store.approvals import answer_call, park_call
from wardlaw.store.database import reading, writing
from wardlaw.store.tables import KEPT_ANSWER
from wardlaw.testing.databases import sqlite_database
from wardlaw.testing.worker import BOT, NOON, Worker

RAW = b'{"model": "demo"}'
WAITING = HeldNotice("apr_1", NOON + 600)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    with sqlite_database(tmp_path) as made:
        yield made


@pytest.fixture
def shelf(worker: Worker, engine: Engine) -> AnswerShelf:
    return AnswerShelf(engine, worker.keyring, secret=b"k" * 32, random=os.urandom)


def answer(*pieces: bytes) -> ShelvedAnswer:
    decision = decide(request(), (), policies(), Snapshot())
    used = CallPass("apr_0", "d0", ("A-1",))
    return ShelvedAnswer(Judgement(decision, "receipt", Measures()), "near", 200, pieces or (b"{", b"}"), True, (used,))


def park(engine: Engine, name: str = "apr_1", *, approves: bool | None = None) -> None:
    call = CallApproval(
        name, name, "agent:bot", "user:ada", "ToolCall", "tool:pay", ("A-1",), "", 1, "e", "d", NOON, NOON + 600
    )  # fmt: skip
    with writing(engine) as connection:
        park_call(connection, call)
        if approves is not None:
            answer_call(connection, name, CallAnswer("person:ben", NOON, approves, "r"))


def test_an_answer_waits_for_all_its_calls_and_is_given_once(
    worker: Worker, engine: Engine, shelf: AnswerShelf
) -> None:
    async def story() -> None:
        case = worker.case(BOT)
        other = HeldNotice("apr_2", NOON + 300)
        notice = await shelf.keep(case, RAW, answer(), [WAITING, other, WAITING], at=NOON)
        assert (notice.approval, notice.beside, notice.expires_at) == ("apr_1", ("apr_2",), NOON + 300)
        park(engine, "apr_1", approves=True)
        park(engine, "apr_2")
        waits = await shelf.take(case, RAW, notice.retry, at=NOON)
        assert waits == HeldNotice("apr_2", NOON + 300, retry=notice.retry)
        with writing(engine) as connection:
            assert (
                answer_call(connection, "apr_2", CallAnswer("person:ben", NOON, True, "r")).state
                is ApprovalState.APPROVED
            )
        assert await shelf.take(case, RAW, notice.retry, at=NOON) == answer()
        with pytest.raises(NotShelvedError, match="WL-APR-008"):
            await shelf.take(case, RAW, notice.retry, at=NOON)

    asyncio.run(story())


def test_nothing_of_it_lies_in_the_clear(worker: Worker, engine: Engine, shelf: AnswerShelf) -> None:
    notice = asyncio.run(shelf.keep(worker.case(BOT), RAW, answer(b"a secret answer"), [WAITING], at=NOON))
    with reading(engine) as connection:
        (row,) = connection.execute(select(KEPT_ANSWER)).mappings().all()
    for value in row.values():
        for word in (b"secret answer", notice.retry.encode(), b"agent:bot", b"user:ada"):
            assert word not in (value if isinstance(value, bytes) else str(value).encode())


def test_it_is_for_its_caller_its_request_and_its_time_alone(
    worker: Worker, engine: Engine, shelf: AnswerShelf
) -> None:
    async def story() -> None:
        case = worker.case(BOT)
        token = (await shelf.keep(case, RAW, answer(), [WAITING], at=NOON)).retry
        park(engine, approves=True)
        stranger = msgspec.structs.replace(case, principal=msgspec.structs.replace(BOT, acting_for="user:ben"))
        for who, raw, said, at in (
            (stranger, RAW, token, NOON),
            (worker.case(), RAW, token, NOON),
            (msgspec.structs.replace(case, route="responses"), RAW, token, NOON),
            (case, RAW + b" ", token, NOON),
            (case, RAW, token + "0", NOON),
            (case, RAW, "", NOON),
            (case, RAW, token, NOON + 600),
        ):
            with pytest.raises(NotShelvedError):
                await shelf.take(who, raw, said, at=at)
        assert await shelf.take(case, RAW, token, at=NOON) == answer()

    asyncio.run(story())


def test_a_refused_answer_is_gone(worker: Worker, engine: Engine, shelf: AnswerShelf) -> None:
    async def story() -> None:
        case = worker.case(BOT)
        token = (await shelf.keep(case, RAW, answer(), [WAITING], at=NOON)).retry
        park(engine, approves=False)
        with pytest.raises(RefusedError, match="WL-APR-009"):
            await shelf.take(case, RAW, token, at=NOON)
        with pytest.raises(NotShelvedError):
            await shelf.take(case, RAW, token, at=NOON)

    asyncio.run(story())


def test_of_many_who_ask_a_single_one_gets_it(worker: Worker, engine: Engine, shelf: AnswerShelf) -> None:
    async def story() -> list[object]:
        case = worker.case(BOT)
        token = (await shelf.keep(case, RAW, answer(), [WAITING], at=NOON)).retry
        park(engine, approves=True)
        asked = (shelf.take(case, RAW, token, at=NOON) for _ in range(12))
        return list(await asyncio.gather(*asked, return_exceptions=True))

    found = asyncio.run(story())
    assert len([one for one in found if isinstance(one, ShelvedAnswer)]) == 1
    assert len([one for one in found if isinstance(one, NotShelvedError)]) == 11


def test_what_cannot_be_kept_waits_without_a_token(worker: Worker, engine: Engine, shelf: AnswerShelf) -> None:
    large = answer(b"x" * MOST_BYTES, b"x")
    assert asyncio.run(shelf.keep(worker.case(BOT), RAW, large, [WAITING], at=NOON)) == WAITING
    with writing(engine) as connection:
        connection.execute(text("DROP TABLE kept_answer"))
    assert asyncio.run(shelf.keep(worker.case(BOT), RAW, answer(), [WAITING], at=NOON)) == WAITING
    with pytest.raises(UnavailableError, match="WL-APR-010"):
        asyncio.run(shelf.take(worker.case(BOT), RAW, "wlr_1", at=NOON))


def test_what_was_erased_is_not_given_out(worker: Worker, engine: Engine, shelf: AnswerShelf) -> None:
    async def story() -> None:
        case = worker.case(BOT)
        token = (await shelf.keep(case, RAW, answer(), [WAITING], at=NOON)).retry
        park(engine, approves=True)
        worker.keyring.erase("user:ada")
        with pytest.raises(NotShelvedError):
            await shelf.take(case, RAW, token, at=NOON)

    asyncio.run(story())


def test_an_answer_whose_approval_is_gone_is_not_given_out(worker: Worker, shelf: AnswerShelf) -> None:
    async def story() -> None:
        case = worker.case(BOT)
        token = (await shelf.keep(case, RAW, answer(), [WAITING], at=NOON)).retry
        with pytest.raises(NotShelvedError, match="WL-APR-008"):
            await shelf.take(case, RAW, token, at=NOON)

    asyncio.run(story())


def test_a_kept_body_comes_in_the_pieces_it_came_in() -> None:
    async def story() -> None:
        body = KeptBody(200, [b"a", b"b"])
        assert [piece async for piece in body.pieces()] == [b"a", b"b"]
        assert await body.whole(1) == b"ab"
        await body.close()

    asyncio.run(story())
