"""Intervals by resampling counts: as if the same number of people had come again."""

from __future__ import annotations

import msgspec
import numpy as np

from wardlaw.register.bias.rates import Array

ROUNDS = 2_000
"""Resamples: the ends of a 95 % interval then rest on 50 of them each (Efron and Tibshirani 1993, ch. 13: at least 1,000)."""
_TAIL = 0.025
_LEAST_KNOWN = 0.9  # of the resamples; where more have no value, the interval would be of other groups than the figure


class Measured(msgspec.Struct, frozen=True):
    """One figure with its 95 % interval; None where it could not be measured."""

    value: float | None
    low: float | None = None
    high: float | None = None

    @property
    def is_known(self) -> bool:
        """It has a value and an interval."""
        return self.value is not None and self.low is not None


def resample(cells: Array, *, rounds: int, seed: int) -> Array:
    """Counts drawn again ``rounds`` times: the shape of ``cells``, and an axis of resamples behind it.

    Drawing rows with replacement gives counts of a multinomial. Here each count is drawn for itself, from the Poisson of
    its own size, which is the multinomial but for the total (Hanley and MacGibbon 2006): no rate depends on the total, and
    it takes half the time.
    """
    drawn = np.zeros((cells.size, rounds))
    met = np.flatnonzero(cells)  # a count of nothing stays nothing, and costs nothing
    drawn[met] = np.random.default_rng(seed).poisson(cells.ravel()[met][:, None], size=(met.size, rounds))
    return drawn.reshape((*cells.shape, rounds))


def intervals(values: Array, resampled: Array) -> tuple[Measured, ...]:
    """Figures with their intervals: ``values`` of n, and ``resampled`` of n by rounds."""
    rounds = resampled.shape[-1]
    ordered = np.sort(resampled, axis=-1)  # what is not a number stands at the end
    known = np.full(len(ordered), rounds)
    gaps = np.flatnonzero(np.isnan(ordered[:, -1]))
    known[gaps] -= np.isnan(ordered[gaps]).sum(axis=-1)
    return tuple(
        Measured(None) if np.isnan(value) else _measured(float(value), ordered[index, : known[index]], rounds)
        for index, value in enumerate(values)
    )


def _measured(value: float, ordered: Array, rounds: int) -> Measured:
    if len(ordered) < _LEAST_KNOWN * rounds:
        return Measured(value)
    return Measured(value, _quantile(ordered, _TAIL), _quantile(ordered, 1 - _TAIL))


def _quantile(ordered: Array, share: float) -> float:
    """A quantile of sorted values, between the two nearest in proportion, as numpy's default is."""
    place = share * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return float(ordered[below] + (ordered[above] - ordered[below]) * (place - below))
