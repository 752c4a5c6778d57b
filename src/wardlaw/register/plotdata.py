"""The numbers behind a drawing, kept with a check so that whoever reads it later can draw them again."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import msgspec

MOST_BARS, MOST_PLOTS = 60, 4
"""Bars of a plot, plots of a check: a run is kept for years and shown on a page."""
MOST_NAME = 80
_Words = Annotated[str, msgspec.Meta(max_length=400)]
_Name = Annotated[str, msgspec.Meta(max_length=MOST_NAME)]


class PlotUnit(StrEnum):
    """What the numbers of a plot are."""

    SHARE = "share"  # from 0 to 1, shown in percent
    Z = "z"  # standard deviations
    NATS = "nats"  # surprise: the natural logarithm of one in so many
    NUMBER = "number"  # a plain number: a count, a ratio, a difference


class PlotBar(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line of a plot.

    Attributes:
        low, high: Ends of its 95 % interval; None where there is none.
        limit: What it is held against; None where there is nothing to hold it against.
        count: How many cases it was taken from.
        beyond: It does not keep the limit.
        apart: Too small to be compared: it is shown and decides nothing.
        section: What stands above it and the ones after it, such as ``by sex``.
    """

    name: _Name
    value: float
    low: float | None = None
    high: float | None = None
    limit: float | None = None
    count: int | None = None
    beyond: bool = False
    apart: bool = False
    section: _Name = ""


class PlotData(msgspec.Struct, frozen=True):
    """One plot.

    Attributes:
        title: What it shows.
        reading: How it is read, in a sentence: what the line of the limit is.
        left_out: Bars that were too many to be kept.
    """

    title: _Words
    reading: _Words
    unit: PlotUnit
    bars: Annotated[tuple[PlotBar, ...], msgspec.Meta(max_length=MOST_BARS)] = ()
    left_out: int = 0


def plotted(title: str, reading: str, unit: PlotUnit, bars: tuple[PlotBar, ...]) -> PlotData:
    """A plot of no more than may be kept; of more bars the first stay."""
    return PlotData(title[:400], reading[:400], unit, bars[:MOST_BARS], max(0, len(bars) - MOST_BARS))


def shortened(name: str) -> str:
    """A name as long as may be kept."""
    return name if len(name) <= MOST_NAME else name[: MOST_NAME - 1] + "…"
