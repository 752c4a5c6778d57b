from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.memorystream import MemoryRedis
from wardlaw.facts.action import Action
from wardlaw.facts.principal import Principal, PrincipalKind
from wardlaw.gateway.sharing import Sharing
from wardlaw.state.habits import Deed, Habits
from wardlaw.state.habits_stream import HabitsStream
from wardlaw.state.habitsfile import write_image

KEY = b"k" * 32
ANA = b"a" * 16
NOW = 1_790_000_000.0
WHO = Principal(id="user:ana", kind=PrincipalKind.USER, team="support")


class Worker:
    def __init__(self, redis: Any, name: str, habits: Habits | None = None) -> None:
        self.habits = habits if habits is not None else Habits(KEY)
        self.now = 0.0
        self.sharing = Sharing(self.habits, HabitsStream(redis, prefix="t", writer=name), clock=lambda: self.now)

    def judge(self, at: float, **changes: Any) -> int:
        noted = self.habits.arrive([ANA], Deed(at, Action.TOOL_CALL, tool="t", **changes), WHO)
        self.habits.settle(noted, released=True)
        return noted.score

    def events(self) -> int:
        return self.habits._known(ANA).events


def test_what_one_judged_the_others_know_with_its_name() -> None:
    async def story() -> None:
        redis = MemoryRedis()
        one, other = Worker(redis, "one"), Worker(redis, "other")
        for call in range(5):
            one.judge(NOW + call, records=3)
        await one.sharing.turn()
        await other.sharing.turn()
        await one.sharing.turn()
        assert (one.events(), other.events()) == (5, 5)
        other.habits.pack(other.habits.changed())
        assert [(kept.name, kept.group) for kept in other.habits.image().profiles] == [("user:ana", "User:support")]

    asyncio.run(story())


def test_an_absolute_bound_holds_for_all_workers_together() -> None:
    async def story() -> list[int]:
        redis = MemoryRedis()
        workers = [Worker(redis, str(number)) for number in range(4)]
        scores = []
        for call in range(60):
            scores.append(workers[call % 4].judge(NOW + call, records=2_500))
            if call % 2:
                for worker in workers:
                    await worker.sharing.turn()
        return scores

    scores = asyncio.run(story())
    alone = Habits(KEY)
    for call in range(15):  # what each worker sees of it by itself
        noted = alone.arrive([ANA], Deed(NOW + 4 * call, Action.TOOL_CALL, tool="t", records=2_500))
        assert noted.score < 1_000
        alone.settle(noted, released=True)
    assert max(scores) == 1_000
    assert scores.index(1_000) <= 45


def test_without_redis_traffic_goes_on_and_it_is_said_until_it_is_back(caplog: pytest.LogCaptureFixture) -> None:
    async def story() -> None:
        redis = MemoryRedis()
        one, other = Worker(redis, "one"), Worker(redis, "other")
        redis.is_away = True
        one.judge(NOW)
        one.now = 30.0
        await one.sharing.turn()
        await one.sharing.turn()
        assert "Redis" in one.sharing.trouble
        assert one.sharing.age_s == 30.0
        one.judge(NOW + 1)
        redis.is_away = False
        await one.sharing.turn()
        assert (one.sharing.trouble, one.sharing.age_s) == ("", 0.0)
        await other.sharing.turn()
        assert other.events() == 2

    asyncio.run(story())
    assert caplog.text.count("WL-ANO-005") == 1


def test_what_waits_for_redis_is_bounded_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wardlaw.gateway.sharing._MOST_WAITING", 3)

    async def story() -> None:
        redis = MemoryRedis()
        redis.is_away = True
        one = Worker(redis, "one")
        for turn in range(5):
            one.judge(NOW + turn)
            await one.sharing.turn()
        assert one.sharing.lost == 2

    asyncio.run(story())


def test_a_restart_reads_on_where_it_stopped_and_a_lost_worker_takes_nothing_along() -> None:
    async def story() -> None:
        redis = MemoryRedis()
        one, other = Worker(redis, "one"), Worker(redis, "other")
        one.judge(NOW)
        await one.sharing.turn()
        await other.sharing.turn()
        other.habits.pack(other.habits.changed())
        picture = write_image(other.habits.image())
        one.judge(NOW + 5)
        await one.sharing.turn()  # and then it is lost
        habits = Habits(KEY)
        habits.restore(picture)
        again = Worker(redis, "other, again", habits)
        assert again.events() == 1
        await again.sharing.turn()
        assert again.events() == 2

    asyncio.run(story())


def test_a_gap_is_said(caplog: pytest.LogCaptureFixture) -> None:
    async def story() -> None:
        redis = MemoryRedis()
        redis.keeps = 1
        one = Worker(redis, "one")
        for turn in range(4):
            one.judge(NOW + turn)
            await one.sharing.turn()
        habits = Habits(KEY)
        habits.heard = "1-0"
        await Worker(redis, "other", habits).sharing.turn()

    asyncio.run(story())
    assert "it knows less of it" in caplog.text


def test_closing_tells_what_was_judged_last() -> None:
    async def story() -> None:
        redis = MemoryRedis()
        one, other = Worker(redis, "one"), Worker(redis, "other")
        one.sharing.start()
        one.judge(NOW)
        await one.sharing.close()
        redis.is_away = False
        await other.sharing.turn()
        assert other.events() == 1

    asyncio.run(story())
