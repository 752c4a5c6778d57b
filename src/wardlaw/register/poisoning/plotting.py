"""What is drawn of a poisoning check: how far each change is from what is allowed."""

from __future__ import annotations

from collections.abc import Sequence

from wardlaw.register.plotdata import PlotBar, PlotData, PlotUnit, plotted, shortened
from wardlaw.register.poisoning.neighbours import Trigger
from wardlaw.register.poisoning.shift import Shift
from wardlaw.register.poisoning.texts import Stranger


def shift_plot(found: Sequence[Shift], limit: float) -> PlotData:
    """Values that a class holds more often than before, by how surprising that is."""
    bars = tuple(
        PlotBar(shortened(f"{one.column} = {one.value}"), one.z, limit=limit, count=one.count, beyond=one.z > limit,
                section=shortened(f"with {one.label}"))
        for one in _by_section(found)
    )  # fmt: skip
    reading = f"Standard deviations by which a value grew among the rows of a class; beyond {limit:.1f} it fails."
    return plotted("What grew most", reading, PlotUnit.Z, bars)


def trigger_plot(found: Sequence[Trigger], limit: float) -> PlotData:
    """Values whose labels trusted rows deny more often than chance does."""
    bars = tuple(
        PlotBar(shortened(f"{one.column} = {one.value}, {one.label}"), one.surprise, limit=limit, count=one.rows,
                beyond=one.surprise > limit)
        for one in found
    )  # fmt: skip
    reading = f"How improbable it is, as the logarithm of one in so many; beyond {limit:.1f} it fails."
    return plotted("Values whose labels trusted rows deny", reading, PlotUnit.NATS, bars)


def runs_plot(found: Sequence[tuple[int, Stranger]], documents: int) -> PlotData:
    """Runs of words that the baseline does not have, by the share of documents in which they stand."""
    bars = tuple(
        PlotBar(shortened(f"“{one.words}”"), one.documents / documents, limit=least / documents, count=one.documents,
                beyond=True)
        for least, one in found
    )  # fmt: skip
    reading = (
        "Share of the documents in which words stand that no document of the baseline has; beyond the line it fails."
    )
    return plotted("Words that are new and stand in many documents", reading, PlotUnit.SHARE, bars)


def _by_section(found: Sequence[Shift]) -> list[Shift]:
    """Classes in the order of their greatest change, each with its values together."""
    first: dict[str, int] = {}
    for place, one in enumerate(found):
        first.setdefault(one.label, place)
    return sorted(found, key=lambda one: (first[one.label], -one.z))
