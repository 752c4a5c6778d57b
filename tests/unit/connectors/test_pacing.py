from __future__ import annotations

import pytest

from wardlaw.connectors.pacing import Pace, is_passing, is_quota, wait_s

NOW = 1_790_000_000.0


@pytest.mark.parametrize(("status", "headers", "body", "quota"), [
    (429, {}, b"", True), (403, {"x-ratelimit-remaining": "0"}, b"", True), (403, {"retry-after": "3"}, b"", True),
    (403, {"x-rate-limit-remaining": "0"}, b"", True),
    (403, {}, b'{"error": {"errors": [{"reason": "userRateLimitExceeded"}]}}', True),
    (403, {}, b'{"error": {"errors": [{"reason": "forbidden"}]}}', False), (200, {"x-ratelimit-remaining": "0"}, b"", False),
])  # fmt: skip
def test_a_quota_is_told_from_a_refusal(status, headers, body, quota) -> None:
    assert is_quota(status, headers, body) is quota


@pytest.mark.parametrize(("headers", "seconds"), [
    ({}, 4), ({"retry-after": "30"}, 30), ({"retry-after": "soon"}, 4), ({"retry-after": "-5"}, 4), ({"retry-after": "0"}, 4),
    # Their clock is an hour ahead of ours: their date is what their times are taken against.
    ({"date": "Mon, 21 Sep 2026 15:13:20 GMT", "retry-after": "Mon, 21 Sep 2026 15:13:50 GMT"}, 30),
    ({"date": "Mon, 21 Sep 2026 15:13:20 GMT", "x-ratelimit-remaining": "0", "x-ratelimit-reset": "1790003700"}, 100),
    ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1790000060"}, 60), ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1"}, 4),
    ({"x-ratelimit-remaining": "9", "x-ratelimit-reset": "1790000060"}, 4),
    ({"x-rate-limit-remaining": "0", "x-rate-limit-reset": "1790000060"}, 60),
])  # fmt: skip
def test_waiting_as_long_as_the_platform_says(headers, seconds) -> None:
    assert wait_s(headers, attempt=2, now=NOW) == seconds


def test_the_pace_slows_at_once_and_recovers_slowly() -> None:
    pace = Pace()
    pace.went_well()
    assert pace.pause_s == 0
    pace.refused()
    first = pace.pause_s
    pace.refused()
    assert pace.pause_s == 2 * first
    pace.went_well()
    assert first < pace.pause_s < 2 * first
    for _ in range(100):
        pace.went_well()
    assert pace.pause_s == 0
    for _ in range(100):
        pace.refused()
    assert pace.pause_s == 60


def test_what_passes() -> None:
    assert [status for status in (200, 400, 404, 408, 500, 501, 503) if is_passing(status)] == [408, 500, 503]
