"""``wardlaw tail``."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import msgspec
from rich.text import Text

from wardlaw.cli.client import ManagementClient
from wardlaw.cli.explaining import STYLES
from wardlaw.cli.options import NONE, Options
from wardlaw.cli.session import connect, when
from wardlaw.cli.where import parse_where

FIELDS = (
    "kind", "effect", "demanded", "clause", "code", "action", "principal", "resource", "route", "result", "status",
    "exchange", "id", "record", "canary",
)  # fmt: skip
"""What ``--where`` may ask about."""

_WAIT_S = 10
_PAGE = 200


def tail(*, where: str = "", follow: bool = False, last: int = 20, options: Options = NONE) -> int:
    """Show decisions and outcomes as they are sequenced; with --follow until ctrl-c.

    With --json one object a line.

    Args:
        where: Only what this holds for, such as "effect in (deny, cut) and clause = SEC-*".
        follow: Go on as records arrive.
        last: How many of the newest records to begin with; at most 200.
    """
    test = parse_where(where, FIELDS) if where.strip() else _everything
    client = connect(options)
    show = _json_line if options.json else _shower(options)
    try:
        for line in _lines(client, last=max(0, min(last, _PAGE)), follow=follow):
            record = as_record(line)
            if test(record):
                show(record)
    except KeyboardInterrupt:
        return 0  # the way a tail ends
    return 0


def as_record(line: Mapping[str, Any]) -> dict[str, Any]:
    """A line of the API under the names ``--where`` and ``--json`` use."""
    record = {name: line[name] for name in FIELDS if name in line}
    return {"at_ms": line["at_ms"], "record": line["leaf_index"], **record, "clause": list(line["clauses"])}


def text_line(record: Mapping[str, Any]) -> Text:
    """A record as one line for a person."""
    head = Text(f"{when(record['at_ms'] / 1000)} ", style="dim")
    if record["kind"] == "outcome":
        status = record["status"]
        style = "red" if status >= 500 or record["result"] in ("fault", "cut") else "dim"
        head.append(f"{'outcome':<9} {record['result']} {status or ''}".rstrip(), style=style)
        return _marked(head.append(f"  {record['route']} {record['exchange']}", style="dim"), record)
    effect = record["effect"]
    head.append(f"{effect:<9}", style=STYLES.get(effect, "default"))
    if record["demanded"] and record["demanded"] != effect:
        head.append(f" (demanded {record['demanded']})", style="yellow")
    why = ",".join(record["clause"]) or record["code"]
    head.append(f" {why or '-'}", style="default")
    head.append(f"  {record['principal']} {record['action']} {record['resource'] or record['route']}", style="default")
    return _marked(head.append(f"  {record['id']}", style="dim"), record)


def _marked(line: Text, record: Mapping[str, Any]) -> Text:
    return line.append("  canary", style="magenta") if record.get("canary") else line


def _lines(client: ManagementClient, *, last: int, follow: bool) -> Iterator[Mapping[str, Any]]:
    page = client.get("/tail", last=last)
    yield from page["lines"]
    while follow:
        page = client.get("/tail", after=page["next"], wait_s=_WAIT_S, limit=_PAGE)
        yield from page["lines"]


def _everything(_record: Mapping[str, Any]) -> bool:
    return True


def _json_line(record: Mapping[str, Any]) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(record) + b"\n")
    sys.stdout.buffer.flush()


def _shower(options: Options) -> Callable[[Mapping[str, Any]], None]:
    output = options.output()
    return lambda record: output.result(record, text_line(record))
