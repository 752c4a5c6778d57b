"""``wardlaw explain``."""

from __future__ import annotations

from rich.text import Text

from wardlaw.cli.client import quoted
from wardlaw.cli.explaining import explanation_lines
from wardlaw.cli.options import NONE, Options
from wardlaw.cli.session import connect, show_list, when


def explain(decision: str = "", *, limit: int = 20, options: Options = NONE) -> int:
    """Say why a decision came out as it did, by which clause, and what would have changed it.

    Args:
        decision: Its id, dec_…; the newest decisions are listed when left out.
        limit: How many are listed.
    """
    client = connect(options)
    if not decision:
        items = client.get("/decisions", limit=limit)
        return show_list(options, "decisions", items, columns=("at_ms", "id", "effect", "action", "route", "code"))
    detail = client.get(f"/decisions/{quoted(decision)}")
    record, explanation = detail["record"], detail["explanation"]
    head = Text(f"{record['id']}  {when(record['at_ms'] / 1000)}  record {record['leaf_index']}", style="dim")
    lines = (
        explanation_lines(explanation)
        if explanation
        else [Text("Its inputs were erased; the log still proves that it was made.")]
    )
    options.output().result(detail, head, *lines)
    return 0
