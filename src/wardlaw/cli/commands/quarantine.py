"""``wardlaw quarantine``: who is locked out."""

from __future__ import annotations

from cyclopts import App

from wardlaw.cli.client import quoted
from wardlaw.cli.options import NONE, Options
from wardlaw.cli.session import connect, show_list, show_one

app = App(name="quarantine", help="Who is locked out.")


@app.command(name="list")
def list_quarantines(*, options: Options = NONE) -> int:
    """List who is locked out now."""
    columns = ("id", "key", "kind", "reason", "since", "until", "placed_by")
    return show_list(options, "quarantines", connect(options).get("/quarantines"), columns=columns)


@app.command
def place(key: str, *, reason: str, minutes: int = 0, options: Options = NONE) -> int:
    """Lock somebody out.

    Args:
        key: principal:ID, person:ID or session:ID, such as principal:agent:reports.
        reason: Why; it stands in the log.
        minutes: For how long; until released when left out.
    """
    body = {"key": key, "reason": reason, "minutes": minutes}
    return show_one(options, "quarantine", connect(options).post("/quarantines", body))


@app.command
def release(quarantine: str, *, options: Options = NONE) -> int:
    """Let somebody in again.

    Args:
        quarantine: Its id, qua_…
    """
    return show_one(options, "quarantine", connect(options).post(f"/quarantines/{quoted(quarantine)}/release"))
