from __future__ import annotations

import asyncio
import logging

import pytest

from wardlaw.console.notify.rounds import Rounds
from wardlaw.facts.errors import UnavailableError


def test_a_round_that_fails_is_told_and_the_next_one_comes(caplog: pytest.LogCaptureFixture) -> None:
    done: list[int] = []

    def work() -> None:
        done.append(len(done))
        if len(done) == 1:
            raise UnavailableError("WL-STO-001", "the tables are away", "Wait.")

    async def play() -> int:
        rounds = Rounds(work, every_s=0.001, what="nothing could be looked at")
        rounds.start()
        while len(done) < 3:
            await asyncio.sleep(0.001)
        await rounds.stop()
        seen = len(done)
        await asyncio.sleep(0.02)
        return seen

    with caplog.at_level(logging.WARNING):
        seen = asyncio.run(asyncio.wait_for(play(), 10))
    assert done == list(range(seen))  # none after it was stopped
    assert [one.getMessage() for one in caplog.records] == [
        "nothing could be looked at: WL-STO-001: the tables are away Wait."
    ]


def test_an_unforeseen_fault_ends_no_rounds_in_silence(caplog: pytest.LogCaptureFixture) -> None:
    done: list[int] = []

    def work() -> None:
        done.append(len(done))
        if len(done) == 1:
            raise ValueError("nobody thought of it")

    async def play() -> None:
        rounds = Rounds(work, every_s=0.001, what="nothing could be looked at")
        rounds.start()
        while len(done) < 2:
            await asyncio.sleep(0.001)
        await rounds.stop()

    with caplog.at_level(logging.WARNING):
        asyncio.run(asyncio.wait_for(play(), 10))
    (told,) = caplog.records
    assert told.getMessage() == "nothing could be looked at"
    assert told.exc_info is not None


def test_what_never_began_is_stopped_in_peace() -> None:
    asyncio.run(Rounds(lambda: None, every_s=1.0, what="").stop())
