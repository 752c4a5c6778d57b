"""``wardlaw incidents serious``: incidents the authority must be told of, and their clock."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from cyclopts import App, Parameter

from wardlaw.cli.client import quoted
from wardlaw.cli.moment import read_moment
from wardlaw.cli.options import NONE, Options
from wardlaw.cli.session import connect, show_list, show_one
from wardlaw.facts.serious import SeriousClass

app = App(name="serious", help="Serious incidents (EU AI Act, Article 73): frozen evidence, and a deadline.")


# A dataclass, not a struct: the command-line framework flattens those.
@Parameter(name="*")
@dataclass(frozen=True)
class Told:
    """What is told of it beside its class and time."""

    occurred: Annotated[str, Parameter(show_default=False)] = ""
    """When it happened; as --aware when left out."""
    widespread: Annotated[bool, Parameter(negative=(), show_default=False)] = False
    """A widespread infringement: two days, whatever its class."""
    member_state: Annotated[str, Parameter(show_default=False)] = ""
    """Member State where it happened."""
    incident: Annotated[str, Parameter(show_default=False)] = ""
    """Incident (inc_…) whose decisions are its evidence."""
    decision: Annotated[tuple[str, ...], Parameter(negative=(), show_default=False)] = ()
    """Decision (dec_…) it rests on; may be given again."""


NOTHING_MORE = Told()
"""Nothing but class, time, system and description."""


@app.command(name="list")
def list_serious(*, everything: bool = False, options: Options = NONE) -> int:
    """List serious incidents, the one that is due first at the top.

    Args:
        everything: Also those that were reported.
    """
    query = {"everything": "true"} if everything else {}
    found = [_flat(one) for one in connect(options).get("/serious-incidents", **query)]
    return show_list(options, "serious", found, columns=("id", "standing", "kind", "system", "aware_at", "due_at"))


@app.command(name="open")
def open_serious(
    kind: SeriousClass, *, aware: str, system: str, description: str, told: Told = NOTHING_MORE, options: Options = NONE
) -> int:
    """Open one: its evidence is held and the log's checkpoint kept; the clock starts when you became aware.

    Args:
        kind: death (10 days), infrastructure (2), health, rights or property (15).
        aware: When you became aware: 2h (ago), 2026-11-01 or 2026-11-01T08:30.
        system: The AI system.
        description: What happened.
    """
    now = time.time()
    body = {
        "kind": kind.value,
        "aware_at": read_moment(aware, now=now),
        "occurred_at": read_moment(told.occurred, now=now) if told.occurred else 0.0,
        "system": system,
        "description": description,
        "widespread": told.widespread,
        "member_state": told.member_state,
        "incident": told.incident,
        "decisions": list(told.decision),
    }
    return show_one(options, "serious", _flat(connect(options).post("/serious-incidents", body)))


@app.command
def show(serious: str, *, options: Options = NONE) -> int:
    """Show one with its clock, its holds and the checkpoint at its opening.

    Args:
        serious: Its id, ser_….
    """
    return show_one(options, "serious", _flat(connect(options).get(f"/serious-incidents/{quoted(serious)}")))


@app.command
def draft(serious: str, *, options: Options = NONE) -> int:
    """Print a draft of the report to the authority, with what a person must still fill in.

    Args:
        serious: Its id, ser_….
    """
    found = connect(options).get(f"/serious-incidents/{quoted(serious)}/draft")
    options.output().result(found, found["draft"])
    return 0


@app.command
def close(serious: str, *, report_ref: str, sent: str = "", options: Options = NONE) -> int:
    """Close one: the authority has the report. The holds stay until two persons lift them.

    Args:
        serious: Its id, ser_….
        report_ref: Under which the authority has the report.
        sent: When the authority got it; now when left out.
    """
    body = {"report_ref": report_ref, "sent_at": read_moment(sent, now=time.time()) if sent else 0.0}
    return show_one(
        options, "serious", _flat(connect(options).post(f"/serious-incidents/{quoted(serious)}/close", body))
    )


def _flat(found: Mapping[str, Any]) -> dict[str, Any]:
    return {"standing": found["standing"], "hours_left": round(found["left_s"] / 3_600, 1), **found["serious"]}
