"""The first page: is the door in order, what passed it, what wants somebody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from litestar import Request, Response, get
from litestar.params import FromQuery

from wardlaw.console.pages.visit import Me, Visit
from wardlaw.console.pages.words import plural
from wardlaw.facts.effect import Effect
from wardlaw.facts.person import Permission

_MINUTE, _HOUR, _DAY = 60_000, 3_600_000, 86_400_000


class Period(msgspec.Struct, frozen=True):
    """A span the overview can show; ``step_ms`` makes some sixty to a hundred points of it."""

    id: str
    label: str
    words: str
    length_ms: int
    step_ms: int


PERIODS = (
    Period("1h", "1 h", "in the last hour", _HOUR, _MINUTE),
    Period("24h", "24 h", "in the last day", _DAY, 15 * _MINUTE),
    Period("30d", "30 d", "in the last 30 days", 30 * _DAY, 8 * _HOUR),
)


class Series(msgspec.Struct, frozen=True):
    """Counts of each effect at each point of time; ``at`` in Unix seconds."""

    at: tuple[int, ...]
    counts: Mapping[str, tuple[int, ...]]

    def total(self, effect: Effect) -> int:
        """All of one effect."""
        return sum(self.counts[effect.value])

    @property
    def all(self) -> int:
        """All decisions."""
        return sum(map(sum, self.counts.values()))


def period_of(wanted: str) -> Period:
    """The period of an id; the shortest for anything else."""
    return next((one for one in PERIODS if one.id == wanted), PERIODS[0])


def series_of(told: Mapping[str, Any]) -> Series:
    """Counts as the API tells them, with zeros where it tells nothing."""
    since, until, step = told["since_ms"], told["until_ms"], told["step_ms"]
    starts = range(since, until, step)
    counts = {effect.value: [0] * len(starts) for effect in Effect}
    for one in told["counts"]:
        if one["effect"] in counts:
            counts[one["effect"]][(one["start_ms"] - since) // step] += one["count"]
    return Series(tuple(start // 1000 for start in starts), {name: tuple(one) for name, one in counts.items()})


def sentence(series: Series, period: Period, open_incidents: int | None, held: int | None) -> str:
    """The state of the door in one sentence."""
    if not series.all:
        return f"Nothing came to the door {period.words}."
    parts = [f"{plural(series.all, 'request')} {period.words}, every one decided."]
    if open_incidents:
        parts.append(f"{plural(open_incidents, 'incident is', 'incidents are')} open.")
    if held:
        parts.append(f"{plural(held, 'call waits', 'calls wait')} for somebody.")
    return " ".join(parts)


@get("/")
async def show_overview(request: Request[Any, Any, Any], period: FromQuery[str] = "1h") -> Response[str]:
    """The first page."""
    here = Visit(request)
    me = await here.me()
    values = await overview_values(here, me, period_of(period), now=here.front.clock())
    return here.page("overview.html", me=me, title="Overview", **values)


async def overview_values(visit: Visit, me: Me, period: Period, *, now: float) -> dict[str, Any]:
    """Everything the overview shows; what this person may not know is None."""
    until = int(now * 1000) // period.step_ms * period.step_ms + period.step_ms
    series = None
    if me.may(Permission.VIEW_DASHBOARDS):
        told = await visit.get("counts", since_ms=until - period.length_ms, until_ms=until, step_ms=period.step_ms)
        series = series_of(told)
    incidents = await visit.get_if_allowed("incidents")
    held = await visit.get_if_allowed("approvals")
    tail = await visit.get_if_allowed("tail", last=40)
    waiting = None if incidents is None else sum(1 for one in incidents if one["state"] == "open")
    return {
        "period": period,
        "periods": PERIODS,
        "series": series,
        "sentence": sentence(series, period, waiting, None if held is None else len(held)) if series else "",
        "rows": None if tail is None else decisions_of(tail["lines"])[:12],
        "incidents": incidents,
        "held": held,
        "findings": await _findings(visit),
        "coverage": await visit.get_if_allowed("coverage"),
        "log": await visit.get_if_allowed("audit"),
        "now": now,
    }


def decisions_of(lines: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The decisions among lines of the log, newest first; canaries are nobody's traffic."""
    return [one for one in reversed(lines) if one["kind"] == "decision" and not one["canary"]]


async def _findings(visit: Visit) -> Any:
    return await visit.get_if_allowed("inventory", "findings", limit=4)
