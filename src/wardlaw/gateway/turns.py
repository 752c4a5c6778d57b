"""Whose turn it is: work of many callers, one stretch of it after another, in a round of the callers.

Nothing here runs, waits or locks; whoever runs the work asks for the next piece and says what became of it.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Generic, Protocol, TypeVar


class Work(Protocol):
    """Something to do for a caller.

    Attributes:
        caller: Whose it is.
        size: What it counts against the bounds of the queue; at least 1, never changed.
    """

    caller: str
    size: int


_Work = TypeVar("_Work", bound=Work)


class Turns(Generic[_Work]):
    """A queue in which every caller has one place, however much it brings.

    Args:
        each: What one caller may have in it.
        whole: What all may have in it; bounds its memory.
    """

    def __init__(self, *, each: int, whole: int) -> None:
        self._each, self._whole = each, whole
        # The callers with work that waits, next first, each with that work, next first.
        self._lines: OrderedDict[str, OrderedDict[_Work, None]] = OrderedDict()
        self._held: dict[str, int] = {}
        self._live: set[_Work] = set()
        self._sum = 0

    def __len__(self) -> int:
        """Pieces of work that wait or are being done."""
        return len(self._live)

    def join(self, work: _Work) -> tuple[_Work, ...]:
        """Take work in.

        Returns:
            What had to go: the work itself where its caller has too much, or, where all have too much, the newest of
            whoever has most.
        """
        caller = work.caller
        held = self._held.get(caller, 0) + work.size
        if held > self._each:
            return (work,)
        gone: list[_Work] = []
        while self._sum + work.size > self._whole:
            fattest = max(self._lines, key=self._held.__getitem__, default=caller)
            if self._held.get(fattest, 0) <= held:
                return (*gone, work)
            newest = next(reversed(self._lines[fattest]))
            self.leave(newest)
            gone.append(newest)
        self._live.add(work)
        self._sum += work.size
        self._held[caller] = held
        self._lines.setdefault(caller, OrderedDict())[work] = None
        return tuple(gone)

    def take(self) -> _Work | None:
        """What is to be done next; None when nothing waits. It counts as held until it leaves."""
        if not self._lines:
            return None
        caller, line = next(iter(self._lines.items()))
        work, _ = line.popitem(last=False)
        if line:
            self._lines.move_to_end(caller)
        else:
            del self._lines[caller]
        return work

    def again(self, work: _Work, *, begun: bool) -> None:
        """Put work back that was not finished; its caller has the last turn of the round now.

        Args:
            begun: It holds something half done, so that it goes before its caller's other work.
        """
        if work not in self._live:
            return
        line = self._lines.setdefault(work.caller, OrderedDict())
        line[work] = None
        line.move_to_end(work, last=not begun)
        self._lines.move_to_end(work.caller)

    def leave(self, work: _Work) -> bool:
        """Let work go, finished or not; whether it was still there."""
        if work not in self._live:
            return False
        self._live.remove(work)
        self._sum -= work.size
        self._held[work.caller] -= work.size
        if not self._held[work.caller]:
            del self._held[work.caller]
        line = self._lines.get(work.caller)
        if line is not None and line.pop(work, work) is None and not line:
            del self._lines[work.caller]
        return True

    def clear(self) -> tuple[_Work, ...]:
        """Let all work go, and say which it was."""
        gone = tuple(self._live)
        for work in gone:
            self.leave(work)
        return gone
