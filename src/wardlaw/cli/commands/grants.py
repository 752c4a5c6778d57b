"""``wardlaw grants``: who may what, by which approval and clause, and taking it away with proof."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any

from cyclopts import App, Parameter

from wardlaw.cli.client import quoted
from wardlaw.cli.commands.grantrevoking import proof, revoke
from wardlaw.cli.commands.inventory import sync
from wardlaw.cli.grantwords import due_lines, explained_lines, grant_lines, ruling_words, standing_words, unused_lines
from wardlaw.cli.options import NONE, Options
from wardlaw.cli.output import program, rows
from wardlaw.cli.plaintext import plain
from wardlaw.cli.session import connect, show_list, with_prefix
from wardlaw.cli.syncing import judge_grants
from wardlaw.facts.errors import InputError

app = App(name="grants", help="Grants as they are governed: approvals, clauses, and revocation with proof.")
app.command(revoke)
app.command(sync)
app.command(proof)

DAY_S = 86_400
_Texts = Annotated[tuple[str, ...], Parameter(negative=())]


# A dataclass, not a struct: the command-line framework flattens those.
@Parameter(name="*")
@dataclass(frozen=True)
class Narrowing:
    """Which grants are listed."""

    about: str = ""
    """Only of the account, app or grant of this id."""
    standing: str = ""
    """unapproved, approved, expired or exceeds-approval."""
    fate: str = ""
    """stands, asked, denied, would-revoke, protected, tripped, due, or not-judged."""
    unused: Annotated[bool, Parameter(negative=())] = False
    """Only those that 30 days of stored activity or more show to allow more than was done, with what should go."""


ALL_GRANTS = Narrowing()


@app.command(name="list")
def list_grants(
    *,
    directory: str = "",
    only: Narrowing = ALL_GRANTS,
    limit: int = 200,
    options: Options = NONE,
) -> int:
    """List grants with their approval and what the clauses last said.

    Args:
        directory: Only of this directory.
        limit: At most so many.
    """
    asked = {"directory": directory, "about": only.about, "standing": only.standing, "fate": only.fate}
    query: dict[str, str | int] = {"limit": limit, **{name: value for name, value in asked.items() if value}}
    if only.unused:
        query["unused"] = "true"
    answer = connect(options).get("/grants", **query)
    if only.unused:
        lines = [line for one in answer["grants"] for line in unused_lines(one)] or ["nothing is known to be unused"]
        if answer["total"] > len(answer["grants"]):
            lines.append(f"{answer['total'] - len(answer['grants'])} more; see --limit")
        options.output().result(answer, *map(plain, lines))
        return 0
    heads = ("directory", "grant", "app", "account", "level", "approval", "clauses")
    table = [[plain(cell) for cell in _cells(one)] for one in answer["grants"]]
    shown: list[Any] = [rows(heads, table)] if table else ["no grants"]
    if answer["total"] > len(table):
        shown.append(f"{answer['total'] - len(table)} more; see --limit")
    options.output().result(answer, *shown)
    return 0


# A dataclass, not a struct: the command-line framework flattens those.
@Parameter(name="*")
@dataclass(frozen=True)
class Search:
    """What is looked for."""

    directory: str = ""
    """Only in this directory."""
    level: int = 0
    """The most powerful scope is at least this: 1 low, 2 medium, 3 high, 4 critical."""
    vendor: str = ""
    """AI vendor of the app; "*" for any."""
    reaches: str = ""
    """Kind of data that a scope reaches, such as mail or files."""
    standing: str = ""
    """unapproved, approved, expired or exceeds-approval."""
    idle: Annotated[bool, Parameter(negative=())] = False
    """Not used for 90 days, where its platform tells of uses."""
    unowned: Annotated[bool, Parameter(negative=())] = False
    """Nobody is known to answer for its account."""


EVERYTHING = Search()


@app.command
def find(
    text: str = "",
    *,
    wanted: Search = EVERYTHING,
    limit: int = 50,
    after: Annotated[str, Parameter(show_default=False)] = "",
    options: Options = NONE,
) -> int:
    """Look through grants page by page, by risk, vendor, kind of data, owner and use.

    Args:
        text: Part of a name or id of the account or app.
        limit: At most so many on a page.
        after: Go on where the page before ended, as it said.
    """
    named: dict[str, str | int] = {
        "find": text, "directory": wanted.directory, "level": wanted.level, "vendor": wanted.vendor,
        "reaches": wanted.reaches, "standing": wanted.standing, "idle": "true" if wanted.idle else "",
        "unowned": "true" if wanted.unowned else "", "after": after,
    }  # fmt: skip
    answer = connect(options).get(
        "/grants/page", limit=limit, **{name: value for name, value in named.items() if value}
    )
    heads = ("directory", "grant", "app", "account", "level", "approval", "clauses", "findings")
    table = [[plain(cell) for cell in (*_cells(one["line"]), ", ".join(one["rules"]))] for one in answer["grants"]]
    shown: list[Any] = [rows(heads, table)] if table else ["none among those looked at" if answer["next"] else "none"]
    if answer["next"]:
        shown.append(f"more: --after {answer['next']}")
    options.output().result(answer, *shown)
    return 0


@app.command
def show(id: str, *, directory: str = "", options: Options = NONE) -> int:
    """Show one grant: whose it is, its approval, and what the clauses last said.

    Args:
        id: Its id, or that of a decision about it (gdc_…).
        directory: The directory, where several have it.
    """
    answer = _one(options, id, directory)
    options.output().result(answer, *map(plain, grant_lines(answer)))
    return 0


@app.command
def explain(id: str, *, directory: str = "", options: Options = NONE) -> int:
    """Explain one grant: what it reaches, what speaks against it, its approval, the clauses, and what would change it.

    Args:
        id: Its id, or that of a decision about it (gdc_…).
        directory: The directory, where several have it.
    """
    answer = _one(options, id, directory)
    options.output().result(answer, *map(plain, explained_lines(answer)))
    return 0


@app.command
def explain_why(question: str, *, reason: str, options: Options = NONE) -> int:
    """Say what a held grant is for, when you were asked, or write down an answer that came by mail.

    Args:
        question: Id that stands in the message, gqn_….
        reason: What it is used for; it stands in the log.
    """
    made = connect(options).post(f"/grants/questions/{quoted(question)}/answer", {"reason": reason})
    told = f"the answer to {made['question']} is kept; whoever decides about the grant reads it"
    options.output().result({"answer": made}, plain(told))
    return 0


# A dataclass, not a struct: the command-line framework flattens those.
@Parameter(name="*")
@dataclass(frozen=True)
class Agreement:
    """What is agreed to."""

    scope: _Texts
    """What may be granted, in the platform's own words; may be given again; "*" for anything."""
    clause: str
    """Id of the clause under which it is approved, such as GRT-03."""
    owner: str
    """Person who answers for it."""
    days: int
    """For how long, 366 at most."""
    reason: str
    """Why; it stands in the log."""
    publisher: Annotated[str, Parameter(show_default=False)] = ""
    """The publisher's name, in place of an app."""
    directory: Annotated[str, Parameter(show_default=False)] = ""
    """Only in this directory; everywhere when left out."""
    account: Annotated[tuple[str, ...], Parameter(negative=(), show_default=False)] = ()
    """Whose grants, by id, such as "*@sales.acme.example"; may be given again; everybody's when left out."""
    group: Annotated[tuple[str, ...], Parameter(negative=(), show_default=False)] = ()
    """Also the grants of a group's members, by its id; may be given again. See `inventory list group`."""


