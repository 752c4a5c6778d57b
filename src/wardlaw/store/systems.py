"""AI systems in a table, with every state they were ever in."""

from __future__ import annotations

import msgspec
from sqlalchemy import insert, select, update
from sqlalchemy.engine import Connection, RowMapping

from wardlaw.facts.errors import InputError
from wardlaw.register.system import System
from wardlaw.store.coveragetables import AI_SYSTEM, AI_SYSTEM_VERSION
from wardlaw.store.generations import Generation, bump

_COLUMN = AI_SYSTEM.c
ADDED, CHANGED, RETIRED = "added", "changed", "retired"


class KeptSystem(msgspec.Struct, frozen=True):
    """A system with who said so last; times in Unix seconds, ``retired_at`` 0 while it lives."""

    system: System
    version: int
    changed_by: str
    changed_at: float
    retired_at: float = 0.0


class SystemVersion(msgspec.Struct, frozen=True):
    """One state a system was in; ``step`` is ``added``, ``changed`` or ``retired``, ``reason`` what was said of it."""

    system: System
    version: int
    step: str
    changed_by: str
    changed_at: float
    reason: str = ""


def add_system(connection: Connection, system: System, *, by: str, now: float) -> KeptSystem:
    """Keep a new system.

    Raises:
        InputError: There is, or was, one of that id (WL-SYS-002): its history must not become another's.
    """
    if connection.execute(select(_COLUMN.id).where(_COLUMN.id == system.id)).first() is not None:
        raise InputError(
            "WL-SYS-002",
            f"There is a system {system.id} already, or there was one.",
            "Change it with `wardlaw system change`, or choose another id.",
        )
    kept = KeptSystem(system, 1, by, now)
    connection.execute(insert(AI_SYSTEM).values(id=system.id, **_columns(kept)))
    _note(connection, kept, ADDED)
    return kept


def change_system(
    connection: Connection, system: System, *, by: str, now: float, version: int = 0, reason: str = ""
) -> KeptSystem:
    """Keep a system as it now is; what it was stays in its history.

    Args:
        reason: Why; kept with the version.
        version: The version it is to follow; 0 for whichever is the newest.

    Raises:
        InputError: There is none of that id (WL-SYS-001), it was retired (WL-SYS-003), or somebody else changed it
            since (WL-SYS-005).
    """
    old = living_system(connection, system.id)
    if version and version != old.version:
        raise _changed_since(old)
    return _keep(connection, old, system, (by, now), CHANGED, reason)


def retire_system(connection: Connection, system_id: str, *, by: str, now: float) -> KeptSystem:
    """Take a system out of use; it stays in the history.

    Raises:
        InputError: There is none of that id (WL-SYS-001), or it was retired already (WL-SYS-003).
    """
    old = living_system(connection, system_id)
    return _keep(connection, old, old.system, (by, now), RETIRED)


def get_system(connection: Connection, system_id: str) -> KeptSystem:
    """One system, retired ones too.

    Raises:
        InputError: There is none of that id (WL-SYS-001).
    """
    row = connection.execute(select(AI_SYSTEM).where(_COLUMN.id == system_id)).mappings().one_or_none()
    if row is None:
        raise InputError(
            "WL-SYS-001", f"There is no system {system_id}.", "`wardlaw system list` names those there are."
        )
    return _kept(row)


def living_system(connection: Connection, system_id: str) -> KeptSystem:
    """One system that is in use.

    Raises:
        InputError: There is none of that id (WL-SYS-001), or it was retired (WL-SYS-003).
    """
    kept = get_system(connection, system_id)
    if kept.retired_at:
        raise InputError(
            "WL-SYS-003", f"The system {system_id} was retired.", "Add it anew under another id if it is used again."
        )
    return kept


def list_systems(connection: Connection, *, retired: bool = False) -> tuple[KeptSystem, ...]:
    """Systems by id; ``retired`` adds those that were taken out of use."""
    query = select(AI_SYSTEM).order_by(_COLUMN.id)
    if not retired:
        query = query.where(_COLUMN.retired_at == 0.0)
    return tuple(_kept(row) for row in connection.execute(query).mappings())


def system_history(connection: Connection, system_id: str) -> tuple[SystemVersion, ...]:
    """Every state a system was in, oldest first."""
    version = AI_SYSTEM_VERSION.c
    query = select(AI_SYSTEM_VERSION).where(version.id == system_id).order_by(version.version)
    return tuple(
        SystemVersion(
            _system(row["system"]), row["version"], row["step"], row["changed_by"], row["changed_at"], row["reason"]
        )
        for row in connection.execute(query).mappings()
    )


def _keep(
    connection: Connection, old: KeptSystem, system: System, who: tuple[str, float], step: str, reason: str = ""
) -> KeptSystem:
    by, now = who
    kept = KeptSystem(system, old.version + 1, by, now, now if step == RETIRED else 0.0)
    same = (_COLUMN.id == system.id) & (_COLUMN.version == old.version)
    if connection.execute(update(AI_SYSTEM).where(same).values(**_columns(kept))).rowcount != 1:
        raise _changed_since(get_system(connection, system.id))
    _note(connection, kept, step, reason)
    return kept


def _changed_since(kept: KeptSystem) -> InputError:
    return InputError(
        "WL-SYS-005",
        f"{kept.changed_by} changed the system {kept.system.id} meanwhile: it is at version {kept.version}.",
        f"Look with `wardlaw system show {kept.system.id}`, then change that version; nothing of either is lost.",
    )


def _note(connection: Connection, kept: KeptSystem, step: str, reason: str = "") -> None:
    bump(connection, Generation.GATES)
    values = _columns(kept)
    del values["retired_at"]
    connection.execute(insert(AI_SYSTEM_VERSION).values(id=kept.system.id, step=step, reason=reason, **values))


def _columns(kept: KeptSystem) -> dict[str, object]:
    return {
        "version": kept.version,
        "system": msgspec.json.encode(kept.system).decode(),
        "changed_by": kept.changed_by,
        "changed_at": kept.changed_at,
        "retired_at": kept.retired_at,
    }


def _kept(row: RowMapping) -> KeptSystem:
    return KeptSystem(_system(row["system"]), row["version"], row["changed_by"], row["changed_at"], row["retired_at"])


def _system(text: str) -> System:
    return msgspec.json.decode(text, type=System)
