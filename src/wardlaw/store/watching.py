"""The lookout over kept events: what came since is judged once, in the order of its times, and remembered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec
from sqlalchemy import func, insert, select, update
from sqlalchemy.engine import Connection

from wardlaw.inventory.activity import Activity, Deed
from wardlaw.inventory.findings import FindingChange
from wardlaw.inventory.model import Account, AccountKind, AccountState, App, Item
from wardlaw.inventory.rules import GrantFinding
from wardlaw.inventory.watching.lookout import Lookout
from wardlaw.inventory.watching.memory import AppMemory, DirectoryMemory, remember_at
from wardlaw.inventory.watching.posture import unused_scopes
from wardlaw.inventory.watching.surroundings import AppFacts, Surroundings
from wardlaw.store.activity import note_judged, unjudged
from wardlaw.store.findings import take_alarms
from wardlaw.store.inventorytables import INVENTORY_ITEM, INVENTORY_MEMORY, INVENTORY_RUN, INVENTORY_THING

AT_ONCE = 10_000
"""Events judged together; what they and their apps need fits into some tens of megabytes."""
MOST_IN_ALL = 60_000
"""Events judged in one transaction, some ten seconds of a slow machine; the rest waits for the next run."""
_MOST_GONE = 20_000
_BATCH = 200
_DIRECTORY, _APP = "directory", "app"

_MEMORY = INVENTORY_MEMORY.c
_ITEM = INVENTORY_ITEM.c
_THING = INVENTORY_THING.c


def judge_new(
    connection: Connection, directory: str, facts: Mapping[str, AppFacts], *, now: float
) -> list[FindingChange]:
    """Judge the events of a directory that no detector has seen; answers which findings are new or have changed.

    Args:
        facts: What the company says of apps, by client id.
        now: Unix seconds.
    """
    changes: list[FindingChange] = []
    for _ in range(MOST_IN_ALL // AT_ONCE):
        activities = unjudged(connection, directory, limit=AT_ONCE)
        if not activities:
            break
        changes += _judge(connection, directory, activities, facts, now=now)
        note_judged(connection, directory, activities)
    return changes


def never_used(connection: Connection, directory: str, *, now: float) -> list[GrantFinding]:
    """What the apps of a directory may do and never did; nothing where use was not told for long enough.

    Args:
        directory: All of them when it is empty.
        now: Unix seconds.
    """
    query = select(INVENTORY_RUN.c.directory, INVENTORY_RUN.c.platform).distinct()
    if directory:
        query = query.where(INVENTORY_RUN.c.directory == directory)
    found: list[GrantFinding] = []
    for name, platform in connection.execute(query).all():
        found += unused_scopes(name, platform, _memories(connection, name, None), at=now)
    return found


def adopt_app(connection: Connection, directory: str, app: str) -> None:
    """What is suspect of an app is in order: it counts as usual from now on."""
    memories = _memories(connection, directory, {app})
    lookout = Lookout(DirectoryMemory(), memories, Surroundings(""))
    lookout.adopt(app)
    if app in memories:
        _keep(connection, directory, _APP, {app: memories[app]}, known={app})


def _judge(
    connection: Connection, directory: str, activities: list[Activity], facts: Mapping[str, AppFacts], *, now: float
) -> list[FindingChange]:
    own = _directory_memory(connection, directory)
    is_advised = any(one.deed is Deed.ADVISORY for one in activities)
    wanted = None if is_advised else {one.app for one in activities}
    memories = _memories(connection, directory, wanted)
    known = set(memories)
    around = _surroundings(connection, directory, activities, (own, facts, now), everything=is_advised)
    lookout = Lookout(own, memories, around)
    alarms = [alarm for one in activities for alarm in lookout.observe(one)]
    changes = take_alarms(connection, directory, alarms, lookout.take_growth(), now=now)
    touched = {one.app for one in activities} | {alarm.app for alarm in alarms}
    kept = {name: memory for name, memory in lookout.apps.items() if name in touched}
    _keep(connection, directory, _APP, kept, known=known)
    is_known = _has(connection, directory)
    _keep(connection, directory, _DIRECTORY, {"": own}, known={""} if is_known else set())
    return changes


def _has(connection: Connection, directory: str) -> bool:
    query = select(_MEMORY.kind).where(_MEMORY.directory == directory, _MEMORY.kind == _DIRECTORY)
    return connection.execute(query).first() is not None


def _directory_memory(connection: Connection, directory: str) -> DirectoryMemory:
    query = select(_MEMORY.memory).where(_MEMORY.directory == directory, _MEMORY.kind == _DIRECTORY)
    kept = connection.execute(query).scalar_one_or_none()
    return DirectoryMemory() if kept is None else msgspec.msgpack.decode(kept, type=DirectoryMemory)


def _memories(connection: Connection, directory: str, wanted: Iterable[str] | None) -> dict[str, AppMemory]:
    """Of the apps named; of all for None."""
    query = select(_MEMORY.app, _MEMORY.memory).where(_MEMORY.directory == directory, _MEMORY.kind == _APP)
    decoder = msgspec.msgpack.Decoder(AppMemory)
    if wanted is None:
        return {app: decoder.decode(kept) for app, kept in connection.execute(query)}
    found: dict[str, AppMemory] = {}
    ordered = sorted(wanted)
    for start in range(0, len(ordered), _BATCH):
        part = query.where(_MEMORY.app.in_([name[:512] for name in ordered[start : start + _BATCH]]))
        found |= {app: decoder.decode(kept) for app, kept in connection.execute(part)}
    return found


def _surroundings(
    connection: Connection,
    directory: str,
    activities: list[Activity],
    said: tuple[DirectoryMemory, Mapping[str, AppFacts], float],
    *,
    everything: bool,
) -> Surroundings:
    own, facts, now = said
    platform = select(INVENTORY_RUN.c.platform).where(INVENTORY_RUN.c.directory == directory).limit(1)
    apps = {
        one.id: one
        for one in _things(connection, directory, "app", None if everything else {one.app for one in activities})
        if isinstance(one, App)
    }
    machines: set[str] = set()
    gone: dict[str, float] = {}
    names = {name for one in activities for name in (one.account, one.actor) if name}
    rows = _things(connection, directory, "account", names)
    latest = {one.id: one for one in rows if isinstance(one, Account)}  # of several feeds the one that told last
    for account in latest.values():
        if account.acts_as in (AccountKind.NHI, AccountKind.AGENT):
            machines.add(account.id)
        if account.state in (AccountState.SUSPENDED, AccountState.DELETED):
            # No platform says since when: it counts from when we saw it.
            if account.id not in own.gone:
                remember_at(own.gone, account.id, now, _MOST_GONE)
            gone[account.id] = own.gone.get(account.id, now)
        else:
            own.gone.pop(account.id, None)
    found = connection.execute(platform).scalar_one_or_none() or ""
    signalled = {one.account for one in activities if one.deed is Deed.SIGNALLED and one.account}
    held = {name: _held_by(connection, directory, name) for name in sorted(signalled)}
    return Surroundings(found, apps, dict(facts), gone, frozenset(machines), held)


def _held_by(connection: Connection, directory: str, account: str) -> int:
    """How many grants and credentials of an account are there."""
    query = select(func.count()).where(
        _THING.directory == directory,
        _THING.account == account[:512],
        _THING.kind.in_(("grant", "credential")),
        _THING.is_there.is_(True),
    )
    return int(connection.execute(query).scalar_one())


def _things(connection: Connection, directory: str, kind: str, ids: Iterable[str] | None) -> list[object]:
    query = (
        select(_ITEM.item)
        .where(_ITEM.directory == directory, _ITEM.kind == kind)
        .order_by(_ITEM.last_seen_at, _ITEM.feed)
    )
    decoder = msgspec.json.Decoder(Item)
    if ids is None:
        return [decoder.decode(text).thing for text in connection.execute(query).scalars()]
    found: list[object] = []
    ordered = sorted(ids)
    for start in range(0, len(ordered), _BATCH):
        part = query.where(_ITEM.id.in_(ordered[start : start + _BATCH]))
        found += [decoder.decode(text).thing for text in connection.execute(part).scalars()]
    return found


def _keep(
    connection: Connection,
    directory: str,
    kind: str,
    memories: Mapping[str, AppMemory | DirectoryMemory],
    *,
    known: set[str],
) -> None:
    fresh = []
    for app, memory in memories.items():
        kept = msgspec.msgpack.encode(memory)
        if app in known:
            own = (_MEMORY.directory == directory) & (_MEMORY.kind == kind) & (_MEMORY.app == app[:512])
            connection.execute(update(INVENTORY_MEMORY).where(own).values(memory=kept))
        else:
            fresh.append({"directory": directory, "kind": kind, "app": app[:512], "memory": kept})
    if fresh:
        connection.execute(insert(INVENTORY_MEMORY), fresh)
