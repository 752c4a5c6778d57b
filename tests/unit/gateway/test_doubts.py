from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from itertools import groupby

import msgspec
import numpy as np

from tests.unit.security.test_encoder import DESCRIPTION, WORDS, Zorbles
from tests.unit.security.test_learned import ATTACK, model
from wardlaw.facts.exchange import Channel, Segment
from wardlaw.facts.finding import Finding, FindingKind, Level
from wardlaw.gateway.aside import inspect_aside
from wardlaw.gateway.doubts import Doubts
from wardlaw.gateway.inspection import Inspection
from wardlaw.security.encoder import EncoderDetector
from wardlaw.security.fingerprint import FingerprintBook
from wardlaw.security.inspect import Inspector
from wardlaw.security.learned import LinearDetector

QUIET = "a note about gardens, roses and the zorble of old"
HARMLESS = "a note about gardens, roses and the weather of old"
DOUBT = Finding(FindingKind.INJECTION, "injection-linear", "v", "linear-doubt", Level.NOTE, 300)
SURE = msgspec.structs.replace(DOUBT, rule="linear-block", level=Level.BLOCK, score=900)


class Hanging(Zorbles):
    """Answers when it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.go = threading.Event()

    def run(self, windows: Sequence[Sequence[int]]) -> np.ndarray:
        self.go.wait(10)
        return super().run(windows)


class Broken:
    def run(self, windows: Sequence[Sequence[int]]) -> np.ndarray:
        raise MemoryError


def doubts(runner: object | None = None, *, timeout_s: float = 5.0, remembered: int = 100, **bounds: int) -> Doubts:
    by = EncoderDetector(DESCRIPTION, WORDS, runner or Zorbles(), LinearDetector(model()))  # type: ignore[arg-type]
    return Doubts(by, timeout_s=timeout_s, remembered=remembered, **bounds)


def segments(*texts: str) -> list[Segment]:
    return [Segment(place, Channel.USER, f"/{place}", text) for place, text in enumerate(texts)]


def at(place: int, finding: Finding = DOUBT) -> Finding:
    return msgspec.structs.replace(finding, segment=place, channel="user")


def settle(by: Doubts, texts: list[Segment], *found: Finding) -> tuple[Finding, ...]:
    return asyncio.run(by.settle(texts, found, caller="app"))


def test_a_doubt_is_replaced_by_the_word_of_both() -> None:
    found = settle(doubts(), segments(QUIET, HARMLESS, QUIET), at(0), at(1), at(2))
    assert [(one.detector, one.segment, one.level) for one in found] == [
        ("injection-encoder", 0, Level.BLOCK), ("injection-encoder", 2, Level.BLOCK),
    ]  # fmt: skip


def test_what_is_sure_or_of_others_stays_as_it_is() -> None:
    other = msgspec.structs.replace(SURE, detector="injection-rules", level=Level.REVIEW)
    by = doubts()
    assert settle(by, segments(HARMLESS), at(0, SURE), at(0, other)) == (at(0, SURE), at(0, other))
    assert by.asked == 0


def test_a_rule_that_is_not_sure_stops_only_what_the_encoder_dislikes() -> None:
    match = msgspec.structs.replace(SURE, detector="injection-rules", rule="agent-label")
    found = settle(doubts(), segments(QUIET, HARMLESS), at(0, match), at(1, match))
    assert [(one.detector, one.segment, one.level) for one in found] == [
        ("injection-rules", 0, Level.BLOCK), ("injection-encoder", 0, Level.BLOCK), ("injection-rules", 1, Level.REVIEW),
    ]  # fmt: skip


def test_each_text_is_read_once_while_it_is_remembered() -> None:
    by = doubts(remembered=2)
    for _ in range(3):
        settle(by, segments(QUIET, QUIET), at(0), at(1))
    assert by.asked == 1
    settle(by, segments("one garden of roses here", "two gardens of roses here"), at(0), at(1))
    assert by.asked == 3


def test_one_that_fails_or_hangs_denies() -> None:
    (kept, fault) = settle(doubts(Broken()), segments(HARMLESS), at(0))
    assert (fault.kind, fault.level, fault.label) == (FindingKind.FAULT, Level.BLOCK, "MemoryError")
    assert kept == at(0)
    runner = Hanging()
    found = settle(doubts(runner, timeout_s=0.05), segments(HARMLESS), at(0))
    runner.go.set()
    assert (found[-1].kind, found[-1].label) == (FindingKind.FAULT, "timeout")


def test_an_inspection_with_an_encoder_asks_it_about_doubts_alone() -> None:
    by = doubts()
    book = FingerprintBook((), key=b"k" * 32, base=257)
    inspector = Inspector(book=book, subject_key=b"s" * 32, weights=model(), doubted=(-1.5, 9.0))
    inspection = Inspection(inspector, doubts=by)

    async def story() -> None:
        assert await inspect_aside(inspection, segments("hi", HARMLESS), caller="app") == ()
        assert (by.seen, by.asked) == (2, 1)
        found = await inspect_aside(inspection, segments(ATTACK), caller="app")
        assert {one.rule for one in found} == {"linear-block"}
        assert (by.seen, by.asked) == (3, 1)
        await by.close()

    asyncio.run(story())
    assert inspection.version != Inspection(inspector).version


def test_a_text_of_which_nothing_can_be_read_keeps_the_word_of_the_linear_model() -> None:
    warned = at(0, msgspec.structs.replace(DOUBT, level=Level.REVIEW, rule="linear-review", score=600))
    by = doubts()
    for _ in range(2):  # read, then remembered
        assert settle(by, segments("short"), warned) == (warned,)


def test_what_nobody_waits_for_any_more_is_not_read() -> None:
    runner = Hanging()
    by = doubts(runner, timeout_s=0.05)
    many = segments(*(f"a note about gardens and roses, number {number}" for number in range(20)))
    found = settle(by, many, *(at(one.index) for one in many))
    assert found[-1].label == "timeout"
    runner.go.set()
    asyncio.run(by.close())
    by._pool.shutdown(wait=True)
    assert by.asked <= 1


class Counted(Zorbles):
    """Notes whose windows it reads, by the letter that most words of that caller's texts begin with."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__()
        self.marks = {WORDS.pieces(name)[0][0]: name for name in names}
        self.read_for: list[tuple[str, float]] = []  # whose, and which part of a full window
        self.go = threading.Event()

    def run(self, windows: Sequence[Sequence[int]]) -> np.ndarray:
        self.go.wait(10)
        self.read_for += [(self.marks[max(self.marks, key=window.count)], len(window) / 128) for window in windows]
        return super().run(windows)


