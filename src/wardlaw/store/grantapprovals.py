"""Approvals of grants in a table. Those that were taken back stay, as an answer to who agreed to what."""

from __future__ import annotations

import msgspec
from sqlalchemy import insert, select, update
from sqlalchemy.engine import Connection

from wardlaw.facts.errors import InputError
from wardlaw.inventory.granting import GrantApproval
from wardlaw.store.inventorytables import GRANT_APPROVAL

_COLUMN = GRANT_APPROVAL.c


def keep_approval(connection: Connection, approval: GrantApproval) -> None:
    """Keep a new approval."""
    connection.execute(insert(GRANT_APPROVAL).values(id=approval.id, **_columns(approval)))


def change_approval(connection: Connection, approval: GrantApproval) -> None:
    """Keep an approval as it now is, in place of what it was."""
    connection.execute(update(GRANT_APPROVAL).where(_COLUMN.id == approval.id).values(**_columns(approval)))


def get_grant_approval(connection: Connection, approval_id: str) -> GrantApproval:
    """One approval.

    Raises:
        InputError: There is none of that id (WL-INV-070).
    """
    text = connection.execute(select(_COLUMN.approval).where(_COLUMN.id == approval_id)).scalar_one_or_none()
    if text is None:
        raise InputError(
            "WL-INV-070",
            "There is no such approval of grants.",
            "`wardlaw grants recertify` lists them with their ids.",
        )
    return msgspec.json.decode(text, type=GrantApproval)


def list_grant_approvals(connection: Connection, *, ended: bool = False) -> tuple[GrantApproval, ...]:
    """Approvals, first the one that ends first; ``ended`` adds those that were taken back."""
    query = select(_COLUMN.approval).order_by(_COLUMN.expires_at, _COLUMN.id)
    if not ended:
        query = query.where(_COLUMN.ended_at == 0.0)
    return tuple(msgspec.json.decode(text, type=GrantApproval) for text in connection.execute(query).scalars())


def _columns(approval: GrantApproval) -> dict[str, object]:
    return {
        "expires_at": approval.expires_at,
        "ended_at": approval.ended_at,
        "approval": msgspec.json.encode(approval).decode(),
    }
