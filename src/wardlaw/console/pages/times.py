"""Times as somebody reads them: in the zone they chose, always saying which."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

DEFAULT_ZONE = "UTC"


@lru_cache(maxsize=1)
def zones() -> tuple[str, ...]:
    """Every zone this machine knows, by name; UTC first."""
    return (
        DEFAULT_ZONE,
        *sorted(name for name in available_timezones() if "/" in name and not name.startswith("Etc/")),
    )


def zone_of(wanted: str) -> str:
    """A zone's name if this machine knows it, else UTC."""
    return wanted if wanted in zones() else DEFAULT_ZONE


def clock(at_ms: float, zone: str = DEFAULT_ZONE) -> str:
    """A time of the day: ``14:32:01``."""
    return _at(at_ms, zone).strftime("%H:%M:%S")


def moment(at_ms: float, zone: str = DEFAULT_ZONE) -> str:
    """A day and time with its zone: ``2026-11-28 14:32:01 UTC``."""
    return _at(at_ms, zone).strftime("%Y-%m-%d %H:%M:%S %Z")


def day(at_ms: float, zone: str = DEFAULT_ZONE) -> str:
    """A day: ``2026-11-28``."""
    return _at(at_ms, zone).strftime("%Y-%m-%d")


def _at(at_ms: float, zone: str) -> datetime:
    return datetime.fromtimestamp(at_ms / 1000, ZoneInfo(zone))
