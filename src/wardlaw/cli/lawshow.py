"""Frameworks and changes of the law, drawn for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rich.table import Table
from rich.text import Text

from wardlaw.cli.output import rows
from wardlaw.cli.plaintext import plain


def framework_lines(detail: Mapping[str, Any], *, in_full: bool) -> Iterator[str | Text | Table]:
    """A framework on one day; ``in_full`` tells everything that is known of its provisions."""
    one = detail["framework"]
    yield Text(plain(f"{one['title']}, on {detail['day']}"), style="bold")
    for note in (one.get("caveat"), one.get("notice")):
        if note:
            yield Text(plain(note), style="yellow")
    yield Text(plain(f"{one['source']}; {one['licence']}; as of {one['as_of']}, {detail['origin']}"), style="dim")
    yield ""
    if in_full:
        for line in detail["lines"]:
            yield from _provision(line)
        return
    heads = ("provision", "title", "applies", "certainty", "controls", "clauses")
    yield rows(heads, [_cells(line) for line in detail["lines"]])
    days = one.get("timeline", ())
    if days:
        yield ""
        lines = [[plain(day["day"]), plain(day["what"]), plain(day["verified"])] for day in days]
        yield rows(("day", "what happens", "certainty"), lines)


def _cells(line: Mapping[str, Any]) -> list[str | Text]:
    one = line["provision"]
    days = [day for day in one.get("dates", ()) if day.get("scope", "all") != "legacy"]
    first = min((day["day"] for day in days), default="")
    applies = Text("yes", style="green") if line["applies"] else Text(f"from {first}", style="yellow")
    certainty = ", ".join(sorted({day["verified"] for day in days}))
    controls, clauses = ", ".join(line["controls"]), ", ".join(line["clauses"])
    return [plain(one["id"]), plain(one["title"]), applies, certainty, controls, clauses]


def _provision(line: Mapping[str, Any]) -> Iterator[str | Text | Table]:
    one = line["provision"]
    yield Text(plain(f"{one['id']}  {one['title']}"), style="bold")
    if one.get("summary"):
        yield plain(one["summary"])
    fields = [
        ("owed by", ", ".join(one.get("addressees", ())) or "everybody"),
        ("binds", ", ".join(one.get("binds", ())) or "every system"),
        ("fine", one.get("fine", "")),
        ("amended by", one.get("amended_by", "")),
        ("notes", one.get("notes", "")),
        ("evidence", "; ".join(one.get("evidence", ()))),
        ("controls", ", ".join(line["controls"]) or "none"),
        ("clauses", ", ".join(line["clauses"]) or "none"),
    ]
    yield rows(("", ""), [[name, plain(value)] for name, value in fields if value])
    dates = [_date(day) for day in one.get("dates", ())]
    if dates:
        yield rows(("from", "for", "was", "changed by", "certainty", "note"), dates)


def _date(day: Mapping[str, Any]) -> list[str]:
    scope = day.get("scope", "all")
    if day.get("placed_before"):
        scope = f"systems placed before {day['placed_before']}"
    note = day.get("note", "")
    if day.get("readings"):
        note = f"also read as {', '.join(other for other in day['readings'] if other != day['day'])}. {note}"
    cells = (day["day"], scope, day.get("was") or "", day.get("changed_by", ""), day["verified"], note)
    return [plain(cell) for cell in cells]


def report_lines(report: Mapping[str, Any]) -> Iterator[str | Text | Table]:
    """What a pack changes and touches."""
    yield Text(plain(f"{report['pack']} by {report['issuer']}"), style="bold")
    for change in report["changes"]:
        before = change["before"] or "nothing"
        yield plain(f"{change['framework']}: from its state of {before} to that of {change['after']}")
        lines = [[kind, plain(what)] for kind, what in _changes(change)]
        yield rows(("", ""), lines) if lines else "  nothing that anybody owes changes"
    clauses, systems = report["clauses"], sorted({system for _, system in report["reopened"]})
    yield plain(f"clauses that refer to it: {', '.join(clauses) or 'none'}")
    yield plain(f"to be looked at again: {len(report['reopened'])} provisions for {', '.join(systems) or 'no system'}")
    yield Text(f"digest {report['digest']}", style="dim")


def _changes(change: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield from (("added", name) for name in change["added"])
    yield from (("removed", name) for name in change["removed"])
    for one in change["moved"]:
        yield "moved", f"{one['provision']} ({one['scope']}): {one['before'] or 'none'} → {one['after'] or 'none'}"
    yield from (("retitled", f"{name}: {before} → {after}") for name, before, after in change["retitled"])
    yield from (("asks otherwise", name) for name in change["reworded"])
