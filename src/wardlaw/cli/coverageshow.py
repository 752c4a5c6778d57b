"""Coverage drawn for people: clauses against systems in small marks, the sums, and what to look at first."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from rich.table import Table
from rich.text import Text

from wardlaw.cli.output import program, rows
from wardlaw.cli.plaintext import plain
from wardlaw.cli.session import when
from wardlaw.evidence.coverage import State

_MARKS: Mapping[State, tuple[str, str]] = MappingProxyType(
    {
        State.PROVEN: ("●", "green"),
        State.ATTESTED: ("◐", "cyan"),
        State.STALE: ("○", "yellow"),
        State.SHADOW: ("◌", "yellow"),
        State.GAP: ("✗", "red"),
        State.DRIFTED: ("≠", "red"),
        State.BYPASSED: ("!", "bold red"),
        State.NOT_YET: ("→", "dim"),
        State.NOT_APPLICABLE: ("–", "dim"),
    }
)
_MEANINGS: Mapping[State, str] = MappingProxyType(
    {
        State.PROVEN: "tried out today and stopped",
        State.ATTESTED: "a person vouches for it",
        State.STALE: "nothing shows that it works today",
        State.SHADOW: "looks and stops nothing",
        State.GAP: "nothing enforces it",
        State.DRIFTED: "what runs is not what was agreed",
        State.BYPASSED: "can be got round, or was",
        State.NOT_YET: "applies from a later day",
        State.NOT_APPLICABLE: "does not bind the system",
    }
)
_BAD = (State.BYPASSED, State.DRIFTED, State.GAP, State.SHADOW, State.STALE)
_NAMED_COLUMNS = 4  # more systems than this are numbered, so that the matrix stays as wide as a screen
_MOST_ROWS = 80
_MOST_WHYS = 8
_BAR = 40  # characters


def coverage_lines(answer: Mapping[str, Any], *, framework: str) -> Iterator[str | Text | Table]:
    """The whole picture of one answer of the API."""
    found = answer["clauses"]
    if not answer["applicable"] and not found:
        yield "nothing applicable, 0 %"
        yield Text(f"Register a system first: {program()} system add --help", style="dim")
        return
    yield Text(_head(answer, framework), style="bold")
    yield _bar(answer)
    yield ""
    yield from _matrix(found)
    yield ""
    yield _legend(Counter(State(one["state"]) for one in found))
    yield from _first(found)


def _head(answer: Mapping[str, Any], framework: str) -> str:
    applicable = answer["applicable"]
    subject = f"{framework} on {answer['day']}" if framework else "clauses in force"
    if not applicable:
        return f"{subject}: nothing applicable, 0 %"
    return (
        f"{subject}: {answer['proven']} of {applicable} proven, {answer['percent']:.0f} %; "
        f"{answer['attested']} attested; traffic since {when(answer['since'])}"
    )


def _bar(answer: Mapping[str, Any]) -> Text:
    applicable = max(1, answer["applicable"])
    proven = round(_BAR * answer["proven"] / applicable)
    attested = min(_BAR - proven, round(_BAR * answer["attested"] / applicable))
    bar = Text("█" * proven, style="green").append("▒" * attested, style="cyan")
    return bar.append("░" * (_BAR - proven - attested), style="dim")


def _matrix(found: Sequence[Mapping[str, Any]]) -> Iterator[str | Text | Table]:
    systems = sorted({one["system"] for one in found}, key=lambda name: (name == "unregistered", name))
    clauses = sorted({one["clause"] for one in found}, key=_as_people_count)
    by_place = {(one["clause"], one["system"]): State(one["state"]) for one in found}
    is_numbered = len(systems) > _NAMED_COLUMNS
    heads = [str(place) for place in range(1, len(systems) + 1)] if is_numbered else systems
    lines: list[list[str | Text]] = [
        [plain(clause), *(_mark(by_place.get((clause, system))) for system in systems)]
        for clause in clauses[:_MOST_ROWS]
    ]
    yield rows(("clause", *heads), lines)
    if len(clauses) > _MOST_ROWS:
        yield f"{len(clauses) - _MOST_ROWS} more clauses; see --json"
    if is_numbered:
        yield Text("  ".join(f"{place} {name}" for place, name in enumerate(systems, 1)), style="dim")


def _as_people_count(name: str) -> list[tuple[int, str]]:
    """Sorts Article 4 before Article 10."""
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"([0-9]+)", name)]


def _mark(state: State | None) -> Text:
    if state is None:
        return Text("")
    mark, style = _MARKS[state]
    return Text(mark, style=style)


def _legend(counts: Mapping[State, int]) -> Table:
    lines: list[list[str | Text]] = [
        [_mark(state), state.value, str(counts[state]), Text(_MEANINGS[state], style="dim")]
        for state in _MARKS
        if counts.get(state)
    ]
    return rows(("", "state", "", "meaning"), lines)


def _first(found: Sequence[Mapping[str, Any]]) -> Iterator[str | Text]:
    """What should be looked at first; the API answers in that order."""
    bad = [one for one in found if State(one["state"]) in _BAD]
    if bad:
        yield ""
        yield Text("Look at these first", style="bold")
    for one in bad[:_MOST_WHYS]:
        text = Text(f"{one['clause']} for {one['system']}: ")
        text.append(one["state"], style=_MARKS[State(one["state"])][1])
        yield text.append(plain(f": {one['why']}"))
    if len(bad) > _MOST_WHYS:
        yield f"{len(bad) - _MOST_WHYS} more; see --json"
    chosen = (bad or list(found))[0]
    yield Text(f"Next: {program()} evidence show '{chosen['clause']}'{_of_system(chosen['system'])}", style="dim")


def _of_system(name: str) -> str:
    return "" if name == "unregistered" else f" --system {name}"
