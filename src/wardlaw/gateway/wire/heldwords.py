"""How the caller of a held call is told where it waits, for people and for programs."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from wardlaw.facts.approval import HeldNotice

RETRY_HEADER = "wardlaw-retry"
"""The same request with it, and the token that was given, asks for the answer that is kept."""


def held_words(notice: HeldNotice) -> str:
    """The notice in plain words, to stand behind those of the clause."""
    if not notice.approval:
        return notice.message
    how = "send the same request with the header Wardlaw-Retry" if notice.retry else "make the same call again"
    names = " and ".join((notice.approval, *notice.beside))
    return f"It waits for a person as {names} until {_time(notice.expires_at)}; once it is approved, {how}."


def held_members(notice: HeldNotice) -> dict[str, Any]:
    """The members of an error that say where a call waits; all ``null`` where nobody was asked."""
    waits = bool(notice.approval)
    return {
        "approval": notice.approval or None,
        "approvals": [notice.approval, *notice.beside] if waits else None,
        "expires": _time(notice.expires_at) if waits else None,
        "retry": notice.retry or None,
        "see": f"wardlaw approvals show {notice.approval}" if waits else None,
    }


def held_meta(notice: HeldNotice | None, why: str) -> dict[str, Any]:
    """What stands beside the result of a held tool call; nothing where it does not wait."""
    if notice is None or not notice.approval:
        return {}
    return {"wardlaw/held": {"approval": notice.approval, "expires": _time(notice.expires_at), "why": why}}


def _time(at: float) -> str:
    return datetime.fromtimestamp(at, tz=UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
