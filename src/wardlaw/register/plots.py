"""Drawings of what matters in a check, as plain SVG: rates with intervals and limits, and how far changes go.

Nothing in them is fetched or run, and no element has a style of its own, so that a page with a strict policy for content may
hold them. Colours are classes: a file brings them along and follows the reader's light or dark scheme, a page has its own.
What is beyond a limit is told by word and form too, and the whole is said in words.
"""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from typing import NamedTuple
from xml.sax.saxutils import escape, quoteattr

from wardlaw.register.checks import CheckResult, Figure
from wardlaw.register.plotdata import PlotBar, PlotData, PlotUnit, plotted, shortened

_WIDTH, _LEFT, _RIGHT = 800, 272, 168
_ROW, _SECTION, _LABEL, _HEAD, _LINE, _FOOT, _GAP = 28, 30, 16, 78, 16, 16, 20
_NAME_CHARS, _READING_CHARS = 32, 104
_TICKS = 4
_FEW_SAID = 20
_STYLE = (
    "<style>svg{color-scheme:light dark}text{font-family:system-ui,-apple-system,'Segoe UI',sans-serif}"
    ".pb{fill:#fff}.pt{fill:#1b1f24}.pq{fill:#59636e}.pg,.pz{stroke-opacity:1}.pg{stroke:#e1e6eb}.pz{stroke:#aab4be}.pl{stroke:#8a5a00}"
    ".pn{fill:#8a5a00}.pm{fill:#0a5dc2;stroke:#0a5dc2}.pw{stroke:#0a5dc2}.po{fill:#b3261e;stroke:#b3261e}"
    ".px{stroke:#b3261e}.pk{fill:#b3261e}.pa{stroke:#59636e}"
    "@media (prefers-color-scheme:dark){.pb{fill:#0d1117}.pt{fill:#e6edf3}.pq{fill:#9da7b1}.pg{stroke:#262d36}"
    ".pz{stroke:#56616d}.pl{stroke:#e3b341}.pn{fill:#e3b341}.pm{fill:#6cb2ff;stroke:#6cb2ff}.pw{stroke:#6cb2ff}"
    ".po{fill:#ff8a80;stroke:#ff8a80}.px{stroke:#ff8a80}.pk{fill:#ff8a80}.pa{stroke:#9da7b1}}</style>"
)


class _Axis(NamedTuple):
    """Where the axis begins and ends, and how far apart its marks are: round numbers."""

    least: float
    most: float
    step: float

    def place(self, value: float) -> float:
        share = (value - self.least) / (self.most - self.least)
        return _LEFT + (_WIDTH - _LEFT - _RIGHT) * min(1.0, max(0.0, share))


def plots_of(result: CheckResult, title: str) -> tuple[PlotData, ...]:
    """What is drawn of a check: what its run kept for it, else its figures where two or more can be compared."""
    if result.plots:
        return result.plots
    drawn = plot_of_figures(result.figures, title)
    return () if drawn is None else (drawn,)


def plot_of_figures(figures: Sequence[Figure], title: str) -> PlotData | None:
    """Figures as a plot; None where fewer than two could be compared by eye."""
    if len(figures) < 2:
        return None
    ends = [end for one in figures for end in (one.value, one.low, one.high, one.limit) if end is not None]
    are_shares = all(0.0 <= end <= 1.0 for end in ends) and any(one.low is not None for one in figures)
    bars = tuple(PlotBar(shortened(one.name), one.value, one.low, one.high, one.limit, one.count) for one in figures)
    reading = "Marks are what was measured, strokes its 95 % interval, the dashed line the limit."
    return plotted(title, reading, PlotUnit.SHARE if are_shares else PlotUnit.NUMBER, bars)


def draw_plots(plots: Sequence[PlotData], *, title: str, ident: str = "plot", on_page: bool = False) -> str:
    """Plots below one another as one drawing.

    Args:
        title: What they belong to, such as the name of a check or of a file.
        ident: Begins the ids in it, which are to be met once on a page.
        on_page: Leave the background and the colours to the page that holds it.
    """
    shown = [one for one in plots if one.bars]
    heights = [_height(one) for one in shown]
    height = sum(heights) + _GAP * max(0, len(shown) - 1) if shown else _HEAD
    body, top = [], 0.0
    for one, its_height in zip(shown, heights, strict=True):
        body.append(f'<g transform="translate(0 {top:g})">{_panel(one)}</g>')
        top += its_height + _GAP
    said = " ".join(_said(one) for one in shown) or "There is nothing to draw."
    if not shown:
        body.append(_text(24, 34, "There is nothing to draw.", "pq"))
    names = f"{ident}-title {ident}-desc"
    ground = "" if on_page else f'{_STYLE}<rect class="pb" width="{_WIDTH}" height="{height:g}" fill="#fff"/>'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height:g}" role="img" class="plot" '
        f'font-size="13" aria-labelledby={quoteattr(names)}><title id={quoteattr(ident + "-title")}>'
        f"{escape(_clean(title))}</title><desc id={quoteattr(ident + '-desc')}>{escape(_clean(said))}</desc>"
        f"{ground}{''.join(body)}</svg>\n"
    )


