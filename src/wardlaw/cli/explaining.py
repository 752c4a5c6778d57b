"""An explanation of a decision as lines for a person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.text import Text

from wardlaw.cli.session import when

STYLES: Mapping[str, str] = {
    "allow": "green",
    "transform": "cyan",
    "hold": "yellow",
    "deny": "bold red",
    "cut": "bold red",
}


def explanation_lines(explanation: Mapping[str, Any]) -> list[Text]:
    """The sentence, the reasons, and what would have changed the verdict.

    Args:
        explanation: ``decision.explain.Explanation`` as JSON.
    """
    lines = [Text(str(explanation["sentence"]), style="bold")]
    for cause in explanation.get("causes", ()):
        head = Text(f"  {cause['effect']}", style=STYLES.get(cause["effect"], ""))
        clause = f" {cause['clause']}" if cause["clause"] else ""
        lines.append(head.append(f"{clause}  {cause['message']}", style="not bold default"))
        lines += [Text(f"    because {evidence}", style="dim") for evidence in cause["evidence"]]
        if cause["advice"]:
            lines.append(Text(f"    instead {cause['advice']}"))
    if origins := explanation.get("origins"):
        lines.append(Text("  Where the call came from:"))
        lines += [Text(f"    {origin}") for origin in origins]
    lines += _changes("It would have passed with any one of:", explanation.get("changes", ()))
    lines += _changes("It would have passed only with all of:", explanation.get("together", ()))
    if unusual := explanation.get("unusual"):
        lines.append(Text(f"  Unlike this caller's own past (score {unusual['score']} of 1000):"))
        lines += [Text(f"    {reason}", style="yellow") for reason in unusual["reasons"]]
    if canary := explanation.get("canary"):
        lines.append(Text(f"  A canary, and no traffic of anybody: {canary}", style="magenta"))
    if forgery := explanation.get("canary_forgery"):
        lines.append(
            Text(f"  It carried the mark of a canary, which is {forgery}: judged as any other", style="bold red")
        )
    if inspected := explanation.get("inspected"):
        lines.append(
            Text(f"  Detectors that looked: {inspected} (named in the record detectors.in-force)", style="dim")
        )
    if explanation.get("observed"):
        lines.append(Text(f"  Noted, not enforced: {', '.join(explanation['observed'])}", style="dim"))
    return lines


def incident_lines(detail: Mapping[str, Any]) -> list[Text]:
    """An incident, its evidence and its quarantines.

    Args:
        detail: ``IncidentDetail`` as JSON.
    """
    incident = detail["incident"]
    lines = [
        Text(f"{incident['id']}  {incident['kind']}  {incident['state']}", style="bold"),
        Text(f"  {incident['count']} exchanges from {when(incident['opened_at'])} to {when(incident['last_at'])}"),
        Text(f"  first by {incident['principal']}; last: {incident['detail']}"),
    ]
    if incident["closed_by"]:
        why = f": {incident['close_reason']}" if incident["close_reason"] else ""
        lines.append(Text(f"  closed by {incident['closed_by']} {when(incident['closed_at'])}{why}"))
    lines += [_quarantine_line(one) for one in detail["quarantines"]]
    if detail["evidence"]:
        lines.append(Text("  Decisions:"))
    for one in detail["evidence"]:
        place = f"record {one['leaf_index']}" if one["leaf_index"] >= 0 else "not in the log's tables"
        effect = Text(f"    {one['effect']}", style=STYLES.get(one["effect"], ""))
        lines.append(
            effect.append(f"  {one['decision']}  {one['clause']}  {when(one['at'])}  {place}", style="default")
        )
    if incident["count"] > len(detail["evidence"]):
        lines.append(Text("    … the first are named; the log has all.", style="dim"))
    if detail["checkpoint"]:
        origin, size, root = detail["checkpoint"].split("\n")[:3]
        lines.append(Text(f"  Checkpoint {origin}: {size} records, root {root}", style="dim"))
    return lines


def _quarantine_line(one: Mapping[str, Any]) -> Text:
    standing = f"until {when(one['until'])}" if one["until"] else "until released"
    if one["released_at"]:
        why = f": {one['release_reason']}" if one["release_reason"] else ""
        standing = f"released by {one['released_by']} {when(one['released_at'])}{why}"
    return Text(f"  locked out: {one['kind']} {one['key']} ({one['id']}), {standing}")


def _changes(title: str, changes: Any) -> list[Text]:
    if not changes:
        return []
    return [Text(f"  {title}")] + [
        Text(f"    {change['attribute']} {change['needed']} (was {change['actual']})") for change in changes
    ]
