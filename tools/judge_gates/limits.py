"""The limits of poisoning, chosen by one rule on clean versions of the development sets, which nothing is judged on.

A limit is a quarter above the most that any clean version came to, rounded up to a half, and at least three standard
deviations (or three nats). What is tampered with plays no part in it, and neither do the tables of ``poisoning``.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from pathlib import Path

from tools.judge_gates.draws import CLEAN, Draw, Told, told
from tools.judge_gates.realdata import DEVELOPMENT
from tools.judge_gates.sections import table
from wardlaw.register.poisoning.tablecheck import PoisonLimits

DRAWS = 20
_MARGIN, _STEP, _LEAST = 1.25, 0.5, 3.0
_CHOSEN = (
    "shift_z", "rare", "rare_trusted", "doubt_z", "doubt_class", "denial_z", "trigger", "trigger_trusted"
)  # fmt: skip
_WORDS = (
    "shift, z", "rare values, nats", "rare values by trusted rows alone, nats", "labels in doubt, z",
    "labels in doubt of a class, nats", "neighbours, z", "trigger, nats", "trigger by trusted rows alone, nats",
)  # fmt: skip


def draws() -> list[Draw]:
    """Clean versions only, of every development set."""
    return [
        Draw(name, seed, with_baseline, False)
        for name in DEVELOPMENT
        for with_baseline in (True, False)
        for seed in range(1, DRAWS + 1)
    ]


def section(peers: Path) -> str:
    """The table."""
    return tables(told(peers, draws()))


def tables(found: Iterable[Told]) -> str:
    """The most of each development set, the limits that follow, and those in force.

    Raises:
        SystemExit: The limits in force are lower than the rule asks for.
    """
    limits = PoisonLimits()
    most = {name: dict.fromkeys(_CHOSEN, 0.0) for name in DEVELOPMENT}
    for one in found:
        assert one.kind == CLEAN
        for name, value in _values(one, limits).items():
            most[one.draw.name][name] = max(most[one.draw.name][name], value)
    chosen = {name: _limit(max(by[name] for by in most.values())) for name in _CHOSEN}
    low = {name: value for name, value in chosen.items() if getattr(limits, name) < value}
    if low:
        raise SystemExit(f"the limits in force are below the rule's: {low}")
    rows = [(name, *(f"{by[one]:.1f}" for one in _CHOSEN)) for name, by in most.items()]
    rows.append(("**limit by the rule**", *(f"{chosen[one]:g}" for one in _CHOSEN)))
    rows.append(("**in force**", *(f"{getattr(limits, one):g}" for one in _CHOSEN)))
    head = (f"the most of {2 * DRAWS} clean versions each", *_WORDS)
    return table(head, rows)


def _values(one: Told, limits: PoisonLimits) -> dict[str, float]:
    measured = one.measured
    grown = measured.doubts.rows and measured.doubts_before.rows and (
        measured.doubts.doubted / measured.doubts.rows
        - measured.doubts_before.doubted / measured.doubts_before.rows
    )  # fmt: skip
    found = {
        "shift_z": measured.shifts[0].z if measured.shifts else 0.0,
        "doubt_z": measured.doubts_z if grown > limits.doubt_delta else 0.0,
        "denial_z": measured.denial_z,
        "doubt_class": max((one.nats for one in measured.class_doubts if one.grown > limits.doubt_delta), default=0.0),
    }
    found["rare" if measured.has_version else "rare_trusted"] = measured.rare[0].nats if measured.rare else 0.0
    triggers = measured.denied.triggers if measured.denied is not None else ()
    found["trigger" if measured.has_version else "trigger_trusted"] = triggers[0].surprise if triggers else 0.0
    return found


def _limit(most: float) -> float:
    return max(_LEAST, math.ceil(most * _MARGIN / _STEP) * _STEP)
