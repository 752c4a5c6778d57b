"""Slack's tiers: how often a method may be called in a minute, and what somebody is told who calls it more often.

Numbers: docs.slack.dev, "Rate limits" and the pages of the methods, 2026-11. Slack promises "at least" so many.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from wardlaw.testing.saas.message import SaasRequest, SaasResponse

_MINUTE_S = 60.0
_TIERS = {
    "admin.apps.activities.list": 50,
    "admin.apps.mcp.servers.list": 20,
    "auth.revoke": 50,
    "apps.uninstall": 1,
    "/audit/v1/logs": 50,
}
_TIER_2 = 20


class SlackTiers:
    """Counts calls of each method in minutes that begin with the first of them.

    Args:
        clock: Seconds; any beginning.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._begun: dict[str, float] = {}
        self._calls: dict[str, int] = {}

    def refusal(self, request: SaasRequest) -> SaasResponse | None:
        """The answer of somebody who calls too often; None while it is not too often."""
        method, now = request.path.removeprefix("/api/"), self._clock()
        if now >= self._begun.get(method, -math.inf) + _MINUTE_S:
            self._begun[method], self._calls[method] = now, 0
        self._calls[method] += 1
        if self._calls[method] <= _TIERS.get(method, _TIER_2):
            return None
        wait = math.ceil(self._begun[method] + _MINUTE_S - now)
        return SaasResponse(429, {"ok": False, "error": "ratelimited"}, {"retry-after": str(max(wait, 1))})
