"""Poisoning on real tables that no limit was chosen by: false alarms, and what is found, by kind and share."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from tools.judge_gates.draws import CLEAN, SHARES, Draw, Told, told
from tools.judge_gates.realdata import JUDGED
from tools.judge_gates.sections import table
from tools.judge_gates.tampering import KINDS
from wardlaw.register.checks import CheckOutcome
from wardlaw.register.poisoning.tablecheck import PoisonLimits, ended, judge_table
from wardlaw.register.redteam.report import wilson

TAMPERED = {True: 4, False: 2}
"""Draws of each table that are tampered with in every way, with a baseline and without."""
CLEAN_DRAWS = 12
_HELD = {True: "baseline and trusted rows", False: "trusted rows alone"}
_MEASURES = ("shift", "rare-values", "label-doubts", "neighbours", "trigger")
_TRIGGERS = tuple(kind for kind in KINDS if kind.startswith("trigger"))


def draws() -> list[Draw]:
    """What is drawn: the same for everybody."""
    return [
        Draw(name, seed, with_baseline, seed <= TAMPERED[with_baseline])
        for with_baseline in _HELD
        for name in JUDGED
        for seed in range(1, CLEAN_DRAWS + 1)
    ]


def section(peers: Path) -> str:
    """The tables."""
    return tables(told(peers, draws()))


def tables(found: Iterable[Told]) -> str:
    """From what was measured, by the limits in force."""
    stopped: dict[tuple[bool, str, str, float], list[tuple[str, ...]]] = defaultdict(list)
    for one in found:
        results = judge_table(one.measured, limits=PoisonLimits())
        by = tuple(r.id.removeprefix("poisoning-") for r in results if r.outcome is not CheckOutcome.PASS)
        assert bool(by) is (ended(results) is not CheckOutcome.PASS)
        stopped[one.draw.with_baseline, one.draw.name, one.kind, one.share].append(by)
    parts = ["False alarms: clean new versions that were stopped.", table(
        ("data", *(_HELD[held] for held in _HELD)),
        [(name, *(_share([*stopped[held, name, CLEAN, 0.0]]) for held in _HELD)) for name in JUDGED]
        + [("all", *(_share([by for name in JUDGED for by in stopped[held, name, CLEAN, 0.0]]) for held in _HELD))],
    )]  # fmt: skip
    for held, told_by in _HELD.items():
        rows = [
            (kind, *(_share([by for name in JUDGED for by in stopped[held, name, kind, share]]) for share in SHARES))
            for kind in KINDS
        ]
        parts += [f"Found, held against {told_by}, all five tables together.",
                  table(("tampering", *(f"{share:.1%} of the rows" for share in SHARES)), rows)]  # fmt: skip
    rows = [
        (name, *(_share([by for kind in _TRIGGERS for by in stopped[True, name, kind, share]]) for share in SHARES))
        for name in JUDGED
    ]
    parts += ["Found of the triggers of all kinds, by table, held against baseline and trusted rows.",
              table(("data", *(f"{share:.1%}" for share in SHARES)), rows)]  # fmt: skip
    rows = [
        (measure, *(
            _share([(measure,) if measure in by else () for name in JUDGED for kind in KINDS
                    for by in stopped[True, name, kind, share]])
            for share in SHARES
        ))
        for measure in _MEASURES
    ]  # fmt: skip
    parts += ["By which measure, of all kinds together.", table(("measure", *(f"{s:.1%}" for s in SHARES)), rows)]
    return "\n".join(f"{one.strip()}\n" for one in parts)


def _share(found: list[tuple[str, ...]]) -> str:
    """How many were stopped, of how many, with Wilson's 95 % interval."""
    if not found:
        return ""
    hits = sum(bool(one) for one in found)
    low, high = wilson(hits, len(found))
    return f"{hits}/{len(found)} ({low:.0%}–{high:.0%})"
