"""Long work that can be left off: it says before each step what the step will take."""

from __future__ import annotations

from collections.abc import Generator
from typing import TypeAlias, TypeVar

_Made = TypeVar("_Made")

Steps: TypeAlias = Generator[float, None, _Made]
"""Yields before each step what it takes, as a part of one full window of the encoder (13 to 18 ms on one core of the
machines measured); returns what was made. Whoever runs it may leave off at each yield and go on later."""


def drained(steps: Steps[_Made]) -> _Made:
    """What the work makes, done at one go."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            made: _Made = end.value
            return made