def _panel(plot: PlotData) -> str:
    axis = _scale(plot)
    head, bottom = _head(plot), _height(plot) - _FOOT
    parts = [_text(24, 28, plot.title, "pt", font=("600", 15))]
    parts += [_text(24, 48 + _LINE * at, line, "pq", font=("400", 12)) for at, line in enumerate(_reading(plot))]
    for tick in range(round((axis.most - axis.least) / axis.step) + 1):
        value = axis.least + tick * axis.step
        x, is_zero = axis.place(value), abs(value) < axis.step / 2
        parts.append(
            f'<line class="{"pz" if is_zero else "pg"}" stroke="currentColor" stroke-opacity="{0.5 if is_zero else 0.2}" '
            f'x1="{x:.1f}" x2="{x:.1f}" y1="{head - 2}" y2="{bottom:g}"/>'
        )
        parts.append(_text(x, head - 8, _amount(value, plot.unit), "pq", anchor="middle", font=("400", 11)))
    section = ""
    for bar, y, _ in _rows(plot):
        if bar.section and bar.section != section:
            parts.append(_text(24, y - _ROW / 2 - 8, _cut(bar.section, 2 * _NAME_CHARS), "pt", font=("600", 13)))
        section = bar.section
        parts.append(_bar(bar, y, axis, plot.unit))
    parts += _lines(plot, axis)
    return "".join(parts)


def _rows(plot: PlotData) -> list[tuple[PlotBar, float, bool]]:
    """Each bar with the middle of its row, and whether there is room for a heading, or for the limit's name, above it."""
    found: list[tuple[PlotBar, float, bool]] = []
    y, before = float(_head(plot)), None
    for bar in plot.bars:
        heads = before is None or bar.section != before.section or bar.limit not in (None, before.limit)
        y += (_SECTION if bar.section else _LABEL) if heads else 0
        found.append((bar, y + _ROW / 2, heads))
        y, before = y + _ROW, bar
    return found


def _reading(plot: PlotData) -> list[str]:
    return textwrap.wrap(_clean(plot.reading), _READING_CHARS, max_lines=3, placeholder=" …")


def _head(plot: PlotData) -> int:
    return _HEAD + _LINE * max(0, len(_reading(plot)) - 1)


def _height(plot: PlotData) -> float:
    rows = _rows(plot)
    return (rows[-1][1] + _ROW / 2 if rows else _head(plot)) + _FOOT


def _lines(plot: PlotData, axis: _Axis) -> list[str]:
    """The limit as a dashed line beside the bars that are held against it, with its value above."""
    runs: list[tuple[float, float, float]] = []
    for bar, y, heads in _rows(plot):
        if bar.limit is None:
            continue
        if runs and runs[-1][0] == bar.limit and not heads and runs[-1][2] == y - _ROW / 2:
            runs[-1] = (bar.limit, runs[-1][1], y + _ROW / 2)
        else:
            runs.append((bar.limit, y - _ROW / 2, y + _ROW / 2))
    return [
        f'<line class="pl" stroke="currentColor" stroke-width="1.5" stroke-dasharray="5 3" '
        f'x1="{axis.place(limit):.1f}" x2="{axis.place(limit):.1f}" y1="{top - 2:g}" y2="{end - 2:g}"/>'
        + _text(axis.place(limit), top - 6, f"limit {_amount(limit, plot.unit)}", "pn", anchor="middle", font=("400", 11))
        for limit, top, end in runs
    ]  # fmt: skip


