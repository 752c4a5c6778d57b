"""All views of a text that detectors look at, bounded in number, depth and size.

Plain ASCII text without anything encoded costs one scan. See ``fold``, ``hidden`` and ``decode`` for what is
covered and what is not.
"""

from __future__ import annotations

import msgspec

from wardlaw.security.decode import ESCAPES, RUNS, DecodeGate, decode_runs, join, joins, unescape
from wardlaw.security.fold import fold
from wardlaw.security.hidden import Hidden, find_hidden
from wardlaw.security.views import Building, Layer, View

# Encodings undone one inside the other. Three are promised; the fourth pays for separators put between layers.
MAX_DEPTH = 4
# Characters that all decoded views of one text may hold together: several times what honest nesting needs.
_FACTOR, _ALLOWANCE = 6, 65_536


class Views(msgspec.Struct, frozen=True, gc=False):
    """The views of one text.

    Attributes:
        original: The text itself.
        folded: Its folded view; the original where folding changes nothing.
        others: Joined, unescaped, decoded and hidden views, every one folded, in the order found.
        hidden: Stretches a person does not see.
        bound_hit: Work was left undone at a bound: something may be encoded that nobody looked at.
        raw: UTF-8 bytes of ``folded.text``.
        marks: What the gate says ``raw`` may hold.
    """

    original: View
    folded: View
    raw: bytes
    others: tuple[View, ...] = ()
    hidden: tuple[Hidden, ...] = ()
    bound_hit: bool = False
    marks: tuple[int, ...] = ()


class Normaliser:
    """Makes the views of texts; holds only the compiled scan."""

    def __init__(self) -> None:
        self._gate = DecodeGate()

    def normalise(self, text: str) -> Views:
        """The views of ``text``. Total: any string is accepted, lone surrogates included."""
        original = View(text, text.lower(), Layer.PLAIN)
        folded = fold(original)
        raw = folded.text.encode()
        hidden = find_hidden(text)
        marks = self._gate.open(raw)
        if not hidden and not _applies(marks, raw):
            return Views(original, folded, raw, marks=marks)
        spelled = _spelled(original, hidden)
        others, bound_hit = self._expand([folded, *spelled], room=_FACTOR * len(text) + _ALLOWANCE)
        return Views(original, folded, raw, (*spelled, *others), hidden, bound_hit, marks)

    def _expand(self, roots: list[View], *, room: int) -> tuple[list[View], bool]:
        """Views made from ``roots`` layer by layer; True when a bound was hit."""
        made: list[View] = []
        pending = roots
        bound_hit = False
        while pending:
            following: list[View] = []
            for view in pending:
                for child in self._children(view):
                    if child.depth > MAX_DEPTH or len(child.text) > room:
                        bound_hit = True
                        continue
                    room -= len(child.text)
                    following.append(child)
            made.extend(following)
            pending = following
        return made, bound_hit

    def _children(self, view: View) -> list[View]:
        """Folded children of one view."""
        raw = view.text.encode()
        marks = self._gate.open(raw)
        children: list[View | None] = []
        if ESCAPES in marks:
            children.append(unescape(view))
        if view.layer is not Layer.JOINED and joins(marks, raw):
            children.append(join(view))
        if RUNS in marks:
            children.append(decode_runs(view))
        return [fold(child) for child in children if child is not None]


def _applies(marks: tuple[int, ...], raw: bytes) -> bool:
    """Whether any step may make a view of a text."""
    return bool(marks) and (ESCAPES in marks or RUNS in marks or joins(marks, raw))


def _spelled(original: View, hidden: tuple[Hidden, ...]) -> list[View]:
    """One view of everything that invisible characters spell."""
    build = Building()
    for stretch in hidden:
        build.add(stretch.text, stretch.start, stretch.end, up=0)
        build.add("\n" if stretch.text else "", stretch.end, stretch.end, up=0)
    return [build.view(original, Layer.HIDDEN, depth=1)] if len(build) else []
