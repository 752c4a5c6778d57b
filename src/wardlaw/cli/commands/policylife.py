"""``wardlaw policy review|show|approve|reject|retire|backtest|history|status``: the life of clauses."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
from cyclopts import App
from rich.text import Text

from wardlaw.cli.client import ManagementClient, quoted
from wardlaw.cli.exits import Exit
from wardlaw.cli.lifewords import backtest_lines, history_lines, look_lines, overview_lines
from wardlaw.cli.moment import read_moment
from wardlaw.cli.options import NONE, Options
from wardlaw.cli.output import Output, rows
from wardlaw.cli.session import connect, show_list, show_one, when
from wardlaw.cli.sources import read_text
from wardlaw.console.api.lifedesk import BacktestPart, ClauseHistory, ClauseLook, LifeOverview
from wardlaw.facts.clauselife import Backtest
from wardlaw.facts.errors import InputError
from wardlaw.store.databaseroles import role_script


def review(clause: str, *, reason: str = "", file: str = "", options: Options = NONE) -> int:
    """Hand in the text of a clause as it is on disk; you become its author, and others approve it.

    Args:
        clause: Id of the clause.
        reason: Why it is made or changed.
        file: Hand in the text of this file instead; it takes the place of the one in policies.dir.
    """
    if file:
        client = connect(options)
        try:
            based_on = client.get(_path(clause, "reading"))["on_disk"]
        except InputError:  # a new clause
            based_on = ""
        body = {"text": read_text(Path(file)), "based_on": based_on, "reason": reason}
        return show_one(options, "clause", client.post(_path(clause, "hand-in"), body))
    return show_one(options, "clause", connect(options).post(_path(clause, "review"), {"reason": reason}))


def show(clause: str, *, options: Options = NONE) -> int:
    """Show the newest text of a clause: what it does, what it changes, what it would have stopped, whom it waits for.

    Args:
        clause: Id of the clause.
    """
    answer = connect(options).get(_path(clause, "text"))
    options.output().result({"clause": answer}, *look_lines(msgspec.convert(answer, ClauseLook)))
    return Exit.DONE


def read(clause: str, *, version: int = 0, options: Options = NONE) -> int:
    """Show the text of a clause in words and as it is compiled; the clock of whoever signs does not start.

    Args:
        clause: Id of the clause.
        version: An earlier version; the newest when left out.
    """
    query = {"version": version} if version else {}
    found = connect(options).get(_path(clause, "reading"), **query)
    head = f"{found['clause']}  {found['title']}" + (f"  (version {found['version']})" if found["version"] else "")
    lines = [Text(head, style="bold"), found["plain"], "", found["sentence"], "", Text(found["file"] or found["cedar"])]
    options.output().result({"clause": found}, *lines)
    return Exit.DONE


def effect(clause: str, *, options: Options = NONE) -> int:
    """Show where a clause matched in the last 30 days, by day, surface and resource.

    Args:
        clause: Id of the clause.
    """
    found = connect(options).get(_path(clause, "effect"))["firings"]
    views = [{**one, "day": datetime.fromtimestamp(one["day"] * 86_400, UTC).date().isoformat()} for one in found]
    return show_list(options, "firings", views, columns=("day", "kind", "route", "resource", "count", "last"))


def approve(clause: str, *, digest: str, reason: str = "", options: Options = NONE) -> int:
    """Approve the text of this digest. Whoever wrote it cannot.

    Args:
        clause: Id of the clause.
        digest: Digest that wardlaw policy show prints, or its first eight digits or more.
        reason: What you looked at.
    """
    body = {"digest": digest, "reason": reason}
    return show_one(options, "clause", connect(options).post(_path(clause, "approve"), body))


def reject(clause: str, *, digest: str, reason: str, options: Options = NONE) -> int:
    """Send a text back to its author. An emergency that is rejected ends with the next publication.

    Args:
        clause: Id of the clause.
        digest: Digest that wardlaw policy show prints, or its first eight digits or more.
        reason: What must change.
    """
    body = {"digest": digest, "reason": reason}
    return show_one(options, "clause", connect(options).post(_path(clause, "reject"), body))


def retire(clause: str, *, reason: str, options: Options = NONE) -> int:
    """Ask that a clause ends. It stays in force until others approved that, as they approved its beginning.

    Args:
        clause: Id of the clause.
        reason: Why it is no longer needed.
    """
    return show_one(options, "clause", connect(options).post(_path(clause, "retire"), {"reason": reason}))


def backtest(clause: str, *, since: str = "7d", until: str = "", options: Options = NONE) -> int:
    """Judge logged traffic by what is in force and by the newest text of a clause; keep what comes of it.

    Args:
        clause: Id of the clause.
        since: From when: how long ago (24h, 7d), a day (2026-11-01) or a time, UTC unless it says otherwise.
        until: Until when; now when left out.
    """
    now = time.time()
    begin = read_moment(since, now=now)
    end = read_moment(until, now=now) if until else now
    if begin >= end:
        raise InputError(
            "WL-LIF-015", f"Nothing lies between {when(begin)} and {when(end)}.", "Give an earlier --since."
        )
    client, output = connect(options), options.output()
    _try(client, output, clause, {"since_ms": int(begin * 1000), "until_ms": int(end * 1000) + 1})
    found = client.post(_path(clause, "backtest"))
    output.result({"backtest": found}, *backtest_lines(msgspec.convert(found, Backtest)))
    return Exit.DONE


def history(clause: str, *, options: Options = NONE) -> int:
    """Show every version of a clause, who wrote, signed and published it, and when.

    Args:
        clause: Id of the clause.
    """
    answer = connect(options).get(f"/policy/clauses/{quoted(clause)}")
    options.output().result({"history": answer}, *history_lines(msgspec.convert(answer, ClauseHistory)))
    return Exit.DONE


def status(*, everything: bool = False, options: Options = NONE) -> int:
    """Show which set of clauses is in force, and how each clause stands. Exit 1 when something drifted.

    Args:
        everything: Also clauses of which there is nothing to say.
    """
    client = connect(options)
    published = client.get("/policy")
    if not published.get("life"):
        return show_one(options, "policy", published)
    answer = client.get("/policy/life")
    overview = msgspec.convert(answer, LifeOverview)
    head = [(name.removesuffix("_at"), _cell(name, value)) for name, value in published.items()]
    lines = overview_lines(overview, everything=everything, now=time.time())
    options.output().result({"policy": published, "life": answer}, rows(("", ""), head), *lines)
    is_amiss = overview.problem or any(one.drifted for one in overview.clauses)
    return Exit.FINDINGS if is_amiss else Exit.DONE


def database_roles(*, schema: str = "public", options: Options = NONE) -> int:
    """Print the SQL that makes PostgreSQL hold the same rules for whoever connects beside Wardlaw.

    Args:
        schema: Where Wardlaw's tables are.
    """
    if not schema.isidentifier() or not schema.isascii():
        raise InputError("WL-LIF-016", f"{schema} is no name of a schema.", "Such as public.")
    script = role_script(schema=schema)
    options.output().result({"sql": script}, Text(script.rstrip("\n")))
    return Exit.DONE


def add_to(app: App) -> None:
    """Put these commands beside the others of ``wardlaw policy``."""
    for command in (status, review, read, show, effect, approve, reject, backtest, retire, history, database_roles):
        app.command(command)


def publish_part(client: ManagementClient, options: Options, *, enforce: str, emergency: str, reason: str) -> int:
    """``policy publish``, whole or for one clause, and what it came to in words."""
    if emergency:
        answer = client.post(_path(emergency, "emergency"), {"reason": reason})
    elif enforce:
        answer = client.post(_path(enforce, "enforce"))
    else:
        answer = client.post("/policy/reload")
    told = {name: value for name, value in answer.items() if name not in ("moved", "held")}
    lines: list[Any] = [
        rows(("", ""), [(name.removesuffix("_at"), _cell(name, value)) for name, value in told.items()])
    ]
    lines += [Text(one, style="green") for one in answer.get("moved", ())]
    lines += [Text(f"held  {one}", style="yellow") for one in answer.get("held", ())]
    options.output().result({"policy": answer}, *lines)
    return Exit.DONE


def _try(client: ManagementClient, output: Output, clause: str, span: dict[str, int]) -> None:
    """Have the whole span judged, part after part; the figures stay where they were made."""
    begin = end = first = 0
    with output.progress("judging twice") as advance:
        while True:
            answer = client.post(_path(clause, "try"), {**span, "begin": begin, "end": end})
            part = msgspec.convert(answer, BacktestPart)
            first = first if end else part.begin
            begin, end = part.next, part.end
            advance((begin - first) / max(end - first, 1), f"{part.result.judged:,} decisions")
            if begin >= end:
                return


def _path(clause: str, what: str) -> str:
    return f"/policy/clauses/{quoted(clause)}/{what}"


def _cell(name: str, value: Any) -> str:
    return when(value) if name.endswith("_at") else str(value)
