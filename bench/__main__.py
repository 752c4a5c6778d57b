"""``python -m bench``: run the parts that were asked for, and show what came of it."""

from __future__ import annotations

import argparse
import os
import shlex
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from rich.console import Console
from rich.table import Table
from rich.text import Text

from bench import (
    auditing,
    bundling,
    consoling,
    covering,
    deciding,
    deliveries,
    exporting,
    guarding,
    inventory,
    live,
    machine,
    million,
    modelfiles,
    replaying,
    stages,
    toolcalls,
    traffic,
    verifying,
)
from bench.processes import StartError
from bench.promises import Results, promises
from bench.report import Grid, Run, grids, write
from bench.targets import DURABLE, LABELS
from bench.traffic import TrafficPlan

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "benchmarks.md"
PARTS = (
    "traffic", "decision", "guard", "mcp", "audit", "verify", "replay", "export", "bundle", "inventory", "deliveries",
    "coverage", "models", "console", "million", "live",
)  # fmt: skip
FORMAT = 1
DELIVERIES_PER_S = 200
_LIMIT_S = 3_600.0  # no process of the benchmark lives longer, whatever happens to the benchmark


class Amounts(msgspec.Struct, frozen=True):
    """How much of everything."""

    rounds: int
    seconds: float
    turns: int
    stream_turns: int
    decisions: int
    texts: int
    audit_records: int
    verify_records: int
    replayed: int
    bundled: int
    grants: int
    deliveries_s: float
    shown: int


FULL = Amounts(
    rounds=5,
    seconds=4,
    turns=1_000,
    stream_turns=12,
    decisions=40_000,
    texts=20_000,
    audit_records=100_000,
    verify_records=1_000_000,
    replayed=100_000,
    bundled=1_000_000,
    grants=1_000_000,
    deliveries_s=20,
    shown=1_000_000,
)
QUICK = Amounts(
    rounds=2,
    seconds=1,
    turns=150,
    stream_turns=2,
    decisions=2_000,
    texts=2_000,
    audit_records=10_000,
    verify_records=100_000,
    replayed=20_000,
    bundled=20_000,
    grants=20_000,
    deliveries_s=3,
    shown=2_000,
)


class _Part(msgspec.Struct, frozen=True):
    """Something that is measured for itself: under which name it is asked for, and where its figures go."""

    name: str
    result: str
    doing: str
    measure: Callable[[], object]


def main(arguments: list[str]) -> int:
    """Run the benchmark; answers the exit code."""
    asked = _parser().parse_args(arguments)
    amounts = _amounts(asked)
    console = Console(stderr=True, highlight=False)

    def say(text: str) -> None:
        if not asked.quiet:
            console.print(Text(f"bench: {text}", style="dim"), soft_wrap=True)

    folder = Path(tempfile.mkdtemp(prefix="wardlaw-bench-", dir=asked.dir or None))
    try:
        run = _run(asked, amounts, folder, say)
    except StartError as error:
        console.print(f"error {error}", style="red", markup=False, soft_wrap=True)
        return 69
    except KeyboardInterrupt:
        return 130
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if asked.json:
        whole = {"format": FORMAT, "promises": promises(run.results), **msgspec.structs.asdict(run)}
        sys.stdout.buffer.write(msgspec.json.encode(whole) + b"\n")
    else:
        _show(run)
    if asked.write:
        write(PAGE, run)
        say(f"wrote {PAGE.relative_to(ROOT)}")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="wardlaw bench", description="Measure what Wardlaw costs, beside its peers.")
    parser.add_argument("--quick", action="store_true", help="short runs: to see that it works, not to quote")
    parser.add_argument("--only", default=",".join(PARTS), help=f"parts, with commas: {','.join(PARTS)}")
    parser.add_argument("--targets", default=",".join(LABELS), help=f"targets, with commas: {','.join(LABELS)}")
    parser.add_argument("--rounds", type=int, help="saturated rounds per target")
    parser.add_argument("--seconds", type=float, help="length of a round")
    parser.add_argument("--records", type=int, help="records of the log that is verified")
    parser.add_argument("--stages", action="store_true", help="also where the CPU goes (needs py-spy)")
    parser.add_argument("--dir", default="", help="folder for data (its disk is the one that is measured)")
    parser.add_argument("--json", action="store_true", help="one JSON object on stdout")
    parser.add_argument("--write", action="store_true", help=f"write the tables into {PAGE.relative_to(ROOT)}")
    parser.add_argument("--quiet", action="store_true", help="no progress")
    return parser


