"""The gateway as a source of the inventory: who has a key, which tools were named, and what the log says of their use.

Worked out anew from the tables each time: nothing of it can be out of date. Use comes from sums beside the log.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

import msgspec
from sqlalchemy.engine import Connection

from wardlaw.facts.canary import KEY_PREFIX
from wardlaw.facts.principal import PrincipalKind
from wardlaw.inventory.doorrules import DoorTally
from wardlaw.inventory.granting import DAY_S
from wardlaw.inventory.model import (
    Account,
    AccountKind,
    AccountState,
    App,
    Credential,
    FeedKind,
    Item,
    RunState,
    SyncRun,
    Use,
)
from wardlaw.store.keys import OwnedKey, list_keys
from wardlaw.store.logcounts import CALLS, DAY_MS, NAME_CHARS, TOKENS, UNCOUNTED, sums
from wardlaw.store.loguses import uses_since
from wardlaw.store.seentools import list_seen
from wardlaw.store.toolpins import list_pins

DOOR = "gateway"
"""Name of the directory, and of the app that is used there."""

LOOKED_BACK_DAYS = 30
_KINDS = {
    PrincipalKind.USER: AccountKind.HUMAN,
    PrincipalKind.AGENT: AccountKind.AGENT,
    PrincipalKind.NHI: AccountKind.NHI,
}

Names = Callable[[str], frozenset[str]]


class DoorView(msgspec.Struct, frozen=True):
    """What was seen at the door, as items of the inventory and the runs that would have told them."""

    items: tuple[Item, ...]
    runs: tuple[SyncRun, ...]
    principals: tuple[str, ...]


def door_view(
    connection: Connection, names: Names, *, locked: Mapping[str, str], now: float, uses: bool = True
) -> DoorView:
    """Keys, principals, tools and their use; empty where the gateway has neither keys nor tools.

    Args:
        names: Every name under which a principal stands in the log.
        locked: Why a principal is locked out, by its id; one that is not named is not.
        now: Unix seconds.
        uses: Whether the decisions of the last 30 days are counted; without them no use is known.
    """
    # Canaries are nobody's app.
    keys = [key for key in list_keys(connection) if not key.entry.id.startswith(KEY_PREFIX)]
    own: dict[str, list[OwnedKey]] = {}
    for key in keys:
        own.setdefault(key.entry.principal.id, []).append(key)
    counted = _uses(connection, {name: one for one in own for name in names(one)}, now=now) if uses else []
    latest: dict[str, float] = {}
    for use in counted:
        latest[use.account] = max(latest.get(use.account, 0.0), use.last_used_at)
    items = [_principal(principal, held, locked, now) for principal, held in own.items()]
    items += [
        _key(key, latest.get(principal, 0.0) if len(held) == 1 else 0.0, now)
        for principal, held in own.items()
        for key in held
    ]
    items += [Item(DOOR, "decisions", use, use.last_used_at, use.last_used_at, use.last_used_at) for use in counted]
    items += _tools(connection, now)
    if not items:
        return DoorView((), (), ())
    feeds = (
        ("keys", FeedKind.LISTING),
        ("agents", FeedKind.LISTING),
        ("tools", FeedKind.LISTING),
        ("decisions", FeedKind.EVENTS),
    )
    return DoorView(tuple(items), tuple(_run(feed, kind, now) for feed, kind in feeds), tuple(sorted(own)))


def door_tallies(connection: Connection, vendors: Mapping[str, str], *, now: float) -> dict[tuple[str, str], DoorTally]:
    """What the gateway carried to each AI vendor on each day (UTC) of the last 30, from the outcomes of exchanges.

    Args:
        vendors: The vendor of each upstream that is one's, by the upstream's name.
    """
    since_ms = _begin_ms(now)
    until_ms = int(now * 1000) // DAY_MS * DAY_MS + DAY_MS
    named = {upstream[:NAME_CHARS]: vendor for upstream, vendor in vendors.items()}
    found: dict[tuple[str, str], DoorTally] = {}
    for kind in (CALLS, TOKENS, UNCOUNTED):
        for one in sums(connection, kind, since_ms=since_ms, until_ms=until_ms, step_ms=DAY_MS):
            if vendor := named.get(one.name, ""):
                key = (vendor, _day(one.start_ms / 1000))
                tally = found.get(key, DoorTally())
                found[key] = msgspec.structs.replace(tally, **{kind: getattr(tally, kind) + one.count})
    return found


def _principal(principal: str, held: list[OwnedKey], locked: Mapping[str, str], now: float) -> Item:
    entry = held[0].entry.principal
    living = [key for key in held if not _ended_at(key, now)]
    owner = "" if entry.kind is PrincipalKind.USER else (living or held)[0].owner
    state = AccountState.SUSPENDED if principal in locked else AccountState.ACTIVE if living else AccountState.DELETED
    account = Account(principal, _KINDS[entry.kind], entry.name, owner, state)
    since = min(key.created_at for key in held)
    gone = 0.0 if living else max(_ended_at(key, now) for key in held)
    return Item(DOOR, "agents", account, since, since, now if living else min(since, gone), gone)


def _key(key: OwnedKey, last_used_at: float, now: float) -> Item:
    entry = key.entry
    credential = Credential(
        id=entry.id,
        account=entry.principal.id,
        type="gateway key",
        name=entry.principal.name,
        scopes=tuple(sorted(f"model:{model}" for model in entry.models)),
        created_at=key.created_at,
        expires_at=entry.expires_at,
        last_used_at=last_used_at,
        never_expires=not entry.expires_at,
    )
    gone = _ended_at(key, now)
    return Item(
        DOOR, "keys", credential, key.created_at, key.created_at, min(key.created_at, gone) if gone else now, gone
    )


def _ended_at(key: OwnedKey, now: float) -> float:
    """When a key ended; 0 while it has not."""
    entry = key.entry
    ends = [at for at in (entry.revoked_at, entry.expires_at) if 0 < at <= now]
    return min(ends, default=0.0)


def _tools(connection: Connection, now: float) -> list[Item]:
    seen = {f"tool:{tool.name}": (tool.name, tool.seen_at) for tool in list_seen(connection)}
    seen |= {f"tool:{pin.server}.{pin.tool}": (pin.tool, pin.first_at) for pin in list_pins(connection)}
    return [Item(DOOR, "tools", App(id_, name), at, at, now) for id_, (name, at) in sorted(seen.items())]


def _uses(connection: Connection, principals: Mapping[str, str], *, now: float) -> list[Use]:
    """One use for each principal and day of the last 30. Who acts for a person stands in the log under the person."""
    if not principals:
        return []
    uses = []
    for used in uses_since(connection, _begin_ms(now)):
        principal = principals.get(used.subject)
        if principal is not None:
            at = used.last_ms / 1000
            on = _day(at)
            uses.append(Use(f"{principal} {on}", principal, DOOR, on, used.count, last_used_at=at))
    return sorted(uses, key=lambda use: use.id)


def _run(feed: str, kind: FeedKind, now: float) -> SyncRun:
    return SyncRun(
        f"run_{DOOR}_{feed}", DOOR, DOOR, feed, kind, now, DOOR, RunState.COMPLETE, now,
        covered_until=now if kind is FeedKind.EVENTS else 0.0,
    )  # fmt: skip


def _begin_ms(now: float) -> int:
    """Where the days begin that are looked back on."""
    return int((now - LOOKED_BACK_DAYS * DAY_S) * 1000) // DAY_MS * DAY_MS


def _day(at: float) -> str:
    return datetime.fromtimestamp(at, tz=UTC).strftime("%Y-%m-%d")
