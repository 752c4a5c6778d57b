"""``wardlaw evidence``: from a clause to one decision of the log with its proof."""

from __future__ import annotations

from cyclopts import App

from wardlaw.cli.client import quoted
from wardlaw.cli.commands.coverage import counted
from wardlaw.cli.options import NONE, Options
from wardlaw.cli.session import connect
from wardlaw.cli.trailshow import trail_lines

app = App(name="evidence", help="From a clause to one decision of the log with its proof.")


@app.command
def show(clause: str, *, system: str = "", options: Options = NONE) -> int:
    """Walk from a provision over controls, clauses and canaries to a decision, and print the commands that prove it.

    Args:
        clause: A clause (GOV-07), a control (WL-SEC-INJECT) or a provision of a framework (eu-ai-act:art-14).
        system: Only for this system.
    """
    client = connect(options)
    counted(client, options.output(), "/coverage", {})
    query = {"system": system} if system else {}
    trail = client.get(f"/evidence/{quoted(clause)}", **query)
    options.output().result(trail, *trail_lines(trail))
    return 0
