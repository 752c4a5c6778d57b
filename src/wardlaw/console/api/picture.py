"""The inventory as the API shows it: what platforms and files told, what the gateway saw, and what rules find in both."""

from __future__ import annotations

import msgspec

from wardlaw.console.api.deps import ApiDependencies
from wardlaw.console.api.desk import Turn
from wardlaw.inventory.doorrules import VENDORS, LockedPrincipal, beside_the_door, locked_out
from wardlaw.inventory.governedrules import governed_lots
from wardlaw.inventory.granting import ApprovalBook, GrantApproval
from wardlaw.inventory.groups import GroupBook
from wardlaw.inventory.model import SyncRun
from wardlaw.inventory.rules import GrantFinding, Limits, find, gravest_first
from wardlaw.inventory.view import Inventory, assemble
from wardlaw.inventory.watching.surroundings import AppFacts
from wardlaw.store.approvalbook import approval_book
from wardlaw.store.doorseen import DOOR, LOOKED_BACK_DAYS, DoorView, door_tallies, door_view
from wardlaw.store.grantapprovals import list_grant_approvals
from wardlaw.store.grantstanding import standing_lots
from wardlaw.store.inventory import list_items, list_runs
from wardlaw.store.keys import list_keys
from wardlaw.store.principallinks import list_links
from wardlaw.store.quarantines import list_standing
from wardlaw.store.redrawing import refuse_undrawn
from wardlaw.store.syncruns import telling_runs
from wardlaw.store.thingquery import crowds, told_uses
from wardlaw.store.watching import never_used


class Picture(msgspec.Struct, frozen=True):
    """Everything known at one moment.

    Attributes:
        runs: Readings of feeds, those of the gateway included.
        approvals: Those that were not taken back.
        locked: Principals that the gateway refuses now.
    """

    inventory: Inventory
    runs: tuple[SyncRun, ...]
    approvals: tuple[GrantApproval, ...]
    locked: tuple[LockedPrincipal, ...]

    @property
    def book(self) -> ApprovalBook:
        """The approvals, to hold grants against."""
        return ApprovalBook(self.approvals, GroupBook(self.inventory.items))


def draw(turn: Turn, deps: ApiDependencies, directory: str = "") -> Picture:
    """Everything known, or of one directory alone when it is named; every row of it is read."""
    runs = list_runs(turn.connection)
    locked = locked_principals(turn, deps)
    door = _door(turn, deps, locked) if directory in ("", DOOR) else DoorView((), (), ())
    items = (*list_items(turn.connection, directory), *door.items)
    inventory = assemble(items, (*runs, *door.runs))
    return Picture(inventory, (*runs, *door.runs), list_grant_approvals(turn.connection), locked)


def draw_door(turn: Turn, deps: ApiDependencies) -> Picture:
    """What the gateway itself has seen: its principals, keys, tools and their use."""
    locked = locked_principals(turn, deps)
    door = _door(turn, deps, locked)
    return Picture(assemble(door.items, door.runs), door.runs, list_grant_approvals(turn.connection), locked)


def _door(turn: Turn, deps: ApiDependencies, locked: tuple[LockedPrincipal, ...]) -> DoorView:
    reasons = {one.principal: one.reason for one in locked}
    return door_view(turn.connection, deps.log.names, locked=reasons, now=turn.now)


def facts_of_apps(turn: Turn, deps: ApiDependencies, directory: str) -> dict[str, AppFacts]:
    """What the company says of a directory's apps: in the configuration, and by approvals that hold."""
    facts = dict(deps.app_facts.get(directory, {}))
    for one in list_grant_approvals(turn.connection):
        if (
            one.app
            and one.stands(turn.now)
            and one.directory in ("", directory)
            and not one.accounts
            and not one.groups
        ):
            known = facts.get(one.app, AppFacts())
            scopes = tuple(sorted({*known.scopes, *one.scopes}))
            facts[one.app] = msgspec.structs.replace(known, approved=True, scopes=scopes)
    return facts


def door_findings(picture: Picture, *, at: float) -> tuple[GrantFinding, ...]:
    """What rules find in what the gateway has seen, gravest first."""
    locked = (one for one in locked_out(picture.locked, door=DOOR) if one.directory == DOOR)
    return gravest_first((*find(picture.inventory, at=at, limits=Limits()), *locked))


def worked_findings(turn: Turn, deps: ApiDependencies, directory: str = "") -> tuple[GrantFinding, ...]:
    """What rules find beyond the findings that stand in the picture; of one directory alone when it is named.

    That rests on what is counted of grants, and on the gateway, whose findings are all worked out.

    Raises:
        UnavailableError: What is counted is not whole (WL-INV-122).
    """
    refuse_undrawn(turn.connection, directory)
    connection, now = turn.connection, turn.now
    platforms = {run.directory: run.platform for run in telling_runs(connection)}
    found: list[GrantFinding] = []
    if directory != DOOR:
        book = approval_book(connection, directory)
        lots = standing_lots(connection, book, at=now, directory=directory, grave=True)
        found += governed_lots((lot for lot, _ in lots), platforms)
        found += crowds(connection, directory)
        found += never_used(connection, directory, now=now)
        vendors = sorted(place for place, platform in platforms.items() if platform in VENDORS)
        if vendors:  # a month of outcomes is read only where it is held against
            used = Inventory(told_uses(connection, vendors), platforms)
            carried = door_tallies(connection, deps.grants.vendors, now=now)
            keys = deps.grants.door_keys
            found += beside_the_door(used, carried, at=now, days=LOOKED_BACK_DAYS, door_keys=keys)
    locked = locked_principals(turn, deps)
    found += (one for one in locked_out(locked, door=DOOR) if one.directory != DOOR)
    if directory in ("", DOOR):
        found += door_findings(draw_door(turn, deps), at=now)
    return tuple(one for one in found if directory in ("", one.directory))


def locked_principals(turn: Turn, deps: ApiDependencies) -> tuple[LockedPrincipal, ...]:
    """Principals that the gateway refuses now: those that people named, and those whose key a gateway wrote down."""
    standing = list_standing(turn.connection, now=turn.now)
    if not standing:
        return ()
    apps: dict[str, list[tuple[str, str]]] = {}
    for link in list_links(turn.connection):
        apps.setdefault(link.principal, []).append((link.directory, link.app))
    known = {key.entry.principal.id for key in list_keys(turn.connection)} | set(apps)
    by_key = {deps.grants.door_key(principal): principal for principal in known}
    found: dict[str, LockedPrincipal] = {}
    for one in sorted(standing, key=lambda each: (each.since, each.id)):
        kind, colon, name = one.key.partition(":")
        principal = name if colon and kind in ("principal", "person") else by_key.get(one.key, "")
        if principal and principal not in found:
            found[principal] = LockedPrincipal(principal, one.id, one.reason, one.since, tuple(apps.get(principal, ())))
    return tuple(found[name] for name in sorted(found))
