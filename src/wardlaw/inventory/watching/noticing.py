"""What every part of watching hands on: something noticed, before it is decided whether it is told anew."""

from __future__ import annotations

from functools import lru_cache
from ipaddress import ip_address
from typing import NamedTuple

from wardlaw.inventory.rules import Weight
from wardlaw.inventory.watching.alarm import AlarmKind

SHOWN = 5  # values named in one sentence of evidence


class Notice(NamedTuple):
    """Something noticed at one event.

    Attributes:
        cause: What tells it apart from others of its kind about the same app.
        weight: Where it weighs otherwise than its kind does.
    """

    kind: AlarmKind
    cause: str
    evidence: tuple[str, ...]
    account: str = ""
    weight: Weight | None = None


def listed(values: tuple[str, ...] | list[str]) -> str:
    """The first few, and how many more."""
    more = len(values) - SHOWN
    return ", ".join(values[:SHOWN]) + (f" and {more} more" if more > 0 else "")


@lru_cache(maxsize=65_536)
def stand_in_network(ip: str) -> int:
    """A number for the surroundings of an address, where the platform tells no network: /16, for IPv6 /32.

    Below 0, so that it is no autonomous system's; 0 for what is no address of the internet.
    """
    try:
        address = ip_address(ip)
    except ValueError:
        return 0
    if not address.is_global:
        return 0
    return -(int(address) >> 16) if address.version == 4 else -(int(address) >> 96) - 65_536


def network_name(network: int, ip: str) -> str:
    """What a network is called in evidence and causes."""
    return f"AS{network}" if network > 0 else f"the surroundings of {ip}" if ip else "an unnamed network"
