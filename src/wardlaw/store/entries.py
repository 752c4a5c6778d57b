"""Models, datasets and vendors in their table, with every state they were ever in."""

from __future__ import annotations

import msgspec
from sqlalchemy import insert, select, update
from sqlalchemy.engine import Connection, RowMapping

from wardlaw.facts.errors import InputError
from wardlaw.register.entry import Entry, EntryKind, kind_of, leads_to
from wardlaw.store.registertables import REGISTER_ENTRY, REGISTER_ENTRY_VERSION

_E, _V = REGISTER_ENTRY.c, REGISTER_ENTRY_VERSION.c


class KeptEntry(msgspec.Struct, frozen=True):
    """An entry with who said so last; times in Unix seconds, ``retired_at`` 0 while it is in use."""

    entry: Entry
    version: int
    changed_by: str
    changed_at: float
    retired_at: float = 0.0


def put_entry(connection: Connection, entry: Entry, *, by: str, now: float, version: int) -> KeptEntry:
    """Keep an entry as it now is; what it was stays in its history.

    Args:
        version: The version it follows; 0 for an entry that is new.

    Raises:
        InputError: Somebody else changed it meanwhile, or it is new and there is one (WL-SYS-008); it names what is
            not registered (WL-SYS-009).
    """
    kind = kind_of(entry)
    for other, name in leads_to(entry):
        if find_entry(connection, other, name) is None:
            raise InputError("WL-SYS-009", f"No {other.value} {name} is registered.", "Register it first.")
    old = find_entry(connection, kind, entry.id)
    if version != (old.version if old else 0):
        raise _changed(kind, entry.id, old)
    return _keep(connection, kind, KeptEntry(entry, version + 1, by, now))


def retire_entry(connection: Connection, kind: EntryKind, entry_id: str, *, by: str, now: float) -> KeptEntry:
    """Take an entry out of use; it stays in the history.

    Raises:
        InputError: There is none of that id (WL-SYS-010).
    """
    old = get_entry(connection, kind, entry_id)
    return _keep(connection, kind, KeptEntry(old.entry, old.version + 1, by, now, now))


def find_entry(connection: Connection, kind: EntryKind, entry_id: str) -> KeptEntry | None:
    """One entry, or None."""
    query = select(REGISTER_ENTRY).where(_E.kind == kind.value, _E.id == entry_id)
    row = connection.execute(query).mappings().one_or_none()
    return None if row is None else _kept(row)


def get_entry(connection: Connection, kind: EntryKind, entry_id: str) -> KeptEntry:
    """One entry.

    Raises:
        InputError: There is none of that id (WL-SYS-010).
    """
    kept = find_entry(connection, kind, entry_id)
    if kept is None:
        raise InputError(
            "WL-SYS-010", f"There is no {kind.value} {entry_id}.", "`wardlaw register list` names those there are."
        )
    return kept


def list_entries(connection: Connection, *, kind: EntryKind | None = None) -> tuple[KeptEntry, ...]:
    """Entries in use, by kind and id."""
    query = select(REGISTER_ENTRY).where(_E.retired_at == 0.0).order_by(_E.kind, _E.id)
    if kind is not None:
        query = query.where(_E.kind == kind.value)
    return tuple(_kept(row) for row in connection.execute(query).mappings())


def entry_history(connection: Connection, kind: EntryKind, entry_id: str) -> tuple[KeptEntry, ...]:
    """Every state an entry was in, oldest first."""
    query = select(REGISTER_ENTRY_VERSION).where(_V.kind == kind.value, _V.id == entry_id).order_by(_V.version)
    return tuple(_kept(row) for row in connection.execute(query).mappings())


def _keep(connection: Connection, kind: EntryKind, kept: KeptEntry) -> KeptEntry:
    values = {
        "version": kept.version,
        "entry": msgspec.json.encode(kept.entry).decode(),
        "changed_by": kept.changed_by,
        "changed_at": kept.changed_at,
        "retired_at": kept.retired_at,
    }
    name = {"kind": kind.value, "id": kept.entry.id}
    if kept.version == 1:
        connection.execute(insert(REGISTER_ENTRY).values(**name, **values))
    else:
        same = (_E.kind == kind.value) & (_E.id == kept.entry.id) & (_E.version == kept.version - 1)
        if connection.execute(update(REGISTER_ENTRY).where(same).values(**values)).rowcount != 1:
            raise _changed(kind, kept.entry.id, find_entry(connection, kind, kept.entry.id))
    connection.execute(insert(REGISTER_ENTRY_VERSION).values(**name, **values))
    return kept


def _changed(kind: EntryKind, entry_id: str, kept: KeptEntry | None) -> InputError:
    if kept is None:
        return InputError("WL-SYS-008", f"There is no {kind.value} {entry_id} yet.", "Put it with version 0.")
    return InputError(
        "WL-SYS-008",
        f"The {kind.value} {entry_id} is at version {kept.version}, as {kept.changed_by} left it.",
        f"Look with `wardlaw register show {kind.value} {entry_id}`, then put that version with your change.",
    )


def _kept(row: RowMapping) -> KeptEntry:
    entry = msgspec.json.decode(row["entry"], type=Entry)
    return KeptEntry(entry, row["version"], row["changed_by"], row["changed_at"], row["retired_at"])
