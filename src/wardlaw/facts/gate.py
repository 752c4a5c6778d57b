"""What the door knows of deployment gates: the mode of a system, and why it is closed."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class GateMode(StrEnum):
    """What the door does with traffic of a system that has no live verdict."""

    OFF = "off"  # nothing
    WARN = "warn"  # lets it through, and says so in the record
    ENFORCE = "enforce"  # refuses it


class ClosedGate(msgspec.Struct, frozen=True):
    """A system without a live verdict, whose traffic a request is.

    Attributes:
        system: Its id.
        mode: ``warn`` or ``enforce``.
        why: Why it is closed, in plain words.
    """

    system: str
    mode: GateMode
    why: str
