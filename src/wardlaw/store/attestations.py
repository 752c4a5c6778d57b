"""What people vouch for, in a table. Rows are added and withdrawn; nothing is ever taken out."""

from __future__ import annotations

import msgspec
from sqlalchemy import insert, select, update
from sqlalchemy.engine import Connection

from wardlaw.evidence.attestation import Attestation
from wardlaw.facts.errors import InputError
from wardlaw.store.coveragetables import ATTESTATION
from wardlaw.store.generations import Generation, bump
from wardlaw.store.rows import as_struct

_COLUMN = ATTESTATION.c


def keep_attestation(connection: Connection, attestation: Attestation) -> None:
    """Keep a new one."""
    bump(connection, Generation.GATES)
    connection.execute(insert(ATTESTATION).values(**msgspec.to_builtins(attestation)))


def withdraw_attestation(connection: Connection, attestation_id: str, *, by: str, now: float) -> Attestation:
    """Let one end before its day.

    Raises:
        InputError: There is none of that id, or it was withdrawn already (WL-COV-003).
    """
    found = connection.execute(select(ATTESTATION).where(_COLUMN.id == attestation_id)).mappings().one_or_none()
    if found is None or found["withdrawn_at"]:
        raise InputError(
            "WL-COV-003",
            f"There is no attestation {attestation_id} that stands.",
            "`wardlaw attest --list` names those that do.",
        )
    bump(connection, Generation.GATES)
    fields = {"withdrawn_at": now, "withdrawn_by": by}
    connection.execute(update(ATTESTATION).where(_COLUMN.id == attestation_id).values(**fields))
    return msgspec.structs.replace(as_struct(found, Attestation), **fields)


def list_attestations(connection: Connection, *, after: float = 0.0) -> tuple[Attestation, ...]:
    """Attestations, the newest first.

    Args:
        after: Only those that stand, or begin, after this time (Unix seconds); 0 for all there ever were.
    """
    query = select(ATTESTATION).order_by(_COLUMN.received_at.desc(), _COLUMN.id)
    if after:
        query = query.where(_COLUMN.until > after, _COLUMN.withdrawn_at == 0.0)
    return tuple(as_struct(row, Attestation) for row in connection.execute(query).mappings())
