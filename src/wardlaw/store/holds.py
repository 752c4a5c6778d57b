"""Legal holds: while one stands on a subject, nothing of it is erased or pruned."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from sqlalchemy import insert, select, update
from sqlalchemy.engine import Connection, RowMapping

from wardlaw.facts.errors import InputError
from wardlaw.store.rows import as_struct
from wardlaw.store.tables import HOLD

_STANDS = 0.0


class LegalHold(msgspec.Struct, frozen=True):
    """One hold.

    Attributes:
        subject: Pseudonym the log has, hex.
        lift_asked_by: First of the two persons that lifting needs; ``""`` when nobody asked.
        lifted_at: Unix seconds like the other times; 0 while it stands.
    """

    id: str
    subject: str
    reason: str
    placed_by: str
    placed_at: float
    lift_asked_by: str = ""
    lift_asked_at: float = 0.0
    lifted_by: str = ""
    lifted_at: float = _STANDS


def place_hold(connection: Connection, hold: LegalHold) -> None:
    """Keep a hold."""
    connection.execute(insert(HOLD).values(**msgspec.structs.asdict(hold)))


def get_hold(connection: Connection, hold_id: str) -> LegalHold:
    """The hold of that id.

    Raises:
        InputError: There is none (WL-STO-072).
    """
    row = connection.execute(select(HOLD).where(HOLD.c.id == hold_id)).mappings().one_or_none()
    if row is None:
        raise InputError("WL-STO-072", f"There is no hold {hold_id}.", "`wardlaw audit hold list` shows them.")
    return _hold(row)


def standing_hold(connection: Connection, hold_id: str) -> LegalHold:
    """The hold of that id if it still stands.

    Raises:
        InputError: There is none (WL-STO-072), or it was lifted before (WL-STO-073).
    """
    hold = get_hold(connection, hold_id)
    if hold.lifted_at != _STANDS:
        raise InputError("WL-STO-073", f"{hold_id} was lifted before.", "Nothing is left to do.")
    return hold


def ask_to_lift(connection: Connection, hold_id: str, *, by: str, now: float) -> LegalHold:
    """Note the first person who wants the hold lifted; it stands until a second one agrees."""
    connection.execute(update(HOLD).where(HOLD.c.id == hold_id).values(lift_asked_by=by, lift_asked_at=now))
    return get_hold(connection, hold_id)


def lift_hold(connection: Connection, hold_id: str, *, by: str, now: float) -> LegalHold:
    """End a hold."""
    connection.execute(update(HOLD).where(HOLD.c.id == hold_id).values(lifted_by=by, lifted_at=now))
    return get_hold(connection, hold_id)


def refuse_held(connection: Connection, names: Iterable[str]) -> None:
    """Let only a subject pass on which no hold stands.

    Args:
        names: Every name the subject bears in the log: a hold on one of them holds all.

    Raises:
        InputError: A hold stands (WL-STO-074).
    """
    standing = connection.execute(
        select(HOLD.c.id).where(HOLD.c.subject.in_(sorted(names)), HOLD.c.lifted_at == _STANDS).order_by(HOLD.c.id)
    ).scalars()
    held_by = list(standing)
    if held_by:
        raise InputError(
            "WL-STO-074",
            f"A legal hold stands on this subject ({', '.join(held_by)}).",
            "Nothing of it may be erased until the hold is lifted.",
        )


def list_holds(connection: Connection) -> tuple[LegalHold, ...]:
    """All holds, newest first."""
    return tuple(
        _hold(row) for row in connection.execute(select(HOLD).order_by(HOLD.c.placed_at.desc(), HOLD.c.id)).mappings()
    )


def _hold(row: RowMapping) -> LegalHold:
    return as_struct(row, LegalHold)
