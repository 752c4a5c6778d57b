"""What the gateway sees, or the inventory knows, and nobody has registered: each thing once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from fnmatch import translate

import msgspec
from litestar import get

from wardlaw.console.api.deps import Counted
from wardlaw.console.api.desk import Given, Turn
from wardlaw.evidence.tally import Unclaimed
from wardlaw.inventory.shadow import ShadowApp
from wardlaw.register.system import System
from wardlaw.store.approvalbook import approval_book
from wardlaw.store.principallinks import PrincipalLink, list_links
from wardlaw.store.quarantines import list_standing
from wardlaw.store.redrawing import refuse_undrawn
from wardlaw.store.shadowapps import shadow_apps
from wardlaw.store.systems import list_systems

_MOST_NAMED = 20


class ShadowSystem(msgspec.Struct, frozen=True):
    """A caller, or an app of an AI vendor, that belongs to no system, with the evidence; times in Unix seconds.

    Attributes:
        principal: Who calls, or ``app:…``; ``""`` for callers that are too many to be told apart, or cannot be read any more.
        reaches: Models and tools, those most called first.
        last: Its newest decision.
        apps: What the inventory knows of it: of a caller, the apps that people said it is.
        blocked_at: Since when the caller is locked out; 0 while it is not.
    """

    principal: str
    kind: str
    decisions: int
    routes: tuple[str, ...]
    reaches: tuple[str, ...]
    last_at: float
    last: str
    apps: tuple[ShadowApp, ...] = ()
    blocked_at: float = 0.0


class ShadowSystems(msgspec.Struct, frozen=True):
    """All of them, how far the log was counted, and how many apps of AI vendors nobody registered; 200 are shown."""

    systems: tuple[ShadowSystem, ...]
    counted: Counted
    apps: int = 0


@get("/shadow/systems", operation_id="shadow.systems", summary="Callers and apps that belong to no registered system")
async def list_shadow_systems(call: Given) -> ShadowSystems:
    """Callers of the last thirty days, most decisions first, then apps, most accounts first; ask until the log is counted."""

    def work(turn: Turn) -> ShadowSystems:
        refuse_undrawn(turn.connection)
        found, counted = call.deps.coverage.unclaimed(turn.connection)
        links = list_links(turn.connection)
        claimed = claims([kept.system for kept in list_systems(turn.connection)], links)
        apps, total = shadow_apps(turn.connection, approval_book(turn.connection), claimed, at=turn.now)
        blocked = {one.key: one.since for one in list_standing(turn.connection, now=turn.now)}
        return ShadowSystems(marked(joined(grouped(found), apps, links), blocked), counted, total)

    return await call.read(work)


def marked(systems: Iterable[ShadowSystem], blocked: Mapping[str, float]) -> tuple[ShadowSystem, ...]:
    """Those that are locked out as such; ``blocked`` says since when (Unix seconds), by the key of a quarantine."""
    return tuple(
        msgspec.structs.replace(one, blocked_at=blocked.get(f"principal:{one.principal}", 0.0)) for one in systems
    )


def claims(systems: Iterable[System], links: Iterable[PrincipalLink]) -> Callable[[str, str], bool]:
    """Whether a system has an app as its own: by the app's id, or by the caller that people said it is."""
    patterns = [re.compile(translate(one)) for system in systems for one in system.principals]
    callers: dict[tuple[str, str], list[str]] = {}
    for link in links:
        callers.setdefault((link.directory, link.app), []).append(link.principal)

    def is_claimed(directory: str, app: str) -> bool:
        names = (f"app:{app}", *callers.get((directory, app), ()))
        return any(pattern.match(name) for pattern in patterns for name in names)

    return is_claimed


def joined(
    callers: tuple[ShadowSystem, ...], apps: Iterable[ShadowApp], links: Iterable[PrincipalLink]
) -> tuple[ShadowSystem, ...]:
    """Callers with the apps they are, then the apps that are no caller's, in one line where several directories have one."""
    seen = {one.principal for one in callers}
    is_of = {(link.directory, link.app): link.principal for link in links if link.principal in seen}
    own: dict[str, list[ShadowApp]] = {}
    alone: dict[str, list[ShadowApp]] = {}
    for app in apps:
        caller = is_of.get((app.directory, app.app))
        shelf, name = (own, caller) if caller is not None else (alone, f"app:{app.app}")
        shelf.setdefault(name, []).append(app)
    told = [msgspec.structs.replace(one, apps=tuple(own.get(one.principal, ()))) for one in callers]
    told += [
        ShadowSystem(name, "App", 0, (), (), max(one.used_at for one in found), "", tuple(found))
        for name, found in alone.items()
    ]
    return tuple(told)


def grouped(found: tuple[Unclaimed, ...]) -> tuple[ShadowSystem, ...]:
    """Unclaimed traffic by who makes it."""
    by_caller: dict[tuple[str, str], list[Unclaimed]] = {}
    for one in found:
        by_caller.setdefault((one.principal, one.kind), []).append(one)
    systems = []
    for (principal, kind), lines in by_caller.items():
        newest = max(lines, key=lambda one: one.last_at)
        systems.append(
            ShadowSystem(
                principal, kind, sum(one.decisions for one in lines),
                tuple(dict.fromkeys(one.route for one in lines if one.route)),
                tuple(dict.fromkeys(one.resource for one in lines if one.resource))[:_MOST_NAMED],
                newest.last_at, newest.last,
            )
        )  # fmt: skip
    return tuple(sorted(systems, key=lambda one: (-one.decisions, one.principal)))
