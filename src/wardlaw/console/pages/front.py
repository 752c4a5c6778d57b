"""One address for both: the management API below ``/api``, the console for everything else."""

from __future__ import annotations

from litestar.types import ASGIApp, Message, Receive, Scope, Send

from wardlaw.console.pages.entrance import Entrance, content_policy

# What every answer of both says unless it says otherwise itself: no cache keeps it, no frame shows it, no address
# of it is told elsewhere, nothing in it runs. Here and not in the framework: its error answers must say it too.
_HEADERS = {
    b"cache-control": b"no-store",
    b"x-content-type-options": b"nosniff",
    b"x-frame-options": b"DENY",
    b"referrer-policy": b"same-origin",
    b"cross-origin-opener-policy": b"same-origin",
    b"content-security-policy": content_policy("none").encode(),
}


# For a year, and for names below this one (RFC 6797); a browser keeps it only when the certificate convinced it.
_ONLY_TLS = (b"strict-transport-security", b"max-age=31536000; includeSubDomains")


def join(api: ASGIApp, site: ASGIApp, *, entrance: Entrance) -> ASGIApp:
    """An application that hands each request to one of two by its path; both speak HTTP only, without lifespan."""

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        hosts = [value.decode("latin-1") for name, value in scope["headers"] if name == b"host"]
        headers = [*_HEADERS.items(), *([_ONLY_TLS] if entrance.asks_for_tls(hosts) else [])]

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = list(message["headers"])
                said = {name.lower() for name, _ in given}
                message["headers"] = [*given, *(one for one in headers if one[0] not in said)]
            await send(message)

        path = scope["path"]
        answers = api if path == "/api" or path.startswith("/api/") else site
        await answers(scope, receive, send_with_headers)

    return application
