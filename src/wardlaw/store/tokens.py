"""Tokens of persons for the management API. The text is shown once; only its digest is kept."""

from __future__ import annotations

from enum import StrEnum

import msgspec
from sqlalchemy import insert, select, update
from sqlalchemy.engine import Connection, RowMapping

from wardlaw.facts.errors import InputError
from wardlaw.facts.keytext import Prefix, key_digest, make_key_text
from wardlaw.store.rows import as_struct
from wardlaw.store.tables import TOKEN

_TOUCH_S = 60.0  # how exact "last used" is; a write per request would be a write per request


class TokenKind(StrEnum):
    """What a token is good for."""

    FIRST_ADMIN = "first-admin"  # made by ``init``; makes the first admin, once
    ONE_TIME = "one-time"  # redeemed once by the person it was made for
    API = "api"  # sent with every request


class TokenEntry(msgspec.Struct, frozen=True):
    """One token without its text; times in Unix seconds, 0 for never.

    Attributes:
        id: ``tok_…``; may be printed.
        person: Whose it is; ``""`` for the first admin's.
        scopes: What it is limited to, for an API token; empty for all that its person may do.
    """

    id: str
    kind: TokenKind
    person: str
    label: str
    created_by: str
    created_at: float
    expires_at: float
    revoked_at: float = 0.0
    used_at: float = 0.0
    last_used_at: float = 0.0
    scopes: tuple[str, ...] = ()


class NewToken(msgspec.Struct, frozen=True):
    """What a token is to be: ``lifetime_s`` in seconds, more than 0."""

    kind: TokenKind
    person: str
    by: str
    lifetime_s: float
    label: str = ""
    scopes: tuple[str, ...] = ()


def create_token(connection: Connection, new: NewToken, *, secret: bytes, now: float) -> tuple[TokenEntry, str]:
    """Keep a new token; answers it and its text, which nobody can see again.

    Args:
        secret: 32 random bytes.
    """
    prefix = Prefix.API_TOKEN if new.kind is TokenKind.API else Prefix.ONE_TIME_TOKEN
    text = make_key_text(prefix, secret)
    digest = key_digest(text)
    entry = TokenEntry(
        id=f"tok_{digest[:16]}",  # sixteen hex digits of a digest of 256 random bits tell nothing of them
        kind=new.kind,
        person=new.person,
        label=new.label,
        created_by=new.by,
        created_at=now,
        expires_at=now + new.lifetime_s,
        scopes=new.scopes,
    )
    given = {"person": new.person or None, "sha256": digest, "scopes": " ".join(new.scopes)}
    values = {**msgspec.structs.asdict(entry), **given}
    connection.execute(insert(TOKEN).values(**values))
    return entry, text


def create_first_admin_token(connection: Connection, *, secret: bytes, now: float, lifetime_s: float) -> str:
    """The token ``init`` prints: whoever redeems it first becomes the first admin. Earlier ones end."""
    connection.execute(
        update(TOKEN)
        .where(TOKEN.c.kind == TokenKind.FIRST_ADMIN.value, TOKEN.c.used_at == 0.0, TOKEN.c.revoked_at == 0.0)
        .values(revoked_at=now)
    )
    new = NewToken(kind=TokenKind.FIRST_ADMIN, person="", by="init", lifetime_s=lifetime_s)
    return create_token(connection, new, secret=secret, now=now)[1]


def find_live(connection: Connection, text: str, *, now: float) -> TokenEntry | None:
    """The token of this text if it is still good at ``now``."""
    row = connection.execute(select(TOKEN).where(TOKEN.c.sha256 == key_digest(text))).mappings().one_or_none()
    if row is None:
        return None
    entry = _entry(row)
    return entry if entry.revoked_at == 0.0 and entry.used_at == 0.0 and now < entry.expires_at else None


def redeem(connection: Connection, text: str, *, now: float) -> TokenEntry:
    """Use up a one-time token.

    Raises:
        InputError: It is unknown, used, revoked or too old (WL-STO-012); which of these is not told.
    """
    entry = find_live(connection, text, now=now)
    if entry is not None and entry.kind is not TokenKind.API:
        # The condition makes it single-use even when two redeem at the same moment.
        used = connection.execute(
            update(TOKEN).where(TOKEN.c.id == entry.id, TOKEN.c.used_at == 0.0).values(used_at=now, last_used_at=now)
        )
        if used.rowcount == 1:
            return entry
    raise InputError(
        "WL-STO-012",
        "This one-time token is not valid: unknown, used before, revoked or too old.",
        "Ask an admin for a new one (`wardlaw token create`); before there is an admin, run `wardlaw init` again.",
    )


def touch_due(last_used_at: float, now: float) -> bool:
    """Whether the time of last use is to be written again; it is exact to a minute."""
    return now - last_used_at >= _TOUCH_S


def touch(connection: Connection, token_id: str, *, now: float) -> None:
    """Note that a token was used."""
    connection.execute(update(TOKEN).where(TOKEN.c.id == token_id).values(last_used_at=now))


def revoke_token(connection: Connection, token_id: str, *, now: float) -> None:
    """End a token; one that has ended stays as it is.

    Raises:
        InputError: There is none (WL-STO-013).
    """
    get_token(connection, token_id)
    connection.execute(update(TOKEN).where(TOKEN.c.id == token_id, TOKEN.c.revoked_at == 0.0).values(revoked_at=now))


def revoke_all_of(connection: Connection, person_id: str, *, now: float) -> int:
    """End every token of a person; answers how many."""
    ended = connection.execute(
        update(TOKEN).where(TOKEN.c.person == person_id, TOKEN.c.revoked_at == 0.0).values(revoked_at=now)
    )
    return ended.rowcount


def get_token(connection: Connection, token_id: str) -> TokenEntry:
    """The token of that id.

    Raises:
        InputError: There is none (WL-STO-013).
    """
    row = connection.execute(select(TOKEN).where(TOKEN.c.id == token_id)).mappings().one_or_none()
    if row is None:
        raise no_such_token(token_id)
    return _entry(row)


def no_such_token(token_id: str) -> InputError:
    """The error for an id no token has."""
    return InputError("WL-STO-013", f"There is no token {token_id}.", "`wardlaw token list` shows them.")


def list_tokens(connection: Connection, person_id: str = "") -> tuple[TokenEntry, ...]:
    """All tokens, or those of one person, newest first."""
    query = select(TOKEN).order_by(TOKEN.c.created_at.desc(), TOKEN.c.id)
    if person_id:
        query = query.where(TOKEN.c.person == person_id)
    return tuple(_entry(row) for row in connection.execute(query).mappings())


def _entry(row: RowMapping) -> TokenEntry:
    named = {**row, "person": row["person"] or "", "scopes": tuple(row["scopes"].split())}
    return as_struct(named, TokenEntry, without=("sha256",))
