"""The rules that hold the inventory against the gateway: who is locked out there, and what went around it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from enum import StrEnum

import msgspec

from wardlaw.inventory.granting import DAY_S
from wardlaw.inventory.model import Use
from wardlaw.inventory.rules import GrantFinding, Weight
from wardlaw.inventory.view import Inventory

VENDORS = frozenset(("openai", "anthropic"))
"""Vendors whose own interface tells of use; platforms of directories are named as they are."""

MARGIN_SHARE, MARGIN_CALLS = 0.05, 20
"""What a vendor may count more than the gateway: it counts retries and calls of both sides of midnight otherwise."""

MARGIN_TOKENS = 50_000
"""The same in tokens: what twenty calls of 2,500 tokens come to, one of which may be a long conversation at midnight."""

UNCOUNTED_TOKENS = 2_500
"""Taken for an exchange without a count on a day on which no exchange had one: a stream that was cut, or whose caller left,
ends before the vendor says what it used."""

_MOST_NAMED = 5


class Counted(StrEnum):
    """What a vendor counts."""

    CALLS = "calls"
    TOKENS = "tokens"


class DoorTally(msgspec.Struct, frozen=True):
    """What the gateway carried to one vendor on one day.

    Attributes:
        calls: Exchanges.
        tokens: Read and written together, as the vendor's answers said.
        uncounted: Exchanges that the vendor began to answer, and whose tokens were not told.
    """

    calls: int = 0
    tokens: int = 0
    uncounted: int = 0


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
    inventory: Inventory,
    door: Mapping[tuple[str, str], DoorTally],
    *,
    at: float,
    days: int,
    door_keys: Collection[tuple[str, str]] = (),
) -> Iterator[GrantFinding]:
    """Use that an AI vendor counted and the gateway did not carry, over the days that the gateway can tell of.

    A directory is a vendor's own where its platform is named as the vendor is (``openai``, ``anthropic``). Calls are compared
    where the vendor counts calls, else tokens.

    Args:
        door: What the gateway carried, by vendor and day.
        at: Unix seconds.
        days: So many days back, today included.
        door_keys: Vendor and id of keys that only the gateway holds; of a vendor with such, use by any other key is beside the
            door whatever the gateway carried.
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
        unit = Counted.CALLS if any(use.calls for uses in by_day.values() for use in uses) else Counted.TOKENS
        own_keys = frozenset(key for name, key in door_keys if name == vendor)
        excess: dict[str, int] = {}
        suspects: dict[str, list[Use]] = {}
        for day, uses in by_day.items():
            others = [use for use in uses if own_keys and use.account not in own_keys]
            own = [use for use in uses if not own_keys or use.account in own_keys]
            over = _over(own, door.get((vendor, day), DoorTally()), unit)
            if amount := over + sum(_amount(use, unit) for use in others):
                excess[day] = amount
                suspects[day] = uses if over else others
        if excess:
            uncounted = sum(door.get((vendor, day), DoorTally()).uncounted for day in excess)
            yield _beside((vendor, sorted(places[vendor])), suspects, excess, (unit, uncounted))


def _amount(use: Use, unit: Counted) -> int:
    return use.calls if unit is Counted.CALLS else use.tokens


def _over(uses: Iterable[Use], carried: DoorTally, unit: Counted) -> int:
    """What was counted beyond what the gateway carried, 0 within the margin."""
    counted = sum(_amount(use, unit) for use in uses)
    if unit is Counted.CALLS:
        known, margin = carried.calls, max(MARGIN_CALLS, counted * MARGIN_SHARE)
    else:
        read = carried.calls - carried.uncounted
        mean = carried.tokens // read if read > 0 else UNCOUNTED_TOKENS
        known, margin = carried.tokens + carried.uncounted * mean, max(MARGIN_TOKENS, counted * MARGIN_SHARE)
    return counted - known if counted > known + margin else 0


def _beside(
    whose: tuple[str, list[str]],
    suspects: Mapping[str, list[Use]],
    excess: Mapping[str, int],
    counted: tuple[Counted, int],
) -> GrantFinding:
    vendor, places = whose
    unit, uncounted = counted
    by_key: dict[tuple[str, str], int] = defaultdict(int)
    for uses in suspects.values():
        for use in uses:
            by_key[use.account or use.app, use.app] += _amount(use, unit)
    most = sorted(by_key.items(), key=lambda pair: (-pair[1], pair[0]))[:_MOST_NAMED]
    keys = {key for key, _ in by_key}
    worst = max(excess, key=lambda day: (excess[day], day))
    much = f"{vendor} counted {sum(excess.values())} {unit.value} more than the gateway carried"
    named = ", ".join(f"{key} ({amount} {unit.value}, in {app})" for (key, app), amount in most)
    evidence = [
        f"{much}, on {len(excess)} days; most on {worst} ({excess[worst]}).",
        f"On those days used by: {named}.",
    ]
    if unit is Counted.TOKENS and uncounted:
        evidence.append(
            f"{uncounted} exchanges of the gateway ended without a count of tokens and were taken at the mean."
        )
    return GrantFinding(
        "use-beside-the-door", Weight.HIGH, places[0], f"vendor {vendor}", keys.pop() if len(keys) == 1 else "", "",
        tuple(evidence),
        "Find who holds these keys; give them a key of the gateway, and withdraw the vendor's own.",
    )  # fmt: skip


def _time(at: float) -> str:
    return datetime.fromtimestamp(at, tz=UTC).strftime("%Y-%m-%d %H:%M:%SZ")
