"""Shadow AI: what talks to models and tools and nobody registered, and AI vendors that people let in; registering or blocking."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

from litestar import Request, Response, get, post
from litestar.params import URLEncodedBody

from wardlaw.console.pages.grantwords import short
from wardlaw.console.pages.inside import ApiAnswerError
from wardlaw.console.pages.messages import mark, say
from wardlaw.console.pages.navigation import Area, Place
from wardlaw.console.pages.tables import Cell, Column, ColumnKind, Row, Table
from wardlaw.console.pages.views import shelf_of
from wardlaw.console.pages.visit import Me, Visit
from wardlaw.facts.person import Permission

_Form = URLEncodedBody[dict[str, str]]
_MAY = (Permission.VIEW_AUDIT_LOG, Permission.REVOKE_NHI, Permission.REGISTER_SYSTEM)

_SYSTEMS = (
    Column("caller", mark("Caller"), ColumnKind.NAMED),
    Column("decisions", mark("Decisions"), ColumnKind.NUMBER),
    Column("reaches", mark("Reaches")),
    Column("by", mark("By"), ColumnKind.CODE),
    Column("last", mark("Last"), ColumnKind.MOMENT),
    Column("proof", mark("Evidence")),
)
_VENDORS = (
    Column("vendor", mark("Vendor")),
    Column("allowed", mark("Approval"), ColumnKind.MARK),
    Column("accounts", mark("Accounts"), ColumnKind.NUMBER),
    Column("apps", mark("By which apps")),
    Column("sources", mark("Known from")),
    Column("since", mark("Since"), ColumnKind.MOMENT),
    Column("used", mark("Last use"), ColumnKind.MOMENT),
)


@get("/shadow-ai")
async def list_of_shadow_ai(request: Request[Any, Any, Any]) -> Response[str]:
    """Systems only the traffic tells of, and vendors of the inventory."""
    here = Visit(request)
    return await _page(here, await here.me())


@get("/shadow-ai/caller")
async def show_caller(request: Request[Any, Any, Any]) -> Response[str]:
    """One caller: its evidence, and what to do about it."""
    here = Visit(request)
    return await _caller(here, await here.me(), request.query_params.get("id", ""))


@post("/shadow-ai/register")
async def register(request: Request[Any, Any, Any], data: _Form) -> Response[str]:
    """Register what was seen as a system, with an owner."""
    here = Visit(request)
    me = await here.me()
    owner, caller = data.get("owner", "").strip(), data.get("caller", "")
    told = await here.get("shadow", "systems")
    apps = [app["app"] for one in told["systems"] if one["principal"] == caller for app in one.get("apps", ())]
    body = {
        "id": data.get("system", "").strip(),
        "title": data.get("title", "").strip() or data.get("system", "").strip(),
        "owner": owner if ":" in owner else f"person:{owner}",
        "purpose": data.get("purpose", ""),
        "principals": list(dict.fromkeys((caller, *(f"app:{app}" for app in apps)))),  # its apps become its own too
    }
    try:
        await here.change(data, "systems", body=body)
    except ApiAnswerError as error:
        return await _caller(here, me, caller, typed=data, refused=error)
    return here.leave("/shadow-ai", notice="saved")


@post("/shadow-ai/block")
async def block(request: Request[Any, Any, Any], data: _Form) -> Response[str]:
    """Lock out what was seen, until somebody releases it."""
    here = Visit(request)
    me = await here.me()
    caller = data.get("caller", "")
    try:
        body = {"key": f"principal:{caller}", "reason": data.get("reason", "")}
        await here.change(data, "quarantines", body=body)
    except ApiAnswerError as error:
        return await _caller(here, me, caller, typed=data, refused=error)
    return here.leave("/shadow-ai", notice="saved")


async def _page(here: Visit, me: Me) -> Response[str]:
    told, vendors = await asyncio.gather(here.get("shadow", "systems"), here.get("inventory", "shadow-ai"))
    systems = Table(
        "shadow-systems",
        mark("Callers that belong to no registered system"),
        _SYSTEMS,
        [_system_row(one) for one in told["systems"]],
        mark("Every caller of the last thirty days belongs to a registered system."),
    )
    callers = sum(1 for one in told["systems"] if not one["principal"].startswith("app:"))  # fmt: skip
    known = Table(
        "shadow-vendors", mark("AI vendors"), _VENDORS, [_vendor_row(one) for one in vendors["vendors"]],
        mark("No AI vendor is known from any source. Connect an organisation:"), "wardlaw connect google",
    )  # fmt: skip
    if file := here.download(systems, known):
        return file
    unapproved = sum(1 for one in vendors["vendors"] if not _is_whole(one))
    return here.page(
        "shadow.html", me=me, title=mark("Shadow AI"), systems=systems, vendors=known, unapproved=unapproved,
        counted=told["counted"], callers=callers, apps=told.get("apps", 0),
        shelf=await shelf_of(here),
    )  # fmt: skip


async def _caller(
    here: Visit,
    me: Me,
    caller: str,
    *,
    typed: Mapping[str, str] | None = None,
    refused: ApiAnswerError | None = None,
) -> Response[str]:
    told = await here.get("shadow", "systems")
    one = next((one for one in told["systems"] if one["principal"] == caller and caller), None)
    if one is None and refused is None:
        return here.leave("/shadow-ai")
    return here.page(
        "shadow-caller.html", me=me, title=mark("Shadow AI"), status=refused.status if refused else 200, one=one,
        caller=caller, typed=typed or {}, refused=refused, can_register=me.may(Permission.REGISTER_SYSTEM),
        # What an app was granted is taken away where it was granted; only callers are locked out at the door.
        can_block=me.may(Permission.KILL_CONNECTION) and not caller.startswith("app:") and not _is_blocked(one),
        proposed=_proposed(caller),
    )  # fmt: skip


def _is_blocked(one: Mapping[str, Any] | None) -> bool:
    return one is not None and bool(one["blocked_at"])


def _proposed(caller: str) -> str:
    """A short name to begin with."""
    name = caller.partition(":")[2].casefold()
    return "".join(char if char.isascii() and char.isalnum() else "-" for char in name).strip("-")[:40]


def _is_whole(one: Mapping[str, Any]) -> bool:
    """Everything that is known of a vendor is approved now."""
    stands = one["standing"]
    return bool(stands["approved"]) and not stands["expired"] + stands["exceeding"] + stands["unapproved"]


def _system_row(one: Mapping[str, Any]) -> Row:
    caller = one["principal"]
    below = mark("blocked") if one["blocked_at"] else one["kind"]
    named = Cell(short(caller), "/shadow-ai/caller?" + urlencode({"id": caller}), below)
    return {
        "caller": named if caller else Cell(mark("Callers that are not told apart"), below=one["kind"]),
        "decisions": one["decisions"],
        "reaches": Cell(short(", ".join(one["reaches"][:4]), 120), below=_more(len(one["reaches"]) - 4)),
        "by": ", ".join(one["routes"]),
        "last": one["last_at"] * 1000,
        "proof": Cell(mark("its last decision"), f"/decisions/{quote(one['last'], safe='')}") if one["last"] else "",
    }


def _vendor_row(one: Mapping[str, Any]) -> Row:
    stands = one["standing"]
    open_ = stands["expired"] + stands["exceeding"] + stands["unapproved"]
    said = mark("Approved") if _is_whole(one) else mark("Partly") if stands["approved"] else mark("Not approved")
    sources = [f"{trace['source']} ({trace['how']})" for trace in one["traces"]]
    return {
        "vendor": Cell(one["vendor"], "/grants?" + urlencode({"vendor": one["vendor"]})),
        "allowed": Cell(
            said, below="" if not open_ else say("%(n)s without", n=open_), style="good" if _is_whole(one) else "bad"
        ),
        "accounts": Cell(one["accounts"], below=short(", ".join(one["who"][:3]), 80)),
        "apps": short(", ".join(one["apps"]), 100),
        "sources": Cell(short(", ".join(sources[:3]), 120), below=_more(len(sources) - 3)),
        "since": one["since"] * 1000 or None,
        "used": one["used_at"] * 1000 or None,
    }


def _more(count: int) -> str:
    return say("and %(n)s more", n=count) if count > 0 else ""


PLACE = Place(Area.SECURITY, 40, "/shadow-ai", "ghost", mark("Shadow AI"), "h", _MAY)
HANDLERS = (list_of_shadow_ai, show_caller, register, block)
