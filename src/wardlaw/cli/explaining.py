"""An explanation of a decision as lines for a person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.text import Text

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
    lines += _changes("It would have passed with any one of:", explanation.get("changes", ()))
    lines += _changes("It would have passed only with all of:", explanation.get("together", ()))
    if unusual := explanation.get("unusual"):
        lines.append(Text(f"  Unlike this caller's own past (score {unusual['score']} of 1000):"))
        lines += [Text(f"    {reason}", style="yellow") for reason in unusual["reasons"]]
    if explanation.get("observed"):
        lines.append(Text(f"  Noted, not enforced: {', '.join(explanation['observed'])}", style="dim"))
    return lines


def _changes(title: str, changes: Any) -> list[Text]:
    if not changes:
        return []
    return [Text(f"  {title}")] + [
        Text(f"    {change['attribute']} {change['needed']} (was {change['actual']})") for change in changes
    ]
