"""Approvals of grants: what a company has agreed to, and how each grant stands to it.

An approval is about one app, or about the apps of one publisher whom the platform has verified: a publisher's name alone
is chosen by whoever made the app, and proves nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from enum import StrEnum

import msgspec

from wardlaw.inventory.groups import GroupBook
from wardlaw.inventory.model import App, Consent, Grant, Tristate
from wardlaw.inventory.view import Inventory

DAY_S = 86_400.0
MOST_APPROVED_DAYS = 366
"""An approval that nobody looks at again within a year is none."""

ANY = "*"


class GrantApproval(msgspec.Struct, frozen=True):
    """What somebody has agreed to, and until when.

    Attributes:
        app: Client id, or the id of a grant that names no app; empty for an approval of a publisher.
        publisher: As the platform names it; counts only for apps whose publisher the platform has verified.
        directory: Where it holds; empty for everywhere.
        scopes: What may be allowed, in the platform's own words; ``*`` for anything.
        accounts: Whose grants, by id, ``*`` for any characters; empty, with no groups either, for everybody and the whole
            directory.
        groups: Also those of the members of these groups, by id, each of the grant's own directory.
        clause: Id of the clause under which it was agreed to.
        owner: Who answers for the app in the company.
        approver: Person who agreed.
        expires_at: Unix seconds; at most 366 days after ``approved_at``.
        ended_at: When it was taken back; 0 while it stands.
    """

    id: str
    app: str
    publisher: str
    directory: str
    scopes: tuple[str, ...]
    accounts: tuple[str, ...]
    clause: str
    owner: str
    approver: str
    approved_at: float
    expires_at: float
    reason: str
    ended_at: float = 0.0
    ended_by: str = ""
    groups: tuple[str, ...] = ()

    @property
    def about(self) -> str:
        """What it is about, in words."""
        return f"app {self.app}" if self.app else f"publisher {self.publisher}"

    def stands(self, at: float) -> bool:
        """Whether it holds at this moment."""
        return not self.ended_at and at < self.expires_at


class GrantApprovalState(StrEnum):
    """How a grant stands to the approvals."""

    UNAPPROVED = "unapproved"
    APPROVED = "approved"
    EXPIRED = "expired"
    EXCEEDS = "exceeds-approval"  # it allows more than was agreed to


class GrantStanding(msgspec.Struct, frozen=True):
    """How one grant stands.

    Attributes:
        approval: Id of the approval it is held against; empty where there is none.
        until: When that ends, Unix seconds; 0 where there is none.
        excess: Scopes beyond it, sorted.
    """

    state: GrantApprovalState
    approval: str = ""
    until: float = 0.0
    excess: tuple[str, ...] = ()


_NONE = GrantStanding(GrantApprovalState.UNAPPROVED)


class ApprovalBook:
    """The approvals that were not taken back, by what they are about.

    Args:
        groups: Who is in which group; without it no group has a member.
    """

    def __init__(self, approvals: Iterable[GrantApproval], groups: GroupBook | None = None) -> None:
        self._groups = groups or GroupBook()
        self._by_app: dict[str, list[GrantApproval]] = {}
        self._by_publisher: dict[str, list[GrantApproval]] = {}
        for one in approvals:
            if one.ended_at:
                continue
            shelf, name = (self._by_app, one.app) if one.app else (self._by_publisher, one.publisher.casefold())
            shelf.setdefault(name, []).append(one)

    @property
    def apps(self) -> tuple[str, ...]:
        """What approvals name: apps, and grants that name none."""
        return tuple(sorted(self._by_app))

    @property
    def names_publishers(self) -> bool:
        """Whether any approval is about a publisher."""
        return bool(self._by_publisher)

    def splits(self, directory: str, name: str, app: App) -> bool:
        """Whether grants to one app with the same scopes may stand otherwise, for whose they are."""
        return any(one.accounts or one.groups for one in self._candidates(directory, name, app))

    def standing(self, directory: str, grant: Grant, app: App, *, at: float) -> GrantStanding:
        """How a grant stands: approved where any approval that holds covers it whole."""
        found = [
            one
            for one in self._candidates(directory, app.id or grant.id, app)
            if self._covers_account(one, directory, grant.account)
        ]
        holding = [one for one in found if one.stands(at)]
        if holding:
            ranked = sorted(holding, key=lambda one: (len(_excess(one, grant)), -one.expires_at, one.id))
            best, excess = ranked[0], _excess(ranked[0], grant)
            state = GrantApprovalState.EXCEEDS if excess else GrantApprovalState.APPROVED
            return GrantStanding(state, best.id, best.expires_at, excess)
        if found:
            last = max(found, key=lambda one: (one.expires_at, one.id))
            return GrantStanding(GrantApprovalState.EXPIRED, last.id, last.expires_at)
        return _NONE

    def _covers_account(self, approval: GrantApproval, directory: str, account: str) -> bool:
        if not approval.accounts and not approval.groups:
            return True
        # A grant over the whole directory is nobody's: only an approval for everybody covers it.
        return bool(account) and (
            any(_matches(pattern, account) for pattern in approval.accounts)
            or self._groups.holds(directory, approval.groups, account)
        )

    def speaks_of(self, directory: str, app: App) -> bool:
        """Whether any approval, be it past, is about an app or its publisher."""
        return bool(self._candidates(directory, app.id, app))

    def _candidates(self, directory: str, name: str, app: App) -> Sequence[GrantApproval]:
        if name not in self._by_app and not self._by_publisher:
            return ()
        found = list(self._by_app.get(name, ()))
        if app.verified is Tristate.YES and app.publisher:
            found += self._by_publisher.get(app.publisher.casefold(), ())
        return [one for one in found if one.directory in ("", directory)]


class DueApproval(msgspec.Struct, frozen=True):
    """An approval that must be decided anew.

    Attributes:
        grants: Grants there now that rest on it, or did until it ran out.
        accounts: Whose they are, counted once each.
        last_used_at: Latest use that a platform told of; 0 where none was told.
    """

    approval: GrantApproval
    grants: int
    accounts: int
    last_used_at: float


def due_before(
    approvals: Sequence[GrantApproval], inventory: Inventory, *, before: float, at: float
) -> tuple[DueApproval, ...]:
    """Approvals that end before a time, or have ended, first the one that ends first. Those taken back are decided."""
    book = ApprovalBook(approvals, GroupBook(inventory.items))
    resting: dict[str, list[Grant]] = {}
    for _, grant, standing in standings(inventory, book, at=at):
        if standing.approval:
            resting.setdefault(standing.approval, []).append(grant)
    due = [
        DueApproval(
            one,
            len(own := resting.get(one.id, [])),
            len({grant.account for grant in own}),
            max((grant.last_used_at for grant in own), default=0.0),
        )
        for one in approvals
        if not one.ended_at and one.expires_at < before
    ]
    return tuple(sorted(due, key=lambda one: (one.approval.expires_at, one.approval.id)))


def standings(
    inventory: Inventory, book: ApprovalBook, *, at: float
) -> Iterable[tuple[tuple[str, App], Grant, GrantStanding]]:
    """Each grant that is there, with its directory and app and how it stands; a mere request is no grant."""
    apps = {(item.directory, item.thing.id): item.thing for item in inventory.items if isinstance(item.thing, App)}
    for item in inventory.there(Grant):
        grant = item.thing
        assert isinstance(grant, Grant)
        if grant.consent is not Consent.REQUESTED:
            app = apps.get((item.directory, grant.app)) or App(grant.app)
            yield (item.directory, app), grant, book.standing(item.directory, grant, app, at=at)


def _excess(approval: GrantApproval, grant: Grant) -> tuple[str, ...]:
    return () if ANY in approval.scopes else tuple(sorted(set(grant.scopes) - set(approval.scopes)))


def _matches(pattern: str, account: str) -> bool:
    parts = (re.escape(part) for part in pattern.casefold().split(ANY))
    return re.fullmatch(".*".join(parts), account.casefold(), re.DOTALL) is not None
