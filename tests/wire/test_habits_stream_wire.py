"""The exchange of behaviour over a real Redis."""

from __future__ import annotations

import asyncio

from wardlaw.security.anomaly.share import Share
from wardlaw.state.habits_stream import HabitsStream


def test_two_workers_hear_each_other_over_a_real_redis(redis_url: str, own_name: str) -> None:
    async def story() -> None:
        one = HabitsStream.connect(redis_url, prefix=own_name, writer="one")
        other = HabitsStream.connect(redis_url, prefix=own_name, writer="other")
        told = [(Share(b"k" * 16, 5.0, events=2, tools=[1], sizes=[(1, 2, 3)], sessions=[(2**63, 7)]), "user:ana", "")]
        try:
            assert (await other.read("")).items == []
            await one.publish(told)
            page = await other.read("")
            assert page.items == told
            assert page.is_last
            assert await other.reaches_back_to(page.place)
            assert (await other.read(page.place)).items == []
            assert (await one.read("")).items == []
        finally:
            await one._client.delete(one._key)
            await one.close()
            await other.close()

    asyncio.run(story())
