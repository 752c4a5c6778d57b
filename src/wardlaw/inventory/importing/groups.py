"""Groups and their members from a table: CSV with a header, a row for each membership."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping

from wardlaw.inventory.importing.badrow import BadRow, UnreadableError, key_of, text_of
from wardlaw.inventory.model import Group, Membership, Sighting

FIELDS = ("group", "group_name", "member", "member_kind")
"""What a column may be; only ``group`` is needed. ``member_kind`` is ``account`` (so without it) or ``group``."""


def read_csv(lines: Iterable[str], columns: Mapping[str, str]) -> Iterator[Sighting | BadRow]:
    """Sightings of groups and memberships; a group without a member in its row is known to be there.

    Args:
        columns: Field to the name of its column; fields that are not named stand under their own name.
    """
    reader = csv.reader(lines, strict=True)
    head: list[str] = []
    told: dict[str, Group] = {}
    while True:
        try:
            row = next(reader, None)
        except csv.Error as error:
            yield BadRow(reader.line_num, f"no CSV: {error}")
            if not head:
                return
            continue
        if row is None:
            break
        if not head:
            head = [name.strip().removeprefix("\ufeff") for name in row]
            missing = [name for name in (*columns.values(), columns.get("group", "group")) if name not in head]
            if missing:
                yield BadRow(1, f"there is no column {missing[0]}; there are: {', '.join(head)}")
                return
        elif row:
            yield from _row(row, head, columns, (reader.line_num, told))
    if not head:
        yield BadRow(0, "the file is empty")


def _row(
    row: list[str], head: list[str], columns: Mapping[str, str], place: tuple[int, dict[str, Group]]
) -> Iterator[Sighting | BadRow]:
    line, told = place
    if len(row) != len(head):
        yield BadRow(line, f"{len(row)} columns where the header has {len(head)}")
        return
    cells = dict(zip(head, row, strict=True))
    try:
        group, name, member, kind = (text_of(cells.get(columns.get(field, field)), field) for field in FIELDS)
    except UnreadableError as error:
        yield BadRow(line, str(error))
        return
    if not group or kind not in ("", "account", "group"):
        yield BadRow(line, "member_kind is neither account nor group" if group else "group is empty")
        return
    if told.get(group) is None or (name and told[group].name != name):
        told[group] = Group(group, name)
        yield Sighting(told[group])
    if member:
        yield Sighting(membership(group, member, is_group=kind == "group"))


def membership(group: str, member: str, *, is_group: bool) -> Membership:
    """That an account or a group is in a group."""
    id_ = key_of("membership", group, member, "group" if is_group else "account")
    return Membership(id_, group, "" if is_group else member, member if is_group else "")
