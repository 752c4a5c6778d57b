"""Drawings of checks, written into files."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from wardlaw.facts.errors import InputError
from wardlaw.register.checks import CheckResult
from wardlaw.register.plots import draw_plots

_NO_NAME = re.compile(r"[^A-Za-z0-9_-]")


def draw_results(path: Path, results: Sequence[CheckResult], *, title: str) -> None:
    """Write what is drawn of some checks into one SVG file.

    Raises:
        InputError: It cannot be written (WL-GAT-013).
    """
    drawing = draw_plots([plot for one in results for plot in one.plots], title=title)
    try:
        path.write_text(drawing, encoding="utf-8")
    except OSError as error:
        raise InputError(
            "WL-GAT-013", f"{path} cannot be written: {error.strerror}.", "Give a place that can be written to."
        ) from error


def draw_run(folder: Path, results: Sequence[CheckResult]) -> tuple[Path, ...]:
    """Write a drawing for each check of a run that has one, named after the check; answers the files.

    Raises:
        InputError: The folder cannot be made or written to (WL-GAT-013).
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(
            "WL-GAT-013", f"{folder} cannot be made: {error.strerror}.", "Give a place that can be written to."
        ) from error
    # What a check is called comes back from the installation; in a path it must be a name and nothing else.
    drawn = {folder / f"{_NO_NAME.sub('-', one.id)}.svg": one for one in results if one.plots}
    for path, one in drawn.items():
        draw_results(path, (one,), title=f"{one.id}: {one.why}")
    return tuple(drawn)
