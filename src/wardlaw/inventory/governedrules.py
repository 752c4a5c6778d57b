"""The rules that hold grants against what the company has agreed to: one finding for each app, not one a person."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from wardlaw.inventory.granting import ApprovalBook, GrantApprovalState, GrantStanding, standings
from wardlaw.inventory.model import Account, AccountKind, App, Grant, Tristate
from wardlaw.inventory.risk import Privilege, ScopeRisk, grant_risks
from wardlaw.inventory.rules import GrantFinding, Weight
from wardlaw.inventory.view import Inventory

_MOST_SHOWN = 5


class _Group(msgspec.Struct):
    """Grants of one app of one directory that stand alike."""

    app: App
    grants: list[Grant]
    scopes: dict[str, ScopeRisk]
    standing: GrantStanding


def governed(inventory: Inventory, book: ApprovalBook, *, at: float) -> tuple[GrantFinding, ...]:
    """What these rules find; ``at`` is Unix seconds."""
    groups: dict[tuple[str, str, GrantApprovalState], _Group] = {}
    own = {
        (item.directory, item.thing.id)
        for item in inventory.items
        if isinstance(item.thing, Account) and item.thing.acts_as in (AccountKind.NHI, AccountKind.AGENT)
    }
    for (directory, app), grant, standing in standings(inventory, book, at=at):
        if standing.state is GrantApprovalState.APPROVED:
            continue
        key = (directory, app.id or grant.id, standing.state)
        group = groups.setdefault(key, _Group(app, [], {}, standing))
        group.grants.append(grant)
        as_itself = (directory, grant.account) in own
        for risk in grant_risks(inventory.platforms.get(directory, ""), grant, as_itself=as_itself):
            is_asked = not standing.excess or risk.scope in standing.excess
            if is_asked and risk.known and risk.privilege >= Privilege.HIGH:
                group.scopes[risk.scope] = risk
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
    accounts = {grant.account for grant in group.grants}
    return accounts.pop() if len(accounts) == 1 else ""


def _reach(group: _Group) -> str:
    accounts = {grant.account for grant in group.grants if grant.account}
    everybody = " and one over the whole directory" if any(not grant.account for grant in group.grants) else ""
    return f"{len(group.grants)} grants of {len(accounts)} accounts{everybody}"


def _scopes(group: _Group) -> str:
    ranked = sorted(group.scopes.values(), key=lambda risk: (-risk.privilege, risk.scope))
    shown = [f"{one.scope} ({one.privilege.name.lower()}, {one.data})" for one in ranked[:_MOST_SHOWN]]
    more = len(ranked) - len(shown)
    return "Scopes: " + ", ".join(shown) + (f" and {more} more." if more else ".")
