"""``wardlaw session``: who is signed in to the console, and ending it."""

from __future__ import annotations

from typing import Annotated

from cyclopts import App, Parameter

from wardlaw.cli.client import quoted
from wardlaw.cli.options import NONE, Options
from wardlaw.cli.session import connect, show_list, show_one

app = App(name="session", help="Who is signed in to the console.")


@app.command(name="list")
def list_sessions(*, everybody: Annotated[bool, Parameter(name="--all")] = False, options: Options = NONE) -> int:
    """List your sessions of the console; ended ones for a month.

    Args:
        everybody: Those of everybody (needs the right to manage users).
    """
    items = connect(options).get("/sessions" if everybody else "/session/sessions")
    columns = ("id", "person", "method", "label", "began_at", "seen_at", "ended_at", "ended_why")
    return show_list(options, "sessions", items, columns=columns)


@app.command
def revoke(
    session: str, *, everybody: Annotated[bool, Parameter(name="--any")] = False, options: Options = NONE
) -> int:
    """End a session at once.

    Args:
        session: Its id, ses_…
        everybody: It may be somebody else's (needs the right to manage users).
    """
    path = f"/sessions/{quoted(session)}" if everybody else f"/session/sessions/{quoted(session)}"
    return show_one(options, "session", connect(options).delete(path))
