"""``python -m bench.agent_sessions``: how many attacks get through, and how often people are asked."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

import msgspec
from rich.console import Console
from rich.table import Table

from bench.agent_sessions.made import chat, desk, forge, office, team, workspace
from bench.agent_sessions.reading import BadInputError, Recording, read_sessions, read_tools
from bench.agent_sessions.scoring import Score, Times, classes, long_session, score

_USAGE = 2
_MOST_TURNS = 10_000


class Report(msgspec.Struct, frozen=True):
    """Everything a run found."""

    suites: tuple[Score, ...]
    long_session: Times
    turns: int


def main(arguments: list[str]) -> int:
    """Run; answers the exit code: 0, or 2 for input that cannot be used."""
    asked = _parser().parse_args(arguments)
    try:
        if asked.made:
            _write_made(Path(asked.made))
            return 0
        recordings, definitions = _read(asked)
    except (BadInputError, OSError) as error:
        print(f"agent_sessions: {error}", file=sys.stderr)
        return _USAGE
    tools = classes(definitions)
    suites: dict[str, list[Recording]] = {}
    for one in recordings:
        suites.setdefault(one.suite, []).append(one)
    scores = tuple(score(name, mine, tools) for name, mine in suites.items())
    report = Report(scores, long_session(recordings, tools, asked.turns), asked.turns)
    if asked.json:
        print(msgspec.json.format(msgspec.json.encode(report)).decode())
    else:
        _show(report)
    return 0


def _read(asked: argparse.Namespace) -> tuple[list[Recording], list[dict[str, Any]]]:
    if not asked.sessions or not asked.tools:
        raise BadInputError("--sessions FILE and --tools FILE are needed (or --made FOLDER)")
    if not 1 <= asked.turns <= _MOST_TURNS:
        raise BadInputError(f"--turns must be between 1 and {_MOST_TURNS}")
    recordings = [one for path in asked.sessions for one in read_sessions(Path(path))]
    return recordings, [one for path in asked.tools for one in read_tools(Path(path))]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench.agent_sessions", description=__doc__)
    parser.add_argument(
        "--sessions",
        action="append",
        metavar="FILE",
        help="recorded sessions, JSON Lines, .gz or not; may be given again",
    )
    parser.add_argument(
        "--tools", action="append", metavar="FILE", help="tool definitions, a JSON list; may be given again"
    )
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    parser.add_argument("--turns", type=int, default=50, help="turns of the session whose decisions are timed")
    parser.add_argument("--made", metavar="FOLDER", help="write the suites of our own there, and end")
    return parser


def _write_made(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for module in (office, team, desk, workspace, chat, forge):
        made = module.suite()
        lines = [msgspec.json.encode(one) for one in made.sessions()]
        (folder / f"{made.name}.jsonl").write_bytes(b"\n".join(lines) + b"\n")
        (folder / f"{made.name}.tools.json").write_bytes(msgspec.json.encode(made.definitions()))


def _show(report: Report) -> None:
    table = Table("suite", "tasks without approval", "approvals per 100", "attacks", "with text-only", "paraphrased")
    for one in report.suites:
        figures = (one.tasks_without_approval, one.approvals_per_100, one.attack_success)
        more = (one.attack_success_with_text_only, one.paraphrased_success)
        table.add_row(one.suite, *("-" if figure is None else f"{figure:g}" for figure in (*figures, *more)))
    console = Console()
    console.print(table)
    times = report.long_session
    console.print(
        f"{report.turns} turns: decision p50 {times.decision_p50} µs, p99 {times.decision_p99} µs of processor time"
    )
    for one in report.suites:
        for held in one.held:
            console.print(f"held {held.session} {held.tool}: {'; '.join(held.reasons)}", highlight=False)
        for session in one.through:
            console.print(f"let through {session}", highlight=False)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
