"""Calls an ASGI application in this process."""

from __future__ import annotations

import asyncio
from typing import Any


def request(app: Any, path: str, body: bytes = b"", *, method: str = "POST") -> tuple[int, bytes]:
    """Status and body of the answer; the body is sent in two parts."""
    events: list[dict[str, Any]] = []
    parts = [body[:5], body[5:]]

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": parts.pop(0), "more_body": bool(parts)}

    async def send(event: dict[str, Any]) -> None:
        events.append(event)

    asyncio.run(app({"type": "http", "path": path, "method": method}, receive, send))
    return events[0]["status"], b"".join(event.get("body", b"") for event in events[1:])
