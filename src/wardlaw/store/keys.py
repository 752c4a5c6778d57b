"""Wardlaw keys: what callers of the gateway authenticate with. Shown once, stored as a digest."""

from __future__ import annotations

import re

import msgspec
from sqlalchemy import insert, select, update
from sqlalchemy.engine import Connection, RowMapping
from sqlalchemy.exc import IntegrityError

from wardlaw.facts.credential import KeyEntry
from wardlaw.facts.errors import InputError
from wardlaw.facts.keytext import Prefix, key_digest, make_key_text
from wardlaw.facts.principal import Principal
from wardlaw.store.generations import Generation, bump
from wardlaw.store.tables import API_KEY

_ROTATED = re.compile(r"\.(\d+)\Z", re.ASCII)
_NEVER = 0.0


class OwnedKey(msgspec.Struct, frozen=True):
    """A key with the person who answers for it."""

    entry: KeyEntry
    owner: str
    created_at: float


def create_key(
    connection: Connection, entry: KeyEntry, *, owner: str, secret: bytes, now: float
) -> tuple[OwnedKey, str]:
    """Keep a new key; answers it and its text, which nobody can see again.

    Args:
        entry: The key without its digest, which is filled in here.
        secret: 32 random bytes.

    Raises:
        InputError: The id is taken or the owner unknown (WL-STO-020).
    """
    text = make_key_text(Prefix.KEY, secret)
    key = OwnedKey(msgspec.structs.replace(entry, secret_sha256=key_digest(text)), owner, now)
    try:
        connection.execute(insert(API_KEY).values(**_columns(key)))
    except IntegrityError as error:
        raise InputError(
            "WL-STO-020",
            f"{entry.id} exists already, or {owner} is not a person.",
            "Choose another id, or rotate the key that has it.",
        ) from error
    bump(connection, Generation.KEYS)
    return key, text


def rotate_key(
    connection: Connection, key_id: str, *, secret: bytes, now: float, overlap_s: float
) -> tuple[OwnedKey, str]:
    """Make a successor with the same rights; the old key ends after the overlap, in seconds.

    Raises:
        InputError: There is no such key (WL-STO-021), or it has ended (WL-STO-022).
    """
    old = get_key(connection, key_id)
    if old.entry.revoked_at or (old.entry.expires_at and old.entry.expires_at <= now):
        raise InputError("WL-STO-022", f"{key_id} has ended and cannot be rotated.", "Create a new key.")
    ends = now + overlap_s
    if old.entry.expires_at == _NEVER or ends < old.entry.expires_at:
        connection.execute(update(API_KEY).where(API_KEY.c.id == key_id).values(expires_at=ends))
    successor = msgspec.structs.replace(old.entry, id=_next_id(connection, key_id))
    return create_key(connection, successor, owner=old.owner, secret=secret, now=now)


def revoke_key(connection: Connection, key_id: str, *, now: float) -> OwnedKey:
    """End a key at once; one revoked before stays as it is.

    Raises:
        InputError: There is no such key (WL-STO-021).
    """
    get_key(connection, key_id)
    connection.execute(
        update(API_KEY).where(API_KEY.c.id == key_id, API_KEY.c.revoked_at == _NEVER).values(revoked_at=now)
    )
    bump(connection, Generation.KEYS)
    return get_key(connection, key_id)


def get_key(connection: Connection, key_id: str) -> OwnedKey:
    """The key of that id.

    Raises:
        InputError: There is none (WL-STO-021).
    """
    row = connection.execute(select(API_KEY).where(API_KEY.c.id == key_id)).mappings().one_or_none()
    if row is None:
        raise InputError("WL-STO-021", f"There is no {key_id}.", "`wardlaw key list` shows the keys.")
    return _owned(row)


def list_keys(connection: Connection) -> tuple[OwnedKey, ...]:
    """Every key, ended ones too, by id."""
    return tuple(_owned(row) for row in connection.execute(select(API_KEY).order_by(API_KEY.c.id)).mappings())


def load_entries(connection: Connection) -> list[KeyEntry]:
    """What the gateway keeps in memory: every key, ended ones too, so that a refusal can say why."""
    return [key.entry for key in list_keys(connection)]


def _next_id(connection: Connection, key_id: str) -> str:
    stem = _ROTATED.sub("", key_id)
    taken = set(connection.execute(select(API_KEY.c.id)).scalars())
    number = 2
    while f"{stem}.{number}" in taken:
        number += 1
    return f"{stem}.{number}"


def _columns(key: OwnedKey) -> dict[str, object]:
    entry = key.entry
    return {
        "id": entry.id,
        "secret_sha256": entry.secret_sha256,
        "principal_id": entry.principal.id,
        "principal": _json(entry.principal),
        "models": _json(entry.models),
        "routes": _json(entry.routes),
        "expires_at": entry.expires_at,
        "revoked_at": entry.revoked_at,
        "persons": _json(entry.persons),
        "signing_key": entry.signing_key,
        "owner": key.owner,
        "created_at": key.created_at,
    }


def _owned(row: RowMapping) -> OwnedKey:
    columns = row
    entry = KeyEntry(
        id=columns["id"],
        secret_sha256=columns["secret_sha256"],
        principal=msgspec.json.decode(columns["principal"], type=Principal),
        models=_names(columns["models"]),
        routes=_names(columns["routes"]),
        expires_at=columns["expires_at"],
        revoked_at=columns["revoked_at"],
        persons=_names(columns["persons"]),
        signing_key=columns["signing_key"],
    )
    return OwnedKey(entry, columns["owner"], columns["created_at"])


def _json(value: object) -> str:
    return msgspec.json.encode(value, order="deterministic").decode()


def _names(text: str) -> tuple[str, ...]:
    return msgspec.json.decode(text, type=tuple[str, ...])
