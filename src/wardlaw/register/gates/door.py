"""Which systems the door lets through: worked out from what is registered and the verdicts that stand."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable

import msgspec

from wardlaw.facts.gate import ClosedGate, GateMode
from wardlaw.register.system import System, Traffic, owners_of, reaches

MOST_KNOWN = 20_000
"""Kinds of traffic whose systems are remembered; beyond that they are worked out anew."""
APPROVAL_ENDED = "the approval of its use has ended"
"""Why a system is closed whose approval nobody has renewed."""


class DoorRow(msgspec.Struct, frozen=True):
    """A system as the door sees it; times in Unix seconds.

    Attributes:
        closed: Why it has no live verdict; ``""`` while it has one.
        until: When its verdict ends.
        clauses: Clauses of which no canary may have got through.
        approved_until: When the approval ends by which the system may be used at all; infinite where none was asked for.
    """

    system: System
    closed: str
    until: float = 0.0
    clauses: tuple[str, ...] = ()
    approved_until: float = math.inf


class GateDoor:
    """Tells for traffic which systems it belongs to, and which of those are closed.

    Args:
        rows: All systems. One whose mode is ``off`` is closed only when its approval has ended.
        bypassed: Clauses of which a canary got through.
    """

    def __init__(self, rows: Iterable[DoorRow], bypassed: frozenset[str]) -> None:
        self._rows = {one.system.id: one for one in rows}
        self._why = {name: _closed_by(row, bypassed) for name, row in self._rows.items()}
        self._gated = any(
            row.system.gate_mode is not GateMode.OFF or row.approved_until < math.inf for row in self._rows.values()
        )
        self._owners = self._fresh()
        self._asked = 0
        self._last: tuple[Traffic | None, tuple[str, ...]] = (None, ())

    @property
    def is_empty(self) -> bool:
        """Whether no system can be closed."""
        return not self._gated

    @property
    def knows_any(self) -> bool:
        """Whether there is any system at all."""
        return bool(self._rows)

    def systems(self, traffic: Traffic) -> tuple[str, ...]:
        """Systems it belongs to, sorted."""
        return tuple(sorted(name for name in self._of(traffic) if name in self._rows))

    def systems_of_canary(self, traffic: Traffic, system: str) -> tuple[str, ...]:
        """Systems that traffic of a canary belongs to: that it is made for is its own on that system's routes and models."""
        row = self._rows.get(system)
        own = {system} if row is not None and reaches(traffic, row.system) else set()
        return tuple(sorted({*own, *self.systems(traffic)}))

    def closed(self, traffic: Traffic, *, at: float, is_known: bool) -> tuple[ClosedGate, ...]:
        """Systems it belongs to that are closed now.

        Args:
            is_known: False where nobody can tell what has changed: then every verdict counts as gone.
        """
        found = []
        for name in self._of(traffic):
            row = self._rows.get(name)
            if row is None:
                continue
            if at >= row.approved_until:
                # Nobody agrees any more that it is used: whatever its mode.
                found.append(ClosedGate(name, GateMode.ENFORCE, APPROVAL_ENDED))
                continue
            if row.system.gate_mode is GateMode.OFF:
                continue
            why = self._why[name] if is_known else "what was revoked since cannot be known"
            if not why and at >= row.until:
                why = "the verdict has expired"
            if why:
                found.append(ClosedGate(name, row.system.gate_mode, why))
        return tuple(found)

    def _of(self, traffic: Traffic) -> tuple[str, ...]:
        last, found = self._last
        if traffic == last:  # each request asks twice
            return found
        self._asked += 1
        if self._asked > MOST_KNOWN:
            self._owners, self._asked = self._fresh(), 0
        found = self._owners(traffic)
        self._last = (traffic, found)
        return found

    def _fresh(self) -> Callable[[Traffic], tuple[str, ...]]:
        return owners_of(row.system for row in self._rows.values())


def _closed_by(row: DoorRow, bypassed: frozenset[str]) -> str:
    if row.closed:
        return row.closed
    gone = sorted(bypassed & set(row.clauses))
    return f"a canary got through the clause {', '.join(gone)}" if gone else ""
