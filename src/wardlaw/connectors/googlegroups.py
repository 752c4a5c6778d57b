"""Groups of a Workspace and who is in them (Directory API, ``groups`` and ``members``)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any
from urllib.parse import quote

from wardlaw.connectors.feed import Feed, FeedPage, page_of
from wardlaw.connectors.ownedlists import read_owned
from wardlaw.connectors.place import Place, in_order
from wardlaw.inventory.importing.badrow import UnreadableError, name_of, text_of
from wardlaw.inventory.importing.groups import membership
from wardlaw.inventory.model import FeedKind, Group, Sighting

GROUPS = Feed("groups", FeedKind.LISTING)
GROUPS_PATH = "/admin/directory/v1/groups"

Paged = Callable[[str, dict[str, str | int], str], Iterator[list[Any]]]
"""Path, query and name of the list to its pages."""


def group_pages(paged: Paged, place: Place | None = None) -> Iterator[FeedPage]:
    """All groups, then the members of each. A member that is the whole organisation is told by a note, and counts as nobody.

    Args:
        place: Where a run broke off; groups are listed again, and of those up to it no members.

    Raises:
        UnavailableError: The rest could not be read (WL-INV-010).
    """

    def groups() -> Iterator[list[Any]]:
        return paged(GROUPS_PATH, {"customer": "my_customer", "maxResults": 200}, "groups")

    listed = list(groups())
    for entries in listed:
        yield page_of(entries, _group)
    keys = [_key(one) for entries in listed for one in entries if _key(one)]

    def ask(group: str) -> list[Any]:
        path = f"{GROUPS_PATH}/{quote(group, safe='')}/members"
        return [one for page in paged(path, {"maxResults": 200}, "members") for one in page]

    witness = place.witness if place else ""
    yield from read_owned(in_order(keys, place), ask, _members, witness=witness, still=lambda: any(groups()))


def _members(group: str, entries: list[Any]) -> FeedPage:
    told = page_of(entries, partial(_member, group=group))
    whole = any(isinstance(one, dict) and one.get("type") == "CUSTOMER" for one in entries)
    notes = (f"The group {group} has everybody of the organisation in it; that is not counted.",) if whole else ()
    return FeedPage(told.sightings, gaps=told.gaps, notes=(*told.notes, *notes))


def _key(entry: Any) -> str:
    found = entry.get("id") if isinstance(entry, dict) else None
    return found if isinstance(found, str) else ""


def _group(entry: Mapping[str, Any]) -> list[Sighting]:
    if not (id_ := text_of(entry["id"], "id")):
        raise UnreadableError("id is empty")
    return [Sighting(Group(id_, name_of(entry.get("email")) or name_of(entry.get("name"))))]


def _member(entry: Mapping[str, Any], *, group: str) -> list[Sighting]:
    kind = text_of(entry.get("type"), "type")
    if kind == "CUSTOMER":
        return []
    member = text_of(entry["id"], "id")
    if not member or kind not in ("USER", "GROUP"):
        raise UnreadableError("a member has no id, or is neither a user nor a group")
    return [Sighting(membership(group, member, is_group=kind == "GROUP"))]