def test_one_caller_with_very_many_texts_makes_others_wait_for_one_window() -> None:
    runner = Counted("abc")
    by = doubts(runner)
    crowd = segments(*("apple " * 40 + f"apple{number}" for number in range(12)))
    single, double = segments("brick " * 20), segments("cedar " * 40)

    async def story() -> None:
        waits = [
            asyncio.ensure_future(by.settle(texts, tuple(at(one.index) for one in texts), caller=caller))
            for caller, texts in (("a", crowd), ("b", single), ("c", double))
        ]
        await asyncio.sleep(0)
        runner.go.set()
        for found in await asyncio.gather(*waits):
            assert all(one.kind is not FindingKind.FAULT for one in found)
        await by.close()

    asyncio.run(story())
    assert by.asked == 14
    turns = [(name, sum(part for _, part in own)) for name, own in groupby(runner.read_for, key=lambda one: one[0])]
    assert [name for name, _ in turns] == ["a", "b", "c", "a", "c", "a"]
    # Until the others have all they want, one window each, and what is left of a turn.
    assert all(size <= 1.25 for _, size in turns[:-1])
    assert turns[-1][1] > 12


def test_too_much_of_one_caller_or_of_all_is_denied() -> None:
    runner = Hanging()
    by = doubts(runner, each=3, whole=4)

    async def story() -> None:
        def ask(caller: str, *texts: str) -> asyncio.Task[tuple[Finding, ...]]:
            own = segments(*(f"a note about gardens and roses {caller} {text}" for text in texts))
            return asyncio.ensure_future(by.settle(own, tuple(at(one.index) for one in own), caller=caller))

        first, newest = ask("a", "1"), ask("a", "2", "3")
        await asyncio.sleep(0)
        over = await ask("a", "4")
        assert (over[-1].kind, over[-1].level, over[-1].label) == (FindingKind.FAULT, Level.BLOCK, "busy")
        other = ask("b", "5", "6")
        assert (await newest)[-1].label == "busy"  # who has most gives way
        runner.go.set()
        for kept in await asyncio.gather(first, other):
            assert all(one.kind is not FindingKind.FAULT for one in kept)
        await by.close()

    asyncio.run(story())
    assert by.asked == 3


def test_who_waits_when_it_ends_is_denied() -> None:
    runner = Hanging()
    by = doubts(runner)

    async def story() -> None:
        wait = asyncio.ensure_future(by.settle(segments(HARMLESS), (at(0),), caller="app"))
        await asyncio.sleep(0)
        await by.close()
        assert (await wait)[-1].label == "busy"
        runner.go.set()

    asyncio.run(story())


def test_a_text_that_another_request_had_read_meanwhile_is_not_read_again() -> None:
    runner = Hanging()
    by = doubts(runner)

    async def story() -> None:
        waits = [
            asyncio.ensure_future(by.settle(segments(QUIET), (at(0),), caller=caller)) for caller in ("a", "b", "c")
        ]
        await asyncio.sleep(0)
        runner.go.set()
        first, *others = await asyncio.gather(*waits)
        assert all(one == first for one in others)
        await by.close()

    asyncio.run(story())
    assert by.asked == 1
