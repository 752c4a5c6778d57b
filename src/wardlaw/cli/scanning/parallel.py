"""Work over several processes with the results in the order of the work, and no more of it in memory than needed."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from itertools import islice
from multiprocessing import get_context
from typing import TypeVar

_Item = TypeVar("_Item")
_Made = TypeVar("_Made")
_AHEAD = 4  # pieces of work under way for each process, so that none waits for the slowest


def ordered(
    work: Callable[[list[_Item]], list[_Made]], items: Iterable[_Item], *, jobs: int, batch: int
) -> Iterator[_Made]:
    """What ``work`` makes of the items, in their order.

    Args:
        work: Function of a module; it is called with up to ``batch`` items, in this process when ``jobs`` is 1.
        jobs: Processes.
    """
    source = iter(items)
    if jobs <= 1:
        for item in source:
            yield from work([item])
        return
    # Not forked: a copy of this process would carry its open files and half of its buffers along.
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        pending: deque[Future[list[_Made]]] = deque()
        # Whoever stops early waits for the few pieces under way: cancelled ones can leave the pool waiting for ever
        # (CPython issue 94440, in 3.11 before 3.11.5, so also on Debian 12).
        while some := list(islice(source, batch)):
            pending.append(pool.submit(work, some))
            if len(pending) >= jobs * _AHEAD:
                yield from pending.popleft().result()
        while pending:
            yield from pending.popleft().result()
