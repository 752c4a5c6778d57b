"""One address for both: the management API below ``/api``, the console for everything else."""

from __future__ import annotations

from litestar.types import ASGIApp, Message, Receive, Scope, Send

from wardlaw.console.pages.entrance import content_policy

# What every answer of the console says unless it says otherwise itself: no cache keeps it, no frame shows it, no address
# of it is told elsewhere, nothing in it runs. Here and not in the framework: its error answers must say it too.
_HEADERS = {
    b"cache-control": b"no-store",
    b"x-content-type-options": b"nosniff",
    b"x-frame-options": b"DENY",
    b"referrer-policy": b"same-origin",
    b"cross-origin-opener-policy": b"same-origin",
    b"content-security-policy": content_policy("none").encode(),
}


def join(api: ASGIApp, site: ASGIApp) -> ASGIApp:
    """An application that hands each request to one of two by its path; both speak HTTP only, without lifespan."""

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = list(message["headers"])
                said = {name.lower() for name, _ in given}
                message["headers"] = [*given, *(one for one in _HEADERS.items() if one[0] not in said)]
            await send(message)

        path = scope["path"]
        if path == "/api" or path.startswith("/api/"):
            await api(scope, receive, send)
        else:
            await site(scope, receive, send_with_headers)

    return application
