"""Settings: how connections fare, what is kept how long, and what is in force. Nothing is changed here but by its own page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any
from urllib.parse import urlencode

from litestar import Request, Response, get
from litestar.params import QueryParameter

from wardlaw.console.pages.grantlist import Tab
from wardlaw.console.pages.grantwords import short
from wardlaw.console.pages.keepingtable import table_of_kept
from wardlaw.console.pages.messages import joined, mark, say
from wardlaw.console.pages.navigation import Area, Place
from wardlaw.console.pages.tables import Cell, Column, ColumnKind, Row, Table
from wardlaw.console.pages.views import shelf_of
from wardlaw.console.pages.visit import Me, Visit
from wardlaw.console.pages.words import lasted
from wardlaw.facts.person import Permission

_Word = Annotated[str, QueryParameter(max_length=200)]
_MAY = (Permission.MANAGE_USERS, Permission.VIEW_AUDIT_LOG, Permission.REVOKE_NHI, Permission.REGISTER_SYSTEM)

_TEXT, _CODE, _NUMBER = ColumnKind.TEXT, ColumnKind.CODE, ColumnKind.NUMBER
_MOMENT, _MARK = ColumnKind.MOMENT, ColumnKind.MARK

_CONNECTORS = (
    Column("name", mark("Organisation")),
    Column("state", mark("State"), _MARK),
    Column("synced", mark("Last whole reading"), _MOMENT),
    Column("may", mark("What it may")),
    Column("pushed", mark("Deliveries")),
    Column("next", mark("Next step")),
)
_FEEDS = (
    Column("feed", mark("Feed")),
    Column("kind", mark("Kind")),
    Column("state", mark("Last run"), _MARK),
    Column("complete", mark("Last whole one"), _MOMENT),
    Column("lag", mark("Behind")),
    Column("gaps", mark("Not read")),
)
_CHANNELS = (
    Column("channel", mark("Channel"), _CODE),
    Column("state", mark("State"), _MARK),
    Column("sent", mark("Sent"), _NUMBER),
    Column("waiting", mark("Waiting"), _NUMBER),
    Column("dead", mark("Given up"), _NUMBER),
    Column("error", mark("Last refusal")),
)
_VALUES = (
    Column("key", mark("Setting"), _CODE),
    Column("value", mark("Value"), _CODE),
    Column("origin", mark("From")),
)
_HOLDS = (
    Column("subject", mark("Of whom"), _CODE),
    Column("state", mark("State"), _MARK),
    Column("reason", mark("Reason")),
    Column("by", mark("Placed by"), ColumnKind.NAMED),
    Column("at", mark("Since"), _MOMENT),
)
_PRUNINGS = (
    Column("before", mark("Records before"), _NUMBER),
    Column("state", mark("State"), _MARK),
    Column("reason", mark("Reason")),
    Column("by", mark("Asked by"), ColumnKind.NAMED),
    Column("at", mark("Asked"), _MOMENT),
)
_TARGETS = (
    Column("target", mark("Target"), _CODE),
    Column("behind", mark("Records behind"), _NUMBER),
    Column("sent", mark("Sent"), _NUMBER),
    Column("at", mark("Last"), _MOMENT),
    Column("error", mark("Error")),
)
_STATES = {
    "complete": (mark("Whole"), "good"),
    "incomplete": (mark("Not whole"), "wait"),
    "open": (mark("Running or cut off"), "wait"),
}


@get("/settings")
async def show_connections(request: Request[Any, Any, Any]) -> Response[str]:
    """Connected organisations, their feeds, and who is told."""
    here = Visit(request)
    me = await here.me()
    told = await here.get("settings", "connectors")
    now = here.front.clock()
    tables = {
        "": Table(
            "connections", mark("Connected organisations"), _CONNECTORS, [_connector_row(one) for one in told["connectors"]],
            mark("No organisation is connected yet. Connect one:"), "wardlaw connect google",
        ),
        "feeds": Table(
            "feeds", mark("Feeds"), _FEEDS,
            [_feed_row(feed, now) for one in told["connectors"] for feed in one["feeds"]],
            mark("Nothing was read yet. Read what is connected:"), "wardlaw inventory sync",
        ),
        "channels": Table(
            "channels", mark("Channels"), _CHANNELS, [_told_row("channel", one) for one in told["channels"]],
            mark("Nobody is told of anything. Add a channel under notify in wardlaw.yaml; see:"), "wardlaw config keys",
        ),
        "receivers": Table(
            "receivers", mark("Receivers of signals"), (Column("channel", mark("Receiver"), _CODE), *_CHANNELS[1:]),
            [_told_row("receiver", one) for one in told["receivers"]],
            mark("No identity provider is sent signals. Add one under inventory.sending.receivers."),
        ),
    }  # fmt: skip
    if file := here.download(*tables.values()):
        return file
    ill = sum(1 for one in told["connectors"] if not one["is_well"])
    return here.page(
        "settings.html", me=me, title=mark("Connections"), tabs=_tabs(me), told=told, ill=ill, connectors=tables[""],
        feeds=tables["feeds"], channels=tables["channels"], receivers=tables["receivers"],
    )  # fmt: skip


@get("/settings/values")
async def show_values(request: Request[Any, Any, Any], find: _Word = "", origin: _Word = "") -> Response[str]:
    """What is in force, for those who run the installation."""
    here = Visit(request)
    me = await here.me()
    told = await here.get("settings")
    rows = [
        {"key": one["key"], "value": short(one["value"], 200), "origin": one["origin"]}
        for one in told["values"]
        if find.casefold() in f"{one['key']} {one['value']}".casefold()
        and (not origin or (one["origin"] == "default") == (origin == "default"))
    ]
    table = Table("settings", mark("Settings"), _VALUES, rows, mark("No setting fits."))
    if file := here.download(table):
        return file
    query = urlencode([(name, value) for name, value in (("find", find), ("origin", origin)) if value])
    return here.page(
        "settings-house.html", me=me, title=mark("Settings"), tabs=_tabs(me), told=told, table=table, find=find,
        origin=origin, policy=await here.get_if_allowed("policy"), shelf=await shelf_of(here),
        address=f"/settings/values?{query}" if query else "/settings/values",
    )  # fmt: skip


@get("/settings/keeping")
async def show_keeping(request: Request[Any, Any, Any]) -> Response[str]:
    """How long records stay, holds, and requests to prune."""
    here = Visit(request)
    me = await here.me()
    now = here.front.clock()
    kept = table_of_kept(await here.get("audit", "retention"))
    holds = Table(
        "holds", mark("Legal holds"), _HOLDS, [_hold_row(one) for one in await here.get("audit", "holds")],
        mark("Nothing is held. A hold keeps everything of somebody:"), "wardlaw audit hold SUBJECT --reason …",
    )  # fmt: skip
    prunings = Table(
        "prunings", mark("Requests to prune"), _PRUNINGS, [_pruning_row(one, now) for one in await here.get("audit", "prunings")],
        mark("Nobody asked for old records to go:"), "wardlaw audit prune --before DAY --reason …",
    )  # fmt: skip
    told = (await here.get("audit", "targets"))["targets"]
    targets = Table("targets", mark("Targets of the log"), _TARGETS, [_target_row(one) for one in told], mark("None."))
    if file := here.download(kept, holds, prunings, targets):
        return file
    return here.page(
        "settings-keeping.html", me=me, title=mark("Keeping"), tabs=_tabs(me), kept=kept, holds=holds, prunings=prunings,
        targets=targets if told else None,
    )  # fmt: skip


def _tabs(me: Me) -> tuple[Tab, ...]:
    """What this person may look at."""
    found = [Tab("/settings", mark("Connections"))]
    if me.may(Permission.VIEW_AUDIT_LOG):
        found.append(Tab("/settings/keeping", mark("Keeping")))
    if me.may(Permission.MANAGE_USERS):
        found.append(Tab("/settings/values", mark("Settings")))
    return tuple(found)


def _connector_row(one: Mapping[str, Any]) -> Row:
    connected = one["connected"]
    well, style = (mark("Well"), "good") if one["is_well"] else (mark("Look"), "wait")
    may: list[str] = [mark("reads")]
    if connected is None:
        may = [mark("not connected: was imported")]
    else:
        may += [mark("reads groups")] * connected["groups"] + [mark("may revoke")] * connected["revokes"]
        may += [mark("takes signals")] * connected["signals"] + [mark("takes deliveries")] * connected["pushed"]
    pushed = ", ".join(f"{push['count']:,} {push['outcome']}" for push in one["pushes"])
    whole = min((feed["complete_at"] for feed in one["feeds"]), default=0.0)
    return {
        "name": Cell(one["directory"], "/grants?" + urlencode({"directory": one["directory"]}), one["platform"]),
        "state": Cell(well, style=style),
        "synced": Cell(whole * 1000 or None, below="" if whole else mark("none yet")),
        "may": joined(may, ", "),
        "pushed": pushed,
        "next": Cell(short(one["next_step"].replace("`", ""), 240)),
    }


def _feed_row(feed: Mapping[str, Any], now: float) -> Row:
    words, style = _STATES.get(feed["state"], (feed["state"], ""))
    behind = feed["covered_until"] or feed["complete_at"]
    return {
        "feed": Cell(feed["feed"], below=feed["directory"]),
        "kind": mark("events") if feed["kind"] == "events" else mark("listing"),
        "state": Cell(words, below=mark("goes on where it broke off") if feed["goes_on"] else "", style=style),
        "complete": Cell(feed["complete_at"] * 1000 or None, below="" if feed["complete_at"] else mark("none yet")),
        "lag": lasted(behind, now) if behind else mark("not known"),
        "gaps": Cell(short(feed["gaps"][0], 200) if feed["gaps"] else "", below=_more(feed["gaps"])),
    }


def _more(gaps: Sequence[str]) -> str:
    return say("and %(n)s more", n=len(gaps) - 1) if len(gaps) > 1 else ""


def _told_row(name: str, one: Mapping[str, Any]) -> Row:
    counts = one["counts"]
    dead = counts.get("dead", 0)
    state, style = (mark("Given up on some"), "bad") if dead else (mark("Takes what it is told"), "good")
    if not counts:
        state, style = mark("Nothing to tell yet"), ""
    elif not dead and one["error"]:
        state, style = mark("Tries again"), "wait"
    return {
        "channel": one[name], "state": Cell(state, style=style), "sent": counts.get("sent", 0),
        "waiting": counts.get("waiting", 0), "dead": dead, "error": short(one["error"], 160),
    }  # fmt: skip


def _hold_row(one: Mapping[str, Any]) -> Row:
    if one["lifted_by"]:
        state, style = mark("Lifted"), ""
    elif one["lift_asked_by"]:
        state, style = say("%(who)s asks to lift it", who=one["lift_asked_by"]), "wait"
    else:
        state, style = mark("Stands"), "good"
    return {
        "subject": one["subject"], "state": Cell(state, style=style), "reason": one["reason"], "by": one["placed_by"],
        "at": one["placed_at"] * 1000,
    }  # fmt: skip


def _pruning_row(one: Mapping[str, Any], now: float) -> Row:
    if one["confirmed_by"]:
        state, style = say("Done by %(who)s", who=one["confirmed_by"]), "good"
    else:
        state, style = (mark("Waits for a second person"), "wait") if one["expires_at"] > now else (mark("Void"), "")
    return {
        "before": one["before"], "state": Cell(state, style=style), "reason": one["reason"], "by": one["requested_by"],
        "at": one["requested_at"] * 1000,
    }  # fmt: skip


def _target_row(one: Mapping[str, Any]) -> Row:
    return {
        "target": one["target"], "behind": one["behind"], "sent": one["sent"], "at": one["sent_at"] * 1000 or None,
        "error": short(one["error"], 160),
    }  # fmt: skip


PLACE = Place(Area.EVIDENCE, 90, "/settings", "settings-2", mark("Settings"), "m", _MAY)
HANDLERS = (show_connections, show_values, show_keeping)
