"""How the results of measures are shown: a table for people, one object for programs, an exit code for pipelines."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from rich.text import Text

from wardlaw.cli.exits import Exit
from wardlaw.cli.options import Options
from wardlaw.cli.output import rows
from wardlaw.cli.plaintext import plain
from wardlaw.register.checks import CheckOutcome, CheckResult, Figure, worst

_CODES = {CheckOutcome.PASS: Exit.DONE, CheckOutcome.REVIEW: Exit.PERSON, CheckOutcome.FAIL: Exit.FINDINGS}
_COLORS = {CheckOutcome.PASS: "green", CheckOutcome.REVIEW: "yellow", CheckOutcome.FAIL: "bold red"}
_SHOWN_FIGURES = 40


def tell_results(options: Options, results: tuple[CheckResult, ...], more: Mapping[str, Any] | None = None) -> int:
    """Show results; answers the exit code."""
    outcome = worst(results)
    data = {"outcome": outcome.value, "checks": msgspec.to_builtins(results), **(more or {})}
    lines: list[Any] = []
    for one in results:
        head = Text(f"{one.outcome.value:<7}", style=_COLORS[one.outcome])
        lines.append(head.append(plain(f"{one.id}  {one.why}"), style="not bold default"))
        if one.next:
            lines.append(f"        {one.next}")
    figures = [figure for one in results for figure in one.figures]
    if figures:
        lines += [
            "",
            rows(("figure", "value", "95 %", "limit", "of"), [_cells(one) for one in figures[:_SHOWN_FIGURES]]),
        ]
        if len(figures) > _SHOWN_FIGURES:
            lines.append(f"… and {len(figures) - _SHOWN_FIGURES} more figures; --json has all")
    notes = [plain(note) for one in results for note in one.notes]
    lines += ["", *notes] if notes else []
    options.output().result(data, *lines)
    return _CODES[outcome]


def _cells(figure: Figure) -> tuple[str, ...]:
    between = "" if figure.low is None or figure.high is None else f"{figure.low:.3f}–{figure.high:.3f}"
    limit = "" if figure.limit is None else f"{figure.limit:.3g}"
    return (
        plain(figure.name),
        f"{figure.value:.4g}",
        between,
        limit,
        "" if figure.count is None else f"{figure.count:,}",
    )