def _amounts(asked: argparse.Namespace) -> Amounts:
    amounts = QUICK if asked.quick else FULL
    given = {"rounds": asked.rounds, "seconds": asked.seconds, "verify_records": asked.records}
    return msgspec.structs.replace(amounts, **{name: value for name, value in given.items() if value is not None})


def _names(text: str, known: tuple[str, ...], what: str) -> tuple[str, ...]:
    names = tuple(name for name in text.split(",") if name)
    wrong = [name for name in names if name not in known]
    if wrong or not names:
        raise StartError(f"no {what} {', '.join(wrong) or 'named'}; there are {', '.join(known)}")
    return tuple(name for name in known if name in names)


def _run(asked: argparse.Namespace, amounts: Amounts, folder: Path, say: traffic.Say) -> Run:
    parts = _names(asked.only, PARTS, "part")
    targets = _names(asked.targets, tuple(LABELS), "target")
    began, clock = datetime.now(UTC), time.monotonic()
    load_before = machine.load_average()
    where = machine.describe(folder, ROOT)
    results = Results()
    if "traffic" in parts:
        plan = TrafficPlan(
            targets=("direct", *(name for name in targets if name != "direct")),
            rounds=amounts.rounds,
            seconds=amounts.seconds,
            turns=amounts.turns,
            stream_turns=amounts.stream_turns,
            warm_s=1 if asked.quick else 4,
        )
        results = msgspec.structs.replace(results, traffic=traffic.measure(plan, folder, limit_s=_LIMIT_S, say=say))
    for part in (one for one in _parts(amounts, folder, say) if one.name in parts):
        say(part.doing)
        results = msgspec.structs.replace(results, **{part.result: part.measure()})
    if asked.stages:
        say(f"stages of {LABELS[DURABLE].replace('*', '')}")
        seconds = max(2.0, amounts.seconds * 2)
        found = stages.measure(folder / "stages", seconds=seconds, connections=32, limit_s=_LIMIT_S)
        results = msgspec.structs.replace(results, stages=found)
    return Run(
        command=shlex.join(["./wardlaw", "bench", *_shown(asked)]),
        began=began.strftime("%Y-%m-%d %H:%M UTC"),
        seconds=time.monotonic() - clock,
        load_before=load_before,
        load_after=machine.load_average(),
        machine=where,
        results=results,
    )


