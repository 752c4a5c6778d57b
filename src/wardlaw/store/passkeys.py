"""Passkeys of persons: public keys, and what each says of its use."""

from __future__ import annotations

import hashlib

import msgspec
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.engine import Connection, RowMapping
from sqlalchemy.exc import IntegrityError

from wardlaw.facts.errors import InputError
from wardlaw.store.rows import as_struct
from wardlaw.store.signingtables import PASSKEY

MAX_PASSKEYS = 20
"""Of one person; nobody has more devices, and rows are bounded."""

_P = PASSKEY.c


class Passkey(msgspec.Struct, frozen=True):
    """One passkey without its key; times in Unix seconds, 0 for never.

    Attributes:
        id: ``pk_…``; may be printed.
        rp_id: Name of the console it was made for; it works under no other.
        model: AAGUID, what kind of authenticator it says it is.
        backed_up: It is copied to other devices of its owner.
    """

    id: str
    person: str
    name: str
    rp_id: str
    model: str
    backed_up: bool
    created_at: float
    used_at: float = 0.0


class PasskeyKey(msgspec.Struct, frozen=True):
    """What verifying needs: the public key (COSE), and the last count of its uses."""

    passkey: Passkey
    public_key: bytes
    sign_count: int


def add_passkey(connection: Connection, new: PasskeyKey, credential: str, *, now: float) -> None:
    """Keep a new passkey.

    Args:
        credential: Its credential id, base64url.

    Raises:
        InputError: It is known already, or the person has too many (WL-SGN-007).
    """
    passkey = new.passkey
    if count_passkeys(connection, passkey.person) >= MAX_PASSKEYS:
        raise InputError("WL-SGN-007", f"There are {MAX_PASSKEYS} passkeys already.", "Remove one first.")
    values = {**msgspec.structs.asdict(passkey), "created_at": now}
    try:
        connection.execute(
            insert(PASSKEY).values(
                **values, credential=credential, public_key=new.public_key, sign_count=new.sign_count
            )
        )
    except IntegrityError as error:
        raise InputError("WL-SGN-007", "This passkey is known already.", "Use another device or key.") from error


def passkey_id(credential: str) -> str:
    """The id of a credential: tells nothing of it and is the same each time."""
    return f"pk_{hashlib.sha256(credential.encode()).hexdigest()[:16]}"


def find_passkey(connection: Connection, credential: str) -> PasskeyKey | None:
    """The passkey of a credential id."""
    row = connection.execute(select(PASSKEY).where(_P.credential == credential)).mappings().one_or_none()
    return None if row is None else PasskeyKey(_passkey(row), bytes(row["public_key"]), row["sign_count"])


def note_use(connection: Connection, used: PasskeyKey, *, sign_count: int, now: float) -> bool:
    """Note that a passkey was used; False when its count was moved by somebody else at the same moment."""
    changed = connection.execute(
        update(PASSKEY)
        .where(_P.id == used.passkey.id, _P.sign_count == used.sign_count)
        .values(sign_count=sign_count, used_at=now)
    )
    return changed.rowcount == 1


def list_passkeys(connection: Connection, person_id: str) -> tuple[Passkey, ...]:
    """Those of a person, oldest first."""
    rows = connection.execute(select(PASSKEY).where(_P.person == person_id).order_by(_P.created_at, _P.id)).mappings()
    return tuple(_passkey(row) for row in rows)


def credentials_of(connection: Connection, person_id: str, rp_id: str) -> tuple[str, ...]:
    """Credential ids of a person at one console."""
    query = select(_P.credential).where(_P.person == person_id, _P.rp_id == rp_id).order_by(_P.created_at, _P.id)
    return tuple(connection.execute(query).scalars())


def count_passkeys(connection: Connection, person_id: str) -> int:
    """How many a person has."""
    return int(connection.execute(select(func.count()).where(_P.person == person_id)).scalar_one())


def remove_passkey(connection: Connection, person_id: str, passkey: str) -> None:
    """Take one of a person's passkeys away.

    Raises:
        InputError: They have none of that id (WL-SGN-008).
    """
    gone = connection.execute(delete(PASSKEY).where(_P.person == person_id, _P.id == passkey))
    if gone.rowcount != 1:
        raise InputError("WL-SGN-008", f"There is no passkey {passkey} of yours.", "Load the page again.")


def remove_passkeys_of(connection: Connection, person_id: str) -> int:
    """Take all of a person's passkeys away; answers how many."""
    return connection.execute(delete(PASSKEY).where(_P.person == person_id)).rowcount


def _passkey(row: RowMapping) -> Passkey:
    return as_struct(row, Passkey, without=("credential", "public_key", "sign_count"))
