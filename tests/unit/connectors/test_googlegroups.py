from __future__ import annotations

import pytest

from tests.unit.connectors.scripted import Answer, Platform
from wardlaw.connectors.google import GoogleConnector
from wardlaw.connectors.googlegroups import GROUPS, GROUPS_PATH
from wardlaw.facts.errors import UnavailableError
from wardlaw.inventory.groups import GroupBook
from wardlaw.inventory.importing.groups import membership
from wardlaw.inventory.model import Group, Item

STAFF = {"kind": "admin#directory#group", "id": "g1", "email": "staff@acme.example", "name": "Staff"}
SALES = {"kind": "admin#directory#group", "id": "g2", "name": "Sales\u0000"}


def member(id_: str, kind: str = "USER", **more: object) -> dict[str, object]:
    return {"kind": "admin#directory#member", "id": id_, "type": kind, "role": "MEMBER", **more}


def read(platform: Platform):
    client = platform.client()
    connector = GoogleConnector(client, groups=client)
    assert GROUPS in connector.feeds()
    return list(connector.read(GROUPS, ""))


def things(pages):
    return [one.thing for page in pages for one in page.sightings]


def test_groups_their_members_and_groups_within_them(platform: Platform) -> None:
    platform.on(GROUPS_PATH, Answer({"groups": [STAFF], "nextPageToken": "p2"}), Answer({"groups": [SALES]}))
    platform.on(f"{GROUPS_PATH}/g1/members", Answer({"members": [member("100"), member("g2", "GROUP")]}))
    platform.on(
        f"{GROUPS_PATH}/g2/members",
        Answer({"members": [member("101")], "nextPageToken": "p2"}), Answer({"members": [member("102")]}),
    )  # fmt: skip
    found = things(read(platform))
    assert found[:2] == [Group("g1", "staff@acme.example"), Group("g2", "Sales\ufffd")]
    assert membership("g1", "g2", is_group=True) in found
    book = GroupBook(Item("acme", "groups", one, 1.0, 1.0, 1.0) for one in found)
    assert book.members("acme", "g1") == {"100", "101", "102"}


def test_everybody_is_nobody_and_what_is_not_understood_is_a_gap(platform: Platform) -> None:
    platform.on(GROUPS_PATH, Answer({"groups": [STAFF]}))
    entries = [member("C01", "CUSTOMER"), member("", "USER"), member("7", "ROBOT"), member("100")]
    platform.on(f"{GROUPS_PATH}/g1/members", Answer({"members": entries}))
    pages = read(platform)
    assert things(pages)[1:] == [membership("g1", "100", is_group=False)]
    assert sum(len(page.gaps) for page in pages) == 2
    assert any("everybody of the organisation" in note for page in pages for note in page.notes)


def test_members_that_may_not_be_read_end_the_run(platform: Platform) -> None:
    platform.on(GROUPS_PATH, Answer({"groups": [STAFF]}))
    platform.on(f"{GROUPS_PATH}/g1/members", Answer({"error": {"code": 403}}, status=403))
    with pytest.raises(UnavailableError, match="WL-INV-010"):
        read(platform)


def test_groups_are_read_only_where_they_are_wanted(platform: Platform) -> None:
    assert GROUPS not in GoogleConnector(platform.client()).feeds()
