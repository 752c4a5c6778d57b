"""How the inventory is shown on a terminal: texts of others without what a terminal obeys, and how fresh all of it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from wardlaw.cli.session import when


def freshness_lines(feeds: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """One line a feed: when it was last read whole, and what was not read."""
    for one in feeds:
        whole = f"complete {when(one['complete_at'])}" if one["complete_at"] else "never read whole"
        events = f", events up to {when(one['covered_until'])}" if one["covered_until"] else ""
        state = "; THE LAST RUN WAS CUT OFF" if one["is_cut"] else ""
        if one["state"] == "incomplete":
            state = f"; the last run, {when(one['last_at'])}, was incomplete"
        if one.get("goes_on"):
            state += "; the next one goes on from there"
        gaps = f"; {' '.join(one['gaps'])}" if one["gaps"] else ""
        yield f"{one['directory']} ({one['platform']}) {one['feed']}: {whole}{events}{state}{gaps}"


def plain_text(text: str) -> str:
    """A text of others, with nothing a terminal would obey."""
    return "".join(char if char.isprintable() else f"\\u{{{ord(char):x}}}" for char in text)
