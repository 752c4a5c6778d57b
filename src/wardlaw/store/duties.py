"""Serious incidents and appeals in tables."""

from __future__ import annotations

import msgspec
from sqlalchemy import insert, select, update
from sqlalchemy.engine import Connection

from wardlaw.facts.appeal import Appeal, AppealState
from wardlaw.facts.errors import InputError
from wardlaw.facts.serious import SeriousIncident
from wardlaw.store.dutytables import APPEAL, SERIOUS_INCIDENT

_S, _A = SERIOUS_INCIDENT.c, APPEAL.c


def keep_serious(connection: Connection, serious: SeriousIncident) -> None:
    """Keep a serious incident."""
    connection.execute(insert(SERIOUS_INCIDENT).values(id=serious.id, **_serious_columns(serious)))


def change_serious(connection: Connection, serious: SeriousIncident) -> None:
    """Keep it as it now is, in place of the version before.

    Raises:
        InputError: Somebody changed it at the same moment (WL-DUE-005).
    """
    query = update(SERIOUS_INCIDENT).where(_S.id == serious.id, _S.version == serious.version - 1)
    _changed(connection.execute(query.values(**_serious_columns(serious))).rowcount, serious.id)


def get_serious(connection: Connection, serious_id: str) -> SeriousIncident:
    """The serious incident of that id.

    Raises:
        InputError: There is none (WL-DUE-001).
    """
    text = connection.execute(select(_S.serious).where(_S.id == serious_id)).scalar_one_or_none()
    if text is None:
        raise InputError(
            "WL-DUE-001", f"There is no serious incident {serious_id}.", "`wardlaw incidents serious list` shows them."
        )
    return msgspec.json.decode(text, type=SeriousIncident)


def list_serious(connection: Connection, *, everything: bool = False, limit: int = 100) -> tuple[SeriousIncident, ...]:
    """Those that are open, first the one that is due first; ``everything`` adds the closed ones."""
    query = select(_S.serious).order_by(_S.closed_at, _S.due_at, _S.id).limit(limit)
    if not everything:
        query = query.where(_S.closed_at == 0.0)
    return tuple(msgspec.json.decode(text, type=SeriousIncident) for text in connection.execute(query).scalars())


def keep_appeal(connection: Connection, appeal: Appeal) -> None:
    """Keep an appeal.

    Raises:
        InputError: The same person has an open one about the same decision (WL-DUE-012).
    """
    query = select(_A.appeal).where(_A.decision == appeal.decision, _A.state == AppealState.OPEN.value)
    for text in connection.execute(query).scalars():
        other = msgspec.json.decode(text, type=Appeal)
        if other.by == appeal.by:
            raise InputError("WL-DUE-012", f"{other.id} is open about that decision.", "Wait for its answer.")
    connection.execute(insert(APPEAL).values(id=appeal.id, **_appeal_columns(appeal)))


def change_appeal(connection: Connection, appeal: Appeal) -> None:
    """Keep it as it now is, in place of the version before.

    Raises:
        InputError: Somebody changed it at the same moment (WL-DUE-005).
    """
    query = update(APPEAL).where(_A.id == appeal.id, _A.version == appeal.version - 1)
    _changed(connection.execute(query.values(**_appeal_columns(appeal))).rowcount, appeal.id)


def get_appeal(connection: Connection, appeal_id: str) -> Appeal:
    """The appeal of that id.

    Raises:
        InputError: There is none (WL-DUE-010).
    """
    text = connection.execute(select(_A.appeal).where(_A.id == appeal_id)).scalar_one_or_none()
    if text is None:
        raise InputError("WL-DUE-010", f"There is no appeal {appeal_id}.", "`wardlaw appeal list` shows them.")
    return msgspec.json.decode(text, type=Appeal)


def list_appeals(connection: Connection, *, state: AppealState | None = None, limit: int = 1_000) -> tuple[Appeal, ...]:
    """Appeals, newest first."""
    query = select(_A.appeal).order_by(_A.at.desc(), _A.id).limit(limit)
    if state is not None:
        query = query.where(_A.state == state.value)
    return tuple(msgspec.json.decode(text, type=Appeal) for text in connection.execute(query).scalars())


def _changed(rows: int, name: str) -> None:
    if rows != 1:
        raise InputError("WL-DUE-005", f"{name} was changed at the same moment.", "Look at it again, then go on.")


def _serious_columns(serious: SeriousIncident) -> dict[str, object]:
    return {
        "incident": serious.incident,
        "due_at": serious.due_at,
        "closed_at": serious.closed_at,
        "version": serious.version,
        "serious": msgspec.json.encode(serious).decode(),
    }


def _appeal_columns(appeal: Appeal) -> dict[str, object]:
    return {
        "decision": appeal.decision,
        "state": appeal.state.value,
        "at": appeal.at,
        "version": appeal.version,
        "appeal": msgspec.json.encode(appeal).decode(),
    }
