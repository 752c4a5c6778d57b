"""One grant: what it may and why it stands as it does; approving it with an end, and asking what it is for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from litestar import Request, Response, get, post
from litestar.params import QueryParameter, URLEncodedBody

from wardlaw.console.pages.grantlist import TABS, grant_href, identity_href
from wardlaw.console.pages.grantwords import (
    DATA,
    FATES,
    STANDINGS,
    STATES,
    level_word,
    rule_words,
    scope_words,
    short,
)
from wardlaw.console.pages.inside import ApiAnswerError
from wardlaw.console.pages.messages import mark
from wardlaw.console.pages.visit import Me, Visit
from wardlaw.facts.person import Permission

_Word = Annotated[str, QueryParameter(max_length=512)]
_Form = URLEncodedBody[dict[str, str]]

MOST_DAYS = 366
_VERDICTS = {
    "keep": mark("Keep it"),
    "narrow": mark("A narrower scope would do"),
    "remove": mark("Not used: it can go"),
    "unknown": mark("Nothing is known of its use"),
}


@get("/grants/one")
async def show_grant(
    request: Request[Any, Any, Any],
    *,
    directory: _Word = "",
    id: _Word = "",  # noqa: A002
) -> Response[str]:
    """One grant."""
    here = Visit(request)
    return await _page(here, await here.me(), directory, id)


@post("/grants/approve")
async def approve_grant(request: Request[Any, Any, Any], data: _Form) -> Response[str]:
    """Agree to the app of a grant for a time; what was typed stays where the API does not take it."""
    here = Visit(request)
    me = await here.me()
    directory, grant = data.get("directory", ""), data.get("grant", "")
    days = data.get("days", "")
    body: dict[str, Any] = {
        "app": data.get("app", ""),
        "directory": directory if data.get("where") == "directory" else "",
        "scopes": data.get("scopes", "").split(),
        "accounts": data.get("accounts", "").split(),
        "clause": data.get("clause", "").strip(),
        "owner": _with_prefix(data.get("owner", "").strip()),
        "days": int(days) if days.isascii() and days.isdigit() else 0,
        "reason": data.get("reason", ""),
    }
    try:
        await here.change(data, "grants", "approvals", body=body)
    except ApiAnswerError as error:
        return await _page(here, me, directory, grant, typed=data, refused=error)
    return here.leave(grant_href(directory, grant), notice="approved")


@post("/grants/answer")
async def answer_for_grant(request: Request[Any, Any, Any], data: _Form) -> Response[str]:
    """Write down what somebody said a held grant is for."""
    here = Visit(request)
    me = await here.me()
    directory, grant = data.get("directory", ""), data.get("grant", "")
    try:
        body = {"reason": data.get("reason", "")}
        await here.change(data, "grants", "questions", data.get("question", ""), "answer", body=body)
    except ApiAnswerError as error:
        return await _page(here, me, directory, grant, typed=data, refused=error)
    return here.leave(grant_href(directory, grant), notice="saved")


async def _page(
    here: Visit,
    me: Me,
    directory: str,
    id_: str,
    *,
    typed: Mapping[str, str] | None = None,
    refused: ApiAnswerError | None = None,
) -> Response[str]:
    told = await here.get("grants", "one", id=id_, directory=directory)
    line = told["line"]
    revoked = await here.get_if_allowed("revocations", limit=200)
    own = [one for one in revoked or () if one["directory"] == line["directory"] and one["app"] == line["app"]]
    clauses = await here.get_if_allowed("policy", "life") if me.may(Permission.APPROVE_EXCEPTION) else None
    return here.page(
        "grant.html", me=me, title=mark("Grant"), status=refused.status if refused else 200, tabs=TABS, told=told, line=line,
        called=short(line["app_name"] or line["app"] or line["grant"], 300), may=scope_words(told["risks"]), data=DATA,
        standing=STANDINGS.get(line["standing"]["state"], (line["standing"]["state"], "")),
        level=level_word(line["privilege"]), fates=FATES, rule_words=rule_words, level_word=level_word,
        verdicts=_VERDICTS, used={one["scope"]: one for one in told["advice"]["scopes"]},
        revocations=own[:5], states=STATES, typed=typed or {}, refused=refused,
        clauses=clause_choices(clauses), can_revoke=me.may(Permission.REVOKE_NHI),
        can_approve=me.may(Permission.APPROVE_EXCEPTION),
        app_href=identity_href(line["directory"], "app", line["app"]) if line["app"] else "",
        account_href=identity_href(line["directory"], "account", line["account"]) if line["account"] else "",
    )  # fmt: skip


def clause_choices(told: Mapping[str, Any] | None) -> list[tuple[str, str]]:
    """Clauses by id with their titles, those on grants first."""
    found = [
        (one["clause"], f"{one['clause']} {one.get('title', '')}".strip()) for one in (told or {}).get("clauses", ())
    ]
    return sorted(found, key=lambda one: (not one[0].startswith("GRT"), one[0]))


def _with_prefix(owner: str) -> str:
    return owner if ":" in owner or not owner else f"person:{owner}"


HANDLERS = (show_grant, approve_grant, answer_for_grant)
