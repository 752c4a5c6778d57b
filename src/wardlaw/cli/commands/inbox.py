"""``wardlaw inbox``: what waits for you, what waits for others, what was answered lately."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any

from cyclopts import Parameter
from rich.text import Text

from wardlaw.cli.options import NONE, Options
from wardlaw.cli.output import rows
from wardlaw.cli.session import connect, when

UNANSWERED = {
    "refused": "it does not happen",
    "shut": "it stays shut",
    "lapses": "what was agreed to ends",
    "open": "it stays as it is",
    "late": "everybody is told that it is late",
}
"""What becomes of it when nobody answers (facts/waiting.py)."""

_MINE = ("kind", "id", "what", "why", "asked by", "asked", "until")
_OTHERS = ("kind", "id", "what", "who may answer", "asked by", "asked", "until", "if nobody answers")
_Flag = Annotated[bool, Parameter(negative=())]


def inbox(*, others: _Flag = False, answered: _Flag = False, options: Options = NONE) -> int:
    """List everything that waits for your word, and who else is waited for.

    Args:
        others: Also what you asked for, and what you may see, that waits for somebody else.
        answered: Also what you answered, and were answered, in the last 30 days.
    """
    client = connect(options)
    found = {"inbox": client.get("/inbox")}
    if others:
        found["others"] = client.get("/inbox/others")
    if answered:
        found["answered"] = client.get("/inbox/answered")
    options.output().result(found, *_lines(found))
    return 0


def _lines(found: Mapping[str, Sequence[Mapping[str, Any]]]) -> Iterator[Any]:
    mine = [
        (one["kind"], one["id"], one["what"], one["why"], one["asked_by"], when(one["asked_at"]), when(one["until"]))
        for one in found["inbox"]
    ]
    yield rows(_MINE, mine) if mine else "Nothing waits for you."
    if "others" in found:
        yield Text("\nWaiting for others", style="bold")
        waits = [
            (
                one["kind"], one["id"], one["what"], " or ".join(one["roles"]),
                "you" if one["asked_by_me"] else one["asked_by"], when(one["asked_at"]), when(one["until"]),
                UNANSWERED[one["unanswered"]],
            )
            for one in found["others"]
        ]  # fmt: skip
        yield rows(_OTHERS, waits) if waits else "Nothing you may know of."
    if "answered" in found:
        yield Text("\nAnswered lately", style="bold")
        said = [
            (
                one["kind"], one["id"], one["what"], "yes" if one["approves"] else "no", one["reason"],
                "you" if one["by_me"] else one["by"], when(one["at"]),
            )
            for one in found["answered"]
        ]  # fmt: skip
        yield rows(("kind", "id", "what", "answer", "reason", "by", "at"), said) if said else "Nothing in 30 days."
