from __future__ import annotations

from collections.abc import Sequence

import pytest

from wardlaw.console.api.watching import IDLE_S, LOOK_S, News, Passed, Watch
from wardlaw.store.records import RecordRow


def passed(leaf: int) -> Passed:
    row = RecordRow(
        leaf, f"dec_{leaf}", "decision", f"exc_{leaf}", 0, "g", 1, leaf, "aa", "allow", "allow", "ModelCall", "chat", "ff", "", b""
    )  # fmt: skip
    return Passed(row, frozenset())


class Log:
    """A log that grows by decisions alone; counts how often it is read."""

    def __init__(self, end: int = 0, most: int = 2_000) -> None:
        self.end, self.most, self.reads = end, most, 0

    def read(self, after: int) -> News:
        self.reads += 1
        begin = max(after + 1, self.end - self.most)
        return News([passed(leaf) for leaf in range(begin, self.end)], self.end - 1, begin - after - 1)


def opened(rows: Sequence[RecordRow]) -> dict[int, str]:
    return {row.leaf_index: f"line {row.leaf_index}" for row in rows}


def leaves(watch: Watch[str], after: int) -> list[int]:
    return [one.row.leaf_index for one in watch.since(after).passed]


def test_the_log_is_read_once_for_everybody() -> None:
    log, watch = Log(end=10), Watch[str]()
    for place in range(50):
        watch.catch_up(4, log.read, now=100.0 + place / 1_000)
    assert log.reads == 1
    assert leaves(watch, 4) == [5, 6, 7, 8, 9]
    assert leaves(watch, 7) == [8, 9]
    assert (watch.end, watch.is_due(100.0), watch.is_due(100.0 + LOOK_S)) == (9, False, True)


def test_a_place_ahead_of_the_ring_stays_where_it_is() -> None:
    log, watch = Log(end=10), Watch[str]()
    assert (watch.end, watch.since(4)) == (-1, watch.since(4))
    assert (watch.since(4).next, watch.since(4).gone) == (4, 0)
    watch.catch_up(4, log.read, now=100.0)
    assert (watch.since(9).next, watch.since(12).next, leaves(watch, 12)) == (9, 12, [])


def test_a_viewer_who_never_looks_costs_no_room_and_is_told_how_many_went() -> None:
    log, watch = Log(end=100), Watch[str](room=50)
    watch.catch_up(99, log.read, now=0.0)
    now, fast = 0.0, 99
    for _ in range(40):
        log.end += 20
        now += LOOK_S
        watch.catch_up(fast, log.read, now=now)
        since = watch.since(fast)
        assert (len(since.passed), since.gone) == (20, 0)
        watch.lines(since.passed, opened)
        fast = since.next
    slow = watch.since(99)
    assert (len(slow.passed), slow.next, slow.gone) == (50, 899, 750)
    assert len(watch._lines) <= 50
    assert watch.since(slow.next).gone == 0


def test_a_place_between_two_looks_misses_nothing() -> None:
    log, watch = Log(end=10), Watch[str]()
    watch.catch_up(-1, log.read, now=0.0)
    log.end = 20
    watch.catch_up(9, log.read, now=1.0)
    since = watch.since(14)  # the end of the log when this viewer came
    assert (len(since.passed), since.gone) == (5, 0)


def test_more_than_one_look_takes_is_counted_as_gone() -> None:
    log, watch = Log(end=10, most=5), Watch[str]()
    watch.catch_up(9, log.read, now=0.0)
    log.end = 40
    watch.catch_up(9, log.read, now=1.0)
    since = watch.since(9)
    assert (len(since.passed), since.gone) == (5, 25)


def test_after_a_pause_the_ring_begins_anew() -> None:
    log, watch = Log(end=10), Watch[str]()
    watch.catch_up(-1, log.read, now=0.0)
    log.end = 5_000
    watch.catch_up(4_990, log.read, now=1.0 + IDLE_S)
    assert leaves(watch, 0) == list(range(4_991, 5_000))


def test_a_look_that_failed_is_made_again_by_somebody_else() -> None:
    log, watch = Log(end=10), Watch[str]()

    def broken(_after: int) -> News:
        raise OSError

    with pytest.raises(OSError):
        watch.catch_up(4, broken, now=0.0)
    watch.catch_up(4, log.read, now=0.1)
    assert log.reads == 0
    watch.catch_up(4, log.read, now=LOOK_S)
    assert leaves(watch, 4) == [5, 6, 7, 8, 9]


def test_only_one_looks_at_a_time() -> None:
    log, watch = Log(end=10), Watch[str]()

    def slow(after: int) -> News:
        watch.catch_up(4, log.read, now=1_000.0)  # somebody else, meanwhile
        return News([passed(7)], 7)

    watch.catch_up(4, slow, now=0.0)
    assert (log.reads, leaves(watch, 4)) == (0, [7])


def test_lines_are_opened_once_and_forgotten_with_those_who_are_erased() -> None:
    log, watch = Log(end=3), Watch[str]()
    watch.catch_up(-1, log.read, now=0.0)
    asked: list[int] = []

    def counted(rows: Sequence[RecordRow]) -> dict[int, str]:
        asked.extend(row.leaf_index for row in rows)
        return opened(rows)

    seen = watch.since(-1).passed
    assert watch.lines(seen, counted) == watch.lines(seen, counted) == ("line 0", "line 1", "line 2")
    assert asked == [0, 1, 2]
    watch.forget()
    watch.lines(seen[:1], counted)
    assert asked == [0, 1, 2, 0]


def test_what_was_opened_while_somebody_was_erased_is_not_kept() -> None:
    log, watch = Log(end=1), Watch[str]()
    watch.catch_up(-1, log.read, now=0.0)
    seen = watch.since(-1).passed

    def meanwhile(rows: Sequence[RecordRow]) -> dict[int, str]:
        watch.forget()
        return opened(rows)

    assert watch.lines(seen, meanwhile) == ("line 0",)
    assert watch._lines == {}
