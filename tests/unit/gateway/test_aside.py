from __future__ import annotations

import asyncio
import threading
import time

import pytest

from wardlaw.facts.exchange import Channel, Measures, Segment
from wardlaw.facts.finding import Finding, FindingKind, Level
from wardlaw.gateway import aside as room
from wardlaw.gateway.aside import INLINE_CHARS, aside, inspect_aside, meter_aside, weigh_aside
from wardlaw.gateway.metering import Moved
from wardlaw.gateway.outside import Outside


class SlowInspection:
    version = "1"
    outside = Outside(())
    doubts = None

    def inspect(self, segments):
        time.sleep(0.2)
        return ()


def _segment(chars: int) -> Segment:
    return Segment(0, Channel.ANSWER, "/x", "a" * chars)


def test_little_stays_on_the_loop_and_much_leaves_it() -> None:
    async def story() -> None:
        here = threading.get_ident()
        assert await aside(INLINE_CHARS, threading.get_ident) == here
        assert await aside(INLINE_CHARS + 1, threading.get_ident) != here

    asyncio.run(story())


def test_what_takes_too_long_denies(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "PATIENCE_S", 0.01)
    large = (_segment(INLINE_CHARS + 1),)

    async def story() -> None:
        found = await inspect_aside(SlowInspection(), large, caller="app")  # type: ignore[arg-type]
        assert [one.kind for one in found] == [FindingKind.FAULT]

        def count() -> Moved:
            time.sleep(0.2)
            return Moved(Measures())

        moved = await meter_aside(large, Measures(body_bytes=7), count)
        assert moved.measures.result_unparsed
        assert moved.measures.result_bytes == INLINE_CHARS + 1
        assert moved.measures.body_bytes == 7

    asyncio.run(story())


def test_what_is_small_is_never_too_slow() -> None:
    async def story() -> None:
        assert await inspect_aside(SlowInspection(), (_segment(10),), caller="app") == ()  # type: ignore[arg-type]
        moved = Moved(Measures(result_bytes=3))
        assert await meter_aside((_segment(10),), Measures(), lambda: moved) is moved

    asyncio.run(story())


def test_a_comparison_that_fails_denies_and_loses_no_finding() -> None:
    def fail() -> tuple[Finding, ...]:
        raise RuntimeError("broken")

    kept = Finding(FindingKind.SECRET, "secrets", "1", "secret-x", Level.BLOCK, 900)
    found = asyncio.run(weigh_aside(1, fail, (kept,)))
    assert found[0] is kept
    assert (found[1].kind, found[1].level, found[1].label) == (FindingKind.FAULT, Level.BLOCK, "RuntimeError")
