"""Findings of the inventory: what rules and detectors find, how far people are with each, and their answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import quote, urlencode

from litestar import Request, Response, get, post
from litestar.params import FromPath, QueryParameter, URLEncodedBody

from wardlaw.console.pages.downloads import is_taken
from wardlaw.console.pages.grantlist import TABS, directories_of, grant_href, identity_href
from wardlaw.console.pages.grantwords import FINDING_STATES, RULES, rule_words, short
from wardlaw.console.pages.inside import ApiAnswerError
from wardlaw.console.pages.messages import mark
from wardlaw.console.pages.tables import Cell, Column, ColumnKind, Row, Table
from wardlaw.console.pages.views import shelf_of
from wardlaw.console.pages.visit import Me, Visit
from wardlaw.facts.person import Permission

_Form = URLEncodedBody[dict[str, str]]
_Word = Annotated[str, QueryParameter(max_length=512)]
_State = Annotated[str, QueryParameter(name="state", max_length=32)]
_Cursor = Annotated[str, QueryParameter(max_length=4_096)]
MOST = 100
MOST_IN_FILE = 10_000
_COLUMNS = (
    Column("what", mark("Finding")),
    Column("weight", mark("Risk"), ColumnKind.RISK),
    Column("about", mark("About")),
    Column("why", mark("Why")),
    Column("state", mark("State"), ColumnKind.MARK),
    Column("last", mark("Last seen"), ColumnKind.MOMENT),
)


@get("/grants/findings")
async def list_of_findings(
    request: Request[Any, Any, Any],
    *,
    directory: _Word = "",
    rule: _Word = "",
    in_state: _State = "",
    after: _Cursor = "",
) -> Response[str]:
    """Findings, gravest first; those that wait for somebody unless a state is named."""
    here = Visit(request)
    me = await here.me()
    named = (("directory", directory), ("rule", rule), ("state", in_state))
    wanted = {name: value for name, value in named if value}
    limit = MOST_IN_FILE if is_taken(request.query_params) else MOST
    told = await here.get(
        "inventory", "findings", directory=directory, rule=rule, in_state=in_state, limit=limit, after=after
    )
    query = {"directory": directory, "rule": rule, "state": in_state, "after": told["next"]}
    older = "/grants/findings?" + urlencode({k: v for k, v in query.items() if v}) if told["next"] else ""
    empty = (
        mark("Nothing fits.") if wanted else mark("Nothing waits for anybody. What is known comes from what is read:")
    )
    command = "" if wanted else "wardlaw inventory status"
    table = Table(
        "findings", mark("Findings"), _COLUMNS, [_row(one) for one in told["findings"]], empty, command, older
    )
    if file := here.download(table):
        return file
    return here.page(
        "findings.html", me=me, title=mark("Findings"), tabs=TABS, table=table, wanted=wanted, rules=RULES, told=told,
        states=FINDING_STATES, directories=directories_of(told["feeds"]), shelf=await shelf_of(here),
        address="/grants/findings" + (f"?{urlencode(wanted)}" if wanted else ""),
    )  # fmt: skip


@get("/grants/findings/{finding:str}")
async def show_finding(request: Request[Any, Any, Any], finding: FromPath[str]) -> Response[str]:
    """One finding."""
    here = Visit(request)
    return await _page(here, await here.me(), finding)


@post("/grants/findings/{finding:str}/{answer:str}")
async def answer_finding(
    request: Request[Any, Any, Any], finding: FromPath[str], answer: FromPath[str], data: _Form
) -> Response[str]:
    """Accept it for a time, or close it."""
    here = Visit(request)
    me = await here.me()
    days = data.get("days", "")
    body: dict[str, Any] = {"reason": data.get("reason", "")}
    if answer == "accept":
        body["days"] = int(days) if days.isascii() and days.isdigit() else 0
    elif answer != "close":
        return here.leave(f"/grants/findings/{quote(finding, safe='')}")
    try:
        await here.change(data, "inventory", "findings", finding, answer, body=body)
    except ApiAnswerError as error:
        return await _page(here, me, finding, typed=data, refused=error)
    return here.leave(f"/grants/findings/{quote(finding, safe='')}", notice="closed" if answer == "close" else "saved")


async def _page(
    here: Visit,
    me: Me,
    finding: str,
    *,
    typed: Mapping[str, str] | None = None,
    refused: ApiAnswerError | None = None,
) -> Response[str]:
    told = await here.get("inventory", "findings", finding)
    one = told["finding"]
    return here.page(
        "finding.html", me=me, title=mark("Finding"), status=refused.status if refused else 200, tabs=TABS, one=one,
        events=told["events"], words=rule_words(one["rule"]), state=FINDING_STATES[one["state"]],
        about_href=about_href(one), typed=typed or {}, refused=refused,
        can_answer=me.may(Permission.REVOKE_NHI) or me.may(Permission.CLOSE_INCIDENT),
    )  # fmt: skip


def about_href(one: Mapping[str, Any]) -> str:
    """Where what a finding is about is shown; empty where it is about no single thing."""
    kind, _, id_ = one["about"].partition(" ")
    if kind == "grant" and id_:
        return grant_href(one["directory"], id_)
    if kind in ("account", "app", "credential") and id_ and not id_.endswith(":") and ": " not in id_:
        return identity_href(one["directory"], kind, id_)
    return identity_href(one["directory"], "app", one["app"]) if one["app"] else ""


def _row(one: Mapping[str, Any]) -> Row:
    state, style = FINDING_STATES.get(one["state"], (one["state"], ""))
    return {
        "what": Cell(rule_words(one["rule"]), f"/grants/findings/{quote(one['id'], safe='')}", one["rule"]),
        "weight": one["weight"],
        "about": Cell(short(one["about"], 80), below=one["directory"]),
        "why": Cell(short(one["evidence"][0], 200) if one["evidence"] else ""),
        "state": Cell(state, style=style),
        "last": one["last_at"] * 1000 or None,
    }


HANDLERS = (list_of_findings, show_finding, answer_finding)
