"""Shadow AI: the vendors that accounts of a company use, from whichever source says so, and whether anybody allowed it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime

import msgspec

from wardlaw.inventory.granting import GrantApprovalState, GrantStanding


class VendorTrace(msgspec.Struct, frozen=True):
    """What one source tells of one vendor.

    Attributes:
        source: Directory and feed.
        how: ``grant``, ``use``, ``credential`` or ``app``.
        since: First told, Unix seconds.
        used_at: Last use that was told; 0 where none was.
    """

    vendor: str
    source: str
    how: str
    accounts: int
    since: float
    used_at: float


class VendorStanding(msgspec.Struct, frozen=True):
    """How the grants, keys and uses of one vendor stand to the approvals.

    Attributes:
        until: When the first of the approvals that cover them ends, Unix seconds; 0 where none does.
        ended_at: When the last of those ended that have run out; 0 where none has.
    """

    approved: int = 0
    expired: int = 0
    exceeding: int = 0
    unapproved: int = 0
    until: float = 0.0
    ended_at: float = 0.0

    @property
    def is_whole(self) -> bool:
        """Everything that is known of the vendor is approved now, and something is."""
        return self.approved > 0 and not self.expired + self.exceeding + self.unapproved

    @property
    def words(self) -> str:
        """How they stand, for a person."""
        if self.is_whole:
            return f"approved until {_day(self.until)}"
        parts = [
            f"{count} {what}"
            for count, what in (
                (self.expired, f"with an approval that ran out (the last on {_day(self.ended_at)})"),
                (self.exceeding, "beyond their approval"),
                (self.unapproved, "without any"),
                (self.approved, "approved"),
            )
            if count
        ]
        return ", ".join(parts) or "nobody has approved it"


def tallied(standings: Iterable[GrantStanding], *, unapproved: int = 0) -> VendorStanding:
    """Standings counted; ``unapproved`` are those that nobody need look at one by one."""
    counts = dict.fromkeys(GrantApprovalState, 0)
    until, ended_at = 0.0, 0.0
    for one in standings:
        counts[one.state] += 1
        if one.state is GrantApprovalState.APPROVED:
            until = min(until or one.until, one.until)
        elif one.state is GrantApprovalState.EXPIRED:
            ended_at = max(ended_at, one.until)
    return VendorStanding(
        counts[GrantApprovalState.APPROVED],
        counts[GrantApprovalState.EXPIRED],
        counts[GrantApprovalState.EXCEEDS],
        counts[GrantApprovalState.UNAPPROVED] + unapproved,
        until,
        ended_at,
    )


class ShadowVendor(msgspec.Struct, frozen=True):
    """One vendor.

    Attributes:
        sanctioned: Somebody allowed it: the configuration names it, or approvals cover everything that is known of it.
        standing: How its grants, keys and uses stand to the approvals.
        accounts: Different accounts that grants or uses name; the same person may have several.
        who: Some of them, by name.
        apps: The apps by which it is used, by name.
    """

    vendor: str
    sanctioned: bool
    accounts: int
    since: float
    used_at: float
    who: tuple[str, ...]
    apps: tuple[str, ...]
    traces: tuple[VendorTrace, ...]
    standing: VendorStanding = VendorStanding()


class ShadowApp(msgspec.Struct, frozen=True):
    """An app of an AI vendor in one directory, with what the inventory tells of it.

    Attributes:
        grants, credentials, uses: How many of each are there.
        accounts: Different accounts that these name.
        first_at: When the first of them began or was first told, Unix seconds.
        used_at: Last use that was told; 0 where none was.
        who: Some of the accounts, by id.
        standing: How they stand to the approvals.
    """

    directory: str
    app: str
    name: str
    vendor: str
    grants: int
    credentials: int
    uses: int
    accounts: int
    first_at: float
    used_at: float
    who: tuple[str, ...] = ()
    standing: VendorStanding = VendorStanding()


def with_standings(
    vendors: Iterable[ShadowVendor], standings: Mapping[str, VendorStanding]
) -> tuple[ShadowVendor, ...]:
    """The vendors with how they stand; one whose standing nobody knows stands by no approval."""
    return tuple(msgspec.structs.replace(one, standing=standings.get(one.vendor, VendorStanding())) for one in vendors)


def mark_sanctioned(vendors: tuple[ShadowVendor, ...], allowed: Collection[str]) -> tuple[ShadowVendor, ...]:
    """The vendors with who of them is allowed, those that are not first, then by how many use them.

    Args:
        allowed: Vendors that the configuration names.
    """
    marked = [
        msgspec.structs.replace(one, sanctioned=one.vendor in allowed or one.standing.is_whole) for one in vendors
    ]
    return tuple(sorted(marked, key=lambda one: (one.sanctioned, -one.accounts, one.vendor)))


def _day(at: float) -> str:
    return datetime.fromtimestamp(at, tz=UTC).strftime("%Y-%m-%d")
