"""Decisions as they are made, sent to an open page."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from litestar import Request, get
from litestar.response import Stream

from wardlaw.console.pages.inside import ApiAnswerError
from wardlaw.console.pages.overview import decisions_of
from wardlaw.console.pages.visit import Visit

_WAIT_S = 20  # one look at the log; proxies close what is silent for a minute
_STREAM_S = 600  # then the browser connects anew


@get("/live")
async def live_rows(request: Request[Any, Any, Any]) -> Stream:
    """Rows of the table of decisions as server-sent events (HTML, section 9.2)."""
    here = Visit(request)
    await here.me()
    return Stream(_rows(here), media_type="text/event-stream", headers={"x-accel-buffering": "no"})


async def _rows(here: Visit) -> AsyncIterator[bytes]:
    """Made by the macro that made the rows of the page. Whoever loses the right to see them sees no more."""
    loop = asyncio.get_running_loop()
    end = loop.time() + _STREAM_S
    after = -1
    while loop.time() < end:
        try:
            page = await here.get("tail", **({"last": 0} if after < 0 else {"after": after, "wait_s": _WAIT_S}))
        except ApiAnswerError:
            return
        after = page["next"]
        if rows := decisions_of(page["lines"]):
            text = here.front.renderer.page("rows.html", rows=rows, is_new=True)
            yield f"data: {' '.join(text.split())}\n\n".encode()  # a line break would end the event
        else:
            yield b": still here\n\n"
