"""A question to a server, taken back when its caller is set apart while it is on its way."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from wardlaw.facts.errors import RefusedError

LOOK_S = 1.0
"""Seconds between two looks whether the caller may still be served; shorter questions cost none."""

_Made = TypeVar("_Made")


async def while_free(
    asking: Awaitable[_Made], is_set_apart: Callable[[], Awaitable[bool]], *, look_s: float = LOOK_S
) -> _Made:
    """Wait for an answer as long as the caller may have it.

    Cancelling what is awaited tells the server that nobody waits any more.

    Raises:
        RefusedError: WL-MCP-013 the caller was set apart meanwhile.
    """
    task, loop = asyncio.current_task(), asyncio.get_running_loop()
    assert task is not None
    watching: list[asyncio.Task[None]] = []
    is_cut = False

    async def watch() -> None:
        nonlocal is_cut
        while True:
            if await is_set_apart():
                is_cut = True
                task.cancel()
                return
            await asyncio.sleep(look_s)

    timer = loop.call_later(look_s, lambda: watching.append(loop.create_task(watch())))
    try:
        return await asking
    except asyncio.CancelledError:
        if is_cut and task.uncancel() == 0:
            raise RefusedError(
                "WL-MCP-013",
                "The caller was set apart while the server was at work; the server was told to stop.",
                "Ask the operator: `wardlaw quarantine list`.",
            ) from None
        raise
    finally:
        timer.cancel()
        for one in watching:
            one.cancel()
