"""``wardlaw doctor``."""

from __future__ import annotations

import os

from rich.text import Text

from wardlaw.cli.checkup import Diagnosis, DiagnosisState, examine
from wardlaw.cli.exits import Exit
from wardlaw.cli.options import NONE, Options

_MARKS = {
    DiagnosisState.OK: ("ok  ", "green"),
    DiagnosisState.WARN: ("warn", "yellow"),
    DiagnosisState.BAD: ("BAD ", "bold red"),
}


def doctor(*, options: Options = NONE) -> int:
    """Look for what is wrong and say how to mend it. Exit 1 when something is.

    Changes nothing; works whether Wardlaw runs or not.
    """
    loaded = options.load()
    found = [
        Diagnosis("configuration", DiagnosisState.OK, str(options.config_path())),
        *examine(loaded.config, os.environ),
    ]
    lines = []
    for one in found:
        mark, style = _MARKS[one.verdict]
        lines.append(Text(mark, style=style).append(f"  {one.name:<14} {one.words}", style="default not bold"))
        if one.fix:
            lines.append(Text(f"      {'':<14} {one.fix}", style="dim"))
    bad = sum(one.verdict is DiagnosisState.BAD for one in found)
    warn = sum(one.verdict is DiagnosisState.WARN for one in found)
    lines.append(Text(f"{len(found)} looked at, {bad} bad, {warn} warnings", style="bold"))
    data = {
        "ok": bad == 0,
        "checks": [
            {"name": one.name, "verdict": one.verdict.value, "words": one.words, "fix": one.fix} for one in found
        ],
    }
    options.output().result(data, *lines)
    return Exit.FINDINGS if bad else Exit.DONE
