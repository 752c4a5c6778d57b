"""Classes of keeping for people: how long what must stay, and what is of it now."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from rich.table import Table
from rich.text import Text

from wardlaw.cli.output import rows
from wardlaw.store.keeping import KeptClass

_NEVER = 0


def keeping_lines(found: Sequence[KeptClass]) -> Iterator[Table | Text]:
    """A table of the classes, and what may be pruned at all."""
    yield rows(
        ("class", "stays at least", "records", "oldest", "may go if made before"),
        (
            (
                Text(one.id, style="bold"),
                f"{one.days:,} days" if one.days else f"until {one.until}",
                f"{one.records:,}",
                _day(one.oldest_ms),
                _day(one.free_before_ms) if one.days else "never by itself",
            )
            for one in found
        ),
    )
    yield Text("")
    for one in found:
        refs = f" ({', '.join(one.refs)})" if one.refs else ""
        yield Text.assemble((f"{one.id}: ", "bold"), f"{one.title}{refs}.")


def _day(milliseconds: int) -> str:
    return str(datetime.fromtimestamp(milliseconds / 1000, tz=UTC).date()) if milliseconds != _NEVER else ""
