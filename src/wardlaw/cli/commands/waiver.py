"""``wardlaw waiver``: who is taken out of which clause for a while, and who agreed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from cyclopts import App, Parameter
from rich.text import Text

from wardlaw.cli.client import quoted
from wardlaw.cli.moment import read_minutes
from wardlaw.cli.options import NONE, Options
from wardlaw.cli.output import rows
from wardlaw.cli.scoping import NOBODY, Scoped
from wardlaw.cli.session import connect, show_list, when

app = App(name="waiver", help="Time-limited exceptions to clauses, and who agreed.")

_COLUMNS = ("id", "standing", "clause", "principals", "systems", "resources", "owner", "asked_by", "ends_at")
_DAY_MINUTES = 1_440


@app.command
def request(
    clause: str,
    *,
    reason: str,
    lasting: Annotated[str, Parameter(name="--for")],
    owner: str = "",
    scope: Scoped = NOBODY,
    options: Options = NONE,
) -> int:
    """Ask for a waiver of a clause; two others grant it.

    Args:
        clause: Its id, such as GOV-07.
        reason: Why; it stands in the log.
        lasting: For how long: 45m, 12h, 7d. Up to 30d, or up to 90d where the ciso and legal grant it.
        owner: Who answers for what happens under it; you when left out.
    """
    body = {"clause": clause, "reason": reason, "minutes": read_minutes(lasting), "owner": owner, **scope.body()}
    return _show(options, connect(options).post("/waivers", body))


@app.command
def approve(waiver: str, *, reason: str, options: Options = NONE) -> int:
    """Agree to a waiver; the second to agree, with another role, puts it in force.

    Args:
        waiver: Its id, wvr_….
        reason: Why; it stands in the log under your name.
    """
    return _answer(options, waiver, approves=True, reason=reason)


@app.command
def refuse(waiver: str, *, reason: str, options: Options = NONE) -> int:
    """Refuse a waiver; one refusal ends it.

    Args:
        waiver: Its id, wvr_….
        reason: Why; it stands in the log under your name.
    """
    return _answer(options, waiver, approves=False, reason=reason)


@app.command(name="list")
def list_waivers(*, everything: bool = False, options: Options = NONE) -> int:
    """List waivers that wait or stand, newest first.

    Args:
        everything: Also those that are over.
    """
    query = {"everything": "true"} if everything else {}
    return show_list(
        options, "waivers", [_flat(one) for one in connect(options).get("/waivers", **query)], columns=_COLUMNS
    )


@app.command
def show(waiver: str, *, options: Options = NONE) -> int:
    """Show a waiver with what everybody said of it.

    Args:
        waiver: Its id, wvr_….
    """
    return _show(options, connect(options).get(f"/waivers/{quoted(waiver)}"))


@app.command
def end(waiver: str, *, reason: str, options: Options = NONE) -> int:
    """Put the clause in force again before the waiver's time.

    Args:
        waiver: Its id, wvr_….
        reason: Why; it stands in the log under your name.
    """
    return _show(options, connect(options).post(f"/waivers/{quoted(waiver)}/end", {"reason": reason}))


def _answer(options: Options, waiver: str, *, approves: bool, reason: str) -> int:
    body = {"approves": approves, "reason": reason}
    return _show(options, connect(options).post(f"/waivers/{quoted(waiver)}/answer", body))


def _show(options: Options, found: Mapping[str, Any]) -> int:
    options.output().result(found, *_drawn(found))
    return 0


def _flat(found: Mapping[str, Any]) -> dict[str, Any]:
    one = found["waiver"]
    return {**one, **one["scope"], "standing": found["standing"]}


def _drawn(found: Mapping[str, Any]) -> Iterator[Any]:
    one = _flat(found)
    yield Text(f"{one['id']} is {one['standing']}", style="bold")
    days, minutes = divmod(one["minutes"], _DAY_MINUTES)
    told = [
        ("takes out of", one["clause"]),
        ("callers", ", ".join(one["principals"])),
        ("systems", ", ".join(one["systems"])),
        ("for", ", ".join(one["resources"])),
        ("how long", ", ".join([f"{days} days"] * bool(days) + [f"{minutes} minutes"] * bool(minutes))),
        ("why", one["reason"]),
        ("answers for it", one["owner"]),
        ("asked", f"{when(one['asked_at'])} by {one['asked_by']}"),
        ("stands", f"{when(one['starts_at'])} to {when(one['ends_at'])}" if one["ends_at"] else ""),
        ("ended", f"{when(one['ended_at'])} by {one['ended_by']}: {one['end_reason']}" if one["ended_by"] else ""),
    ]
    yield rows(("", ""), [(name, value) for name, value in told if value])
    if one["answers"]:
        yield Text("\nAnswers", style="bold")
        said = [
            (a["by"], "yes" if a["approves"] else "no", ", ".join(a["roles"]), when(a["at"]), a["reason"])
            for a in one["answers"]
        ]
        yield rows(("by", "answer", "as", "at", "reason"), said)
    if one["standing"] == "waiting":
        yield f"\n{'Another person' if one['answers'] else 'Two others'} must agree, each with another of the roles legal, risk, ciso."
