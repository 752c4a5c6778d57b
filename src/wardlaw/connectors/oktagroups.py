"""Groups of Okta and the people in them; Okta has no groups within groups. The built-in group Everyone is one of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from wardlaw.connectors.directorygroups import GroupLists, account_member, group_pages, named_group
from wardlaw.connectors.feed import FeedPage
from wardlaw.connectors.oktareader import OktaReader, OktaRefusedError
from wardlaw.connectors.ownedlists import UnlistedError
from wardlaw.connectors.place import Place
from wardlaw.inventory.model import Group

GROUPS_PATH = "/api/v1/groups"
_MEMBERS = 1_000  # the most that Okta gives of a group's users on a page (Groups API, "List all member users")


def okta_groups(okta: OktaReader, place: Place | None) -> Iterator[FeedPage]:
    """All groups, then the people in each; as ``group_pages``."""

    def members(group: str, _entry: Mapping[str, Any]) -> list[Any] | None:
        path = f"{GROUPS_PATH}/{quote(group, safe='')}/users"
        try:
            return [one for page in okta.listed(path, {"limit": _MEMBERS}, bucket="groups") for one in page]
        except OktaRefusedError as error:
            if error.is_missing:  # deleted since the list was made
                return None
            raise UnlistedError(f"Members of {group} were not read: Okta answers {error.status}.") from error

    def listed() -> Iterator[list[Any]]:
        return okta.listed(GROUPS_PATH, {"limit": 200}, bucket="groups")

    return group_pages(GroupLists(listed, _group, members, account_member), place)


def _group(entry: Mapping[str, Any]) -> Group:
    profile = entry.get("profile") or {}
    return named_group({"id": entry["id"], "name": profile.get("name")}, "name")
