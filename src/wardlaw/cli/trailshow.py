"""A trail drawn for an auditor: each step below the one it leads from, and the command that leads on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rich.text import Text

from wardlaw.cli.output import program
from wardlaw.cli.plaintext import plain
from wardlaw.cli.session import when


def trail_lines(trail: Mapping[str, Any]) -> Iterator[str | Text]:
    """All of one trail, and the next commands."""
    yield Text(plain(f"{trail['asked']}  {trail['title']}"), style="bold")
    for one in trail["lines"]:
        yield plain(f"  for {one['system']}: {one['state']}: {one['why']}")
    if trail["controls"]:
        yield Text("answered by", style="dim")
    for name, title in trail["controls"]:
        carriers = [one["line"]["clause"] for one in trail["clauses"] if name in one["controls"]]
        told = ", ".join(dict.fromkeys(carriers)) or "no clause carries it out"
        yield plain(f"  {name}  {title}: {told}")
    for one in trail["clauses"]:
        yield from _clause(one)
    yield from _next(trail)


def _clause(one: Mapping[str, Any]) -> Iterator[str | Text]:
    line, counts = one["line"], one["counts"]
    yield ""
    yield Text(plain(f"{line['clause']}  {one['title']} (for {line['system']})"), style="bold")
    yield plain(f"  state     {line['state']}: {line['why']}")
    yield plain(f"  text      {one['digest'][:16]}… in mode {one['mode']}, owned by {one['owner']}")
    if not one["canaries"]:
        yield "  canary    none has tried it out"
    for canary in one["canaries"]:
        passed = f"passed {when(canary['passed_at'])}" if canary["passed_at"] else "never passed"
        failed = f", failed {when(canary['failed_at'])}" if canary["failed_at"] else ""
        yield plain(f"  canary    {canary['route']}: {passed}{failed} {canary['detail']}".rstrip())
    seen = f"{counts['seen']:,} decisions in its scope, {counts['evaluated']:,} under the text in force"
    last = f", the last {counts['last_fired']}" if counts["last_fired"] else ""
    yield plain(f"  traffic   {seen}, {counts['fired']:,} matched{last}")
    decision = one["decision"]
    if decision is None:
        yield "  decision  none yet that shows it at work"
        return
    if decision["leaf_index"] < 0:
        yield plain(f"  decision  {decision['id']}: {decision['note']}")
        return
    whose = "its canary's" if decision["id"] in {canary["record"] for canary in one["canaries"]} else "of its traffic"
    proof = "its inclusion can be proven" if decision["is_proven"] else f"not provable yet: {decision['note']}"
    yield plain(f"  decision  {decision['id']}, {whose}, at {when(decision['at'])}")
    yield plain(f"  record    {decision['leaf_index']:,} of the log; {proof}")


def _next(trail: Mapping[str, Any]) -> Iterator[str | Text]:
    yield ""
    yield Text("Next", style="bold")
    shown = next((one for one in trail["clauses"] if one["decision"] is not None), None)
    if shown is not None:
        decision = shown["decision"]["id"]
        yield f"  {program()} audit prove {decision}"
        yield f"  {program()} explain {decision}"
        return
    if trail["clauses"]:
        clause = trail["clauses"][0]["line"]["clause"]
        yield f"  {program()} policy explain {clause}"
        return
    yield f"  {program()} attest '{trail['asked']}' --help"
