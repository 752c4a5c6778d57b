"""Groups of Microsoft Entra and who is in them: people, service principals, and groups within groups."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from wardlaw.connectors.directorygroups import GroupLists, group_pages, named_group
from wardlaw.connectors.entry import needed
from wardlaw.connectors.feed import FeedPage
from wardlaw.connectors.graphreader import GraphReader, GraphRefusedError
from wardlaw.connectors.ownedlists import UnlistedError
from wardlaw.connectors.place import Place
from wardlaw.inventory.importing.badrow import UnreadableError

GROUPS_PATH = "/v1.0/groups"
_TOP = 999  # the most that Graph gives of directory objects on a page: 51 of them for 50,000 members
_ACCOUNTS = ("user", "agentuser", "serviceprincipal", "agentidentity")
_NOBODY = ("device", "orgcontact")


def entra_groups(graph: GraphReader, place: Place | None) -> Iterator[FeedPage]:
    """All groups, then the members of each; as ``group_pages``."""

    def members(group: str, _entry: Mapping[str, Any]) -> list[Any] | None:
        path = f"{GROUPS_PATH}/{quote(group, safe='')}/members"
        try:
            return [one for page in graph.listed(path, {"$select": "id", "$top": _TOP}) for one in page]
        except GraphRefusedError as error:
            if error.is_missing:  # deleted since the list was made
                return None
            raise UnlistedError(f"Members of {group} were not read: Graph answers {error.status}.") from error

    def listed() -> Iterator[list[Any]]:
        return graph.listed(GROUPS_PATH, {"$select": "id,displayName", "$top": _TOP})

    return group_pages(GroupLists(listed, lambda entry: named_group(entry, "displayName"), members, _member), place)


def _member(entry: Mapping[str, Any]) -> tuple[str, bool] | None:
    kind = str(entry.get("@odata.type", "")).rpartition(".")[2].lower()
    if kind in _NOBODY:
        return None
    if kind != "group" and kind not in _ACCOUNTS:
        raise UnreadableError("a member says neither that it is an account nor that it is a group")
    return needed(entry, "id"), kind == "group"
