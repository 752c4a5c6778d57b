"""Answers of models that wait with a held tool call in them: sealed, few, and let go once."""

from __future__ import annotations

import msgspec
from sqlalchemy import delete, func, insert, select
from sqlalchemy.engine import Connection

from wardlaw.audit.envelope import SealedPart
from wardlaw.store.approvals import SealedDetail
from wardlaw.store.tables import KEPT_ANSWER as TABLE

MOST_KEPT = 20
"""Answers of one person that are kept at one time: as many as calls of one caller may wait."""


class KeptAnswer(msgspec.Struct, frozen=True):
    """One answer that waits.

    Attributes:
        token: SHA-256 of the token its caller was given, hex.
        owner: Keyed digest of the caller, the person it acts for, the route and the request, hex.
        approvals: Ids of what it waits for.
        sealed: The answer.
        expires_at: Unix seconds.
    """

    token: str
    owner: str
    approvals: tuple[str, ...]
    sealed: SealedDetail
    expires_at: float


def keep_answer(connection: Connection, kept: KeptAnswer, *, now: float) -> bool:
    """Keep an answer in the place of an earlier one to the same request; False where a person has too many already."""
    connection.execute(delete(TABLE).where(TABLE.c.owner == kept.owner))
    of_person = select(func.count()).where(TABLE.c.subject == kept.sealed.subject, TABLE.c.expires_at > now)
    if (connection.execute(of_person).scalar() or 0) >= MOST_KEPT:
        return False
    connection.execute(
        insert(TABLE).values(
            token=kept.token,
            owner=kept.owner,
            approvals=msgspec.json.encode(kept.approvals).decode(),
            subject=kept.sealed.subject,
            part=msgspec.json.encode(kept.sealed.part).decode(),
            ciphertext=kept.sealed.ciphertext,
            expires_at=kept.expires_at,
        )
    )
    return True


def find_answer(connection: Connection, token: str, owner: str, *, now: float) -> KeptAnswer | None:
    """The answer under a token, for its owner alone and while its time lasts."""
    query = select(TABLE).where(TABLE.c.token == token, TABLE.c.owner == owner, TABLE.c.expires_at > now)
    row = connection.execute(query).mappings().one_or_none()
    if row is None:
        return None
    part = msgspec.json.decode(str(row["part"]), type=SealedPart)
    return KeptAnswer(
        token,
        owner,
        msgspec.json.decode(str(row["approvals"]), type=tuple[str, ...]),
        SealedDetail(str(row["subject"]), part, bytes(row["ciphertext"])),
        float(row["expires_at"]),
    )


def take_answer(connection: Connection, token: str) -> bool:
    """Take an answer away: one statement, so that of many at one time a single one gets True."""
    return connection.execute(delete(TABLE).where(TABLE.c.token == token)).rowcount == 1


def forget_answers(connection: Connection, *, before: float) -> int:
    """Let go of answers whose time ended before, Unix seconds; answers how many."""
    return connection.execute(delete(TABLE).where(TABLE.c.expires_at <= before)).rowcount
