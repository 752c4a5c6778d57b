"""Requests to erase a subject's sealed parts: one person asks, another confirms (SOD-7)."""

from __future__ import annotations

from enum import StrEnum

import msgspec
from sqlalchemy import delete, insert, select, update
from sqlalchemy.engine import Connection, RowMapping

from wardlaw.facts.errors import InputError
from wardlaw.store.inventorytables import ERASURE_REACH
from wardlaw.store.rows import as_struct
from wardlaw.store.tables import ERASURE


class ErasureState(StrEnum):
    """A request waits for its second person, or has been carried out."""

    REQUESTED = "requested"
    DONE = "done"


class Erasure(msgspec.Struct, frozen=True):
    """One request.

    Attributes:
        id: ``era_…``.
        subject: Pseudonym the log has, hex.
        expires_at: Unix seconds; a request nobody confirmed by then is void.
        parts: Sealed parts that became unreadable.
    """

    id: str
    subject: str
    reason: str
    requested_by: str
    requested_at: float
    expires_at: float
    state: ErasureState = ErasureState.REQUESTED
    confirmed_by: str = ""
    confirmed_at: float = 0.0
    parts: int = 0


def request_erasure(connection: Connection, erasure: Erasure) -> None:
    """Keep a request; it erases nothing."""
    connection.execute(insert(ERASURE).values(**msgspec.structs.asdict(erasure)))


def pending_erasure(connection: Connection, erasure_id: str, *, now: float) -> Erasure:
    """The request of that id if it can still be confirmed.

    Raises:
        InputError: There is none (WL-STO-070), or it was carried out or is too old (WL-STO-071).
    """
    erasure = get_erasure(connection, erasure_id)
    if erasure.state is not ErasureState.REQUESTED or now >= erasure.expires_at:
        raise InputError(
            "WL-STO-071",
            f"{erasure_id} was carried out or is too old.",
            "Request the erasure again if it is still due.",
        )
    return erasure


def get_erasure(connection: Connection, erasure_id: str) -> Erasure:
    """The request of that id.

    Raises:
        InputError: There is none (WL-STO-070).
    """
    row = connection.execute(select(ERASURE).where(ERASURE.c.id == erasure_id)).mappings().one_or_none()
    if row is None:
        raise InputError("WL-STO-070", f"There is no erasure request {erasure_id}.", "Request the erasure first.")
    return _erasure(row)


def finish_erasure(connection: Connection, erasure_id: str, *, by: str, now: float, parts: int) -> None:
    """Note that the request was confirmed and carried out.

    Raises:
        InputError: Somebody else finished it in between (WL-STO-071).
    """
    changed = connection.execute(
        update(ERASURE)
        .where(ERASURE.c.id == erasure_id, ERASURE.c.state == ErasureState.REQUESTED.value)
        .values(state=ErasureState.DONE.value, confirmed_by=by, confirmed_at=now, parts=parts)
    )
    if changed.rowcount == 0:
        raise InputError("WL-STO-071", f"{erasure_id} was carried out in between.", "Nothing is left to do.")


class ErasureReach(msgspec.Struct, frozen=True):
    """What a request is to reach in the inventory beside what its subject says.

    Attributes:
        accounts: Directory and id of each account that was named.
        suppress: Whether the names stay out afterwards.
    """

    accounts: tuple[tuple[str, str], ...] = ()
    suppress: bool = False


def keep_reach(connection: Connection, erasure: Erasure, reach: ErasureReach) -> None:
    """Keep what a request is to reach until it is carried out or void."""
    text = msgspec.json.encode(reach).decode()
    connection.execute(insert(ERASURE_REACH).values(erasure=erasure.id, expires_at=erasure.expires_at, reach=text))


def reach_of(connection: Connection, erasure_id: str) -> ErasureReach:
    """What a request is to reach."""
    query = select(ERASURE_REACH.c.reach).where(ERASURE_REACH.c.erasure == erasure_id)
    text = connection.execute(query).scalar_one_or_none()
    return ErasureReach() if text is None else msgspec.json.decode(text, type=ErasureReach)


def forget_reach(connection: Connection, erasure_id: str) -> None:
    """Let go of the names in a request that is carried out."""
    connection.execute(delete(ERASURE_REACH).where(ERASURE_REACH.c.erasure == erasure_id))


def forget_void_reaches(connection: Connection, *, now: float) -> int:
    """Let go of the names in requests that nobody confirmed in time; answers how many."""
    return connection.execute(delete(ERASURE_REACH).where(ERASURE_REACH.c.expires_at <= now)).rowcount


def list_erasures(connection: Connection) -> tuple[Erasure, ...]:
    """All requests, newest first."""
    query = select(ERASURE).order_by(ERASURE.c.requested_at.desc(), ERASURE.c.id)
    return tuple(_erasure(row) for row in connection.execute(query).mappings())


def _erasure(row: RowMapping) -> Erasure:
    return as_struct(row, Erasure)
