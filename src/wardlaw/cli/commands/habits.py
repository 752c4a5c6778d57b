"""``wardlaw habits``: what callers usually do, why one alerts, and that a change is right."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cyclopts import App

from wardlaw.cli.client import quoted
from wardlaw.cli.options import NONE, Options
from wardlaw.cli.output import rows
from wardlaw.cli.session import connect, show_list, show_one, when

app = App(name="habits", help="What callers usually do, and what they do now.")


@app.command(name="list")
def list_habits(*, alerting: bool = False, options: Options = NONE) -> int:
    """List whose behaviour is known, those who alert first.

    Args:
        alerting: Only those whose behaviour alerted and was not accepted.
    """
    query = {"alerting": "true"} if alerting else {}
    columns = ("principal", "key", "active_days", "last_at", "experienced", "alerting", "score", "step")
    return show_list(options, "habits", connect(options).get("/habits", **query), columns=columns)


@app.command
def show(caller: str, *, options: Options = NONE) -> int:
    """Show what a caller usually does, what was seen, and why it alerts.

    Args:
        caller: Its principal, such as agent:reports, or its key.
    """
    habit = connect(options).get(f"/habits/{quoted(caller)}")
    options.output().result({"habit": habit}, *_lines(habit))
    return 0


@app.command
def accept(caller: str, *, reason: str, options: Options = NONE) -> int:
    """Say that a caller's change is right: what alerted becomes usual, within a second.

    Args:
        caller: Its principal, such as agent:reports, or its key.
        reason: Why; it stands in the log under your name.
    """
    return show_one(options, "order", connect(options).post(f"/habits/{quoted(caller)}/accept", {"reason": reason}))


@app.command
def forget(caller: str, *, reason: str, options: Options = NONE) -> int:
    """Forget a caller's behaviour; it is learned anew, with a burn-in of 14 days in which little alerts.

    Args:
        caller: Its principal, such as agent:reports, or its key.
        reason: Why; it stands in the log under your name.
    """
    return show_one(options, "order", connect(options).post(f"/habits/{quoted(caller)}/forget", {"reason": reason}))


def _lines(habit: Mapping[str, Any]) -> Iterator[Any]:
    known = "known" if habit["experienced"] else "still being learned"
    state = "ALERTING, and not accepted" if habit["alerting"] else "within its usual"
    yield f"{habit['principal'] or habit['key']}: {state}; {known} after {habit['active_days']} active days"
    yield f"score {habit['score']} ({habit['step']}); last seen {when(habit['last_at'])}, as of {when(habit['pictured_at'])}"
    for reason in habit["reasons"]:
        yield f"  {reason}"
    table = [
        [one["measure"], *(_figure(one[column]) for column in ("seen", "typical", "usual"))]
        for one in habit["measures"]
    ]
    yield rows(("highest of a day", "seen", "typical", "usual, at most"), table)


def _figure(value: float) -> str:
    return f"{value:,.1f}".removesuffix(".0") if value < 10 else f"{value:,.0f}"
