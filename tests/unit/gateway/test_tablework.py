from __future__ import annotations

import asyncio
import threading

import pytest

from wardlaw.gateway.tablework import TableWork


def test_work_is_done_in_a_thread_and_what_it_raises_goes_on() -> None:
    async def story() -> None:
        work = TableWork()
        assert await work.do(threading.get_ident) != threading.get_ident()
        with pytest.raises(ZeroDivisionError):
            await work.do(lambda: 1 // 0)

    asyncio.run(story())


def test_few_at_a_time() -> None:
    running, most, lock = 0, 0, threading.Lock()
    gate = threading.Barrier(4)

    def one() -> None:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        gate.wait(10)
        with lock:
            running -= 1

    async def story() -> None:
        work = TableWork(patience_s=30.0)
        await asyncio.gather(*(work.do(one) for _ in range(12)))

    asyncio.run(story())
    assert most == 4


def test_nobody_waits_for_ever() -> None:
    held = threading.Event()

    async def story() -> None:
        work = TableWork(patience_s=0.05)
        try:
            with pytest.raises(TimeoutError):
                await work.do(lambda: held.wait(10))
        finally:
            held.set()

    asyncio.run(story())
