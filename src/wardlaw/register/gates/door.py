"""Which systems the door lets through: worked out from what is registered and the verdicts that stand."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import msgspec

from wardlaw.facts.gate import ClosedGate, GateMode
from wardlaw.register.system import System, Traffic, owners_of

MOST_KNOWN = 20_000
"""Kinds of traffic whose systems are remembered; beyond that they are worked out anew."""


class DoorRow(msgspec.Struct, frozen=True):
    """A system as the door sees it; times in Unix seconds.

    Attributes:
        closed: Why it has no live verdict; ``""`` while it has one.
        until: When its verdict ends.
        clauses: Clauses of which no canary may have got through.
    """

    system: System
    closed: str
    until: float = 0.0
    clauses: tuple[str, ...] = ()


class GateDoor:
    """Tells for traffic which systems without a live verdict it belongs to.

    Args:
        rows: Systems whose mode is not ``off``.
        bypassed: Clauses of which a canary got through.
    """

    def __init__(self, rows: Iterable[DoorRow], bypassed: frozenset[str]) -> None:
        self._rows = {one.system.id: one for one in rows if one.system.gate_mode is not GateMode.OFF}
        self._why = {name: _closed_by(row, bypassed) for name, row in self._rows.items()}
        self._owners = self._fresh()
        self._asked = 0

    @property
    def is_empty(self) -> bool:
        """Whether no system is looked at."""
        return not self._rows

    def closed(self, traffic: Traffic, *, at: float, is_known: bool) -> tuple[ClosedGate, ...]:
        """Systems it belongs to that are closed now.

        Args:
            is_known: False where nobody can tell what has changed: then every verdict counts as gone.
        """
        self._asked += 1
        if self._asked > MOST_KNOWN:
            self._owners, self._asked = self._fresh(), 0
        found = []
        for name in self._owners(traffic):
            row = self._rows.get(name)
            if row is None:
                continue
            why = self._why[name] if is_known else "what was revoked since cannot be known"
            if not why and at >= row.until:
                why = "the verdict has expired"
            if why:
                found.append(ClosedGate(name, row.system.gate_mode, why))
        return tuple(found)

    def _fresh(self) -> Callable[[Traffic], tuple[str, ...]]:
        return owners_of(row.system for row in self._rows.values())


def _closed_by(row: DoorRow, bypassed: frozenset[str]) -> str:
    if row.closed:
        return row.closed
    gone = sorted(bypassed & set(row.clauses))
    return f"a canary got through the clause {', '.join(gone)}" if gone else ""
