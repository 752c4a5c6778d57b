"""Shadow AI: the vendors that accounts of a company use, from whichever source says so, and whether anybody allowed it."""

from __future__ import annotations

from collections.abc import Collection

import msgspec


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


class ShadowVendor(msgspec.Struct, frozen=True):
    """One vendor.

    Attributes:
        sanctioned: Somebody allowed it, as the configuration says.
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


def mark_sanctioned(vendors: tuple[ShadowVendor, ...], allowed: Collection[str]) -> tuple[ShadowVendor, ...]:
    """The vendors with who of them is allowed, those that are not first, then by how many use them."""
    marked = [msgspec.structs.replace(one, sanctioned=one.vendor in allowed) for one in vendors]
    return tuple(sorted(marked, key=lambda one: (one.sanctioned, -one.accounts, one.vendor)))
