"""The newest decisions, read from the log once for everybody who watches.

Whoever asks first after ``LOOK_S`` reads for all; nobody watches, nothing is read. What was read stays in a ring of
bounded size, and a viewer is no more than a place in it: one who is slow finds less there, and is told how much went.
"""

from __future__ import annotations

import bisect
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import Generic, TypeVar

import msgspec

from wardlaw.store.records import RecordRow

T = TypeVar("T")

LOOK_S = 0.5
"""Pause between two looks at the log, in seconds, whoever makes them."""
ROOM = 8_192
"""Decisions the ring holds; at a thousand a second that of eight seconds, some 16 MB."""
IDLE_S = 60.0
"""When nobody has watched for so long, the ring begins anew."""

_MARKS = 2_048  # looks whose counts are remembered: of a viewer 17 minutes late it is still known what they missed


class Passed(msgspec.Struct, frozen=True):
    """A decision that passed; ``wings`` are those of its clauses."""

    row: RecordRow
    wings: frozenset[str]


class News(msgspec.Struct, frozen=True):
    """What one look found.

    Attributes:
        passed: In the order of the log.
        newest: Leaf of the newest record of any kind.
        skipped: Decisions before these that were too many for one look.
    """

    passed: Sequence[Passed]
    newest: int
    skipped: int = 0


class Since(msgspec.Struct, frozen=True):
    """What a viewer has not seen: ``next`` is their place from now on, ``gone`` how many at least were let go before."""

    passed: tuple[Passed, ...]
    next: int
    gone: int


class Watch(Generic[T]):
    """The ring, its lines as far as somebody was shown them, and who looks next. Safe between threads.

    Args:
        room: Decisions it holds.
    """

    def __init__(self, *, room: int = ROOM) -> None:
        self._room = room
        self._lock = threading.Lock()
        self._reading = threading.Lock()
        self._ring: deque[Passed] = deque()
        self._marks: deque[tuple[int, int]] = deque(maxlen=_MARKS)  # leaf, and how many decisions had passed by then
        self._lines: dict[int, T] = {}
        self._age = 0
        self._due = 0.0

    @property
    def end(self) -> int:
        """Leaf of the newest record that was read; -1 before the first look."""
        with self._lock:
            return self._marks[-1][0] if self._marks else -1

    def is_due(self, now: float) -> bool:
        """Whether somebody should look at the log, in Unix seconds."""
        with self._lock:
            return now >= self._due

    def catch_up(self, after: int, read: Callable[[int], News], *, now: float) -> None:
        """Read what is new, when it is time and nobody else does.

        Args:
            after: Place of who asks: where a ring that is empty begins.
            read: From a leaf on, without it.
            now: Unix seconds.
        """
        if not self._reading.acquire(blocking=False):
            return
        try:
            with self._lock:
                if now < self._due:
                    return
                is_new = not self._marks or now >= self._due + IDLE_S
                self._due = now + LOOK_S  # also when reading fails: then somebody else tries
                begin = after if is_new else self._marks[-1][0]
            news = read(begin)
            with self._lock:
                if is_new:
                    # INVARIANT: never beyond the log, wherever who asks says they are: nobody who watches would see a thing.
                    self._begin(min(after, news.newest))
                self._take(news)
        finally:
            self._reading.release()

    def since(self, after: int) -> Since:
        """What passed after a place."""
        with self._lock:
            if not self._marks or self._marks[-1][0] <= after:
                return Since((), after, 0)
            newest, count = self._marks[-1]
            begin = bisect.bisect_right(self._ring, after, key=lambda one: one.row.leaf_index)
            found = tuple(self._ring)[begin:]
            # A place is where a look ended, or the end of the log a moment before one: then the mark that follows will do.
            mark = self._marks[bisect.bisect_left(self._marks, after, key=lambda one: one[0])]
            gone = max(0, count - mark[1] - len(found))
            return Since(found, newest, gone)

    def lines(
        self, passed: Sequence[Passed], opened: Callable[[Sequence[RecordRow]], Mapping[int, T]]
    ) -> tuple[T, ...]:
        """The lines of decisions, each opened once for all who may see it; rights are the caller's affair.

        Args:
            passed: Of the ring.
            opened: Lines by leaf, of rows that nobody was shown yet.
        """
        with self._lock:
            age = self._age
            known = {one.row.leaf_index: self._lines.get(one.row.leaf_index) for one in passed}
        missing = [one.row for one in passed if known[one.row.leaf_index] is None]
        fresh = opened(missing) if missing else {}
        with self._lock:
            # INVARIANT: what was opened before somebody was erased is not kept after it.
            if fresh and age == self._age and self._ring:
                oldest = self._ring[0].row.leaf_index
                self._lines.update((leaf, line) for leaf, line in fresh.items() if leaf >= oldest)
        return tuple(line for leaf, old in known.items() if (line := old or fresh.get(leaf)) is not None)

    def forget(self) -> None:
        """Let go of all lines: names stand in them, and somebody is erased."""
        with self._lock:
            self._age += 1
            self._lines.clear()

    def _begin(self, after: int) -> None:
        self._ring.clear()
        self._lines.clear()
        self._marks.clear()
        self._marks.append((after, 0))

    def _take(self, news: News) -> None:
        leaf, count = self._marks[-1]
        self._ring.extend(news.passed)
        while len(self._ring) > self._room:
            self._lines.pop(self._ring.popleft().row.leaf_index, None)
        if news.newest > leaf:
            self._marks.append((news.newest, count + news.skipped + len(news.passed)))
