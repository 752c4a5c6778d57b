"""Fingerprints of the secrets and tripwires the operator registered; never a secret itself."""

from __future__ import annotations

import msgspec
from sqlalchemy import delete, insert, select
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from wardlaw.facts.credential import RegisteredSecret
from wardlaw.facts.errors import InputError
from wardlaw.store.generations import Generation, bump
from wardlaw.store.rows import as_struct
from wardlaw.store.tables import REGISTERED_SECRET


class KeptSecret(msgspec.Struct, frozen=True):
    """A fingerprint with who registered it and when (Unix seconds)."""

    secret: RegisteredSecret
    created_by: str
    created_at: float


def keep_secret(connection: Connection, secret: RegisteredSecret, *, by: str, now: float) -> None:
    """Keep a fingerprint.

    Raises:
        InputError: The id is taken (WL-STO-030).
    """
    columns = {**msgspec.structs.asdict(secret), "prefix_hash": str(secret.prefix_hash)}
    try:
        connection.execute(insert(REGISTERED_SECRET).values(**columns, created_by=by, created_at=now))
    except IntegrityError as error:
        raise InputError(
            "WL-STO-030", f"{secret.id} is registered already.", "Choose another id, or remove that one first."
        ) from error
    bump(connection, Generation.SECRETS)


def remove_secret(connection: Connection, secret_id: str) -> None:
    """Forget a fingerprint.

    Raises:
        InputError: There is none of that id (WL-STO-031).
    """
    need_secret(connection, secret_id)
    connection.execute(delete(REGISTERED_SECRET).where(REGISTERED_SECRET.c.id == secret_id))
    bump(connection, Generation.SECRETS)


def need_secret(connection: Connection, secret_id: str) -> None:
    """Refuse what is about a fingerprint that is not there.

    Raises:
        InputError: There is none of that id (WL-STO-031).
    """
    found = select(REGISTERED_SECRET.c.id).where(REGISTERED_SECRET.c.id == secret_id)
    if connection.execute(found).scalar() is None:
        raise InputError("WL-STO-031", f"{secret_id} is not registered.", "`wardlaw secret list` shows what is.")


def list_secrets(connection: Connection) -> tuple[KeptSecret, ...]:
    """Every fingerprint, by id."""
    kept = []
    for row in connection.execute(select(REGISTERED_SECRET).order_by(REGISTERED_SECRET.c.id)).mappings():
        named = {**row, "prefix_hash": int(row["prefix_hash"])}
        secret = as_struct(named, RegisteredSecret, without=("created_by", "created_at"))
        kept.append(KeptSecret(secret, row["created_by"], row["created_at"]))
    return tuple(kept)


def load_secrets(connection: Connection) -> list[RegisteredSecret]:
    """What the gateway keeps in memory."""
    return [kept.secret for kept in list_secrets(connection)]
