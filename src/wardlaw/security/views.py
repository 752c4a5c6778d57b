"""A text seen in several ways, each way with a map back to the original.

A detector looks at a view (folded, joined, decoded …) and reports offsets into that view; the map turns
them into offsets of the original text, so that a span can be shown or masked where a person wrote it.
"""

from __future__ import annotations

from bisect import bisect_right
from enum import StrEnum

import msgspec


class Layer(StrEnum):
    """How a view came about."""

    PLAIN = "plain"  # the text itself
    FOLDED = "folded"  # compatibility forms, lookalikes, invisible characters undone
    HIDDEN = "hidden"  # what invisible characters spelled
    JOINED = "joined"  # spaced letters and short groups pulled together
    UNESCAPED = "unescaped"  # percent, entities, backslash escapes undone
    DECODED = "decoded"  # base64 and hexadecimal runs decoded


class Piece(msgspec.Struct, frozen=True, gc=False):
    """A stretch of a view and where it comes from.

    Attributes:
        at: Offset in the view where the stretch begins.
        start: Begin of its source, offset in the parent view.
        end: End of its source.
        up: ``up`` source characters give ``down`` view characters; 0 when only the stretch as a whole is known.
        down: See ``up``.
        skip: View characters that belong before the stretch in its group (phase of the first one).
    """

    at: int
    start: int
    end: int
    up: int = 1
    down: int = 1
    skip: int = 0


class View(msgspec.Struct, frozen=True, gc=False):
    """One way to read a text.

    Attributes:
        text: The characters, case kept.
        lower: The same in lower case, same length.
        depth: How many encodings were undone.
        source: The view it was made from; None for the original.
        pieces: Where its characters come from, ordered; empty when it is the source one to one.
    """

    text: str
    lower: str
    layer: Layer
    depth: int = 0
    source: View | None = None
    pieces: tuple[Piece, ...] = ()

    def origin(self, start: int, end: int) -> tuple[int, int]:
        """The span of the original text that covers ``start`` to ``end`` of this view."""
        view = self
        while view.source is not None:
            if view.pieces:
                start, end = _up(view.pieces, start, end)
            view = view.source
        return start, min(end, len(view.text))


def _up(pieces: tuple[Piece, ...], start: int, end: int) -> tuple[int, int]:
    """One step towards the original: the span in the parent view.

    Stretches of a decoded view may come from overlapping places, so all that the span touches are looked at.
    """
    first = max(0, bisect_right(pieces, start, key=_at) - 1)
    last = max(first, bisect_right(pieces, max(start, end - 1), key=_at) - 1)
    low, high = pieces[first].end, pieces[first].start
    for place in range(first, last + 1):
        piece = pieces[place]
        inside = max(0, start - piece.at)
        until = end if place == last else pieces[place + 1].at
        low = min(low, min(piece.end, piece.start + _floor(piece, inside)) if piece.up else piece.start)
        high = max(high, min(piece.end, piece.start + _ceil(piece, until - piece.at)) if piece.up else piece.end)
    return low, max(low, high)


def _at(piece: Piece) -> int:
    return piece.at


def _floor(piece: Piece, count: int) -> int:
    return (piece.skip + count) * piece.up // piece.down


def _ceil(piece: Piece, count: int) -> int:
    return -(-(piece.skip + count) * piece.up // piece.down)


class Building:
    """Collects the characters of a new view together with their sources."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._pieces: list[Piece] = []
        self._length = 0

    def __len__(self) -> int:
        return self._length

    def add(self, text: str, start: int, end: int, *, up: int = 1, down: int = 1, skip: int = 0) -> None:
        """Append ``text``, which stands for ``start`` to ``end`` of the parent."""
        if text:
            self._parts.append(text)
            self._pieces.append(Piece(self._length, start, end, up, down, skip))
            self._length += len(text)

    def view(self, source: View, layer: Layer, *, depth: int) -> View:
        """The finished view."""
        text = "".join(self._parts)
        return View(text, text.lower(), layer, depth, source, tuple(self._pieces))
