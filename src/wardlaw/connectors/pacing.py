"""How fast a platform may be asked: what it says itself, and slower after each refusal."""

from __future__ import annotations

from collections.abc import Mapping
from email.utils import parsedate_to_datetime

MOST_WAIT_S = 3_900.0
"""Longest wait for a quota, in seconds: an hourly one and something more."""

FIRST_BACKOFF_S = 1.0
_SLOWEST_S = 60.0
_QUOTA_WORDS = (b"ratelimitexceeded", b"quotaexceeded", b"secondary rate limit", b"abuse detection")


class Pace:
    """The pause between two requests of one quota bucket: halved again slowly, doubled after a refusal.

    Args:
        least_s: Pause that is never gone below, in seconds.
    """

    def __init__(self, least_s: float = 0.0) -> None:
        self._least_s = least_s
        self.pause_s = least_s

    def went_well(self) -> None:
        """A request was served."""
        eased = self.pause_s * 0.9
        self.pause_s = eased if eased > max(self._least_s, 0.01) else self._least_s

    def refused(self) -> None:
        """A request ran into the quota."""
        self.pause_s = min(max(self.pause_s * 2, 0.1), _SLOWEST_S)


def is_quota(status: int, headers: Mapping[str, str], body: bytes) -> bool:
    """Whether an answer says that too much was asked, rather than that something may not be asked."""
    if status == 429:
        return True
    if status != 403:
        return False
    if "0" in (headers.get("x-ratelimit-remaining"), headers.get("x-rate-limit-remaining")) or "retry-after" in headers:
        return True
    told = body[:4_096].lower()
    return any(word in told for word in _QUOTA_WORDS)


def is_passing(status: int) -> bool:
    """Whether an answer is a fault of the platform that may pass."""
    return status in (408, 500, 502, 503, 504)


def wait_s(headers: Mapping[str, str], *, attempt: int, now: float) -> float:
    """Seconds to wait before asking again: as long as the platform says, else longer each time.

    Args:
        attempt: Of this request, from 0.
        now: Unix seconds; a time the platform names is taken against its own ``date`` where it sends one, since its
            clock need not be ours.
    """
    backoff = min(FIRST_BACKOFF_S * (1 << attempt), _SLOWEST_S)
    theirs = _http_date(headers.get("date", "")) or now
    said = headers.get("retry-after", "")
    if said.isascii() and said.isdigit():
        return float(min(int(said[:9]), 10**9)) or backoff
    if until := _http_date(said):
        return max(until - theirs, backoff)
    for name in ("x-ratelimit", "x-rate-limit"):  # GitHub's way to write it, and Okta's
        reset = headers.get(f"{name}-reset", "")
        if headers.get(f"{name}-remaining") == "0" and reset.isascii() and reset.isdigit():
            return max(float(reset[:12]) - theirs, backoff)
    return backoff


def _http_date(text: str) -> float:
    try:
        return parsedate_to_datetime(text).timestamp() if text else 0.0
    except (TypeError, ValueError, OverflowError):
        return 0.0
