"""Groups and their members from a table: CSV with a header, a row for each membership."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from wardlaw.inventory.importing.badrow import BadRow, UnreadableError, key_of, text_of
from wardlaw.inventory.importing.table import csv_rows
from wardlaw.inventory.model import Group, Membership, Sighting

FIELDS = ("group", "group_name", "member", "member_kind")
"""What a column may be; only ``group`` is needed. ``member_kind`` is ``account`` (so without it) or ``group``."""


def read_csv(lines: Iterable[str], columns: Mapping[str, str]) -> Iterator[Sighting | BadRow]:
    """Sightings of groups and memberships; a group without a member in its row is known to be there.

    Args:
        columns: Field to the name of its column; fields that are not named stand under their own name.
    """
    told: dict[str, Group] = {}
    for row in csv_rows(lines, columns, needed="group"):
        if isinstance(row, BadRow):
            yield row
        else:
            yield from _row(row[1], columns, row[0], told)


def _row(
    cells: Mapping[str, str], columns: Mapping[str, str], line: int, told: dict[str, Group]
) -> Iterator[Sighting | BadRow]:
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