def _bar(bar: PlotBar, y: float, axis: _Axis, unit: PlotUnit) -> str:
    kind, line = ("po", "px") if bar.beyond else ("pm", "pw")
    parts = [_text(_LEFT - 14, y + 4.5, _cut(bar.name, _NAME_CHARS), "pq" if bar.apart else "pt", anchor="end")]
    x = axis.place(bar.value)
    if bar.low is not None and bar.high is not None:
        low, high = axis.place(bar.low), axis.place(bar.high)
        line = "pa" if bar.apart else line
        ends = "".join(f"M{end:.1f} {y - 4:g}v8" for end in (low, high))
        parts.append(
            f'<path class="{line}" fill="none" stroke="currentColor" stroke-width="1.75" d="M{low:.1f} {y:g}H{high:.1f}{ends}"/>'
        )
    if bar.apart:
        parts.append(
            f'<circle class="pa pb" fill="none" stroke="currentColor" stroke-width="1.75" cx="{x:.1f}" cy="{y:g}" r="4.5"/>'
        )
    elif bar.low is not None and bar.beyond:
        parts.append(f'<path class="{kind}" fill="currentColor" d="M{x:.1f} {y - 6:g}l6 6l-6 6l-6 -6z"/>')
    elif bar.low is not None:
        parts.append(f'<circle class="{kind}" fill="currentColor" cx="{x:.1f}" cy="{y:g}" r="5"/>')
    else:
        start = axis.place(0.0)
        left, width = min(start, x), max(1.0, abs(x - start))
        parts.append(f'<rect class="{kind}" fill="currentColor" stroke-width="0" x="{left:.1f}" y="{y - 7:g}" '
                     f'width="{width:.1f}" height="14" rx="2"/>')  # fmt: skip
    parts.append(_text(_WIDTH - _RIGHT + 58, y + 4.5, _amount(bar.value, unit, exact=True), "pk" if bar.beyond else "pt",
                       anchor="end", font=("600" if bar.beyond else "400", 13)))  # fmt: skip
    told = "beyond" if bar.beyond and unit is not PlotUnit.SHARE else "" if bar.count is None else f"n {bar.count:,}"
    parts.append(_text(_WIDTH - 24, y + 4.5, told, "pk" if told == "beyond" else "pq", anchor="end", font=("400", 12)))
    return "".join(parts)


def _scale(plot: PlotData) -> _Axis:
    found = [value for bar in plot.bars for value in (bar.value, bar.low, bar.high, bar.limit) if value is not None]
    least, most = min([*found, 0.0]), max([*found, 0.0])
    if most - least <= 0.0:
        most = 1.0
    rough = (most - least) / _TICKS
    power = 10 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power >= rough * (1 - 1e-9))
    below, above = math.floor(least / step + 1e-9), math.ceil(most / step - 1e-9)
    if plot.unit is PlotUnit.SHARE:
        above = min(above, max(1, round(1 / step)))
    return _Axis(below * step, max(above, below + 1) * step, step)


def _amount(value: float, unit: PlotUnit, *, exact: bool = False) -> str:
    if unit is PlotUnit.SHARE:
        return f"{value * 100:.1f} %" if exact or 0 < value < 0.01 else f"{value * 100:.3g} %"
    return f"{value:.1f}" if exact else f"{value:.3g}"


def _said(plot: PlotData) -> str:
    words = [
        f"{bar.section + ', ' if bar.section else ''}{bar.name} {_amount(bar.value, plot.unit, exact=True)}"
        + (f" ({_amount(bar.low, plot.unit, exact=True)} to {_amount(bar.high, plot.unit, exact=True)})"
           if bar.low is not None and bar.high is not None else "")
        + (f", limit {_amount(bar.limit, plot.unit, exact=True)}" if bar.limit is not None else "")
        + (", beyond it" if bar.beyond else ", too small to be compared" if bar.apart else "")
        for bar in plot.bars[:_FEW_SAID]
    ]  # fmt: skip
    more = len(plot.bars) - len(words) + plot.left_out
    return f"{plot.title}. {plot.reading} {'; '.join(words)}{f'; and {more} more' if more else ''}."


def _text(
    x: float, y: float, words: str, kind: str, *, anchor: str = "start", font: tuple[str, int] = ("400", 13)
) -> str:
    return (
        f'<text class="{kind}" fill="currentColor" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" '
        f'font-weight="{font[0]}" font-size="{font[1]}">{escape(_clean(words))}</text>'
    )


def _cut(text: str, most: int) -> str:
    clean = _clean(text)
    return clean if len(clean) <= most else clean[: most - 1] + "…"


def _clean(text: str) -> str:
    """Without what XML cannot hold."""
    return "".join(letter if letter.isprintable() else "�" for letter in text)
