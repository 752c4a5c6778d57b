"""Use of an AI vendor by place, key and day, from the events of an organisation."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from wardlaw.inventory.activity import Activity, Deed

DAY_S = 86_400


class DayUse(msgspec.Struct):
    """What one key did in one place on one day."""

    place: str
    key: str
    begin: int
    calls: int = 0
    tokens: int = 0


def use_by_day(events: Iterable[Activity], *, since: float) -> list[list[DayUse]]:
    """The days that have use, in their order; an event's ``items`` are its tokens."""
    found: dict[tuple[int, str, str], DayUse] = {}
    for one in events:
        begin = int(one.at // DAY_S) * DAY_S
        if one.deed is Deed.USE and begin >= since:
            use = found.setdefault((begin, one.app, one.credential), DayUse(one.app, one.credential, begin))
            use.calls += one.calls
            use.tokens += one.items
    days: dict[int, list[DayUse]] = {}
    for (begin, _, _), use in sorted(found.items()):
        days.setdefault(begin, []).append(use)
    return list(days.values())
