"""Credentials of servers of tools: sealed under a data key of their own, which goes with them.

Each time one is set it gets a new data key and a new pseudonym in the keyring. Forgetting destroys that key, so that the
sealed bytes in older backups of the tables are worth nothing either. Server and name are bound into the seal: bytes that
are moved to another row do not open.
"""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
from sqlalchemy import delete, insert, select
from sqlalchemy.engine import Connection, RowMapping

from wardlaw.audit.envelope import SealedPart
from wardlaw.facts.errors import EvidenceError, InputError
from wardlaw.store.approvals import SealedDetail
from wardlaw.store.generations import Generation, bump
from wardlaw.store.keyring import Keyring
from wardlaw.store.tables import SERVER_CREDENTIAL as TABLE

KLASS = "credential"
"""Class of the sealed part; retention knows nothing of it."""


class KeptCredential(msgspec.Struct, frozen=True):
    """A credential as it is kept.

    Attributes:
        sealed: Its value; ``subject`` is another one each time it is set, so it also tells one setting from another.
        set_by: Id of the person.
        set_at: Unix seconds.
    """

    server: str
    name: str
    sealed: SealedDetail
    set_by: str
    set_at: float


def seal_credential(keyring: Keyring, server: str, name: str, value: str, *, nonce: bytes, now: float) -> SealedDetail:
    """Seal a value for one server and name; its data key is durable before this returns.

    Args:
        nonce: Random bytes that were never used before, at least 13: they make the data key one of its own.
        now: Unix seconds.

    Raises:
        UnavailableError: WL-KEY-008, the key database cannot be used.
    """
    month = datetime.fromtimestamp(now, tz=UTC).strftime("%Y-%m")
    parts = ((KLASS, value.encode()),)
    made = keyring.seal_parts(f"mcp-credential:{nonce.hex()}", month, parts, about=_about(server, name))
    return SealedDetail(made.pseudonym, made.parts[0].part, made.parts[0].blob)


def open_credential(keyring: Keyring, kept: KeptCredential) -> str:
    """The value of a credential.

    Raises:
        EvidenceError: WL-KEY-009, these bytes were not sealed for this server and name.
        InputError: WL-KEY-010, its data key is not there: erased, or restored without the data keys.
        UnavailableError: WL-KEY-008, the key database cannot be used.
    """
    sealed = kept.sealed
    if sealed.part.klass != KLASS:
        raise EvidenceError("WL-KEY-009", "What is kept is no credential.", "Set it again.")
    raw = keyring.unseal(sealed.subject, sealed.part, sealed.ciphertext, about=_about(kept.server, kept.name))
    return raw.decode()


def keep_credential(connection: Connection, kept: KeptCredential) -> str:
    """Keep a credential, in the place of an earlier one of that name.

    Returns:
        Pseudonym of the one before, whose data key is to be erased; ``""`` when there was none.
    """
    before = _take(connection, kept.server, kept.name)
    connection.execute(
        insert(TABLE).values(
            server=kept.server,
            name=kept.name,
            subject=kept.sealed.subject,
            part=msgspec.json.encode(kept.sealed.part).decode(),
            ciphertext=kept.sealed.ciphertext,
            set_by=kept.set_by,
            set_at=kept.set_at,
        )
    )
    bump(connection, Generation.CREDENTIALS)
    return before


def forget_credential(connection: Connection, server: str, name: str) -> str:
    """Take a credential away.

    Returns:
        Its pseudonym, whose data key is to be erased.

    Raises:
        InputError: WL-MCP-026, there is none of that name.
    """
    gone = _take(connection, server, name)
    if not gone:
        raise InputError(
            "WL-MCP-026",
            f"No credential {name} is kept for the server {server}.",
            "`wardlaw mcp credential list` shows what is kept.",
        )
    bump(connection, Generation.CREDENTIALS)
    return gone


def find_credential(connection: Connection, server: str, name: str) -> KeptCredential | None:
    """The credential of that server and name."""
    query = select(TABLE).where(TABLE.c.server == server, TABLE.c.name == name)
    row = connection.execute(query).mappings().one_or_none()
    return None if row is None else _kept(row)


def credential_marks(connection: Connection) -> dict[tuple[str, str], str]:
    """What tells one setting of each credential from another, by server and name."""
    rows = connection.execute(select(TABLE.c.server, TABLE.c.name, TABLE.c.subject))
    return {(str(row.server), str(row.name)): str(row.subject) for row in rows}


def list_credentials(connection: Connection) -> tuple[KeptCredential, ...]:
    """Every credential, by server and name."""
    rows = connection.execute(select(TABLE).order_by(TABLE.c.server, TABLE.c.name)).mappings()
    return tuple(_kept(row) for row in rows)


def _take(connection: Connection, server: str, name: str) -> str:
    its = (TABLE.c.server == server, TABLE.c.name == name)
    subject = connection.execute(select(TABLE.c.subject).where(*its)).scalar()
    connection.execute(delete(TABLE).where(*its))
    return str(subject or "")


def _about(server: str, name: str) -> bytes:
    """What the seal is bound to; names hold no bar, so two pairs never give the same bytes."""
    return f"|mcp-credential|{server}|{name}".encode()


def _kept(row: RowMapping) -> KeptCredential:
    part = msgspec.json.decode(str(row["part"]), type=SealedPart)
    sealed = SealedDetail(str(row["subject"]), part, bytes(row["ciphertext"]))
    return KeptCredential(str(row["server"]), str(row["name"]), sealed, str(row["set_by"]), float(row["set_at"]))
