"""What was decided: the list, and one decision with its reasons and its record."""

from __future__ import annotations

import json
from typing import Annotated, Any

from litestar import Request, Response, get
from litestar.params import FromPath, QueryParameter

from wardlaw.console.pages.visit import Visit

PAGE_ROWS = 50

_Before = Annotated[int, QueryParameter(name="before", ge=-1, le=2**53)]
_Word = Annotated[str, QueryParameter(max_length=32)]


@get("/decisions")
async def list_of_decided(request: Request[Any, Any, Any], effect: _Word = "", older: _Before = -1) -> Response[str]:
    """Decisions, newest first."""
    here = Visit(request)
    me = await here.me()
    rows = await here.get("decisions", limit=PAGE_ROWS, effect=effect, before=older)
    return here.page(
        "decisions.html", me=me, title="Decisions", rows=rows, wanted=effect, is_full=len(rows) == PAGE_ROWS
    )


@get("/decisions/{record:str}")
async def show_decided(request: Request[Any, Any, Any], record: FromPath[str]) -> Response[str]:
    """One decision."""
    here = Visit(request)
    me = await here.me()
    told = await here.get("decisions", record)
    envelope = json.dumps(told["envelope"], indent=2, ensure_ascii=False)
    return here.page("decision.html", me=me, title="Decision", told=told, envelope=envelope)
