"""``wardlaw break-glass``: clauses lifted at once in an emergency, and what somebody else found about it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cyclopts import App

from wardlaw.cli.client import quoted
from wardlaw.cli.options import NONE, Options
from wardlaw.cli.output import rows
from wardlaw.cli.scoping import NOBODY, Scoped
from wardlaw.cli.session import connect, show_one, when

app = App(name="break-glass", help="Lift clauses at once in an emergency, for an hour at most.")

_HEADS = ("id", "standing", "clauses", "opened", "by", "ends", "review by", "incident")


@app.command(name="open")
def open_glass(
    *, reason: str, minutes: int = 30, clause: tuple[str, ...] = (), scope: Scoped = NOBODY, options: Options = NONE
) -> int:
    """Lift governance clauses at once; every channel is told, and another person reviews it within a day.

    Args:
        reason: Why; it stands in the log under your name.
        minutes: For how long, 60 at most.
        clause: Which clause; may be given again. Every one that may be lifted when left out.
    """
    body = {"reason": reason, "minutes": minutes, "clauses": list(clause), **scope.body()}
    return _show(options, connect(options).post("/break-glass", body))


@app.command
def close(glass: str, *, reason: str, options: Options = NONE) -> int:
    """Put the clauses in force again now.

    Args:
        glass: Its id, brk_….
        reason: Why; it stands in the log under your name.
    """
    return _show(options, connect(options).post(f"/break-glass/{quoted(glass)}/close", {"reason": reason}))


@app.command
def review(glass: str, *, review: str, justified: bool, options: Options = NONE) -> int:
    """Say what you found about glass that somebody else broke; that closes its incident.

    Args:
        glass: Its id, brk_….
        review: What you found; it stands in the log under your name.
        justified: It was right to break it; --no-justified when it was not.
    """
    body = {"justified": justified, "review": review}
    return _show(options, connect(options).post(f"/break-glass/{quoted(glass)}/review", body))


@app.command
def liftable(*, options: Options = NONE) -> int:
    """List the clauses that breaking the glass would lift now, for how long at most, and who would be told."""
    found = connect(options).get("/break-glass/liftable")
    lines = [(one["id"], one["title"]) for one in found["clauses"]]
    told = f"told at once over: {', '.join(found['told']) or 'no channel (set notify)'}"
    never = f"never lifted: {', '.join(found['never']) or 'none'}"
    owed = [f"first {found['owed']}, which you broke, must be reviewed"] if found["owed"] else []
    shown = rows(("clause", "title"), lines) if lines else "no clause in force may be lifted"
    options.output().result(found, shown, never, f"for {found['minutes']} minutes at most; {told}", *owed)
    return 0


@app.command(name="list")
def list_glass(*, days: int = 90, options: Options = NONE) -> int:
    """List when glass was broken, and for how many minutes clauses were lifted.

    Args:
        days: How far back.
    """
    found = connect(options).get("/break-glass", days=str(days))
    lines = [
        (
            one["glass"]["id"],
            one["standing"],
            ", ".join(one["glass"]["clauses"]) or "all",
            when(one["glass"]["opened_at"]),
            one["glass"]["opened_by"],
            when(one["glass"]["ends_at"]),
            "" if one["glass"]["reviewed_at"] else when(one["glass"]["review_by"]),
            one["glass"]["incident"],
        )
        for one in found["glasses"]
    ]
    total = f"clauses were lifted for {found['minutes']:g} minutes in {days} days"
    options.output().result(found, rows(_HEADS, lines) if lines else "no broken glass", total)
    return 0


def _show(options: Options, found: Mapping[str, Any]) -> int:
    return show_one(
        options, "glass", {"standing": found["standing"], **found["glass"], **found["glass"]["scope"], "scope": ""}
    )