@app.command
def approve(app: str = "", *, agreement: Agreement, options: Options = NONE) -> int:
    """Approve an app, or the apps of a publisher whom the platform has verified.

    Args:
        app: Its client id.
    """
    one = agreement
    body = {
        "app": app, "publisher": one.publisher, "directory": one.directory, "scopes": one.scope, "accounts": one.account, "groups": one.group,
        "clause": one.clause, "owner": with_prefix(one.owner, "person"), "days": one.days, "reason": one.reason,
    }  # fmt: skip
    made = connect(options).post("/grants/approvals", body)
    told = f"{made['id']}: {made['app'] or made['publisher']} is approved; it must be decided anew before it ends."
    options.output().result({"approval": made}, plain(told))
    return 0


@app.command
def recertify(
    approval: str = "",
    *,
    before: datetime | None = None,
    keep_days: int = 0,
    revoke: Annotated[bool, Parameter(negative=())] = False,
    reason: str = "",
    options: Options = NONE,
) -> int:
    """List approvals that must be decided anew, or decide one: keep it, or take it back.

    Args:
        approval: Id of the one to decide, gap_…; all that are due are listed without it.
        before: List those that end before this day; within 30 days when left out.
        keep_days: Keep it for so many days from now, 366 at most.
        revoke: Take it back; its grants are then unapproved, and the command to revoke them is printed.
        reason: Why; it stands in the log.
    """
    client = connect(options)
    if not approval:
        answer = client.get("/grants/approvals", within_days=_days_until(before))
        options.output().result(answer, *map(plain, due_lines(answer)))
        return 0
    if bool(keep_days) == revoke or not reason:
        raise InputError("WL-INV-086", "Say --keep-days N or --revoke, and a --reason.", "Exactly one of the two.")
    made = client.post(f"/grants/approvals/{quoted(approval)}", {"days": keep_days, "reason": reason})
    next_step = (
        f" Revoke its grants with `{program()} grants revoke --app {made['app']}`." if revoke and made["app"] else ""
    )
    told = f"{made['id']} was taken back.{next_step}" if revoke else f"{made['id']} is kept for {keep_days} days."
    options.output().result({"approval": made}, plain(told))
    return 0


