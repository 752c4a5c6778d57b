"""``wardlaw inventory finding``: one finding, and what people decide about it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cyclopts import App

from wardlaw.cli.client import quoted
from wardlaw.cli.options import NONE, Options
from wardlaw.cli.session import connect, when

finding = App(name="finding", help="One finding: look at it, take it for right until a day, or close it.")


@finding.command
def show(id: str, *, options: Options = NONE) -> int:
    """Show one finding: its evidence, its history, where it stands in public lists, and the event it began with.

    Args:
        id: As `wardlaw inventory findings` shows it.
    """
    answer = connect(options).get(f"/inventory/findings/{quoted(id)}")
    options.output().result(answer, *map(plain, _detail(answer)))
    return 0


@finding.command
def accept(id: str, *, reason: str, days: int = 90, options: Options = NONE) -> int:
    """Take a finding for right until a day; what an app was noticed for counts as usual from now on.

    Args:
        id: As `wardlaw inventory findings` shows it.
        reason: Why; it stands in the log.
        days: For how long, at most 366.
    """
    answer = connect(options).post(f"/inventory/findings/{quoted(id)}/accept", {"reason": reason, "days": days})
    options.output().result(answer, plain(f"{answer['id']} is accepted until {when(answer['until'])}"))
    return 0


@finding.command
def close(id: str, *, reason: str, options: Options = NONE) -> int:
    """Close a finding that was dealt with; it opens again when its cause comes back.

    Args:
        id: As `wardlaw inventory findings` shows it.
        reason: What was done; it stands in the log.
    """
    answer = connect(options).post(f"/inventory/findings/{quoted(id)}/close", {"reason": reason})
    options.output().result(answer, plain(f"{answer['id']} is closed"))
    return 0


def describe(one: Mapping[str, Any]) -> Iterator[str]:
    """A finding in a few lines, with its state."""
    who = f", account {one['account']}" if one["account"] else ""
    state = one["state"] + (f" until {when(one['until'])}" if one["until"] else "")
    times = f", {one['count']} times, last {when(one['last_at'])}" if one["count"] > 1 else ""
    yield f"{one['weight'].upper()} {one['rule']}: {one['about']} in {one['directory']}{who}"
    yield f"  {one['id']}: {state}, since {when(one['first_at'])}{times}"
    yield from (f"  {evidence}" for evidence in one["evidence"])
    yield f"  → {one['remedy']}"


def plain(text: str) -> str:
    """A text of others, with nothing a terminal would obey."""
    return "".join(char if char.isprintable() else f"\\u{{{ord(char):x}}}" for char in text)


def _detail(answer: Mapping[str, Any]) -> Iterator[str]:
    one = answer["finding"]
    yield from describe(one)
    if one["decided_at"]:
        who = one["decided_by"] or "a run"
        yield f"  {who} decided {when(one['decided_at'])}: {one['reason']}"
    if one["owasp"]:
        yield f"  OWASP NHI: {', '.join(one['owasp'])}; ATT&CK: {', '.join(one['attack'])}"
    for event in answer["events"]:
        yield f"  event {event['id']}, {when(event['at'])}:"
        for name, value in event.items():
            if name not in ("id", "at") and value not in ("", 0, 0.0, [], "unknown"):
                yield f"    {name.replace('_', ' ')}: {', '.join(value) if isinstance(value, list) else value}"
    if one["event"] and not answer["events"]:
        yield f"  event {one['event']}; it is no longer kept as it came"
