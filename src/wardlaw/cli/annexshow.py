"""The technical documentation of a system on the terminal, and as Markdown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from rich.text import Text

from wardlaw.cli.output import rows
from wardlaw.cli.plaintext import plain
from wardlaw.cli.session import when

_STYLES = {"live": "green", "attested": "cyan", "missing": "bold red"}


def drawn_file(found: Mapping[str, Any]) -> Iterator[Any]:
    """Each field with where it comes from, and how many there are of each kind."""
    fields = found["fields"]
    counts = Counter(one["state"] for one in fields)
    words = ", ".join(f"{counts[state]} {state}" for state in _STYLES)
    yield Text(f"{found['system']}: {len(fields)} fields of Annex IV, {words}", style="bold")
    lines = [
        (one["id"], Text(one["state"], style=_STYLES[one["state"]]), one["title"], plain(one["text"]), _source(one))
        for one in fields
    ]
    yield rows(("", "", "field", "what it says", "from"), lines)
    missing = [one["id"] for one in fields if one["state"] == "missing"]
    if missing:
        yield f"\n`wardlaw attest annex-iv:{missing[0]} --system {found['system']} --until … --text …` vouches for a field."


def file_text(found: Mapping[str, Any]) -> str:
    """The same as Markdown."""
    parts = [f"# Technical documentation of {found['system']}", f"Read from the running system {when(found['at'])}."]
    for one in found["fields"]:
        source = _source(one)
        parts.append(f"## {one['id']} {one['title']}\n\n**{one['state']}**{f' ({source})' if source else ''}")
        if one["text"]:
            parts.append(plain(one["text"]))
    return "\n\n".join(parts) + "\n"


def _source(one: Mapping[str, Any]) -> str:
    if one["state"] == "attested":
        return f"{one['source']}, until {when(one['until'])}"
    return str(one["source"])
