"""Drawings of checks on pages: the register draws them as it does for files, the stylesheet gives them their colours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from markupsafe import Markup

from wardlaw.register.checks import CheckResult, Figure
from wardlaw.register.plotdata import PlotData
from wardlaw.register.plots import draw_plots, plot_of_figures, plots_of


def drawing_of_check(check: Mapping[str, Any], title: str) -> Markup:
    """What is drawn of a check, as the API tells it; empty where there is nothing to compare."""
    result = msgspec.convert(check, CheckResult)
    return _placed(plots_of(result, title), title, f"plot-{result.id}")


def drawing_of_figures(figures: Sequence[Mapping[str, Any]], title: str) -> Markup:
    """Figures as a drawing; empty where fewer than two could be compared."""
    plot = plot_of_figures(msgspec.convert(figures, tuple[Figure, ...]), title)
    return _placed(() if plot is None else (plot,), title, "plot-figures")


def _placed(plots: Sequence[PlotData], title: str, ident: str) -> Markup:
    shown = tuple(one for one in plots if one.bars)
    # The drawer escapes every word that it is given and writes no script, style or address.
    return Markup(draw_plots(shown, title=title, ident=ident, on_page=True)) if shown else Markup()  # noqa: S704
