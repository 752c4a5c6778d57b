"""Orders about behaviour profiles: placed by people, followed by every gateway that knows the caller."""

from __future__ import annotations

import msgspec
from sqlalchemy import func, insert, select
from sqlalchemy.engine import Connection

from wardlaw.facts.habit import HabitOrder
from wardlaw.store.generations import Generation, bump
from wardlaw.store.rows import as_struct
from wardlaw.store.tables import HABIT_ORDER


def place_order(connection: Connection, order: HabitOrder) -> HabitOrder:
    """Keep an order under the next number, whatever number it came with; the write lock keeps numbers apart."""
    numbered = msgspec.structs.replace(order, number=newest_number(connection) + 1)
    row = msgspec.structs.asdict(numbered) | {"kind": numbered.kind.value}
    connection.execute(insert(HABIT_ORDER).values(**row))
    bump(connection, Generation.HABITS)
    return numbered


def newest_number(connection: Connection) -> int:
    """Number of the newest order; 0 before the first."""
    newest: int = connection.execute(select(func.max(HABIT_ORDER.c.number))).scalar() or 0
    return newest


def list_orders(connection: Connection, *, after: int = 0) -> tuple[HabitOrder, ...]:
    """Orders with a number above ``after``, in their order."""
    query = select(HABIT_ORDER).where(HABIT_ORDER.c.number > after).order_by(HABIT_ORDER.c.number)
    return tuple(as_struct(row, HabitOrder) for row in connection.execute(query).mappings())
