"""``wardlaw shadow-ai``: which AI vendors are in use, by whom, and whether anybody allowed it."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterator, Mapping
from typing import Any

import msgspec
from cyclopts import App

from wardlaw.cli.commands.grantrevoking import Errand, revoke
from wardlaw.cli.exits import Exit
from wardlaw.cli.options import NONE, Options
from wardlaw.cli.output import rows
from wardlaw.cli.session import connect, show_one, when, with_prefix
from wardlaw.cli.showing import freshness_lines, plain_text
from wardlaw.facts.csvcell import csv_cell
from wardlaw.inventory.shadow import ShadowVendor, mark_sanctioned

app = App(name="shadow-ai", help="AI that people use, from every source, and whether anybody allowed it.")

_HEADS = ("vendor", "allowed", "why", "accounts", "since", "last use", "apps", "sources", "who")
_MOST_WHO = 5


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
    """List what belongs to no registered system: callers the gateway sees, and apps of AI vendors the inventory knows.

    A caller that people said is an app (`grants link`) is one line with it. Apps that approvals cover whole, or whose vendor
    `inventory.sanctioned` names, are left out. Exit code 1 where there is anything that is not blocked.
    """
    answer = connect(options).get("/shadow/systems")
    allowed = frozenset(options.configuration().inventory.sanctioned) if any(_apps(answer)) else frozenset()
    found = [one for one in answer["systems"] if one["kind"] != "App" or not _is_allowed(one, allowed)]
    lines = [[plain_text(cell) for cell in _shadow_line(one)] for one in found]
    heads = (
        "what",
        "kind",
        "decisions",
        "by",
        "reaches",
        "in the inventory",
        "since",
        "last",
        "who",
        "its decision",
        "blocked since",
    )
    counted, hidden = answer["counted"], answer.get("apps", 0) - len(list(_apps(answer)))
    notes = []
    if counted["end"] < counted["log_end"]:
        notes.append(f"{counted['end']} of {counted['log_end']} records counted; ask again")
    if hidden > 0:
        notes.append(f"and {hidden} more apps with fewer accounts")
    told = {**answer, "systems": found}
    options.output().result(told, rows(heads, lines) if lines else "none", *notes)
    return Exit.FINDINGS if any(not one.get("blocked_at") for one in found) else Exit.DONE


@app.command
def register(caller: str, *, system: str, owner: str, purpose: str, title: str = "", options: Options = NONE) -> int:
    """Register what was seen as a system: from then on it is its owner's, starts as proposed, and its gate warns.

    Args:
        caller: Who calls, or app:…, as `shadow-ai systems` names it; the apps of a caller become its own too.
        system: Short name for it.
        owner: Person who answers for it.
        purpose: What it is for, in plain words.
        title: Its name for people; the short name when left out.
    """
    client = connect(options)
    seen = client.get("/shadow/systems")
    own = [f"app:{app['app']}" for one in seen["systems"] if one["principal"] == caller for app in one.get("apps", ())]
    body = {
        "id": system, "title": title or system, "owner": with_prefix(owner, "person"), "purpose": purpose,
        "principals": list(dict.fromkeys((caller, *own))),
    }  # fmt: skip
    kept = client.post("/systems", body)
    one = kept["system"]
    told = {name: one[name] for name in ("id", "owner", "purpose", "principals", "lifecycle", "tier", "gate_mode")}
    return show_one(options, "system", told)


@app.command
def block(caller: str, *, reason: str, options: Options = NONE) -> int:
    """Lock out what was seen: a caller until somebody releases it (`wardlaw quarantine`), an app by revoking what it was granted.

    A revocation is planned, and carried out once it is confirmed (`wardlaw grants revoke --confirm`).

    Args:
        caller: Who calls, or app:…, as `shadow-ai systems` names it.
        reason: Why; it stands in the log under your name.
    """
    kind, _, name = caller.partition(":")
    if kind == "app":
        return revoke(errand=Errand(app=name, reason=reason), options=options)
    return show_one(
        options, "quarantine", connect(options).post("/quarantines", {"key": f"principal:{caller}", "reason": reason})
    )


def _apps(answer: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    return (app for one in answer["systems"] for app in one.get("apps", ()))


def _is_allowed(one: Mapping[str, Any], allowed: Collection[str]) -> bool:
    return all(app["vendor"] in allowed for app in one["apps"])


def _shadow_line(one: Mapping[str, Any]) -> tuple[str, ...]:
    apps = one.get("apps", ())
    told = [
        f"{app['name']} ({app['vendor']}, {app['directory']}): "
        + ", ".join(f"{app[name]} {name}" for name in ("grants", "credentials", "uses") if app[name])
        for app in apps
    ]
    accounts = sum(app["accounts"] for app in apps)
    who = list(dict.fromkeys(name for app in apps for name in app["who"]))[:_MOST_WHO]
    more = f" and {accounts - len(who)} more" if accounts > len(who) else ""
    since = min((app["first_at"] for app in apps), default=0.0)
    last = max([one["last_at"], *(app["used_at"] for app in apps)])
    return (
        one["principal"] or "(not told apart)", one["kind"], str(one["decisions"]) if one["decisions"] else "",
        ", ".join(one["routes"]), ", ".join(one["reaches"]), "; ".join(told), when(since) if since else "",
        when(last) if last else "", ", ".join(who) + more, one["last"],
        when(one["blocked_at"]) if one.get("blocked_at") else "",
    )  # fmt: skip


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
        writer.writerow([csv_cell(cell) for cell in cells])
    return out.getvalue().rstrip("\n")
