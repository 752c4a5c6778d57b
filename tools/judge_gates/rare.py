"""What the measure of rare values finds by itself on tables that no limit was chosen by, and how often it stops clean ones.

It needs no neighbours and no regression, so it is measured on more draws than the other measures.
"""

from __future__ import annotations

from collections import defaultdict
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import NamedTuple

from tools.judge_gates.draws import CLEAN, SHARES, parts
from tools.judge_gates.realdata import JUDGED
from tools.judge_gates.sections import table
from tools.judge_gates.tampering import KINDS, tampered
from wardlaw.register.poisoning.lift import Lift
from wardlaw.register.poisoning.shift import ShiftTally, compared
from wardlaw.register.poisoning.table import Columns, TablePlan, plan_table
from wardlaw.register.poisoning.tablecheck import PoisonLimits
from wardlaw.register.redteam.report import wilson

CLEAN_DRAWS, TAMPERED = 20, 8
_WORKERS = 2
_TRIGGERS = tuple(kind for kind in KINDS if kind.startswith("trigger"))
_HELD = ("baseline and trusted rows", "trusted rows alone")


class Rare(NamedTuple):
    """The most surprising rare value of one version, in nats, held against baseline and trusted rows, and against these alone."""

    name: str
    kind: str
    share: float
    nats: tuple[float, float]


def section(peers: Path) -> str:
    """The tables."""
    draws = [(peers, name, seed) for name in JUDGED for seed in range(1, CLEAN_DRAWS + 1)]
    with ProcessPoolExecutor(_WORKERS) as workers:
        return tables([one for found in workers.map(measured, draws) for one in found])


def measured(draw: tuple[Path, str, int]) -> list[Rare]:
    """A draw of one table, clean, and of the first seeds tampered with."""
    peers, name, seed = draw
    real = JUDGED[name](peers)
    trusted, before, version = parts(real, seed)
    plan = plan_table(trusted, real.label)
    vouched = _tally(plan, trusted)
    baseline, alone = _tally(plan, real.columns(before)).sketch(), vouched.sketch()

    def most(rows: list[list[str]]) -> tuple[float, float]:
        now = _tally(plan, real.columns(rows))
        found = (compared(now, baseline, vouched)[1], compared(now, alone)[1])
        return (_first(found[0]), _first(found[1]))

    kinds = _TRIGGERS if seed <= TAMPERED else ()
    return [
        Rare(name, CLEAN, 0.0, most(version)),
        *(
            Rare(name, kind, share, most(tampered(real, version, kind=kind, share=share, seed=seed)))
            for kind in kinds
            for share in SHARES
        ),
    ]


def tables(found: list[Rare]) -> str:
    """From what was measured, by the limits in force."""
    limits = (PoisonLimits().rare, PoisonLimits().rare_trusted)
    stopped: dict[tuple[int, str, str, float], list[bool]] = defaultdict(list)
    for one in found:
        for held, nats in enumerate(one.nats):
            stopped[held, one.name, one.kind, one.share].append(nats > limits[held])
    rows = [(name, *(_share(stopped[held, name, CLEAN, 0.0]) for held in range(2))) for name in JUDGED]
    everywhere = [[hit for name in JUDGED for hit in stopped[held, name, CLEAN, 0.0]] for held in range(2)]
    rows.append(("all", *(_share(one) for one in everywhere)))
    page = ["Clean new versions that the rare values stopped.", table(("data", *_HELD), rows)]
    for held, told_by in enumerate(_HELD):
        rows = [
            (kind, *(_share([hit for name in JUDGED for hit in stopped[held, name, kind, share]]) for share in SHARES))
            for kind in _TRIGGERS
        ]
        page += [f"Found by the rare values alone, held against {told_by}.",
                 table(("tampering", *(f"{share:.1%} of the rows" for share in SHARES)), rows)]  # fmt: skip
    return "\n".join(f"{one.strip()}\n" for one in page)


def _tally(plan: TablePlan, columns: Columns) -> ShiftTally:
    tally = ShiftTally(plan)
    tally.add(columns)
    return tally


def _first(found: tuple[Lift, ...]) -> float:
    return found[0].nats if found else 0.0


def _share(found: list[bool]) -> str:
    """How many were stopped, of how many, with Wilson's 95 % interval."""
    if not found:
        return ""
    low, high = wilson(sum(found), len(found))
    return f"{sum(found)}/{len(found)} ({low:.0%}–{high:.0%})"
