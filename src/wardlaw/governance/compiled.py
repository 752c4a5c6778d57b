"""One clause ready for the door, whether it was written as a form or by hand in Cedar."""

from __future__ import annotations

import msgspec

from wardlaw.facts.clause import Clause, Example, Wing
from wardlaw.facts.effect import Effect, Mode


class CompiledClause(msgspec.Struct, frozen=True):
    """A clause with its Cedar text.

    Attributes:
        text: Its policies as Cedar text.
        clause: The structured clause; None when it was written by hand.
        source: File it stands in.
        line: Line it starts in.
    """

    id: str
    title: str
    owner: str
    wing: Wing
    effect: Effect
    mode: Mode
    quarantine: bool
    text: str
    examples: tuple[Example, ...]
    source: str
    line: int
    clause: Clause | None = None
