"""Moments and times as people give them on the command line: a date, a time, how long ago, for how long."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from wardlaw.facts.errors import InputError

_AGO = re.compile(r"([1-9]\d{0,5})(m|h|d|w)")
_SECONDS = {"m": 60, "h": 3_600, "d": 86_400, "w": 604_800}


def read_moment(text: str, *, now: float) -> float:
    """Unix seconds of ``24h`` (ago), ``2026-11-01`` or ``2026-11-01T08:30``; UTC unless it says otherwise.

    Args:
        now: Unix seconds.

    Raises:
        InputError: It is none (WL-CLI-050).
    """
    ago = _AGO.fullmatch(text)
    if ago:
        return max(0.0, now - int(ago[1]) * _SECONDS[ago[2]])
    try:
        given = datetime.fromisoformat(text)
    except ValueError:
        raise InputError(
            "WL-CLI-050",
            f"{text} is no moment.",
            "Say how long ago (90m, 24h, 7d, 2w), a day (2026-11-01) or a time (2026-11-01T08:30).",
        ) from None
    return max(0.0, (given if given.tzinfo else given.replace(tzinfo=UTC)).timestamp())


def read_minutes(text: str) -> int:
    """Minutes of ``45m``, ``12h``, ``7d`` or ``2w``.

    Raises:
        InputError: It is no such time (WL-CLI-052).
    """
    found = _AGO.fullmatch(text)
    if not found:
        raise InputError("WL-CLI-052", f"{text} does not say for how long.", "Write 45m, 12h, 7d or 2w.")
    return int(found[1]) * _SECONDS[found[2]] // 60
