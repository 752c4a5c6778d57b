"""``wardlaw replay``: what a draft of clauses would have made of logged traffic."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import msgspec
from cyclopts import Parameter
from rich.text import Text

from wardlaw.cli.client import ManagementClient
from wardlaw.cli.exits import Exit
from wardlaw.cli.moment import read_moment
from wardlaw.cli.options import NONE, Options
from wardlaw.cli.output import Output
from wardlaw.cli.replaying import replay_lines
from wardlaw.cli.session import connect, when
from wardlaw.cli.sources import policy_files, read_sources, usable_set
from wardlaw.console.api.deps import ReplayPart
from wardlaw.decision.replay import Replaying, ReplayReport
from wardlaw.facts.clause import Clause
from wardlaw.facts.errors import InputError

_MOST_EXAMPLES = 100


def replay(
    *,
    since: str,
    until: str = "",
    with_: Annotated[str, Parameter(name="--with")],
    examples: int = 3,
    options: Options = NONE,
) -> int:
    """Judge logged traffic anew with clauses that are not in force, and show what would come out otherwise.

    Changes nothing. Exit 0 nothing would change, 1 something would, 4 a record could not be read.

    Args:
        since: From when: how long ago (24h, 7d), a day (2026-11-01) or a time, UTC unless it says otherwise.
        until: Until when; now when left out.
        with_: Folder or file of the clauses to try, as wardlaw policy check takes it.
        examples: Shown per kind of change and clause; at most 100.
    """
    if not 0 <= examples <= _MOST_EXAMPLES:
        raise InputError("WL-CLI-051", f"--examples {examples} is none.", f"Give 0 to {_MOST_EXAMPLES}.")
    now = time.time()
    begin = read_moment(since, now=now)
    end = read_moment(until, now=now) if until else now
    if begin >= end:
        raise InputError(
            "WL-CLI-051", f"Nothing lies between {when(begin)} and {when(end)}.", "Give an earlier --since."
        )
    files = policy_files(with_, options)
    checked = usable_set(files)
    sources = _named(Path(with_), files, read_sources(files))
    asked = {"since_ms": int(begin * 1000), "until_ms": int(end * 1000) + 1, "examples": examples}
    output = options.output()
    report = _ask(connect(options), output, {"sources": sources, **asked}, examples=examples)
    data = {"since": when(begin), "until": when(end), "report": msgspec.to_builtins(report)}
    output.result(data, *replay_lines(report, span=f"from {when(begin)} to {when(end)}"))
    for clause in checked.clauses:
        if note := _out_of_time(clause, begin, end):
            output.note(note)
    if report.unread:
        return Exit.EVIDENCE
    return Exit.FINDINGS if report.total.total else Exit.DONE


def _ask(client: ManagementClient, output: Output, body: dict[str, object], *, examples: int) -> ReplayReport:
    """Have the whole span judged, part after part, and tell how far it is."""
    adding = Replaying(examples=examples)
    first = begin = end = judged = 0
    started = time.monotonic()
    with output.progress("judging anew") as advance:
        while True:
            part = msgspec.convert(client.post("/decisions/replay", {**body, "begin": begin, "end": end}), ReplayPart)
            first = first if end else part.begin
            adding.add(part.report)
            judged += part.report.judged
            begin, end = part.next, part.end
            rate = judged / max(time.monotonic() - started, 1e-3)
            advance((begin - first) / max(end - first, 1), f"{judged:,} decisions, {rate:,.0f}/s")
            if begin >= end:
                return adding.report()


def _named(place: Path, files: list[Path], sources: Mapping[str, str]) -> dict[str, str]:
    """Sources under names of their own folder: where it lies on this machine is nobody's business."""
    folder = place if place.is_dir() else place.parent
    return {str(file.relative_to(folder)): sources[str(file)] for file in files}


def _out_of_time(clause: Clause, begin: float, end: float) -> Text | None:
    """A clause that was not in force by its own dates says nothing about those days; people should know."""
    first, last = (datetime.fromtimestamp(moment, tz=UTC).date() for moment in (begin, end))
    if clause.valid_from and date.fromisoformat(clause.valid_from) > last:
        return Text(f"{clause.id} holds from {clause.valid_from} on: it judged none of this.", style="yellow")
    if clause.valid_to and date.fromisoformat(clause.valid_to) < first:
        return Text(f"{clause.id} held until {clause.valid_to}: it judged none of this.", style="yellow")
    return None
