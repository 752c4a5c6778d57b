"""Held calls and what people said of them; used once, whoever asks how often at the same time."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import msgspec
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.engine import Connection, RowMapping

from wardlaw.audit.envelope import SealedPart
from wardlaw.facts.approval import ApprovalState, CallAnswer, CallApproval
from wardlaw.facts.errors import InputError
from wardlaw.governance.approvals import answered
from wardlaw.store.tables import CALL_APPROVAL as TABLE
from wardlaw.store.tables import CALL_DETAIL as DETAIL

HELD = "held"
"""Class of what is sealed of held calls."""
MOST_WAITING = 20
"""Calls of one caller that wait at one time: more than a person can look at is a flood and no question."""
_PACKED = ("clauses", "answers")
_ENCODER = msgspec.json.Encoder(order="deterministic")


class SealedDetail(msgspec.Struct, frozen=True):
    """A ``HeldDetail`` as it lies in the tables: under whose pseudonym it is sealed, what it commits to, and the bytes."""

    subject: str
    part: SealedPart
    ciphertext: bytes


def park_call(connection: Connection, approval: CallApproval, detail: SealedDetail | None = None) -> None:
    """Keep a call that waits.

    Raises:
        InputError: Too many calls of this caller wait already (WL-APR-007).
    """
    refuse_flood(connection, approval.principal, approval.acting_for, now=approval.asked_at)
    connection.execute(insert(TABLE).values(**_row(approval)))
    if detail is not None:
        part = msgspec.json.encode(detail.part).decode()
        row = {"approval": approval.id, "subject": detail.subject, "part": part, "ciphertext": detail.ciphertext}
        connection.execute(insert(DETAIL).values(**row))


def refuse_flood(connection: Connection, principal: str, acting_for: str, *, now: float) -> None:
    """Refuse one more call of somebody of whose calls as many wait as people can look at.

    Raises:
        InputError: Too many wait already (WL-APR-007).
    """
    waiting = select(func.count()).where(
        TABLE.c.principal == principal,
        TABLE.c.acting_for == acting_for,
        TABLE.c.state == ApprovalState.WAITING.value,
        TABLE.c.expires_at > now,
    )
    if (connection.execute(waiting).scalar() or 0) >= MOST_WAITING:
        raise InputError(
            "WL-APR-007",
            f"{MOST_WAITING} calls of this caller wait for a person already, so nobody is asked about this one.",
            "Have those answered first, or wait until they run out.",
        )


def next_id(connection: Connection, digest: str) -> str:
    """Id of the next approval of a call: two workers that ask at the same moment ask for one and the same row.

    Args:
        digest: Of the call, keyed: the id travels in notifications and must not let anybody try out calls.
    """
    newest = select(TABLE.c.id).where(TABLE.c.digest == digest).order_by(TABLE.c.asked_at.desc(), TABLE.c.id).limit(1)
    before = connection.execute(newest).scalar() or ""
    return f"apr_{hashlib.blake2b(f'{digest} {before}'.encode(), digest_size=13).hexdigest()}"


def find_live(connection: Connection, digest: str, *, now: float) -> CallApproval | None:
    """The newest approval of exactly this call that waits, was approved or was refused, and has not run out."""
    query = (
        select(TABLE)
        .where(TABLE.c.digest == digest, TABLE.c.state != ApprovalState.USED.value, TABLE.c.expires_at > now)
        .order_by(TABLE.c.asked_at.desc(), TABLE.c.id)
        .limit(1)
    )
    row = connection.execute(query).mappings().one_or_none()
    return None if row is None else _approval(row)


def get_detail(connection: Connection, approval_id: str) -> SealedDetail | None:
    """What is sealed of a held call; None when it was not kept or is gone."""
    row = connection.execute(select(DETAIL).where(DETAIL.c.approval == approval_id)).mappings().one_or_none()
    if row is None:
        return None
    part = msgspec.json.decode(str(row["part"]), type=SealedPart)
    return SealedDetail(str(row["subject"]), part, bytes(row["ciphertext"]))


def forget_calls_of(connection: Connection, is_meant: Callable[[str], bool]) -> int:
    """Let go of every held call of a caller, or for a person, that is meant; answers how many."""
    rows = connection.execute(select(TABLE.c.id, TABLE.c.principal, TABLE.c.acting_for)).all()
    names = {name for row in rows for name in row[1:] if name}
    meant = {name for name in names if is_meant(name)}
    gone = [row[0] for row in rows if meant & set(row[1:])]
    for place in range(0, len(gone), 500):
        some = gone[place : place + 500]
        connection.execute(delete(DETAIL).where(DETAIL.c.approval.in_(some)))
        connection.execute(delete(TABLE).where(TABLE.c.id.in_(some)))
    return len(gone)


def forget_calls(connection: Connection, *, before: float) -> int:
    """Let go of held calls that ran out before a time, Unix seconds, and of what is sealed of them; answers how many."""
    old = select(TABLE.c.id).where(TABLE.c.expires_at < before)
    connection.execute(delete(DETAIL).where(DETAIL.c.approval.in_(old)))
    return connection.execute(delete(TABLE).where(TABLE.c.expires_at < before)).rowcount


def get_approval(connection: Connection, approval_id: str) -> CallApproval:
    """The approval of that id.

    Raises:
        InputError: There is none (WL-APR-001).
    """
    row = connection.execute(select(TABLE).where(TABLE.c.id == approval_id)).mappings().one_or_none()
    if row is None:
        raise InputError("WL-APR-001", f"There is no held call {approval_id}.", "`wardlaw approvals list` shows them.")
    return _approval(row)


def answered_by(connection: Connection, decision: str) -> frozenset[str]:
    """Who said yes or no to the held call of a decision; nobody where nothing was held."""
    rows = connection.execute(select(TABLE).where(TABLE.c.decision == decision)).mappings()
    return frozenset(answer.by for row in rows for answer in _approval(row).answers)


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


def answer_call(
    connection: Connection, approval_id: str, answer: CallAnswer, *, selves: frozenset[str] = frozenset()
) -> CallApproval:
    """Keep what somebody said of a held call.

    Args:
        selves: What else the human who answers is called.

    Raises:
        InputError: It may not be said (``governance.approvals``), or somebody answered at the same moment (WL-APR-006).
    """
    before = get_approval(connection, approval_id)
    after = answered(before, answer, selves=selves)
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
