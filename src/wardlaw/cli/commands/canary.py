"""``wardlaw canary``: what proves that each clause holds, and trying it now."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

from cyclopts import App
from rich.text import Text

from wardlaw.cli.client import ManagementClient
from wardlaw.cli.exits import Exit
from wardlaw.cli.options import NONE, Options
from wardlaw.cli.output import Output, rows
from wardlaw.cli.session import connect, show_list, when
from wardlaw.facts.canary import CanaryOutcome
from wardlaw.facts.errors import UnavailableError

app = App(name="canary", help="Requests that each clause must stop, sent by the real door.")

_LOOK_S = 0.25
_TAKEN_S = 20.0  # within which the canary process must have begun
_STYLES = {"pass": "green", "fail": "bold red", "not-expressible": "dim", "unavailable": "yellow"}


@app.command(name="list")
def list_canaries(clause: str = "", *, options: Options = NONE) -> int:
    """List each clause on each route, and what its canary proved last.

    Args:
        clause: Only this one.
    """
    found = connect(options).get("/canaries", **({"clause": clause} if clause else {}))
    lines = [_line(one["clause"], one["route"], one["effect"], one["last"], one["why"]) for one in found]
    table = rows(("clause", "route", "effect", "outcome", "at", "why"), lines) if lines else "no canaries"
    options.output().result({"canaries": found}, table)
    return Exit.DONE


@app.command
def plan(clause: str = "", *, options: Options = NONE) -> int:
    """Show which canary proves each clause, or why none can. Nothing is sent.

    Args:
        clause: Only this one.
    """
    found = connect(options).get("/canaries", **({"clause": clause} if clause else {}))
    by_clause: dict[str, list[Mapping[str, Any]]] = {}
    for one in found:
        by_clause.setdefault(one["clause"], []).append(one)
    lines = [_planned(one) for group in by_clause.values() for one in _in_order(group)]
    table = rows(("clause", "route", "must", "proved by", "example, or why not"), lines) if lines else "no canaries"
    without = [name for name, group in by_clause.items() if not any(one["how"] or one["waits"] for one in group)]
    options.output().result({"canaries": found, "without": without}, table, *_sum_of_plan(len(by_clause), without))
    return Exit.DONE


@app.command
def run(clause: str = "", *, options: Options = NONE) -> int:
    """Run canaries now and wait for what comes of them. Exit 1 when a clause did not stop its own.

    Args:
        clause: Only this one; all when left out.
    """
    client, output = connect(options), options.output()
    order = client.post("/canaries/orders", {"clause": clause})
    told = _wait(client, output, order["id"])
    runs = sorted(told["runs"], key=lambda one: (one["clause"], one["route"]))
    output.result(told, rows(_HEADS, [_run_line(one) for one in runs]) if runs else "no canaries", _sum(runs))
    return Exit.FINDINGS if any(one["outcome"] == CanaryOutcome.FAIL.value for one in runs) else Exit.DONE


@app.command
def show(clause: str, *, options: Options = NONE) -> int:
    """Show what proves a clause: its example, its route, the decision, and what happened.

    Args:
        clause: Its id.
    """
    found = connect(options).get("/canaries", clause=clause)
    options.output().result({"canaries": found}, *(line for one in found for line in _detail(one)))
    return Exit.DONE


@app.command
def history(clause: str = "", *, route: str = "", limit: int = 100, options: Options = NONE) -> int:
    """List what became of canaries, newest first.

    Args:
        clause: Only of this one.
        route: Only on this one.
        limit: At most so many.
    """
    query: dict[str, str | int] = {"limit": limit}
    query |= {name: value for name, value in (("clause", clause), ("route", route)) if value}
    columns = ("at", "clause", "route", "outcome", "took_us", "decision", "incident", "detail")
    runs = [{**one, "at": when(one["at"])} for one in connect(options).get("/canaries/history", **query)]
    return show_list(options, "runs", runs, columns=columns)


_HEADS = ("clause", "route", "outcome", "decision", "ms", "what happened")


def _wait(client: ManagementClient, output: Output, order_id: str) -> dict[str, Any]:
    """The order once it was carried out.

    Raises:
        UnavailableError: WL-CAN-013 nobody takes it up.
    """
    began = time.monotonic()
    with output.progress("canaries") as advance:
        while True:
            told: dict[str, Any] = client.get(f"/canaries/orders/{order_id}")
            if told["order"]["done_at"]:
                return told
            if not told["runs"] and time.monotonic() - began > _TAKEN_S:
                raise UnavailableError(
                    "WL-CAN-013",
                    f"Nobody has taken up the order {order_id} within {_TAKEN_S:g} s.",
                    "Canaries run with `wardlaw up` while canaries.enabled is true; see its log.",
                )
            advance(0.0, f"{len(told['runs'])} run")
            time.sleep(_LOOK_S)


def _line(clause: str, route: str, effect: str, last: Mapping[str, Any] | None, why: str) -> list[Any]:
    if last is None:
        return [clause, route, effect, "not run yet", "", why]
    return [clause, route, effect, _outcome(last["outcome"]), when(last["at"]), why or last["detail"]]


def _run_line(one: Mapping[str, Any]) -> list[Any]:
    return [
        one["clause"],
        one["route"],
        _outcome(one["outcome"]),
        one["decision"],
        f"{one['took_us'] / 1000:.0f}" if one["took_us"] else "",
        one["detail"],
    ]


def _in_order(group: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Routes on which there is a canary first."""
    return sorted(group, key=lambda one: (not one["how"], not one["waits"], one["route"]))


def _planned(one: Mapping[str, Any]) -> list[Any]:
    how = Text(one["how"]) if one["how"] else Text("waits" if one["waits"] else "none", style="yellow")
    return [one["clause"], one["route"], one["effect"], how, one["why"] or one["example"]]


def _sum_of_plan(clauses: int, without: Sequence[str]) -> list[Text]:
    lines = [Text(f"{clauses} clauses stop something; {clauses - len(without)} have a canary.")]
    if without:
        told = f"None proves {', '.join(without)}: people may attest what no canary can show (`wardlaw attest`)."
        lines.append(Text(told, style="yellow"))
    return lines


def _outcome(outcome: str) -> Text:
    return Text(outcome, style=_STYLES.get(outcome, ""))


def _sum(runs: Sequence[Mapping[str, Any]]) -> Text:
    counts = {one.value: sum(run["outcome"] == one.value for run in runs) for one in CanaryOutcome}
    return Text(", ".join(f"{count} {name}" for name, count in counts.items() if count))


def _detail(one: Mapping[str, Any]) -> list[Text]:
    last = one["last"]
    lines = [Text(f"{one['clause']} on {one['route']}: must {one['effect']}", style="bold")]
    if one["example"]:
        lines.append(Text(f"  example   {one['example']}"))
    if one["why"]:
        lines.append(Text(f"  not expressible: {one['why']}", style="dim"))
    if last is None:
        return [*lines, Text("  not run yet")]
    lines.append(Text("  outcome   ").append(_outcome(last["outcome"])).append(f"  {when(last['at'])}"))
    if last["detail"] and last["detail"] != one["why"]:
        lines.append(Text(f"  happened  {last['detail']}"))
    if last["decision"]:
        lines.append(Text(f"  decision  {last['decision']}  after {last['took_us'] / 1000:.0f} ms"))
    if last["incident"]:
        lines.append(Text(f"  incident  {last['incident']}", style="red"))
    return lines
