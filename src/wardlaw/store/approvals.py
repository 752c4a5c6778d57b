"""Held calls and what people said of them; used once, whoever asks how often at the same time."""

from __future__ import annotations

import msgspec
from sqlalchemy import insert, select, update
from sqlalchemy.engine import Connection, RowMapping

from wardlaw.facts.approval import ApprovalState, CallAnswer, CallApproval
from wardlaw.facts.errors import InputError
from wardlaw.governance.approvals import answered
from wardlaw.store.tables import CALL_APPROVAL as TABLE

_PACKED = ("clauses", "values", "answers")
_ENCODER = msgspec.json.Encoder(order="deterministic")


def park_call(connection: Connection, approval: CallApproval) -> None:
    """Keep a call that waits."""
    connection.execute(insert(TABLE).values(**_row(approval)))


def get_approval(connection: Connection, approval_id: str) -> CallApproval:
    """The approval of that id.

    Raises:
        InputError: There is none (WL-APR-001).
    """
    row = connection.execute(select(TABLE).where(TABLE.c.id == approval_id)).mappings().one_or_none()
    if row is None:
        raise InputError("WL-APR-001", f"There is no held call {approval_id}.", "`wardlaw approvals list` shows them.")
    return _approval(row)


def list_approvals(
    connection: Connection, *, now: float, waiting: bool = True, limit: int = 100
) -> tuple[CallApproval, ...]:
    """Held calls, newest first.

    Args:
        waiting: Only those that somebody can still answer.
    """
    query = select(TABLE).order_by(TABLE.c.asked_at.desc(), TABLE.c.id).limit(limit)
    if waiting:
        query = query.where(TABLE.c.state == ApprovalState.WAITING.value, TABLE.c.expires_at > now)
    return tuple(map(_approval, connection.execute(query).mappings()))


def answer_call(connection: Connection, approval_id: str, answer: CallAnswer) -> CallApproval:
    """Keep what somebody said of a held call.

    Raises:
        InputError: It may not be said (``governance.approvals``), or somebody answered at the same moment (WL-APR-006).
    """
    before = get_approval(connection, approval_id)
    after = answered(before, answer)
    changed = connection.execute(
        update(TABLE)
        .where(TABLE.c.id == approval_id, TABLE.c.version == before.version)
        .values(state=after.state.value, answers=_packed(after.answers), version=after.version)
    )
    if changed.rowcount != 1:
        raise InputError(
            "WL-APR-006", f"{approval_id} was changed at the same moment.", "Look at it again, then answer."
        )
    return after


def use_approval(connection: Connection, approval_id: str, digest: str, *, by: str, now: float) -> bool:
    """Let the call with this digest go, once: one statement, so that of many at one time a single one gets True.

    Args:
        by: The decision that uses it.
    """
    changed = connection.execute(
        update(TABLE)
        .where(
            TABLE.c.id == approval_id,
            TABLE.c.digest == digest,
            TABLE.c.state == ApprovalState.APPROVED.value,
            TABLE.c.expires_at > now,
        )
        .values(state=ApprovalState.USED.value, used_at=now, used_by=by, version=TABLE.c.version + 1)
    )
    return changed.rowcount == 1


def _row(approval: CallApproval) -> dict[str, object]:
    row: dict[str, object] = msgspec.structs.asdict(approval)
    return row | {name: _packed(row[name]) for name in _PACKED} | {"state": approval.state.value}


def _packed(value: object) -> str:
    return _ENCODER.encode(value).decode()


def _approval(row: RowMapping) -> CallApproval:
    columns: dict[str, object] = {str.__str__(name): value for name, value in row.items()}
    return msgspec.convert(columns | {name: msgspec.json.decode(str(columns[name])) for name in _PACKED}, CallApproval)
