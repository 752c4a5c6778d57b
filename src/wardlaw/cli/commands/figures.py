"""``wardlaw figures``."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping
from typing import Any

from rich.table import Table
from rich.text import Text

from wardlaw.cli.explaining import STYLES
from wardlaw.cli.moment import read_moment
from wardlaw.cli.options import NONE, Options
from wardlaw.cli.output import rows
from wardlaw.cli.session import connect, when
from wardlaw.facts.errors import InputError

_MINUTE_MS = 60_000
_POINTS = 60
_MOST_CLAUSES = 10


def figures(*, since: str = "1h", until: str = "", options: Options = NONE) -> int:
    """Show how many decisions of each effect there were, which clauses fired, and what the door added.

    Canaries are not counted. Read to whole minutes. With --json the counts of each stretch of time too.

    Args:
        since: From when: how long ago (1h, 7d), a day (2026-11-01) or a time, UTC unless it says otherwise.
        until: Until when; now when left out.
    """
    now = time.time()
    begin = int(read_moment(since, now=now) * 1000) // _MINUTE_MS * _MINUTE_MS
    end = -(-int((read_moment(until, now=now) if until else now) * 1000) // _MINUTE_MS) * _MINUTE_MS
    if begin >= end:
        raise InputError(
            "WL-CLI-051",
            f"Nothing lies between {when(begin / 1000)} and {when(end / 1000)}.",
            "Give an earlier --since.",
        )
    client = connect(options)
    minutes = (end - begin) // _MINUTE_MS
    step = -(-minutes // _POINTS) * _MINUTE_MS
    counts = client.get("/counts", since_ms=begin, until_ms=end, step_ms=step)
    door = client.get("/door", since_ms=begin, until_ms=end)
    span = f"from {when(begin / 1000)} to {when(end / 1000)}"
    options.output().result({"counts": counts, "door": door}, *figure_lines(counts, door, span))
    return 0


def figure_lines(counts: Mapping[str, Any], door: Mapping[str, Any], span: str) -> list[Text | str | Table]:
    """The figures for a person."""
    effects: Counter[str] = Counter()
    for one in counts["counts"]:
        effects[one["effect"]] += one["count"]
    lines: list[Text | str | Table] = [Text(f"{effects.total():,} decisions {span}", style="bold")]
    lines += [Text(f"  {name:<10}{many:>12,}", style=STYLES.get(name, "")) for name, many in effects.most_common()]
    if door["exchanges"]:
        added = f"p50 {door['p50_us'] / 1000:.1f} ms, p99 {door['p99_us'] / 1000:.1f} ms"
        lines.append(Text(f"The door added {added} to {door['exchanges']:,} exchanges."))
    found = [(one["clause"], one["wing"], f"{one['count']:,}", one["title"]) for one in door["fired"][:_MOST_CLAUSES]]
    if found:
        lines.append(rows(("clause", "wing", "fired", "title"), found))
    return lines
