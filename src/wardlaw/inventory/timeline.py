"""What is known of one identity, in the order in which it happened; a time that nobody knows is not made up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from wardlaw.inventory.model import Account, App, Credential, Grant, Group, Item, Membership, Thing, Use
from wardlaw.inventory.rules import GrantFinding
from wardlaw.inventory.view import kind_of


class Moment(msgspec.Struct, frozen=True):
    """One thing that happened, or is so now.

    Attributes:
        at: Unix seconds.
        ours: The time is our first or last sight, and not what a platform says.
        about: Kind and id of the thing; its texts are the platform's, as they are.
    """

    at: float
    what: str
    about: str
    name: str = ""
    ours: bool = False


def timeline(items: Iterable[Item], findings: Iterable[GrantFinding] = (), *, at: float) -> tuple[Moment, ...]:
    """Everything known of these things, oldest first; what rules find stands at the end, as of ``at``."""
    moments = {moment for item in items for moment in _moments(item)}
    ordered = sorted(moments, key=lambda one: (one.at, one.about, one.what))
    now = [Moment(at, f"{one.weight.value}: {one.rule}", one.about, " ".join(one.evidence), True) for one in findings]
    return (*ordered, *now)


def _moments(item: Item) -> Iterator[Moment]:
    about, name = f"{kind_of(item.thing)} {item.thing.id}", _name(item.thing)
    yield from (Moment(at, what, about, name) for at, what in _told(item.thing) if at)
    if not isinstance(item.thing, Use):
        yield from (Moment(at, what, about, name, ours=True) for at, what in _seen(item))


def _told(thing: Thing) -> Iterator[tuple[float, str]]:
    """What the platform says."""
    match thing:
        case Grant():
            yield thing.granted_at, f"consent ({thing.consent.value})"
            yield thing.last_used_at, "last used"
        case Credential():
            yield thing.created_at, f"{thing.type} made"
            yield thing.last_used_at, "last used"
            yield thing.expires_at, f"{thing.type} ends"
        case Use():
            yield thing.last_used_at, f"used, {thing.calls:,} calls that day"
        case Account() | App() | Group() | Membership():
            return


def _seen(item: Item) -> Iterator[tuple[float, str]]:
    """What we saw."""
    yield item.first_seen_at, "first seen"
    for spell in item.past:
        yield spell.until, "gone"
    if item.past:
        yield item.since, "seen again"
    if not item.is_there:
        yield item.gone_at, "gone"


def _name(thing: Thing) -> str:
    match thing:
        case Grant() | Use():
            return f"{thing.account or 'everybody'} → {thing.app}"
        case Membership():
            return f"{thing.account or thing.inner} in {thing.group}"
        case Account() | App() | Credential() | Group():
            return thing.name
