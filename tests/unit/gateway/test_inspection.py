from __future__ import annotations

from collections.abc import Sequence

import pytest

from wardlaw.facts.exchange import Channel, Segment
from wardlaw.facts.finding import Finding, FindingKind, Level
from wardlaw.gateway.inspection import Inspection
from wardlaw.testing.worker import SECRET, inspector


class Counting:
    """A detector that finds the word ``bad`` and counts how often it is asked."""

    version = "1"

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.failing = False

    def inspect(self, segment: Segment) -> tuple[Finding, ...]:
        self.asked.append(segment.text)
        if self.failing:
            return (Finding(FindingKind.FAULT, "d", "1", "failed", Level.BLOCK, 1000),)
        return (Finding(FindingKind.INJECTION, "d", "1", "bad", Level.BLOCK, 1000),) if "bad" in segment.text else ()

    def inspect_all(self, segments: Sequence[Segment]) -> list[tuple[Finding, ...]]:
        return [self.inspect(segment) for segment in segments]


def segment(text: str, index: int = 0, channel: Channel = Channel.USER) -> Segment:
    return Segment(index, channel, f"/messages/{index}/content", text)


@pytest.fixture
def detector() -> Counting:
    return Counting()


def test_findings_carry_the_place_they_stand_in_now(detector: Counting) -> None:
    inspection = Inspection(detector)  # type: ignore[arg-type]
    inspection.inspect([segment("bad")])
    (found,) = inspection.inspect([segment("good"), segment("bad", 1)])
    assert (found.segment, found.channel) == (1, "user")
    assert detector.asked == ["bad", "good"]


def test_the_same_text_in_another_channel_is_judged_anew(detector: Counting) -> None:
    inspection = Inspection(detector)  # type: ignore[arg-type]
    inspection.inspect([segment("bad")])
    (found,) = inspection.inspect([segment("bad", channel=Channel.TOOL_RESULT)])
    assert found.channel == "tool-result"
    assert len(detector.asked) == 2


def test_a_detector_that_failed_is_asked_again(detector: Counting) -> None:
    inspection = Inspection(detector)  # type: ignore[arg-type]
    detector.failing = True
    assert inspection.inspect([segment("good")])[0].kind is FindingKind.FAULT
    detector.failing = False
    assert inspection.inspect([segment("good")]) == ()


def test_memory_is_bounded_and_keeps_the_newest(detector: Counting) -> None:
    inspection = Inspection(detector, remembered=4)  # type: ignore[arg-type]
    for number in range(20):
        inspection.inspect([segment(f"text {number}")])
    asked = len(detector.asked)
    inspection.inspect([segment("text 19")])
    assert len(detector.asked) == asked
    assert len(inspection._known) <= 4


def test_pieces_of_a_stream_are_not_remembered(detector: Counting) -> None:
    inspection = Inspection(detector)  # type: ignore[arg-type]
    for _ in range(2):
        (found,) = inspection.inspect_text("bad", Channel.ANSWER, index=3)
        assert (found.segment, found.channel) == (3, "answer")
    assert len(detector.asked) == 2


def test_the_real_detectors_find_a_registered_secret() -> None:
    inspection = Inspection(inspector())
    found = max(inspection.inspect([segment(f"It is {SECRET}.")]), key=lambda one: one.score)
    assert (found.kind, found.label) == (FindingKind.FINGERPRINT, "secret:internal")
    assert inspection.version == inspector().version


def test_a_text_that_stands_twice_in_a_request_is_judged_once(detector: Counting) -> None:
    inspection = Inspection(detector)  # type: ignore[arg-type]
    found = inspection.inspect([segment("bad"), segment("good", 1), segment("bad", 2)])
    assert [finding.segment for finding in found] == [0, 2]
    assert detector.asked == ["bad", "good"]


def test_a_mark_stands_for_the_detectors_with_version_and_threshold() -> None:
    inspection = Inspection(inspector())
    told = dict(one.split(" ", 1) for one in inspection.detectors)
    assert {"injection-rules", "secrets", "hidden-text"} <= set(told)
    assert told["hidden-text"].endswith("from 1000")
    assert inspection.mark == Inspection(inspector()).mark
    assert len(inspection.mark) == 16
