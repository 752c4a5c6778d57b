"""``wardlaw explain``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from cyclopts import Parameter
from rich.text import Text

from wardlaw.cli.client import quoted
from wardlaw.cli.explaining import explanation_lines
from wardlaw.cli.options import NONE, Options
from wardlaw.cli.plaintext import plain
from wardlaw.cli.session import connect, show_list, when


def explain(
    decision: str = "",
    *,
    limit: int = 20,
    again: Annotated[bool, Parameter(negative=())] = False,
    purpose: Annotated[str | None, Parameter(show_default=False)] = None,
    options: Options = NONE,
) -> int:
    """Say why a decision came out as it did, by which clause, and what would have changed it.

    Args:
        decision: Its id, dec_…; the newest decisions are listed when left out.
        limit: How many are listed.
        again: Say too what the clauses that are in force now make of it.
        purpose: Show the texts that were judged too, for this purpose, such as a case or incident; that is recorded.
    """
    client = connect(options)
    if not decision:
        items = client.get("/decisions", limit=limit)
        return show_list(options, "decisions", items, columns=("at_ms", "id", "effect", "action", "route", "code"))
    detail = client.get(f"/decisions/{quoted(decision)}")
    texts: list[Text] = []
    if purpose is not None:
        content = client.post(f"/decisions/{quoted(decision)}/content", {"purpose": purpose})
        detail, texts = {**detail, "content": content}, _texts(content)
    if again:
        anew = client.get(f"/decisions/{quoted(decision)}/again")
        detail = {**detail, "again": anew}
        change = "it would come out the same" if anew["difference"] == "same" else "it would come out otherwise"
        texts.append(Text(f"By the clauses in force now {change}: {anew['sentence']}"))
    record, explanation = detail["record"], detail["explanation"]
    head = Text(f"{record['id']}  {when(record['at_ms'] / 1000)}  record {record['leaf_index']}", style="dim")
    lines = (
        explanation_lines(explanation)
        if explanation
        else [Text("Its inputs were erased; the log still proves that it was made.")]
    )
    options.output().result(detail, head, *lines, *texts)
    return 0


def _texts(content: Mapping[str, Any]) -> list[Text]:
    """What was said and which tools were called, in order."""
    said = [
        (f"{one['channel']} {one['pointer']}", one["text"] or f"as recorded before, SHA-256 {one['sha256']}")
        for one in content["passages"]
    ]
    called = [(f"call of {one['name']}", one["arguments"]) for one in content["tool_calls"]]
    lines: list[Text] = []
    for head, text in (*said, *called):
        lines += [Text(plain(head), style="dim"), *(Text(plain(line)) for line in text.splitlines())]
    return lines
