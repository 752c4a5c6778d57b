"""What is known of a directory beside its events, and what a company has decided about its apps."""

from __future__ import annotations

from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

import msgspec

from wardlaw.inventory.granting import ANY
from wardlaw.inventory.model import App, Tristate

_Network = IPv4Network | IPv6Network


class AppFacts(msgspec.Struct, frozen=True):
    """What a company says of an app.

    Attributes:
        approved: Somebody has decided that it may be used.
        scopes: Those the approval names, ``*`` for all; empty where it names none, and then covers what people may grant, but no
            role, no delegation.
        addresses: Networks its vendor says it comes from, such as ``203.0.113.0/24``; empty where it says nothing.
        vendor: Whose app it is, in the words of advisories.
    """

    approved: bool = False
    scopes: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    vendor: str = ""


_NOTHING = AppFacts()


class Surroundings(msgspec.Struct, frozen=True):
    """What events are judged against.

    Attributes:
        apps: By client id; those the inventory knows.
        facts: By client id.
        gone: Accounts that are suspended or deleted, and since when (Unix seconds).
        machines: Accounts that are no persons.
        held: How many grants and credentials of an account are there now, of accounts that signals are about.
    """

    platform: str
    apps: dict[str, App] = {}
    facts: dict[str, AppFacts] = {}
    gone: dict[str, float] = {}
    machines: frozenset[str] = frozenset()
    held: dict[str, int] = {}

    def is_ours(self, app: str) -> bool:
        """Whether it is the platform's own, or approved."""
        known = self.apps.get(app)
        return self.facts.get(app, _NOTHING).approved or (known is not None and known.first_party is Tristate.YES)

    def covers(self, app: str, scopes: tuple[str, ...]) -> bool:
        """Whether the approval of an app names all of these."""
        fact = self.facts.get(app, _NOTHING)
        return fact.approved and bool(scopes) and (ANY in fact.scopes or set(scopes) <= set(fact.scopes))

    def is_outside(self, app: str, ip: str) -> bool:
        """Whether an address is none of those the app's vendor names; False where it names none."""
        addresses = self.facts.get(app, _NOTHING).addresses
        return bool(addresses) and not _is_in(ip, addresses)

    def is_inside(self, app: str, ip: str) -> bool:
        """Whether the app's vendor names the address."""
        addresses = self.facts.get(app, _NOTHING).addresses
        return bool(addresses) and _is_in(ip, addresses)

    def vendor_of(self, app: str) -> str:
        """In the words of whoever said it: the company, else the app's publisher."""
        known = self.apps.get(app)
        return self.facts.get(app, _NOTHING).vendor or (known.publisher if known is not None else "")


@lru_cache(maxsize=4_096)
def _is_in(ip: str, addresses: tuple[str, ...]) -> bool:
    try:
        address = ip_address(ip)
    except ValueError:  # a platform's "unknown", or a name: it cannot be held against a list
        return True
    return any(address in network for network in _networks(addresses))


@lru_cache(maxsize=1_024)
def _networks(addresses: tuple[str, ...]) -> tuple[_Network, ...]:
    found: list[_Network] = []
    for text in addresses:
        try:
            found.append(ip_network(text, strict=False))
        except ValueError:  # the configuration checks its own; a file of somebody else may hold anything
            continue
    return tuple(found)
