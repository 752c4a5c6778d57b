"""How the pages look to somebody: light or dark, words or ids first, their own clock and language. Kept in this browser."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response, post
from litestar.params import URLEncodedBody

from wardlaw.console.pages.times import zones
from wardlaw.console.pages.visit import READINGS, THEMES, Preference, Visit

_YEAR_S = 31_536_000
_Form = URLEncodedBody[dict[str, str]]


@post("/preferences", sync_to_thread=False)
def choose(request: Request[Any, Any, Any], data: _Form) -> Response[Any]:
    """Keep what was chosen; anything else is left as it was."""
    here = Visit(request)
    response = here.leave(data.get("to", "/"))
    allowed = {
        Preference.THEME: ("", *THEMES),
        Preference.READING: READINGS,
        Preference.ZONE: zones(),
        Preference.LANGUAGE: ("", *here.front.renderer.languages),
    }
    for preference, values in allowed.items():
        if data.get(preference.field) in values:
            response.set_cookie(
                here.front.entrance.chosen_cookie(preference.value),
                data[preference.field],
                max_age=_YEAR_S,
                httponly=True,
                samesite="strict",
                secure=here.front.entrance.secure,
            )
    return response


HANDLERS = (choose,)
