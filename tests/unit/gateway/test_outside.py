from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from tests.unit.adapters.services import serving
from wardlaw.adapters.outside import failed
from wardlaw.config.model import Config, DetectorSetting, OnFailure
from wardlaw.config.secretref import SecretRef
from wardlaw.facts.errors import ConfigError
from wardlaw.facts.exchange import Channel, Segment
from wardlaw.facts.finding import Finding, FindingKind, Level
from wardlaw.gateway.aside import inspect_aside
from wardlaw.gateway.inspection import Inspection
from wardlaw.gateway.outside import Outside
from wardlaw.testing.edges import MemoryAnswer, MemoryCall, completion, user
from wardlaw.testing.worker import Worker, inspector


class Given:
    """Finds one word, or answers what it is told."""

    version = "1"

    def __init__(self, name: str = "acme", answer: tuple[Finding, ...] | Exception | None = None) -> None:
        self.id = name
        self.answer = answer
        self.asked: list[list[str]] = []
        self.closed = False

    async def ask(self, segments: Sequence[Segment]) -> tuple[Finding, ...]:
        self.asked.append([segment.text for segment in segments])
        if isinstance(self.answer, Exception):
            raise self.answer
        if self.answer is not None:
            return self.answer
        return tuple(
            Finding(
                FindingKind.INJECTION, self.id, "1", "word", Level.BLOCK, 800, segment=one.index, start=0, end=3,
                channel=one.channel.value,
            )
            for one in segments
            if one.text.startswith("bad")
        )  # fmt: skip

    async def close(self) -> None:
        self.closed = True


def segments(*texts: str, channel: Channel = Channel.USER) -> list[Segment]:
    return [Segment(7 + place, channel, f"/{place}", text) for place, text in enumerate(texts)]


def test_each_text_is_asked_about_once_and_its_findings_stand_at_every_place_of_it() -> None:
    given = Given()
    outside = Outside((given,))

    async def story() -> None:
        first = await outside.inspect(segments("bad", "good", "bad", ""))
        assert [(one.segment, one.channel) for one in first] == [(7, "user"), (9, "user")]
        again = await outside.inspect(segments("new", "bad"))
        assert [one.segment for one in again] == [8]
        other = await outside.inspect(segments("bad", channel=Channel.TOOL_RESULT))
        assert [one.channel for one in other] == ["tool-result"]
        await outside.close()

    asyncio.run(story())
    assert given.asked == [["bad", "good"], ["new"], ["bad"]]
    assert given.closed


@pytest.mark.parametrize("mode", list(OnFailure))
def test_a_failure_is_told_beside_what_others_found_and_not_remembered(mode: OnFailure) -> None:
    broken, sound = Given("broken", (failed("broken", "1", "timeout", mode),)), Given()

    async def story() -> None:
        outside = Outside((broken, sound))
        for _ in range(2):
            found = await outside.inspect(segments("bad"))
            assert {(one.detector, one.kind) for one in found} == {
                ("broken", FindingKind.FAULT if mode is OnFailure.DENY else FindingKind.UNINSPECTED),
                ("acme", FindingKind.INJECTION),
            }

    asyncio.run(story())
    assert len(broken.asked) == 2


def test_one_that_raises_or_answers_about_other_texts_denies() -> None:
    stray = Finding(FindingKind.PII, "acme", "1", "r", Level.NOTE, 1, segment=5)

    async def story() -> None:
        (one,) = await Outside((Given(answer=RuntimeError()),)).inspect(segments("x"))
        assert (one.kind, one.level, one.label) == (FindingKind.FAULT, Level.BLOCK, "RuntimeError")
        assert await Outside((Given(answer=(stray,)),)).inspect(segments("x")) == (stray,)

    asyncio.run(story())


def test_what_was_known_counts_though_it_is_pushed_out_while_others_are_asked() -> None:
    class Slow(Given):
        async def ask(self, segments: Sequence[Segment]) -> tuple[Finding, ...]:
            if segments[0].text == "new":
                outside._known.clear()
            return await super().ask(segments)

    outside = Outside((Slow(),))

    async def story() -> None:
        await outside.inspect(segments("bad"))
        assert [one.segment for one in await outside.inspect(segments("new", "bad"))] == [8]

    asyncio.run(story())


def test_memory_is_bounded() -> None:
    outside = Outside((Given(),), remembered=8)

    async def story() -> None:
        for number in range(100):
            await outside.inspect(segments(f"text {number}"))

    asyncio.run(story())
    assert len(outside._known) <= 8


def test_the_inspection_beside_the_loop_asks_them_too() -> None:
    async def story() -> None:
        inspection = Inspection(inspector(), outside=Outside((Given(),)))
        found = await inspect_aside(inspection, segments("bad mail to ann@example.org"), caller="app")
        assert {one.detector for one in found} == {"acme", "personal-data"}

    asyncio.run(story())


def test_the_configuration_says_who_is_asked() -> None:
    setting = DetectorSetting(True, "http://127.0.0.1:9/", SecretRef("env", "K"))
    config = Config(detectors={"dlp": setting, "off": DetectorSetting(False, "http://127.0.0.1:9/")})
    outside = Outside.from_config(config, lambda ref: f"<{ref.name}>")
    assert [one.id for one in outside.detectors] == ["dlp"]
    assert outside.detectors[0]._key == "<K>"  # type: ignore[attr-defined]
    with pytest.raises(ConfigError):
        Outside.from_config(Config(detectors={"not-installed": DetectorSetting(True)}), str)
    assert Outside.from_config(Config(detectors={"not-installed": DetectorSetting()}), str).detectors == ()


@pytest.mark.parametrize("mode", list(OnFailure))
@pytest.mark.parametrize("what", ["answers", "garbage", "nobody"])
def test_a_request_is_judged_by_what_a_service_says(worker: Worker, what: str, mode: OnFailure) -> None:
    async def story(url: str) -> MemoryCall:
        outside = Outside.from_config(Config(detectors={"dlp": DetectorSetting(True, url, on_failure=mode)}), str)
        worker.services = worker.services._replace(inspection=Inspection(inspector(), outside=outside))
        worker.upstreams.will(MemoryAnswer(completion("Hi")))
        call = await worker.serve(MemoryCall(user("a bad word")))
        await outside.close()
        return call

    with serving() as service:
        finding = {"segment": 0, "kind": "injection", "rule": "w", "level": "block", "score": 900, "start": 0, "end": 1}
        service.tell(finding)
        if what == "garbage":
            service.body = b"garbage"
        call = asyncio.run(story("http://127.0.0.1:9/" if what == "nobody" else service.url))
    passes = what != "answers" and mode is OnFailure.ALLOW_AND_RECORD
    assert (call.status == 200) is passes
    kinds = {one.kind for one in worker.inputs()[0].findings if one.detector == "dlp"}
    failure = FindingKind.FAULT if mode is OnFailure.DENY else FindingKind.UNINSPECTED
    assert kinds == {FindingKind.INJECTION if what == "answers" else failure}
