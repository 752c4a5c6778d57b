"""Grants of one app that allow the same, as one: how they stand to approvals is asked once for all of them."""

from __future__ import annotations

import hashlib
from collections.abc import Collection

import msgspec

from wardlaw.inventory.model import AccountKind, Consent, Grant
from wardlaw.inventory.risk import ScopeRisk, grant_risks

_OWN = "\n"


class Lot(msgspec.Struct, frozen=True):
    """Grants of one app of one directory with the same scopes, given alike.

    Attributes:
        own: Id of a grant that names no app, which is a lot of its own; else empty.
        as_itself: The app acts as itself, by an administrator's consent, and not for a person.
        grants: How many there are; no two of one account.
        whole: Those of no account, which are over the whole directory.
        account: Whose grant a single one is; empty for several.
    """

    directory: str
    app: str
    own: str
    scopes: tuple[str, ...]
    as_itself: bool
    grants: int = 1
    whole: int = 0
    account: str = ""

    @property
    def name(self) -> str:
        """The app's id, or that of the grant which names none."""
        return self.app or self.own

    @property
    def sample(self) -> Grant:
        """A grant of this lot, as far as it is like the others."""
        consent = Consent.ADMIN if self.as_itself else Consent.UNKNOWN
        return Grant(self.own, self.account, self.app, consent, self.scopes)

    def risks(self, platform: str) -> list[ScopeRisk]:
        """The classes of the scopes, the most powerful first."""
        return grant_risks(platform, self.sample, as_itself=self.as_itself)


def lot_of(directory: str, grant: Grant, *, own_kind: AccountKind) -> Lot:
    """The lot of a single grant.

    Args:
        own_kind: What the grant's account acts as; unknown for no account.
    """
    is_own = own_kind in (AccountKind.NHI, AccountKind.AGENT)
    as_itself = grant.consent is Consent.ADMIN and (is_own or not grant.account)
    own = "" if grant.app else grant.id
    return Lot(directory, grant.app, own, grant.scopes, as_itself, 1, int(not grant.account), grant.account)


def shape_of(lot: Lot) -> str:
    """Digest of what the grants of a lot allow: 128 bits, since who grants chooses the scopes."""
    raw = msgspec.json.encode((lot.as_itself, lot.scopes))
    return hashlib.blake2b(raw, digest_size=16).hexdigest()


def shelf_of(app: str, grant: str) -> str:
    """What a table knows a lot's app by: its id, or a line break and the id of the grant that names none."""
    return app or f"{_OWN}{grant}"


def on_shelf(name: str) -> tuple[str, str]:
    """App and own grant of what ``shelf_of`` made."""
    return ("", name[1:]) if name.startswith(_OWN) else (name, "")


def shelves(names: Collection[str]) -> list[str]:
    """Every shelf that something of these names may stand on."""
    return sorted({*names, *(f"{_OWN}{name}" for name in names)})
