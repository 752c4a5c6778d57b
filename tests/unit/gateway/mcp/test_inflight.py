"""Questions that are taken back when their caller is set apart."""

from __future__ import annotations

import asyncio

import pytest

from wardlaw.facts.errors import RefusedError
from wardlaw.gateway.mcp.inflight import while_free


def test_an_answer_that_comes_soon_costs_no_look() -> None:
    async def story() -> str:
        async def look() -> bool:
            raise AssertionError("nobody was to look")

        async def answer() -> str:
            return "done"

        return await while_free(answer(), look, look_s=60.0)

    assert asyncio.run(story()) == "done"


def test_a_caller_set_apart_ends_the_question_and_the_server_is_told() -> None:
    told: list[str] = []

    async def question() -> str:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            told.append("cancelled")
            raise
        return "never"

    async def story() -> None:
        looks = iter((False, False, True))

        async def look() -> bool:
            return next(looks)

        await while_free(question(), look, look_s=0.001)

    with pytest.raises(RefusedError) as caught:
        asyncio.run(story())
    assert (caught.value.code, told) == ("WL-MCP-013", ["cancelled"])


def test_a_caller_that_leaves_is_not_taken_for_one_set_apart() -> None:
    async def story() -> None:
        async def look() -> bool:
            return False

        task = asyncio.get_running_loop().create_task(while_free(asyncio.Event().wait(), look, look_s=0.001))
        await asyncio.sleep(0.01)
        task.cancel()
        await task

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(story())
