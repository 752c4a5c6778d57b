"""Decisions as they are made, sent to an open page: at most a few a second, however many there are.

Source: HTML Standard, section 9.2 (server-sent events).
"""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import AsyncIterator, Coroutine
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get
from litestar.di import NamedDependency, Provide
from litestar.params import QueryParameter
from litestar.response import Stream

from wardlaw.console.pages.inside import ApiAnswerError
from wardlaw.console.pages.visit import UNATTENDED, SignInNeededError, Visit

MOST_ROWS = 20
"""Rows of one look, and so about of a second; more nobody reads."""
LOOK_S = 1.0
"""Pause between two looks while decisions come without end."""
MOST_STREAMS, MOST_OF_ONE = 64, 4
"""Open streams of the console, and of one person in all their sessions: others must still get a page."""
LATE_S = 3.0
"""A viewer who took nothing for so long was too slow, and is told how many rows went by."""

_WAIT_S = 20  # one look at the log; proxies close what is silent for a minute
_STREAM_S = 600  # then the browser connects anew
_SHORTEST_S = 0.1
_ME_S = 15.0  # how long it is believed who watches, as far as what a row offers them goes
_FULL_RETRY_MS = 30_000
_RETRY_MS, _JITTER_MS = 2_000, 6_000  # browsers that lost their streams together must not come back together

_Place = Annotated[int, QueryParameter(ge=-1, le=2**62)]
_Yes = Annotated[bool, QueryParameter()]
_Word = Annotated[str, QueryParameter(max_length=128)]


class Streams:
    """How many streams are open, in all and by person."""

    def __init__(self) -> None:
        self._open: dict[str, int] = {}

    def may_open(self, person: str) -> bool:
        """Whether one more is borne."""
        return sum(self._open.values()) < MOST_STREAMS and self._open.get(person, 0) < MOST_OF_ONE

    def opened(self, person: str) -> None:
        """Count one."""
        self._open[person] = self._open.get(person, 0) + 1

    def closed(self, person: str) -> None:
        """Count it no more."""
        left = self._open.get(person, 0) - 1
        if left > 0:
            self._open[person] = left
        else:
            self._open.pop(person, None)

    @property
    def count(self) -> int:
        """All that are open."""
        return sum(self._open.values())


class Filters(msgspec.Struct, frozen=True):
    """Which decisions are wanted, an empty field asks nothing; ``cuts`` has each row offer to cut its caller off."""

    wing: str = ""
    effect: str = ""
    principal: str = ""
    route: str = ""
    cuts: bool = False

    @property
    def query(self) -> dict[str, str]:
        """Those that are set, as parameters of an address."""
        found = {name: getattr(self, name) for name in ("wing", "effect", "principal", "route")}
        return {name: value for name, value in found.items() if value}


async def provide_filters(
    *, wing: _Word = "", effect: _Word = "", principal: _Word = "", route: _Word = "", cuts: _Yes = False
) -> Filters:
    """From the address."""
    return Filters(wing, effect, principal.strip(), route.strip(), cuts)


@get("/live", opt={UNATTENDED: True}, dependencies={"filters": Provide(provide_filters)})
async def live_rows(
    request: Request[Any, Any, Any], filters: NamedDependency[Filters], *, after: _Place = -1
) -> Stream | Response[str]:
    """Rows of the table of decisions as server-sent events, from the place in the log that the page shows."""
    here = Visit(request)
    me = await here.me()
    streams: Streams = request.app.state.streams
    if not streams.may_open(me.id):
        text = "Too many pages are watching at once. Close some; this one tries again by itself.\n"
        return Response(text, status_code=503, media_type="text/plain", headers={"retry-after": "30"})
    return Stream(
        counted(here, filters, streams, me.id, after),
        media_type="text/event-stream",
        headers={"x-accel-buffering": "no"},
    )


