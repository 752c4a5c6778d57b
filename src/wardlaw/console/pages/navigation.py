"""Where each page stands in the house: two wings, the door between them, the evidence on top."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

import msgspec

from wardlaw.console.pages.messages import mark
from wardlaw.facts.person import Permission


class Area(StrEnum):
    """A group of the navigation, in the order shown."""

    DOOR = "door"
    SECURITY = "security"
    GOVERNANCE = "governance"
    EVIDENCE = "evidence"


AREAS = {
    Area.DOOR: "",
    Area.SECURITY: mark("Security wing"),
    Area.GOVERNANCE: mark("Governance wing"),
    Area.EVIDENCE: mark("Evidence"),
}


class Place(msgspec.Struct, frozen=True):
    """One page of the navigation.

    Attributes:
        order: Within its wing, smallest first.
        key: Pressed after ``g`` goes there; empty for none.
        permissions: Any of these shows it; none means everybody who is signed in. The API judges again.
    """

    area: Area
    order: int
    href: str
    icon: str
    label: str
    key: str = ""
    permissions: tuple[Permission, ...] = ()


class Group(msgspec.Struct, frozen=True):
    """The pages of one wing that somebody may see."""

    area: Area
    title: str
    places: tuple[Place, ...]


def groups_for(places: Iterable[Place], permissions: frozenset[str]) -> tuple[Group, ...]:
    """The navigation of somebody with these permissions; wings without a page are left out."""
    seen = [one for one in places if not one.permissions or any(p.value in permissions for p in one.permissions)]
    return tuple(
        Group(area, title, tuple(sorted((one for one in seen if one.area is area), key=lambda one: one.order)))
        for area, title in AREAS.items()
        if any(one.area is area for one in seen)
    )


def current_of(places: Iterable[Place], path: str) -> str:
    """The ``href`` of the page a path belongs to: the longest that begins it; empty for none."""
    fitting = [one.href for one in places if path == one.href or (one.href != "/" and path.startswith(one.href + "/"))]
    return max(fitting, key=len, default="")
