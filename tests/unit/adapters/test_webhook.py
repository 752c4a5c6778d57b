"""A service that answers, hangs, and sends garbage: a real one, on loopback."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from tests.unit.adapters.services import Service, serving
from wardlaw.adapters.webhook import WebhookDetector
from wardlaw.config.model import DetectorSetting, OnFailure
from wardlaw.facts.exchange import Channel, Segment
from wardlaw.facts.finding import Finding, FindingKind, Level

SEGMENTS = (Segment(4, Channel.USER, "/a", "a bad word"), Segment(9, Channel.TOOL_RESULT, "/b", "😀 fine"))
GOOD = {"segment": 0, "kind": "injection", "rule": "word", "level": "block", "score": 800, "start": 2, "end": 5}


@pytest.fixture
def service() -> Iterator[Service]:
    with serving() as one:
        yield one


def ask(
    url: str, segments: Sequence[Segment] = SEGMENTS, *, mode: OnFailure = OnFailure.DENY, timeout_s: float = 5.0
) -> tuple[Finding, ...]:
    async def story() -> tuple[Finding, ...]:
        detector = WebhookDetector("dlp", DetectorSetting(True, url, timeout_s=timeout_s, on_failure=mode), "s3cret")
        try:
            return await detector.ask(segments)
        finally:
            await detector.close()

    return asyncio.run(story())


def test_it_is_asked_with_texts_and_channels_alone_and_its_findings_are_taken(service: Service) -> None:
    service.tell(GOOD, {**GOOD, "segment": 1, "kind": "pii", "label": "iban", "level": "note", "start": 0, "end": 6})
    first, second = ask(service.url)
    assert service.asked == [
        {
            "version": 1,
            "segments": [
                {"segment": 0, "channel": "user", "text": "a bad word"},
                {"segment": 1, "channel": "tool-result", "text": "😀 fine"},
            ],
        }
    ]
    assert service.credentials == ["Bearer s3cret"]
    assert first == Finding(
        FindingKind.INJECTION, "dlp", "webhook-1", "word", Level.BLOCK, 800, segment=4, start=2, end=5, channel="user"
    )
    assert (second.segment, second.kind, second.label, second.end) == (9, FindingKind.PII, "iban", 6)


def test_nothing_found_is_nothing(service: Service) -> None:
    assert ask(service.url) == ()


def test_half_of_a_surrogate_pair_does_not_break_the_question(service: Service) -> None:
    assert ask(service.url, (Segment(0, Channel.USER, "", "a\ud800b"),)) == ()
    assert len(service.asked[0]["segments"][0]["text"]) == 3


GARBAGE: list[Any] = [
    b"",
    b"nope",
    b"[]",
    b"{}",
    b'{"findings": null}',
    b'{"findings": [], "more": 1}',
    b"\xff\xfe",
    b'{"findings": ' + b" " * 1_100_000 + b"[]}",
    {**GOOD, "segment": 2},
    {**GOOD, "segment": -1},
    {**GOOD, "end": 11},
    {**GOOD, "start": 6},
    {**GOOD, "score": 1001},
    {**GOOD, "score": "high"},
    {**GOOD, "kind": "tripwire"},
    {**GOOD, "kind": "fingerprint"},
    {**GOOD, "kind": "fault"},
    {**GOOD, "kind": "odd"},
    {**GOOD, "rule": ""},
    {**GOOD, "rule": "a\nb"},
    {**GOOD, "label": "x" * 65},
    {**GOOD, "detector": "secrets"},
]


@pytest.mark.parametrize("body", GARBAGE, ids=lambda body: str(body)[:40])
@pytest.mark.parametrize("mode", list(OnFailure))
def test_garbage_is_a_failure_and_nothing_of_it_is_believed(service: Service, body: Any, mode: OnFailure) -> None:
    service.body = body if isinstance(body, bytes) else json.dumps({"findings": [GOOD, body]}).encode()
    check_failed(ask(service.url, mode=mode), mode, "senseless")


def check_failed(found: tuple[Finding, ...], mode: OnFailure, label: str) -> None:
    assert [(one.detector, one.rule, one.label) for one in found] == [("dlp", "outside-failed", label)]
    if mode is OnFailure.DENY:
        assert (found[0].kind, found[0].level) == (FindingKind.FAULT, Level.BLOCK)
    else:
        assert (found[0].kind, found[0].level) == (FindingKind.UNINSPECTED, Level.NOTE)


def test_too_many_findings_are_a_failure(service: Service) -> None:
    service.tell(*[GOOD] * 1001)
    check_failed(ask(service.url), OnFailure.DENY, "senseless")


@pytest.mark.parametrize("status", [204, 301, 400, 500])
def test_every_other_status_is_a_failure_and_no_redirect_is_followed(service: Service, status: int) -> None:
    service.status = status
    service.headers = {"location": service.url}
    check_failed(ask(service.url), OnFailure.DENY, "senseless")
    assert len(service.asked) == 1


@pytest.mark.parametrize("mode", list(OnFailure))
def test_one_that_hangs_is_a_failure_and_the_loop_goes_on(service: Service, mode: OnFailure) -> None:
    service.hangs = True

    async def story() -> None:
        detector = WebhookDetector("dlp", DetectorSetting(True, service.url, timeout_s=0.3, on_failure=mode))
        turns = 0

        async def turn() -> None:
            nonlocal turns
            while True:
                await asyncio.sleep(0.01)
                turns += 1

        turning = asyncio.get_running_loop().create_task(turn())
        started = time.monotonic()
        check_failed(await detector.ask(SEGMENTS), mode, "timeout")
        assert time.monotonic() - started < 5
        assert turns >= 3
        turning.cancel()
        await detector.close()

    asyncio.run(story())


def test_nobody_there_is_a_failure(service: Service) -> None:
    check_failed(ask("http://127.0.0.1:9/judge"), OnFailure.DENY, "unreachable")