@app.command
def judge(*, again: Annotated[bool, Parameter(negative=())] = False, options: Options = NONE) -> int:
    """Ask the clauses about grants that are new or have changed; `sync` does so by itself.

    Args:
        again: Ask about every grant, also those that the breaker left.
    """
    found = judge_grants(connect(options), again=again)
    told = (f"{one['directory']} {one['grant']}, app {one['app']}: {ruling_words(one)}" for one in found["rulings"])
    lines = [f"{found['judged']} grants were judged", *told]
    options.output().result(found, *map(plain, lines))
    return 0


@app.command
def link(
    app: str = "",
    principal: str = "",
    *,
    directory: str = "",
    remove: Annotated[bool, Parameter(negative=())] = False,
    options: Options = NONE,
) -> int:
    """Say which principal of the gateway an app is, or list what was said. Once the app is revoked, the gateway refuses it.

    Args:
        app: Its client id.
        principal: Such as agent:reports.
        directory: Where the app is; must be named.
        remove: Take it back; a quarantine that it has led to stays.
    """
    client = connect(options)
    if not app:
        columns = ("directory", "app", "principal", "linked_by", "linked_at")
        found = [{**one, "app": plain(one["app"])} for one in client.get("/grants/links")]
        return show_list(options, "links", found, columns=columns)
    if not principal or not directory:
        raise InputError("WL-INV-086", "A link needs an app, a principal and --directory.", "Or nothing, to list them.")
    body = {"directory": directory, "app": app, "principal": principal}
    made = client.post("/grants/links/remove" if remove else "/grants/links", body)
    said = "is no longer linked to" if remove else "is"
    options.output().result({"link": made}, plain(f"{app} in {directory} {said} {principal}"))
    return 0


def _one(options: Options, name: str, directory: str) -> Any:
    return connect(options).get("/grants/one", id=name, **({"directory": directory} if directory else {}))


def _cells(one: dict[str, Any]) -> list[str]:
    ruling = one["ruling"]
    clauses = f"{ruling['fate']} {','.join(ruling['clauses'])}".strip() if ruling else "not judged"
    app_name = f"{one['app']} {one['app_name']}".strip()
    level = str(one["privilege"] or "")
    return [
        one["directory"],
        one["grant"],
        app_name,
        one["account"] or "(all)",
        level,
        standing_words(one["standing"]),
        clauses,
    ]


def _days_until(before: datetime | None) -> int:
    if before is None:
        return 30
    until = before if before.tzinfo else before.replace(tzinfo=UTC)
    return max(0, min(3_660, math.ceil((until - datetime.now(tz=UTC)).total_seconds() / DAY_S)))
