from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.memorystream import MemoryRedis
from wardlaw.facts.errors import ConfigError, UnavailableError
from wardlaw.security.anomaly.share import Share
from wardlaw.state.habits_stream import HabitsStream

ITEM = (Share(b"k", 5.0, events=1), "user:ana", "User:support")


def stream(redis: Any, writer: str) -> HabitsStream:
    return HabitsStream(redis, prefix="t", writer=writer)


def test_others_are_heard_and_oneself_is_passed_over() -> None:
    async def story() -> None:
        redis = MemoryRedis()
        one, other = stream(redis, "one"), stream(redis, "other")
        await one.publish([ITEM])
        await other.publish([ITEM, ITEM])
        mine, theirs = await one.read(""), await other.read("")
        assert (len(mine.items), len(theirs.items)) == (2, 1)
        assert theirs.items == [ITEM]
        assert mine.place == theirs.place
        assert mine.is_last
        assert (await one.read(mine.place)).items == []

    asyncio.run(story())


def test_what_nobody_of_us_wrote_is_counted_and_left() -> None:
    async def story() -> None:
        redis = MemoryRedis()
        key = stream(redis, "one")._key
        await redis.xadd(key, {b"by": b"x", b"shares": b"\xc1"}, maxlen=9, approximate=True)
        await redis.xadd(key, {}, maxlen=9, approximate=True)
        await stream(redis, "two").publish([(Share(b"k", 1.0, calls=-1), "", "")])
        page = await stream(redis, "one").read("")
        assert (page.items, page.unread) == ([], 2)

    asyncio.run(story())


def test_it_is_known_when_the_stream_no_longer_reaches_back() -> None:
    async def story() -> None:
        redis = MemoryRedis()
        redis.keeps = 2
        one = stream(redis, "one")
        assert await one.reaches_back_to("")
        for _ in range(5):
            await one.publish([ITEM])
        assert not await one.reaches_back_to("2-0")
        assert await one.reaches_back_to("4-0")

    asyncio.run(story())


def test_a_redis_that_is_away_is_one_error() -> None:
    async def story() -> None:
        redis = MemoryRedis()
        redis.is_away = True
        one = stream(redis, "one")
        for call in (one.publish([ITEM]), one.read(""), one.reaches_back_to("")):
            with pytest.raises(UnavailableError, match="WL-ANO-005"):
                await call

    asyncio.run(story())


def test_an_address_that_is_none() -> None:
    with pytest.raises(ConfigError, match="WL-STA-009"):
        HabitsStream.connect("http://x", prefix="t", writer="w")
