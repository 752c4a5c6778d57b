"""``wardlaw shadow-ai``: which AI vendors are in use, by whom, and whether anybody allowed it."""

from __future__ import annotations

import csv
import io
from typing import Any

import msgspec
from cyclopts import App

from wardlaw.cli.exits import Exit
from wardlaw.cli.options import NONE, Options
from wardlaw.cli.output import rows
from wardlaw.cli.session import connect, show_one, when, with_prefix
from wardlaw.cli.showing import freshness_lines, plain_text
from wardlaw.inventory.shadow import ShadowVendor, mark_sanctioned

app = App(name="shadow-ai", help="AI that people use, from every source, and whether anybody allowed it.")

_HEADS = ("vendor", "allowed", "why", "accounts", "since", "last use", "apps", "sources", "who")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@app.command
def report(*, directory: str = "", as_csv: bool = False, options: Options = NONE) -> int:
    """Report AI vendors by grants, logs, extensions and clients of tool servers; exit code 1 where one is not allowed.

    Allowed are the vendors of `inventory.sanctioned` in the configuration, and those of which approvals that hold cover every
    grant, key and use that is known. An approval that ran out allows nothing.

    Args:
        directory: Only of this directory.
        as_csv: Write the table as CSV.
    """
    answer = connect(options).get("/inventory/shadow-ai", **({"directory": directory} if directory else {}))
    allowed = options.configuration().inventory.sanctioned
    vendors = mark_sanctioned(msgspec.convert(answer["vendors"], tuple[ShadowVendor, ...]), allowed)
    table = [_line(one, is_named=one.vendor in allowed) for one in vendors]
    told = {"vendors": msgspec.to_builtins(vendors), "feeds": answer["feeds"]}
    if as_csv:
        options.output().result(told, _csv(table))
    else:
        shown: list[Any] = (
            [rows(_HEADS, [[plain_text(cell) for cell in line] for line in table])] if table else ["none"]
        )
        options.output().result(told, *shown, *map(plain_text, freshness_lines(answer["feeds"])))
    return Exit.DONE if all(one.sanctioned for one in vendors) else Exit.FINDINGS


@app.command
def systems(*, options: Options = NONE) -> int:
    """List callers the gateway sees that belong to no registered system; exit code 1 where there are any."""
    answer = connect(options).get("/shadow/systems")
    lines = [
        [plain_text(cell) for cell in (one["principal"] or "(not told apart)", one["kind"], str(one["calls"]),
         ", ".join(one["routes"]), ", ".join(one["reaches"]), when(one["last_at"]), one["last"])]
        for one in answer["systems"]
    ]  # fmt: skip
    heads = ("caller", "kind", "calls", "by", "reaches", "last", "its decision")
    counted = answer["counted"]
    note = (
        f"{counted['end']} of {counted['log_end']} records counted; ask again"
        if counted["end"] < counted["log_end"]
        else ""
    )
    options.output().result(answer, rows(heads, lines) if lines else "none", *([note] if note else []))
    return Exit.FINDINGS if lines else Exit.DONE


@app.command
def register(caller: str, *, system: str, owner: str, purpose: str, title: str = "", options: Options = NONE) -> int:
    """Register what was seen as a system: from then on it is its owner's, starts as proposed, and its gate warns.

    Args:
        caller: Who calls, as `shadow-ai systems` names it.
        system: Short name for it.
        owner: Person who answers for it.
        purpose: What it is for, in plain words.
        title: Its name for people; the short name when left out.
    """
    body = {
        "id": system, "title": title or system, "owner": with_prefix(owner, "person"), "purpose": purpose,
        "principals": [caller],
    }  # fmt: skip
    kept = connect(options).post("/systems", body)
    one = kept["system"]
    told = {name: one[name] for name in ("id", "owner", "purpose", "principals", "lifecycle", "tier", "gate_mode")}
    return show_one(options, "system", told)


@app.command
def block(caller: str, *, reason: str, options: Options = NONE) -> int:
    """Lock out what was seen, until somebody releases it (`wardlaw quarantine`).

    Args:
        caller: Who calls, as `shadow-ai systems` names it.
        reason: Why; it stands in the log under your name.
    """
    return show_one(
        options, "quarantine", connect(options).post("/quarantines", {"key": f"principal:{caller}", "reason": reason})
    )


def _line(one: ShadowVendor, *, is_named: bool) -> list[str]:
    more = one.accounts - len(one.who)
    who = ", ".join(one.who) + (f" and {more} more" if more > 0 else "")
    sources = ", ".join(f"{trace.source} ({trace.how})" for trace in one.traces)
    used = when(one.used_at) if one.used_at else ""
    allowed = "yes" if one.sanctioned else "NO"
    why = "the configuration names it" if is_named else one.standing.words
    return [one.vendor, allowed, why, str(one.accounts), when(one.since), used, ", ".join(one.apps), sources, who]


def _csv(table: list[list[str]]) -> str:
    """As CSV; a cell that a spreadsheet would take for a formula is made a text."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_HEADS)
    for line in table:
        cells = [plain_text(cell) for cell in line]
        writer.writerow([f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in cells])
    return out.getvalue().rstrip("\n")
