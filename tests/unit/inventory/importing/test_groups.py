from __future__ import annotations

import pytest

from wardlaw.inventory.importing.badrow import BadRow
from wardlaw.inventory.importing.groups import membership, read_csv
from wardlaw.inventory.model import Group, Sighting


def read(text: str, **columns: str) -> list[Sighting | BadRow]:
    return list(read_csv(text.splitlines(keepends=True), columns))


def test_groups_and_members_are_read() -> None:
    found = read("group,group_name,member,member_kind\ng1,Sales,ada,\ng1,Sales,g2,group\ng2,,,\ng1,,bob,account\n")
    assert [one.thing for one in found if isinstance(one, Sighting)] == [
        Group("g1", "Sales"), membership("g1", "ada", is_group=False), membership("g1", "g2", is_group=True), Group("g2"),
        membership("g1", "bob", is_group=False),
    ]  # fmt: skip


def test_columns_may_have_other_names() -> None:
    found = read("\ufeffgroupId,user\ng1,ada\n", group="groupId", member="user")
    assert [one.thing for one in found if isinstance(one, Sighting)] == [
        Group("g1"),
        membership("g1", "ada", is_group=False),
    ]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "the file is empty"),
        ("member\nada\n", "there is no column group"),
        ("group,member\ng1\n", "1 columns where the header has 2"),
        ("group,member\n,ada\n", "group is empty"),
        ("group,member,member_kind\ng1,ada,robot\n", "member_kind is neither"),
        ('group,member\ng1,"ada\n', "no CSV"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_line(text: str, why: str) -> None:
    (bad,) = read(text)
    assert isinstance(bad, BadRow)
    assert why in bad.why
