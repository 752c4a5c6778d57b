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
from wardlaw.cli.session import connect, when
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
