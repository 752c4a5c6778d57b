"""What people asked for, in a table; a request only gains answers."""

from __future__ import annotations

import msgspec
from sqlalchemy import insert, select, update
from sqlalchemy.engine import Connection

from wardlaw.facts.errors import InputError
from wardlaw.register.intake import IntakeRequest, IntakeState
from wardlaw.store.generations import Generation, bump
from wardlaw.store.registertables import INTAKE

_I = INTAKE.c


def keep_intake(connection: Connection, request: IntakeRequest) -> None:
    """Keep a new request."""
    connection.execute(
        insert(INTAKE).values(
            id=request.id, state=request.state.value, asked_by=request.asked_by, asked_at=request.asked_at, answers=0,
            request=msgspec.json.encode(request).decode(),
        )
    )  # fmt: skip


def change_intake(connection: Connection, request: IntakeRequest) -> None:
    """Keep a request with one more answer.

    Raises:
        InputError: Somebody answered at the same moment (WL-ITK-003).
    """
    number = len(request.answers)
    values = {"state": request.state.value, "answers": number, "request": msgspec.json.encode(request).decode()}
    same = (_I.id == request.id) & (_I.answers == number - 1)
    if request.state is IntakeState.GRANTED:
        bump(connection, Generation.GATES)
    if connection.execute(update(INTAKE).where(same).values(**values)).rowcount != 1:
        raise InputError("WL-ITK-003", f"{request.id} was answered at the same moment.", "Look at it again.")


def end_intake(connection: Connection, request: IntakeRequest) -> None:
    """Keep that what was granted was taken back; the door reads it within a second.

    Raises:
        InputError: Somebody took it back at the same moment (WL-ITK-007).
    """
    values = {"state": request.state.value, "request": msgspec.json.encode(request).decode()}
    same = (_I.id == request.id) & (_I.state == IntakeState.GRANTED.value)
    if connection.execute(update(INTAKE).where(same).values(**values)).rowcount != 1:
        raise InputError("WL-ITK-007", f"{request.id} was taken back at the same moment.", "Nothing is left to do.")
    bump(connection, Generation.GATES)


def approvals_of(connection: Connection) -> dict[str, IntakeRequest]:
    """The request by which each system may be used, by the system's id: of several the one that stands longest."""
    decided = (IntakeState.GRANTED.value, IntakeState.WITHDRAWN.value)
    found: dict[str, IntakeRequest] = {}
    for text in connection.execute(select(_I.request).where(_I.state.in_(decided)).order_by(_I.asked_at)).scalars():
        one = msgspec.json.decode(text, type=IntakeRequest)
        before = found.get(one.form.system)
        if before is None or one.until > before.until:
            found[one.form.system] = one
    return found


def get_intake(connection: Connection, request_id: str) -> IntakeRequest:
    """One request.

    Raises:
        InputError: There is none (WL-ITK-002).
    """
    text = connection.execute(select(_I.request).where(_I.id == request_id)).scalar()
    if text is None:
        raise InputError("WL-ITK-002", f"There is no request {request_id}.", "`wardlaw intake list` names them.")
    return msgspec.json.decode(text, type=IntakeRequest)


def list_intakes(
    connection: Connection, *, everything: bool = False, asked_by: frozenset[str] | None = None, limit: int = 200
) -> tuple[IntakeRequest, ...]:
    """Requests that wait, newest first.

    Args:
        everything: Those that were decided too.
        asked_by: Only those these people made.
    """
    query = select(_I.request).order_by(_I.asked_at.desc(), _I.id).limit(limit)
    if not everything:
        query = query.where(_I.state == IntakeState.WAITING.value)
    if asked_by is not None:
        query = query.where(_I.asked_by.in_(sorted(asked_by)))
    return tuple(msgspec.json.decode(text, type=IntakeRequest) for text in connection.execute(query).scalars())
