"""The rules that hold grants against what the company has agreed to: one finding for each app, not one a person."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import msgspec

from wardlaw.inventory.granting import ApprovalBook, GrantApprovalState, GrantStanding, standings
from wardlaw.inventory.lots import Lot, lot_of
from wardlaw.inventory.model import Account, AccountKind, App, Tristate
from wardlaw.inventory.risk import Privilege, ScopeRisk
from wardlaw.inventory.rules import GrantFinding, Weight
from wardlaw.inventory.view import Inventory

GOVERNED_RULES = frozenset({"unapproved-restricted-scope", "approval-expired"})

_MOST_SHOWN = 5

StandingLot = tuple[Lot, App, GrantStanding]
"""Grants that are alike, their app, and how they stand."""


class _Group(msgspec.Struct):
    """Grants of one app of one directory that stand alike."""

    app: App
    lots: list[Lot]
    scopes: dict[str, ScopeRisk]
    standing: GrantStanding


def governed(inventory: Inventory, book: ApprovalBook, *, at: float) -> tuple[GrantFinding, ...]:
    """What these rules find; ``at`` is Unix seconds."""
    kinds = {
        (item.directory, item.thing.id): item.thing.acts_as
        for item in inventory.items
        if isinstance(item.thing, Account)
    }
    lots = (
        (lot_of(place, grant, own_kind=kinds.get((place, grant.account), AccountKind.UNKNOWN)), app, standing)
        for (place, app), grant, standing in standings(inventory, book, at=at)
    )
    return governed_lots(lots, inventory.platforms)


def governed_lots(lots: Iterable[StandingLot], platforms: Mapping[str, str]) -> tuple[GrantFinding, ...]:
    """What these rules find in grants that were counted.

    Args:
        platforms: Platform of each directory.
    """
    groups: dict[tuple[str, str, GrantApprovalState], _Group] = {}
    powerful: dict[tuple[str, bool, tuple[str, ...]], list[ScopeRisk]] = {}  # few sets of scopes, many apps
    for lot, app, standing in lots:
        if standing.state is GrantApprovalState.APPROVED:
            continue
        key = (lot.directory, lot.name, standing.state)
        group = groups.setdefault(key, _Group(app, [], {}, standing))
        group.lots.append(lot)
        # Whatever the order: the approval that ran out last speaks, and of one scope its most powerful class.
        group.standing = max(group.standing, standing, key=lambda one: (one.until, one.approval))
        platform = platforms.get(lot.directory, "")
        alike = (platform, lot.as_itself, lot.scopes)
        if alike not in powerful:
            powerful[alike] = [one for one in lot.risks(platform) if one.known and one.privilege >= Privilege.HIGH]
        for risk in powerful[alike]:
            if not standing.excess or risk.scope in standing.excess:
                known = group.scopes.get(risk.scope, risk)
                group.scopes[risk.scope] = max(known, risk, key=lambda one: (one.privilege, one.data))
    found: list[GrantFinding] = []
    for (directory, name, state), group in sorted(groups.items()):
        found += (
            _expired(directory, name, group)
            if state is GrantApprovalState.EXPIRED
            else _unapproved(directory, name, group)
        )
    return tuple(found)


def _unapproved(directory: str, name: str, group: _Group) -> Iterator[GrantFinding]:
    """An app with powerful scopes that nobody has approved, or not so far. What nobody has classed raises no alarm."""
    if not group.scopes or group.app.first_party is Tristate.YES:
        return
    critical = any(risk.privilege is Privilege.CRITICAL for risk in group.scopes.values())
    exceeds = group.standing.state is GrantApprovalState.EXCEEDS
    why = "It allows more than was approved" if exceeds else "Nobody has approved it"
    yield GrantFinding(
        "unapproved-restricted-scope",
        Weight.HIGH if critical or exceeds else Weight.MEDIUM,
        directory,
        f"app {name}",
        _one_account(group),
        group.app.id,
        (f"{why}: {_reach(group)}.", _scopes(group)),
        f"Ask who needs it; then `wardlaw grants approve {group.app.id or name}` with an owner and an end, or revoke it.",
    )


def _expired(directory: str, name: str, group: _Group) -> Iterator[GrantFinding]:
    """An approval that ran out while its grants live on."""
    yield GrantFinding(
        "approval-expired",
        Weight.HIGH if group.scopes else Weight.MEDIUM,
        directory,
        f"app {name}",
        _one_account(group),
        group.app.id,
        (
            f"The approval {group.standing.approval} has run out: {_reach(group)}.",
            *((_scopes(group),) * bool(group.scopes)),
        ),
        "Decide anew: `wardlaw grants recertify` lists it; keep it with a new end, or revoke the grants.",
    )


def _one_account(group: _Group) -> str:
    return group.lots[0].account if sum(lot.grants for lot in group.lots) == 1 else ""


def _reach(group: _Group) -> str:
    grants, whole = (sum(lot.grants for lot in group.lots), sum(lot.whole for lot in group.lots))
    everybody = " and one over the whole directory" if whole else ""
    return f"{grants} grants of {grants - whole} accounts{everybody}"


def _scopes(group: _Group) -> str:
    ranked = sorted(group.scopes.values(), key=lambda risk: (-risk.privilege, risk.scope))
    shown = [f"{one.scope} ({one.privilege.name.lower()}, {one.data})" for one in ranked[:_MOST_SHOWN]]
    more = len(ranked) - len(shown)
    return "Scopes: " + ", ".join(shown) + (f" and {more} more." if more else ".")
