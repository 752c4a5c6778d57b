"""The sentences of a reading: figures first, words only for those who ask."""

from __future__ import annotations

from wardlaw.security.anomaly.watched import WATCHED

Seen = tuple[int, float, float]
"""Place of a statistic (those of the drifts follow after the last), what was seen, and what is usual (or typical)."""

_DRIFTS = ("calls", "tokens", "records", "bytes")


def figure(value: float) -> str:
    """A number as people write it: one digit after the point below ten, thousands apart."""
    return f"{value:,.1f}".removesuffix(".0") if value < 10 else f"{value:,.0f}"


def sentence(told: Seen) -> str:
    """One statistic in words."""
    place, seen, usual = told
    drift = place - len(WATCHED)
    if drift < 0:
        return WATCHED[place].words.format(seen=figure(seen), usual=figure(usual))
    return f"{_DRIFTS[drift]} have been above their usual level ({figure(usual)} a working day) for days"
