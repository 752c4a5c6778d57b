"""``wardlaw coverage``: which clauses a live control enforces today."""

from __future__ import annotations

from datetime import date
from typing import Any

from wardlaw.cli.client import ManagementClient
from wardlaw.cli.coverageshow import coverage_lines
from wardlaw.cli.options import NONE, Options
from wardlaw.cli.output import Output
from wardlaw.cli.session import connect

_FIELDS = ("applicable", "proven", "attested", "clauses")


def coverage(*, framework: str = "", as_of: date | None = None, options: Options = NONE) -> int:
    """Show for each clause and system whether a live control enforces it today: proven of applicable, attested apart.

    Args:
        framework: Ask the provisions of a framework instead, such as eu-ai-act.
        as_of: Ask what the law says on this day; how old evidence is always counts from now.
    """
    output = options.output()
    query: dict[str, str | int] = {"framework": framework} if framework else {}
    if as_of is not None:
        query["as_of"] = as_of.isoformat()
    answer = counted(connect(options), output, "/coverage", query)
    if output.as_json:
        # These four alone, with no version beside them: it is what others build upon.
        output.exactly({name: answer[name] for name in _FIELDS})
        return 0
    output.result(answer, *coverage_lines(answer, framework=framework))
    return 0


def counted(client: ManagementClient, output: Output, path: str, query: dict[str, str | int]) -> dict[str, Any]:
    """The answer once the whole log was counted; each question counts on for a moment."""
    with output.progress("counting the log") as drawn:
        while True:
            answer: dict[str, Any] = client.get(path, **query)
            if answer["counted"] >= answer["log_end"]:
                return answer
            drawn(answer["counted"] / answer["log_end"], f"{answer['counted']:,} records")
