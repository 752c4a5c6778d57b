from __future__ import annotations

import asyncio
import importlib
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from wardlaw.adapters.plugins import PluginDetector, load_detector
from wardlaw.config.model import DetectorSetting, OnFailure
from wardlaw.facts.errors import ConfigError
from wardlaw.facts.exchange import Channel, Segment
from wardlaw.facts.finding import Finding, FindingKind, Level
from wardlaw.security.normalise import Views

SEGMENTS = (Segment(4, Channel.USER, "/a", "a b\u200bad word"), Segment(9, Channel.TOOL_RESULT, "/b", "fine"))

PACKAGE = """
from wardlaw.facts.finding import Finding, FindingKind, Level

class Bad:
    id = "acme"
    version = "3"

    def inspect(self, segment, views):
        at = views.folded.text.find("bad")
        if at < 0:
            return []
        start, end = views.folded.origin(at, at + 3)
        return [Finding(FindingKind.INJECTION, "acme", "3", "bad-word", Level.BLOCK, 700, start=start, end=end)]

class Other(Bad):
    id = "somebody-else"

def broken():
    raise RuntimeError("no")
"""


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], None]:
    """Install a package with one entry point, as an installer leaves it."""

    def install(target: str, name: str = "acme_detector") -> None:
        (tmp_path / f"{name}.py").write_text(PACKAGE)
        info = tmp_path / f"{name}-1.0.dist-info"
        info.mkdir(exist_ok=True)
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(f"[wardlaw.detectors]\nacme = {name}:{target}\n")
        importlib.invalidate_caches()

    monkeypatch.syspath_prepend(str(tmp_path))
    yield install  # type: ignore[misc]
    for name in ("acme_detector", "other_detector"):
        sys.modules.pop(name, None)


class Given:
    """A detector that does what a test tells it."""

    id = "acme"
    version = "3"

    def __init__(self, does: Callable[[Segment, Views], Any]) -> None:
        self.does = does

    def inspect(self, segment: Segment, views: Views) -> Sequence[Finding]:
        return self.does(segment, views)


def ask(detector: Any, *, mode: OnFailure = OnFailure.DENY, timeout_s: float = 5.0) -> tuple[Finding, ...]:
    async def story() -> tuple[Finding, ...]:
        plugin = PluginDetector(detector, DetectorSetting(True, timeout_s=timeout_s, on_failure=mode))
        try:
            return await plugin.ask(SEGMENTS)
        finally:
            await plugin.close()

    return asyncio.run(story())


def test_a_detector_of_an_installed_package_is_loaded_and_asked(package: Any) -> None:
    package("Bad")
    (one,) = ask(load_detector("acme"))
    assert one == Finding(
        FindingKind.INJECTION, "acme", "3", "bad-word", Level.BLOCK, 700, segment=4, start=2, end=6, channel="user"
    )


@pytest.mark.parametrize("target", ["Nobody", "broken", "Other", "PACKAGE"])
def test_one_that_cannot_be_loaded_stops_the_start(package: Any, target: str) -> None:
    package(target)
    with pytest.raises(ConfigError, match="acme"):
        load_detector("acme")


def test_nobody_or_two_of_one_name_stop_the_start(package: Any) -> None:
    with pytest.raises(ConfigError, match="no installed package"):
        load_detector("acme")
    package("Bad")
    package("Bad", "other_detector")
    with pytest.raises(ConfigError, match="2 packages"):
        load_detector("acme")


def fail(*_: Any) -> Any:
    raise ValueError("secret words")


@pytest.mark.parametrize("mode", list(OnFailure))
@pytest.mark.parametrize(
    ("does", "label"),
    [
        (fail, "ValueError"),
        (lambda *_: None, "TypeError"),
        (lambda *_: ["x"], "senseless"),
        (lambda s, _: [Finding(FindingKind.TRIPWIRE, "a", "1", "r", Level.BLOCK, 1)], "senseless"),
    ],
)
def test_one_that_fails_is_a_finding(does: Any, label: str, mode: OnFailure) -> None:
    (one,) = ask(Given(does), mode=mode)
    assert one.label == label
    assert one.kind is (FindingKind.FAULT if mode is OnFailure.DENY else FindingKind.UNINSPECTED)


def test_one_that_hangs_denies_does_not_hold_the_loop_and_holds_nothing_else_up() -> None:
    release, waiting = threading.Event(), threading.Semaphore(0)

    def hang(*_: Any) -> list[Finding]:
        waiting.release()
        release.wait(20)
        return []

    async def story() -> None:
        plugin = PluginDetector(Given(hang), DetectorSetting(True, timeout_s=0.2))
        found = await asyncio.gather(*(plugin.ask(SEGMENTS) for _ in range(4)))
        assert [(one.kind, one.label) for (one,) in found] == [(FindingKind.FAULT, "timeout")] * 4
        await plugin.close()

    asyncio.run(story())
    release.set()
