"""``wardlaw approvals``: calls that wait for a person, what each would do, and the answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cyclopts import App
from rich.text import Text

from wardlaw.cli.client import quoted
from wardlaw.cli.options import NONE, Options
from wardlaw.cli.output import program, rows
from wardlaw.cli.session import connect, show_list, when

app = App(name="approvals", help="Calls that wait for a person, and the answer.")

_COLUMNS = ("id", "standing", "principal", "acting_for", "resource", "clauses", "asked_at", "expires_at")


# Origins (facts/origin.py) for somebody who must decide on them.
_ORIGINS = {
    "user": "the person's own words",
    "system": "the application's instructions",
    "trusted": "a trusted source",
    "named-record": "a record that the person named",
    "asked-field": "an answer that the person asked for",
    "field": "a field of another answer",
    "unknown": "seen nowhere: computed, or made up",
    "named-text": "a text that the person named",
    "text": "a text by somebody else",
    "mail": "a mail",
    "web": "a web page",
}


@app.command(name="list")
def list_approvals(*, everything: bool = False, options: Options = NONE) -> int:
    """List calls that wait for a person, newest first.

    Args:
        everything: Also those that were answered, used or ran out.
    """
    query = {"everything": "true"} if everything else {}
    found = connect(options).get("/approvals", **query)
    views = [{**one["approval"], "standing": one["standing"]} for one in found]
    return show_list(options, "approvals", views, columns=_COLUMNS)


@app.command
def inbox(*, options: Options = NONE) -> int:
    """List everything that waits for your own word; `wardlaw inbox` says too what waits for others."""
    found = connect(options).get("/inbox")
    return show_list(options, "inbox", found, columns=("kind", "id", "what", "why", "asked_by", "asked_at", "until"))


@app.command
def show(approval: str, *, options: Options = NONE) -> int:
    """Show what a held call would do: its arguments, where their values come from, and why it is held.

    Args:
        approval: Its id, apr_….
    """
    found = connect(options).get(f"/approvals/{quoted(approval)}")
    options.output().result(found, *_drawn(found))
    return 0


@app.command
def approve(approval: str, *, reason: str, options: Options = NONE) -> int:
    """Let exactly this call go, once, until it runs out.

    Args:
        approval: Its id, apr_….
        reason: Why; it stands in the log under your name.
    """
    return _answer(options, approval, approves=True, reason=reason)


@app.command
def refuse(approval: str, *, reason: str, options: Options = NONE) -> int:
    """Refuse a held call; one refusal ends it.

    Args:
        approval: Its id, apr_….
        reason: Why; it stands in the log under your name.
    """
    return _answer(options, approval, approves=False, reason=reason)


def _answer(options: Options, approval: str, *, approves: bool, reason: str) -> int:
    body = {"approves": approves, "reason": reason}
    found = connect(options).post(f"/approvals/{quoted(approval)}/answer", body)
    options.output().result(found, _outcome(found))
    return 0


def _outcome(found: Mapping[str, Any]) -> str:
    one = found["approval"]
    until = when(one["expires_at"])
    match found["standing"]:
        case "approved":
            return f"{one['id']} is approved: the call goes once when it is made again, until {until}."
        case "waiting":
            yes = sum(answer["approves"] for answer in one["answers"])
            return f"{one['id']} has {yes} of {one['approvers']} approvals: another person must answer until {until}."
        case standing:
            return f"{one['id']} is {standing}: the call does not go."


def _drawn(found: Mapping[str, Any]) -> Iterator[Any]:
    one, detail = found["approval"], found["detail"] or {}
    yield Text(f"{one['id']} is {found['standing']}", style="bold")
    yield rows(("", ""), [(name, value) for name, value in _facts(one, detail) if value])
    yield from _arguments(found["detail"], is_call=one["action"] == "ToolCall")
    if values := detail.get("values"):
        yield Text("\nWhere its values come from", style="bold")
        told = [(one["path"], _ORIGINS.get(one["origin"], one["origin"]), one["source"]) for one in values]
        yield rows(("value", "origin", "by"), told)
    if answers := one["answers"]:
        yield Text("\nAnswers", style="bold")
        said = [(one["by"], "yes" if one["approves"] else "no", when(one["at"]), one["reason"]) for one in answers]
        yield rows(("by", "answer", "at", "reason"), said)
    if found["standing"] == "waiting":
        yield f'\n{program()} approvals approve {one["id"]} --reason "…"   or   refuse {one["id"]} --reason "…"'


def _facts(one: Mapping[str, Any], detail: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    who = one["principal"] + (f" for {one['acting_for']}" if one["acting_for"] else "")
    yield "asked by", who
    yield "wants", f"{one['action']} on {one['resource']}"
    yield "which does", detail.get("effect", "")
    yield "at", detail.get("upstream", "")
    yield "held by", ", ".join(one["clauses"])
    yield "why", one["why"]
    for why in detail.get("findings", ()):
        yield "", why
    yield "needs", "two persons" if one["approvers"] > 1 else ""
    yield "asked", when(one["asked_at"])
    yield "until", when(one["expires_at"])
    yield "used", f"{when(one['used_at'])} by {one['used_by']}" if one["used_at"] else ""
    yield "decision", one["decision"]


def _arguments(detail: Mapping[str, Any] | None, *, is_call: bool) -> Iterator[Any]:
    yield Text("\nArguments" if is_call else "\nLast words of the request", style="bold")
    if detail is None:
        yield "They were erased, or are past their time."
        return
    yield detail["arguments"] or "none"
    if not detail["is_whole"]:
        yield Text("There is more than is shown.", style="yellow")
