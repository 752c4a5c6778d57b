"""The first page: is the door in order, what passed it, what wants somebody.

What it asks it asks at once, and what may take a moment, such as coverage, is fetched by the open page.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from typing import Any

import msgspec
from litestar import Request, Response, get, post
from litestar.params import FromQuery, URLEncodedBody

from wardlaw.console.pages.emergencies import GLASS_DAYS, may_close, may_review, standing_glass
from wardlaw.console.pages.messages import joined, mark, say, say_many
from wardlaw.console.pages.navigation import Area, Place
from wardlaw.console.pages.visit import Me, Visit
from wardlaw.facts.effect import Effect
from wardlaw.facts.person import Permission
from wardlaw.governance.operations import OPERATIONS

_MINUTE, _HOUR, _DAY = 60_000, 3_600_000, 86_400_000


class Period(msgspec.Struct, frozen=True):
    """A span the overview can show; ``step_ms`` makes some sixty to a hundred points of it."""

    id: str
    label: str
    words: str
    length_ms: int
    step_ms: int


PERIODS = (
    Period("1h", mark("1 h"), mark("in the last hour"), _HOUR, _MINUTE),
    Period("24h", mark("24 h"), mark("in the last day"), _DAY, 15 * _MINUTE),
    Period("30d", mark("30 d"), mark("in the last 30 days"), 30 * _DAY, 8 * _HOUR),
)


class Series(msgspec.Struct, frozen=True):
    """Counts of each effect at each point of time; ``at`` in Unix seconds."""

    at: tuple[int, ...]
    counts: Mapping[str, tuple[int, ...]]

    def total(self, effect: Effect | str) -> int:
        """All of one effect."""
        return sum(self.counts[str(effect)])

    def split(self) -> tuple[Series, Series]:
        """The first half and the second: a period and the one before it."""
        half = len(self.at) // 2
        first = Series(self.at[:half], {name: one[:half] for name, one in self.counts.items()})
        return first, Series(self.at[half:], {name: one[half:] for name, one in self.counts.items()})

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


class Figure(msgspec.Struct, frozen=True):
    """One of the five: how many, and how that stands to the period before."""

    label: str
    style: str
    count: int
    change: str
    points: tuple[int, ...]
    href: str


_FIGURES = (
    ("", mark("Requests"), "a"),
    (Effect.TRANSFORM.value, mark("Changed"), "t"),
    (Effect.HOLD.value, mark("Held for approval"), "h"),
    (Effect.DENY.value, mark("Denied"), "deny"),
    (Effect.CUT.value, mark("Cut by security"), "cut"),
)

# The frameworks most are asked about first; others follow by name.
_FIRST_FRAMEWORKS = ("eu-ai-act", "gdpr", "iso-42001", "nist-ai-rmf")  # how their ids begin
_MOST_BARS = 4


def figures(series: Series, before: Series) -> tuple[Figure, ...]:
    """The five figures of the first page."""
    found = []
    for effect, label, style in _FIGURES:
        count = series.total(effect) if effect else series.all
        earlier = before.total(effect) if effect else before.all
        points = series.counts[effect] if effect else tuple(map(sum, zip(*series.counts.values(), strict=True)))
        href = f"/decisions?effect={effect}" if effect else "/decisions"
        found.append(Figure(label, style, count, change(count, earlier), points, href))
    return tuple(found)


def change(count: int, before: int) -> str:
    """``+4 %``, ``−12 %``; ``+27`` where there was nothing before; empty where nothing changed."""
    if count == before:
        return ""
    if not before:
        return f"+{count:,}"
    percent = round(100 * (count - before) / before)
    if abs(percent) >= 1000:
        return f"{count / before:,.0f} ×"
    return f"+{percent} %" if percent > 0 else f"\N{MINUS SIGN}{-percent} %" if percent else ""


def sentence(series: Series, period: Period, open_incidents: int | None, held: int | None) -> str:
    """The state of the door in one sentence."""
    if not series.all:
        return say("Nothing came to the door %(when)s.", when=period.words)
    parts = [
        say_many(
            "%(n)s request %(when)s, every one decided.", "%(n)s requests %(when)s, every one decided.",
            series.all, when=period.words,
        )
    ]  # fmt: skip
    if open_incidents:
        parts.append(say_many("%(n)s incident is open.", "%(n)s incidents are open.", open_incidents))
    if held:
        parts.append(say_many("%(n)s call waits for somebody.", "%(n)s calls wait for somebody.", held))
    return joined(parts, " ")


@get("/")
async def show_overview(request: Request[Any, Any, Any], period: FromQuery[str] = "1h") -> Response[str]:
    """The first page."""
    here = Visit(request)
    me = await here.me()
    values = await overview_values(here, me, period_of(period), now=here.front.clock())
    return here.page("overview.html", me=me, title=mark("Overview"), **values)


async def overview_values(visit: Visit, me: Me, period: Period, *, now: float) -> dict[str, Any]:
    """Everything the overview shows; what this person may not know is None."""
    until = int(now * 1000) // period.step_ms * period.step_ms + period.step_ms
    since = until - period.length_ms
    sees = me.may(Permission.VIEW_DASHBOARDS)
    counts, door, incidents, held, tail, log, glass = await asyncio.gather(
        _if(sees, visit, "counts", since_ms=since - period.length_ms, until_ms=until, step_ms=period.step_ms),
        _if(sees, visit, "door", since_ms=since, until_ms=until),
        visit.get_if_allowed("incidents", state="open"),
        visit.get_if_allowed("approvals"),
        visit.get_if_allowed("tail", last=_ROWS, sample="true"),
        visit.get_if_allowed("audit"),
        visit.get_if_allowed("break-glass", days=GLASS_DAYS),
    )
    before, series = series_of(counts).split() if counts else (None, None)
    waiting, calls = (None if one is None else len(one) for one in (incidents, held))
    return {
        "period": period,
        "periods": PERIODS,
        "series": series,
        "figures": figures(series, before) if series and before else (),
        "door": door,
        "sentence": sentence(series, period, waiting, calls) if series else "",
        "rows": None if tail is None else list(reversed(tail["lines"])),
        "place": None if tail is None else tail["next"],
        "incidents": incidents,
        "held": held,
        "sees_findings": any(map(me.may, OPERATIONS["inventory.findings"].permissions)),
        "log": log,
        "broken": [one for one in standing_glass(glass) if one["standing"] in ("open", "overdue")],
        "may_close": may_close(me),
        "may_review": may_review(me),
        "now": now,
    }


async def _if(asks: bool, visit: Visit, *path: str, **query: str | int) -> Any:  # noqa: FBT001 - nobody sets it by hand
    return await visit.get(*path, **query) if asks else None


class Bar(msgspec.Struct, frozen=True):
    """Coverage of one framework, in parts of a hundred for the drawing."""

    id: str
    title: str
    applicable: int
    proven: int
    attested: int
    failing: int

    @property
    def parts(self) -> tuple[tuple[str, float, float], ...]:
        """Class, begin and width of each part."""
        found, at = [], 0.0
        rest = self.applicable - self.proven - self.attested - self.failing
        for style, count in (("b-e", self.proven), ("b-t", self.attested), ("b-f", self.failing), ("b-u", rest)):
            width = 100.0 * count / self.applicable if self.applicable else 0.0
            if width > 0:
                found.append((style, round(at, 2), round(width, 2)))
            at += width
        return tuple(found)


_MOST_FINDINGS = 4
_FAILING = ("bypassed", "drifted")
_OPEN = ("gap", "shadow")


@get("/overview/coverage")
async def show_coverage(request: Request[Any, Any, Any]) -> Response[str]:
    """Coverage by framework, as a part of the first page: it may have to count on in the log first."""
    here = Visit(request)
    me = await here.me()
    whole = await here.get("coverage")
    counted = 1.0 if whole["counted"] >= whole["log_end"] else whole["counted"] / max(1, whole["log_end"])
    bars: list[Bar] = []
    if counted == 1.0:
        known = {one["id"]: one["title"] for one in await here.get("frameworks")}
        names = [one for first in _FIRST_FRAMEWORKS for one in sorted(known) if one.startswith(first)] or sorted(known)
        told = await asyncio.gather(*(here.get("coverage", framework=one) for one in names[:_MOST_BARS]))
        bars = [_bar(name, known[name], one) for name, one in zip(names, told, strict=False)]
    without = {one["clause"] for one in whole["clauses"] if one["state"] in _OPEN}
    return here.page(
        "overview-coverage.html", me=me, title="", bars=bars, whole=whole, counted=counted, without=len(without)
    )


@get("/overview/grants")
async def show_grants_at_risk(request: Request[Any, Any, Any]) -> Response[str]:
    """The gravest findings, as a part of the first page: of a million grants they take longer than all else on it."""
    here = Visit(request)
    await here.me()
    told = await here.get("inventory", "findings", limit=_MOST_FINDINGS)
    return here.part("overview-grants.html", findings=told["findings"])


def _bar(name: str, title: str, told: Mapping[str, Any]) -> Bar:
    failing = sum(1 for one in told["clauses"] if one["state"] in _FAILING)
    return Bar(name, re.split(r",? \(|, ", title)[0], told["applicable"], told["proven"], told["attested"], failing)


_ROWS = 12


@post("/samples")
async def send_samples(request: Request[Any, Any, Any], data: URLEncodedBody[dict[str, str]]) -> Response[Any]:
    """Send sample requests through the door, for a first look."""
    here = Visit(request)
    await here.me()
    await here.change(data, "samples", body={})
    return here.leave("/", notice="sent")


PLACE = Place(Area.DOOR, 1, "/", "gauge", mark("Overview"), "o")
HANDLERS = (show_overview, show_coverage, show_grants_at_risk, send_samples)
