"""The console as one application: its addresses, and what holds for each of them."""

from __future__ import annotations

from typing import Any

from litestar import Litestar, Request, Response, get
from litestar.datastructures import State
from litestar.exceptions import HTTPException
from litestar.params import FromPath

from wardlaw.console.pages import (
    account,
    answering,
    auditlog,
    callers,
    canarylist,
    catalogue,
    connections,
    decided,
    decision,
    detectors,
    emergencies,
    findinglist,
    gatepages,
    grantapprovals,
    grantlist,
    grantshown,
    identityshown,
    inbox,
    incidents,
    laws,
    live,
    naming,
    oidc,
    overview,
    people,
    policies,
    preferences,
    problems,
    proving,
    questions,
    reportpages,
    reviewing,
    revoking,
    searching,
    shadowlist,
    signing,
    systemchange,
    systems,
    systemshow,
    traffic,
    views,
    waivers,
    writing,
)
from wardlaw.console.pages.navigation import Place
from wardlaw.console.pages.visit import Front

MAX_FORM_BYTES = 64 * 1024

# Each module names its addresses in HANDLERS, and its place in the navigation, if it has one, in PLACE.
PAGES = (
    overview,
    decided,
    decision,
    live,
    policies,
    writing,
    reviewing,
    catalogue,
    inbox,
    answering,
    waivers,
    laws,
    traffic,
    detectors,
    incidents,
    emergencies,
    signing,
    proving,
    account,
    oidc,
    preferences,
    searching,
    grantlist,
    grantshown,
    identityshown,
    findinglist,
    grantapprovals,
    revoking,
    shadowlist,
    canarylist,
    connections,
    views,
    systems,
    systemshow,
    systemchange,
    questions,
    gatepages,
    auditlog,
    reportpages,
    people,
    callers,
)
PLACES: tuple[Place, ...] = tuple(module.PLACE for module in PAGES if hasattr(module, "PLACE"))


def build_site(front: Front) -> Litestar:
    """The console's application."""
    return Litestar(
        route_handlers=[
            *(handler for module in PAGES for handler in module.HANDLERS),
            static_file,
        ],
        state=state_of(front),
        before_request=_refuse_strangers,
        after_request=naming.with_names,
        exception_handlers=problems.exception_handlers(),
        request_max_body_size=MAX_FORM_BYTES,
        openapi_config=None,
        logging_config=None,
        debug=False,
    )


def state_of(front: Front) -> State:
    """All that one console has for itself: its pages find it here and keep nothing."""
    return State({"front": front, "places": PLACES, "streams": live.Streams()}, deep_copy=False)


@get("/static/{path:path}", sync_to_thread=False)
def static_file(request: Request[Any, Any, Any], path: FromPath[str]) -> Response[bytes]:
    """One of the console's own files."""
    front: Front = request.app.state.front
    found = front.assets.find(path.lstrip("/"))
    if found is None:
        raise HTTPException(status_code=404, detail="There is no such file.")
    headers = {"cache-control": "public, max-age=31536000, immutable"}
    return Response(found.content, media_type=found.media_type, headers=headers)


async def _refuse_strangers(request: Request[Any, Any, Any]) -> Response[Any] | None:
    """Before anything is looked at: the right host, and for changes one of our own pages."""
    entrance = request.app.state.front.entrance
    if not entrance.is_our_host(request.headers.get("host", "")):
        return _plain(421, "This is not the address of this console. Use the one that `wardlaw up` prints.")
    # A provider's server has no page of ours to come from; what it sends is its own credential, and no cookie is read.
    is_server = request.url.path == oidc.LOGOUT_PATH
    if not is_server and request.method not in ("GET", "HEAD") and not entrance.may_change(request.scope["headers"]):
        return _plain(403, "This form did not come from a page of this console. Load the page again and repeat.")
    if request.method == "POST":
        request.state.sent = await request.body()  # to be sent again once somebody has proven who they are
    return None


def _plain(status: int, text: str) -> Response[str]:
    return Response(text + "\n", status_code=status, media_type="text/plain")
