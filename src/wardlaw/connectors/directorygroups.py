"""Groups of a directory and who is in them: all groups first, then the members of each, in an order of ours."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Any

import msgspec

from wardlaw.connectors.entry import needed
from wardlaw.connectors.feed import Feed, FeedPage, page_of
from wardlaw.connectors.ownedlists import read_owned
from wardlaw.connectors.place import Place, in_order
from wardlaw.inventory.importing.badrow import UnreadableError, name_of, text_of
from wardlaw.inventory.importing.groups import membership
from wardlaw.inventory.model import FeedKind, Group, Sighting

GROUPS = Feed("groups", FeedKind.LISTING)


class GroupLists(msgspec.Struct, frozen=True):
    """How one platform lists its groups.

    Attributes:
        listed: Asks for all groups, in pages.
        group: The group of an entry.
        members: The members of a group by its id and its entry; None for one that is gone since. Raises ``UnlistedError``.
        member: What a member of a group is: its id and whether it is a group; None for what is no account.
    """

    listed: Callable[[], Iterable[list[Any]]]
    group: Callable[[Mapping[str, Any]], Group]
    members: Callable[[str, Mapping[str, Any]], list[Any] | None]
    member: Callable[[Mapping[str, Any]], tuple[str, bool] | None]


def group_pages(lists: GroupLists, place: Place | None = None) -> Iterator[FeedPage]:
    """All groups, then the members of each.

    Args:
        place: Where a run broke off; groups are listed again, and of those up to it no members.

    Raises:
        UnavailableError: The rest could not be read (WL-INV-010).
    """
    known: dict[str, Mapping[str, Any]] = {}
    for entries in lists.listed():
        for entry in entries:
            if id_ := _id_of(entry):
                known[id_] = entry
        yield page_of(entries, lambda entry: [Sighting(lists.group(entry))])

    def members(group: str, entries: list[Any]) -> FeedPage:
        return page_of(entries, partial(_member, group=group, read=lists.member))

    ids = in_order([*known], place)
    witness = place.witness if place else ""

    def ask(group: str) -> list[Any] | None:
        return lists.members(group, known[group])

    yield from read_owned(ids, ask, members, witness=witness, still=lambda: any(lists.listed()))


def named_group(entry: Mapping[str, Any], *names: str) -> Group:
    """A group with the first of its names that it has."""
    id_ = text_of(entry["id"], "id")
    if not id_:
        raise UnreadableError("id is empty")
    return Group(id_, next((told for name in names if (told := name_of(entry.get(name)))), ""))


def account_member(entry: Mapping[str, Any], *, field: str = "id") -> tuple[str, bool]:
    """A member that is an account."""
    return needed(entry, field), False


def _id_of(entry: Any) -> str:
    found = entry.get("id") if isinstance(entry, dict) else None
    return str(found) if isinstance(found, str | int) and not isinstance(found, bool) else ""


def _member(
    entry: Mapping[str, Any], *, group: str, read: Callable[[Mapping[str, Any]], tuple[str, bool] | None]
) -> list[Sighting]:
    told = read(entry)
    return [] if told is None else [Sighting(membership(group, told[0], is_group=told[1]))]
