from __future__ import annotations

import asyncio
from collections.abc import Mapping

import pytest

from wardlaw.facts.errors import ConfigError
from wardlaw.gateway.watcher import Watcher


class Watched:
    """Counters and loads a test drives."""

    def __init__(self) -> None:
        self.values: dict[str, int] = {"keys": 0, "policies": 0}
        self.loaded: list[str] = []
        self.away = False
        self.broken = ""
        self.now = 0.0
        self.watcher = Watcher(
            self.compare,
            {"keys": lambda: self.load("keys"), "policies": lambda: self.load("policies")},
            clock=lambda: self.now,
        )

    async def compare(self) -> Mapping[str, int]:
        if self.away:
            raise OSError("the database is away")
        return self.values

    async def load(self, name: str) -> None:
        if self.broken == name:
            raise ConfigError("WL-BND-001", "The bundle is not signed by a trusted key.")
        self.loaded.append(name)

    def tick(self) -> None:
        asyncio.run(self.watcher.tick())


def test_everything_is_loaded_first_and_then_only_what_changed() -> None:
    watched = Watched()
    watched.tick()
    assert watched.loaded == ["keys", "policies"]
    watched.tick()
    watched.values["policies"] = 1
    watched.tick()
    assert watched.loaded == ["keys", "policies", "policies"]


def test_age_falls_back_with_every_complete_comparison() -> None:
    watched = Watched()
    watched.now = 5.0
    assert watched.watcher.age_s == 5.0
    watched.tick()
    assert watched.watcher.age_s == 0.0


def test_what_cannot_be_compared_grows_old() -> None:
    watched = Watched()
    watched.tick()
    watched.away, watched.now = True, 12.0
    with pytest.raises(OSError):
        watched.tick()
    assert watched.watcher.age_s == 12.0


def test_what_cannot_be_loaded_grows_old_says_why_and_is_tried_again() -> None:
    watched = Watched()
    watched.broken, watched.now = "keys", 3.0
    watched.tick()
    assert watched.watcher.age_s == 3.0
    assert "WL-BND-001" in watched.watcher.trouble
    assert watched.loaded == ["policies"]  # the others are loaded all the same
    watched.broken = ""
    watched.tick()
    assert watched.loaded == ["policies", "keys"]
    assert (watched.watcher.age_s, watched.watcher.trouble) == (0.0, "")


def test_it_goes_on_in_the_background_after_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wardlaw.gateway.watcher.POLL_S", 0.001)
    watched = Watched()
    watched.away = True

    async def story() -> None:
        watched.watcher.start()
        await asyncio.sleep(0.01)
        assert watched.loaded == []
        watched.away = False
        async with asyncio.timeout(5):
            while len(watched.loaded) < 2:
                await asyncio.sleep(0.001)
        await watched.watcher.stop()

    asyncio.run(story())


def test_a_look_out_of_turn_learns_what_is_in_force_and_is_shared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wardlaw.gateway.watcher.LOOK_S", 0.001)
    watched = Watched()
    watched.tick()
    compared = 0

    async def compare() -> Mapping[str, int]:
        nonlocal compared
        compared += 1
        return {"keys": 1, "policies": 0}

    async def story() -> None:
        watcher = Watcher(compare, {"keys": lambda: watched.load("keys")}, clock=lambda: 0.0)
        await asyncio.gather(*(watcher.look() for _ in range(20)))

    asyncio.run(story())
    assert watched.loaded[2:] == ["keys"]
    assert compared == 1


def test_a_look_that_fails_says_nothing_new() -> None:
    watched = Watched()
    watched.away = True
    asyncio.run(watched.watcher.look())
    assert watched.loaded == []


def test_a_slow_load_never_puts_back_what_a_later_one_brought(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wardlaw.gateway.watcher.LOOK_S", 0.0)
    in_force = 1
    known: list[int] = []

    async def compare() -> Mapping[str, int]:
        return {"keys": in_force}

    async def load() -> None:
        nonlocal in_force
        seen = in_force
        in_force = 2  # changes while the first is still loading
        await asyncio.sleep(0.01 if seen == 1 else 0)
        known.append(seen)

    async def story() -> None:
        watcher = Watcher(compare, {"keys": load}, clock=lambda: 0.0)
        await asyncio.gather(watcher.tick(), watcher.look(), watcher.look())
        await watcher.look()

    asyncio.run(story())
    assert known == [1, 2]
