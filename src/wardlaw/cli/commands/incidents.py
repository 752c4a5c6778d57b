"""``wardlaw incidents``: what security stopped and nobody has closed yet."""

from __future__ import annotations

from cyclopts import App

from wardlaw.cli.client import quoted
from wardlaw.cli.commands.serious import app as serious
from wardlaw.cli.explaining import incident_lines
from wardlaw.cli.options import NONE, Options
from wardlaw.cli.session import connect, show_list, show_one
from wardlaw.facts.incident import IncidentState

app = App(name="incidents", help="What security stopped and nobody has closed yet.")
app.command(serious)


@app.command(name="list")
def list_incidents(
    *, state: IncidentState | None = IncidentState.OPEN, everything: bool = False, options: Options = NONE
) -> int:
    """List incidents, newest first.

    Args:
        state: open or closed.
        everything: Both.
    """
    query = {} if everything or state is None else {"state": state.value}
    columns = ("id", "kind", "principal", "count", "opened_at", "last_at", "state", "detail")
    return show_list(options, "incidents", connect(options).get("/incidents", **query), columns=columns)


@app.command
def show(incident: str, *, options: Options = NONE) -> int:
    """Show an incident: the decisions it rests on, their places in the log, and who was locked out for it.

    Args:
        incident: Its id, inc_…
    """
    detail = connect(options).get(f"/incidents/{quoted(incident)}")
    options.output().result(detail, *incident_lines(detail))
    return 0


@app.command
def release(incident: str, *, reason: str, options: Options = NONE) -> int:
    """Let everybody in again who was locked out for an incident; it stays open until it is closed.

    Args:
        incident: Its id, inc_…
        reason: Why; it stands in the log under your name.
    """
    done = connect(options).post(f"/incidents/{quoted(incident)}/release", {"reason": reason})
    columns = ("id", "kind", "key", "released_at", "released_by")
    return show_list(options, "released", done["released"], columns=columns)


@app.command
def close(incident: str, *, reason: str, options: Options = NONE) -> int:
    """Close an incident.

    Args:
        incident: Its id, inc_…
        reason: Why; it stands in the incident and in the log under your name.
    """
    done = connect(options).post(f"/incidents/{quoted(incident)}/close", {"reason": reason})
    return show_one(options, "incident", done)
