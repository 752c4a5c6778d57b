"""``wardlaw appeal``: a decision was wrong, and what another person found."""

from __future__ import annotations

from cyclopts import App

from wardlaw.cli.client import quoted
from wardlaw.cli.options import NONE, Options
from wardlaw.cli.output import rows
from wardlaw.cli.session import connect, show_list, show_one, when
from wardlaw.facts.appeal import AppealState

app = App(name="appeal", help="Say that a decision was wrong, and what another person found.")


@app.command
def make(decision: str, *, reason: str, options: Options = NONE) -> int:
    """Appeal against a decision that stopped you; another person answers.

    Args:
        decision: Its id, dec_…, which the refusal named.
        reason: Why it was wrong; it stands in the log under your name.
    """
    return show_one(options, "appeal", connect(options).post("/appeals", {"decision": decision, "reason": reason}))


@app.command
def mine(*, options: Options = NONE) -> int:
    """List your own appeals and their answers."""
    columns = ("id", "decision", "at", "state", "answer")
    return show_list(options, "appeals", connect(options).get("/appeals/own"), columns=columns)


@app.command(name="list")
def list_appeals(*, state: AppealState | None = None, options: Options = NONE) -> int:
    """List appeals, and how those against each clause came out.

    Args:
        state: open, upheld or overturned.
    """
    found = connect(options).get("/appeals", **({"state": state.value} if state is not None else {}))
    heads = ("id", "state", "decision", "clauses", "by", "at", "reason")
    lines = [
        (one["id"], one["state"], one["decision"], ", ".join(one["clauses"]), one["by"], when(one["at"]), one["reason"])
        for one in found["appeals"]
    ]
    counts = [(one["clause"], str(one["open"]), str(one["upheld"]), str(one["overturned"])) for one in found["counts"]]
    options.output().result(
        found,
        rows(heads, lines) if lines else "no appeals",
        *([rows(("clause", "open", "upheld", "overturned"), counts)] if counts else []),
    )
    return 0


@app.command
def answer(appeal: str, *, overturns: bool, answer: str, options: Options = NONE) -> int:
    """Say whether the decision was wrong; not for who appealed, nor for who took part in it.

    Args:
        appeal: Its id, app_….
        overturns: It was wrong; --no-overturns when it was right.
        answer: Why; it stands in the log under your name.
    """
    body = {"overturns": overturns, "answer": answer}
    return show_one(options, "appeal", connect(options).post(f"/appeals/{quoted(appeal)}/answer", body))
