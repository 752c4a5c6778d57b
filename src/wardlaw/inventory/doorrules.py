"""The rules that hold the inventory against the gateway: who is locked out there, and what went around it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime

import msgspec

from wardlaw.inventory.granting import DAY_S
from wardlaw.inventory.model import Use
from wardlaw.inventory.rules import GrantFinding, Weight
from wardlaw.inventory.view import Inventory

VENDORS = frozenset(("openai", "anthropic"))
"""Vendors whose own interface tells of use; platforms of directories are named as they are."""

MARGIN_SHARE, MARGIN_CALLS = 0.05, 20
"""What a vendor may count more than the gateway: it counts retries and calls of both sides of midnight otherwise."""

_MOST_NAMED = 5


class LockedPrincipal(msgspec.Struct, frozen=True):
    """A principal that the gateway refuses.

    Attributes:
        quarantine: Its id, ``qua_…``.
        since: Unix seconds.
        apps: Apps that are this principal, as (directory, client id).
    """

    principal: str
    quarantine: str
    reason: str
    since: float
    apps: tuple[tuple[str, str], ...] = ()


def locked_out(locked: Iterable[LockedPrincipal], *, door: str) -> Iterator[GrantFinding]:
    """A principal that is locked out at the door, and each app that is the same.

    Args:
        door: Name of the gateway's directory.
    """
    for one in locked:
        told = f"{one.principal} is locked out at the gateway since {_time(one.since)}: {one.reason}."
        yield GrantFinding(
            "locked-out-at-the-door", Weight.HIGH, door, f"account {one.principal}", one.principal, "", (told,),
            f"Look at the incident; `wardlaw quarantine release {one.quarantine}` lets it in again.",
        )  # fmt: skip
        for directory, app in one.apps:
            yield GrantFinding(
                "locked-out-at-the-door", Weight.HIGH, directory, f"app {app}", "", app,
                (told, "This app is linked to it, and what it was granted here stands."),
                f"Revoke its grants as well (`wardlaw grants revoke --app {app}`), or release the principal.",
            )  # fmt: skip


def beside_the_door(
    inventory: Inventory, door: Mapping[tuple[str, str], int], *, at: float, days: int
) -> Iterator[GrantFinding]:
    """Use that an AI vendor counted and the gateway did not carry, over the days that the gateway can tell of.

    A directory is a vendor's own where its platform is named as the vendor is (``openai``, ``anthropic``).

    Args:
        door: Exchanges the gateway carried, by vendor and day.
        at: Unix seconds.
        days: So many days back, today included.
    """
    first = datetime.fromtimestamp(at - (days - 1) * DAY_S, tz=UTC).strftime("%Y-%m-%d")
    told: dict[str, dict[str, list[Use]]] = defaultdict(lambda: defaultdict(list))
    places: dict[str, set[str]] = defaultdict(set)
    for item in inventory.items:
        vendor = inventory.platforms.get(item.directory, "")
        if isinstance(item.thing, Use) and vendor in VENDORS and item.thing.day >= first:
            told[vendor][item.thing.day].append(item.thing)
            places[vendor].add(item.directory)
    for vendor, by_day in sorted(told.items()):
        excess: dict[str, int] = {}
        for day, uses in by_day.items():
            counted, carried = sum(use.calls for use in uses), door.get((vendor, day), 0)
            if counted > carried + max(MARGIN_CALLS, counted * MARGIN_SHARE):
                excess[day] = counted - carried
        if excess:
            yield _beside(vendor, sorted(places[vendor]), by_day, excess)


def _beside(vendor: str, places: list[str], by_day: Mapping[str, list[Use]], excess: Mapping[str, int]) -> GrantFinding:
    accounts: dict[str, int] = defaultdict(int)
    for day in excess:
        for use in by_day[day]:
            accounts[use.account or use.app] += use.calls
    most = sorted(accounts.items(), key=lambda pair: (-pair[1], pair[0]))[:_MOST_NAMED]
    worst = max(excess, key=lambda day: (excess[day], day))
    much = f"{vendor} counted {sum(excess.values())} calls more than the gateway carried"
    return GrantFinding(
        "use-beside-the-door", Weight.HIGH, places[0], f"vendor {vendor}", most[0][0] if len(accounts) == 1 else "", "",
        (
            f"{much}, on {len(excess)} days; most on {worst} ({excess[worst]}).",
            "On those days used by: " + ", ".join(f"{name} ({calls} calls)" for name, calls in most) + ".",
        ),
        "Find who holds these keys; give them a key of the gateway, and withdraw the vendor's own.",
    )  # fmt: skip


def _time(at: float) -> str:
    return datetime.fromtimestamp(at, tz=UTC).strftime("%Y-%m-%d %H:%M:%SZ")