async def counted(
    here: Visit, filters: Filters, streams: Streams, person: str, after: int = -1
) -> AsyncIterator[bytes]:
    """The rows, as long as they are borne: of many that come at one moment all may have been let in before one is counted."""
    if not streams.may_open(person):
        yield f"retry: {_FULL_RETRY_MS}\n\n".encode()
        return
    streams.opened(person)
    try:
        async for event in rows_of(here, filters, after):
            yield event
    finally:
        streams.closed(person)


class Pace:
    """How fast rows pass one viewer.

    Args:
        now: When they began, in seconds of any clock that only goes on.
    """

    def __init__(self, now: float) -> None:
        self._looked, self._stalled_s = now, 0.0

    def stalled(self, seconds: float) -> None:
        """The viewer took so long to take what was sent."""
        self._stalled_s = max(self._stalled_s, seconds)

    def told(self, *, shown: int, fitting: int, unseen: int, now: float) -> dict[str, float]:
        """What the page says beside the rows of one look.

        Returns:
            Rows shown, decisions that fit and the seconds in which they came; ``lost`` rows would have been shown to
            somebody who is fast enough.
        """
        seconds = max(now - self._looked, _SHORTEST_S)
        due = min(fitting + unseen, int(MOST_ROWS * seconds))
        lost = max(0, due - shown) if self._stalled_s > LATE_S else 0
        self._looked, self._stalled_s = now, 0.0
        return {"shown": shown, "fitting": fitting + unseen, "seconds": round(seconds, 1), "lost": lost}


async def rows_of(here: Visit, filters: Filters, after: int = -1) -> AsyncIterator[bytes]:
    """Made by the macro that made the rows of the page. Whoever loses the right to see them sees no more.

    Args:
        after: Place in the log up to which the page shows rows; -1 for the end of the log when the stream begins.
    """
    loop = asyncio.get_running_loop()
    end, pace = loop.time() + _STREAM_S, Pace(loop.time())
    asked: dict[str, str | int] = {**filters.query, "sample": "true", "limit": MOST_ROWS}
    look = {"last": 0} if after < 0 else {"after": after, "wait_s": _WAIT_S}
    me, known_until = await here.me(), loop.time() + _ME_S
    yield f"retry: {_RETRY_MS + secrets.randbelow(_JITTER_MS)}\n\n".encode()
    while loop.time() < end:
        try:
            page = await _unless_stopped(here.front.stop, here.get("tail", **asked, **look))
            if page is None:
                return
            if loop.time() > known_until:
                me, known_until = await here.me(), loop.time() + _ME_S
        except (ApiAnswerError, SignInNeededError):
            return
        sent = loop.time()
        if rows := list(reversed(page["lines"])):
            values = {"rows": rows, "is_new": True, "cuts": filters.cuts, "zone": here.zone, "me": me}
            text = here.front.renderer.page("rows.html", here.language, **values)
            told = pace.told(shown=len(rows), fitting=page["fitting"], unseen=page["unseen"], now=sent)
            passed = json.dumps(told | {"newest_ms": rows[0]["at_ms"]})
            # A line break would end the event.
            yield f"event: passed\ndata: {passed}\n\ndata: {' '.join(text.split())}\n\n".encode()
        else:
            yield b": still here\n\n"
        pace.stalled(loop.time() - sent)
        if page["next"] > after and look != {"last": 0}:
            await asyncio.sleep(LOOK_S)
        after = page["next"]
        look = {"after": after, "wait_s": _WAIT_S}


async def _unless_stopped(stop: asyncio.Event, asked: Coroutine[Any, Any, Any]) -> Any:
    """What was asked for; None when the server stops first, which must not wait for a page that looks on."""
    loop = asyncio.get_running_loop()
    asking, stopping = loop.create_task(asked), loop.create_task(stop.wait())
    try:
        await asyncio.wait({asking, stopping}, return_when=asyncio.FIRST_COMPLETED)
        return None if stop.is_set() else asking.result()
    finally:
        asking.cancel()
        stopping.cancel()
        await asyncio.gather(asking, stopping, return_exceptions=True)


HANDLERS = (live_rows,)
