"""The console as one application: its addresses, and what holds for each of them."""

from __future__ import annotations

from typing import Any

from litestar import Litestar, Request, Response, get
from litestar.datastructures import State
from litestar.exceptions import HTTPException
from litestar.params import FromPath

from wardlaw.console.pages import decided, live, overview, problems, signing
from wardlaw.console.pages.visit import Front

MAX_FORM_BYTES = 64 * 1024


def build_site(front: Front) -> Litestar:
    """The console's application."""
    return Litestar(
        route_handlers=[
            overview.show_overview,
            decided.list_of_decided,
            decided.show_decided,
            live.live_rows,
            signing.sign_in_page,
            signing.sign_in,
            signing.sign_out,
            signing.choose_theme,
            static_file,
        ],
        state=State({"front": front}),
        before_request=_refuse_strangers,
        exception_handlers=problems.exception_handlers(),
        request_max_body_size=MAX_FORM_BYTES,
        openapi_config=None,
        logging_config=None,
        debug=False,
    )


@get("/static/{path:path}", sync_to_thread=False)
def static_file(request: Request[Any, Any, Any], path: FromPath[str]) -> Response[bytes]:
    """One of the console's own files."""
    front: Front = request.app.state.front
    found = front.assets.find(path.lstrip("/"))
    if found is None:
        raise HTTPException(status_code=404, detail="There is no such file.")
    headers = {"cache-control": "public, max-age=31536000, immutable"}
    return Response(found.content, media_type=found.media_type, headers=headers)


def _refuse_strangers(request: Request[Any, Any, Any]) -> Response[Any] | None:
    """Before anything is looked at: the right host, and for changes one of our own pages."""
    entrance = request.app.state.front.entrance
    if not entrance.is_our_host(request.headers.get("host", "")):
        return _plain(421, "This is not the address of this console. Use the one that `wardlaw up` prints.")
    if request.method not in ("GET", "HEAD") and not entrance.may_change(request.scope["headers"]):
        return _plain(403, "This form did not come from a page of this console. Load the page again and repeat.")
    return None


def _plain(status: int, text: str) -> Response[str]:
    return Response(text + "\n", status_code=status, media_type="text/plain")
