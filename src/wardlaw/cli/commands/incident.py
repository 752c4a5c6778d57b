"""``wardlaw incident``: what security stopped and nobody has closed yet."""

from __future__ import annotations

from cyclopts import App

from wardlaw.cli.client import quoted
from wardlaw.cli.options import NONE, Options
from wardlaw.cli.session import connect, show_list, show_one
from wardlaw.facts.incident import IncidentState

app = App(name="incident", help="What security stopped and nobody has closed yet.")


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
    """Show one incident.

    Args:
        incident: Its id, inc_…
    """
    return show_one(options, "incident", connect(options).get(f"/incidents/{quoted(incident)}"))


@app.command
def close(incident: str, *, options: Options = NONE) -> int:
    """Close an incident.

    Args:
        incident: Its id, inc_…
    """
    return show_one(options, "incident", connect(options).post(f"/incidents/{quoted(incident)}/close"))
