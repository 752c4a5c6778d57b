"""The gateway as a source of the inventory: who has a key, which tools were named, and what the log says of their use.

Worked out anew from the tables each time: nothing of it can be out of date.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

import msgspec
from sqlalchemy import func, select
from sqlalchemy.engine import Connection

from wardlaw.audit.envelope import RecordKind, decode
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
from wardlaw.store.seentools import list_seen
from wardlaw.store.tables import RECORD
from wardlaw.store.toolpins import list_pins

DOOR = "gateway"
"""Name of the directory, and of the app that is used there."""

LOOKED_BACK_DAYS = 30
_DAY_MS = 86_400_000
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
    found: dict[tuple[str, str], DoorTally] = {}
    query = select(RECORD.c.at_ms, RECORD.c.envelope).where(
        RECORD.c.at_ms >= int((now - LOOKED_BACK_DAYS * DAY_S) * 1000), RECORD.c.kind == RecordKind.OUTCOME.value
    )
    for at_ms, envelope in connection.execute(query):
        facts = decode(envelope).facts
        vendor = vendors.get(str(facts.get("upstream", "")))
        if vendor:
            key = (vendor, _day(at_ms / 1000))
            before = found.get(key, DoorTally())
            tokens = _number(facts.get("prompt_tokens")) + _number(facts.get("completion_tokens"))
            is_answered = 200 <= _number(facts.get("upstream_status")) < 300
            found[key] = DoorTally(
                before.calls + 1, before.tokens + tokens, before.uncounted + (1 if is_answered and not tokens else 0)
            )
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
    day = RECORD.c.at_ms // _DAY_MS
    query = (
        select(RECORD.c.subject, func.max(RECORD.c.at_ms), func.count())
        .where(
            RECORD.c.at_ms >= int((now - LOOKED_BACK_DAYS * DAY_S) * 1000),
            RECORD.c.kind == RecordKind.DECISION.value,
        )
        .group_by(RECORD.c.subject, day)
    )
    uses = []
    for subject, at_ms, calls in connection.execute(query):
        principal = principals.get(subject)
        if principal is not None:
            on = _day(at_ms / 1000)
            uses.append(Use(f"{principal} {on}", principal, DOOR, on, calls, last_used_at=at_ms / 1000))
    return sorted(uses, key=lambda use: use.id)


def _run(feed: str, kind: FeedKind, now: float) -> SyncRun:
    return SyncRun(
        f"run_{DOOR}_{feed}", DOOR, DOOR, feed, kind, now, DOOR, RunState.COMPLETE, now,
        covered_until=now if kind is FeedKind.EVENTS else 0.0,
    )  # fmt: skip


def _number(fact: object) -> int:
    return fact if isinstance(fact, int) else 0


def _day(at: float) -> str:
    return datetime.fromtimestamp(at, tz=UTC).strftime("%Y-%m-%d")
