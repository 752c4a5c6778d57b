"""What ``wardlaw demo --company`` shows: the company in a few lines, and the incidents with what was noticed first."""

from __future__ import annotations

from pathlib import Path

import msgspec
from rich.text import Text

from wardlaw.cli.companyfill import fill_company, tell
from wardlaw.cli.exits import Exit
from wardlaw.cli.output import Output
from wardlaw.cli.plaintext import plain
from wardlaw.demo.company import CompanyLife, IncidentFound, keep, live, replay
from wardlaw.testing.saas.incidents import REPLAYS

_SEED = 7
_STYLES = {"critical": "bold red", "high": "red", "medium": "yellow", "low": "dim"}


def show_company(output: Output, folder: Path | None) -> int:
    """Play it; exit code 1 where an incident is not noticed at its first event.

    Args:
        folder: Where the organisations are kept; None for nowhere.
    """
    with output.progress("a company lives") as say:
        world, life = live(say, seed=_SEED)
    if folder is not None:
        keep(world, folder / "company")
    found = []
    for name in REPLAYS:
        world, one = replay(name)
        found.append(one)
        if folder is not None:
            keep(world, folder / name)
    shown = [*_company(life), Text(), Text("Eight incidents that became public, in ordinary months:", style="bold")]
    shown += [line for one in found for line in _incident(one)]
    output.result({"company": msgspec.to_builtins(life), "incidents": msgspec.to_builtins(found)}, *shown)
    if folder is not None:
        output.note(f"kept in {folder}: folders that `python -m bench.nhi` reads; see docs/replaying-incidents.md")
        installation = folder / "installation"
        links = fill_company(installation, output, seed=_SEED).links
        for line in tell(installation, links):
            output.note(line)
    return Exit.DONE if all(one.first is not None and not one.late_s for one in found) else Exit.FINDINGS


def _company(life: CompanyLife) -> list[Text]:
    rate = 1_000 * len(life.noticed) / max(life.app_days, 1)
    lines = [
        Text(f"{life.people:,} people, {life.apps:,} apps, {life.grants:,} grants", style="bold"),
        Text(
            f"  {life.events:,} events of ordinary days: {len(life.noticed)} false alarms in {life.app_days:,} app-days,"
            f" {rate:.2f} in 1,000"
        ),
    ]
    for rule, count in sorted(life.standing.items(), key=lambda one: -one[1]):
        lines.append(Text(f"  rules find {count:,} × {rule}", style="dim"))
    return lines


def _incident(one: IncidentFound) -> list[Text]:
    if one.first is None:
        return [Text("✘ ", style="bold red").append(f"{one.id} ({one.platform}): not noticed", style="default")]
    when = "at its first event" if not one.late_s else f"{one.late_s:,.0f} s after its first event"
    head = Text("✔ ", style="bold green").append(f"{one.id} ({one.platform}, {one.steps} events) ", style="bold")
    head.append(f"noticed {when}: ", style="default").append(one.first.rule, style=_STYLES[one.first.weight.value])
    lines = [head, Text(f"    {plain(one.first.evidence[0])}", style="default")]
    if one.others:
        lines.append(Text(f"    then {', '.join(one.others)}", style="dim"))
    return lines