def _parts(amounts: Amounts, folder: Path, say: traffic.Say) -> tuple[_Part, ...]:
    """Everything that is measured for itself, in order."""
    url = os.environ.get("WARDLAW_BENCH_POSTGRES", "")
    return (
        _Part(
            "decision",
            "decisions",
            f"decision alone, {amounts.decisions} calls",
            lambda: deciding.measure(amounts.decisions),
        ),
        _Part(
            "guard",
            "guard",
            f"detectors, {amounts.texts} texts, {amounts.turns} requests each",
            lambda: guarding.measure(
                folder / "guard",
                turns=amounts.turns,
                texts=amounts.texts,
                seconds=amounts.seconds * 2,
                limit_s=_LIMIT_S,
            ),
        ),
        _Part(
            "mcp",
            "tools",
            f"calls of tools, {amounts.turns} on each path",
            lambda: toolcalls.measure(folder / "mcp", turns=amounts.turns, limit_s=_LIMIT_S),
        ),
        _Part(
            "audit",
            "audit",
            f"audit path, {amounts.audit_records} records",
            lambda: auditing.measure(amounts.audit_records, folder, limit_s=_LIMIT_S),
        ),
        _Part(
            "verify",
            "verify",
            f"writing and verifying a log of {amounts.verify_records} records",
            lambda: verifying.measure(amounts.verify_records, folder),
        ),
        _Part(
            "replay",
            "replay",
            f"recording {amounts.replayed} decisions and judging them anew",
            lambda: replaying.measure(amounts.replayed, folder),
        ),
        _Part(
            "export",
            "export",
            f"telling a log of {amounts.audit_records} records to a file",
            lambda: exporting.measure(amounts.audit_records, folder),
        ),
        _Part(
            "bundle",
            "bundle",
            f"recording {amounts.bundled} decisions and making a report of them",
            lambda: bundling.measure(amounts.bundled, folder),
        ),
        _Part(
            "inventory",
            "inventory",
            f"an inventory of {amounts.grants} grants, listed twice",
            lambda: inventory.measure(amounts.grants, folder / "inventory", url=url),
        ),
        _Part(
            "deliveries",
            "deliveries",
            f"{DELIVERIES_PER_S} deliveries a second for {amounts.deliveries_s:.0f} s",
            lambda: deliveries.measure(
                folder / "deliveries", per_second=DELIVERIES_PER_S, seconds=amounts.deliveries_s, limit_s=_LIMIT_S
            ),
        ),
        _Part("coverage", "coverage", "the state of 500 clauses for 200 systems", covering.measure),
        _Part(
            "console",
            "console",
            f"the gateway while people look, {amounts.rounds} pairs of rounds",
            lambda: consoling.measure(
                folder / "console", rounds=amounts.rounds, seconds=amounts.seconds, limit_s=_LIMIT_S
            ),
        ),
        _Part(
            "million",
            "million",
            f"the console's pages with {amounts.shown:,} decisions and grants",
            lambda: million.measure(
                folder / "million", decisions=amounts.shown, grants=amounts.shown, limit_s=_LIMIT_S, say=say, url=url
            ),
        ),
        _Part(
            "live",
            "live",
            f"{live.PER_S} decisions a second while {live.VIEWERS} people watch, {amounts.rounds} pairs of rounds",
            lambda: live.measure(folder / "live", rounds=amounts.rounds, seconds=amounts.seconds, limit_s=_LIMIT_S),
        ),
        _Part("models", "models", "files of models, and a red-team report of 90 MB", modelfiles.measure),
    )


def _shown(asked: argparse.Namespace) -> list[str]:
    """The options that make a difference to the figures, as they were given."""
    defaults = vars(_parser().parse_args([]))
    words = []
    for name, value in vars(asked).items():
        if name in ("json", "quiet", "dir") or value == defaults[name]:
            continue
        words += [f"--{name}"] if value is True else [f"--{name}", str(value)]
    return words


def _show(run: Run) -> None:
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 200)
    where = run.machine
    console.print(f"{where.processor}, {where.cores} cores, {where.system}, Python {where.python}, {where.filesystem}")
    console.print(f"load average before {run.load_before}, after {run.load_after}; {run.seconds:.0f} s")
    for grid in grids(run.results):
        console.print()
        console.print(_table(grid))
        if grid.note:
            console.print(Text(grid.note, style="dim"))


def _table(grid: Grid) -> Table:
    table = Table(title=grid.title, title_justify="left", title_style="bold", box=None, pad_edge=False)
    for place, name in enumerate(grid.columns):
        table.add_column(name, justify="right" if place else "left", overflow="fold")
    for row in grid.rows:
        table.add_row(*[_cell(cell) for cell in row])
    return table


def _cell(cell: str) -> Text:
    """Markdown's bold as a terminal shows it; a promise that is not kept stands out."""
    return Text(cell.replace("**", ""), style="bold red" if cell == "**no**" else "bold" if "**" in cell else "")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
